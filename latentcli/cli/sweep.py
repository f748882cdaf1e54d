"""The command ``latent sweep``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from latentcli.cli import options as opt
from latentcli.cli.embed import embed
from latentcli.cli.options import MASK, options_of, within
from latentcli.cli.session import Session, command
from latentcli.cli.topics import topics
from latentcli.errors import RequestError

if TYPE_CHECKING:
    from latentcli.workflows.reading import CorpusRequest
    from latentcli.workflows.sweep import Swept
    from latentcli.workflows.training import TrainingOptions

app = typer.Typer()

_TOPICS = "Topics (--k)"
_EMBEDDINGS = "Embeddings (--dim)"
_HELD_OUT = 0.1


_TOPIC_TRAINING = ("chunk", "iterations", "alpha", "eta", "weighting", "loss", "tempered")
_EMBED_PARAMETERS = ("window", "negative", "sample", "learning_rate", "cbow")
_EMBED_TRAINING = ("epochs", "min_count", *_EMBED_PARAMETERS)

TOPIC_OPTIONS = options_of(topics, _TOPICS, *MASK, *_TOPIC_TRAINING)
EMBED_OPTIONS = options_of(embed, _EMBEDDINGS, *_EMBED_TRAINING)


def sweep(
    session: Session,
    corpora: opt.Corpora = None,
    k: Annotated[
        str | None,
        typer.Option(
            "--k", "-k", metavar="LIST", help="Numbers of topics, as 5,10,20.", show_default=False
        ),
    ] = None,
    dim: Annotated[
        str | None,
        typer.Option(
            "--dim", metavar="LIST", help="Numbers of dimensions, as 25,50,100.", show_default=False
        ),
    ] = None,
    seeds: Annotated[
        int,
        typer.Option("--seeds", help="How many models a setting.", callback=within(1, 1000)),
    ] = 3,
    algorithm: Annotated[
        str | None,
        typer.Option(
            "--algorithm",
            "-a",
            metavar="LIST",
            help="What to train, as lda,plsa (default: lda; with --dim word2vec).",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="PATH",
            help="Where a page with the curves goes (- is stdout).",
            show_default=False,
        ),
    ] = None,
    retrain: opt.RetrainOption = False,
    held_out: Annotated[
        float,
        typer.Option(
            "--held-out",
            metavar="SHARE",
            help="The share of the documents that perplexity is of, the same for all models.",
            callback=within(0, 0.9),
            rich_help_panel=_TOPICS,
        ),
    ] = _HELD_OUT,
    similarity: Annotated[
        str | None,
        typer.Option(
            "--similarity",
            metavar="FILE",
            help="Rated pairs, two words and a number a line (WordSim-353).",
            show_default=False,
            rich_help_panel=_EMBEDDINGS,
        ),
    ] = None,
    engine: opt.EngineOption = None,
    seed: Annotated[
        int,
        typer.Option(
            "--seed",
            help="The first random seed.",
            callback=within(0, 2**32 - 1001),
            rich_help_panel=opt.TRAINING,
        ),
    ] = 1,
    threads: opt.ThreadsOption = None,
    reading: opt.ReadingOptions | None = None,
    phrases: opt.ReadingOptions | None = None,
    of_topics: dict[str, Any] | None = None,
    of_embeddings: dict[str, Any] | None = None,
) -> None:
    """Train models of several sizes and seeds, and print how good each size is.

    How many topics (--k), or how many dimensions (--dim)? Figures are means over the seeds; the
    curves are drawn on a terminal, and on a page with -o. Models that the cache has are not trained
    again, so that an interrupted sweep goes on where it was.

    Prints: setting, coherence, exclusivity, perplexity, stability, pareto, seeds, models; with
    --dim: setting, similarity, overlap, pip_loss, pareto, seeds, models.
    """
    if (k is None) == (dim is None):
        raise RequestError(
            "a sweep is over numbers of topics or of dimensions",
            "give one of --k 5,10,20 and --dim 25,50,100",
        )
    _refuse_others(session, k is not None)
    if out is not None and str(out) != "-":
        from latentcli.formats.files import checked_target

        checked_target(out)
    training = opt.training_options(engine, threads, "", retrain)
    names = [name.strip() for name in (algorithm or "").split(",") if name.strip()]
    request = opt.corpus_request(session, corpora, reading, phrases=phrases)
    if k is not None:
        found = _swept_topics(
            session, request, _numbers("--k", k, 100_000), names or ["lda"], seeds, seed,
            held_out or None, of_topics or {}, training,
        )  # fmt: skip
    else:
        found = _swept_embeddings(
            session, request, _numbers("--dim", dim or "", 4096), names or ["word2vec"], seeds,
            seed, similarity, of_embeddings or {}, training,
        )  # fmt: skip
    _show(session, found, out)


def _numbers(option: str, given: str, most: int) -> list[int]:
    """Return the numbers of a list with commas; RequestError for anything else."""
    parts = [part.strip() for part in given.split(",") if part.strip()]
    numbers = [int(part) for part in parts if part.isascii() and part.isdigit() and len(part) < 9]
    if not parts or len(numbers) < len(parts) or not all(1 <= n <= most for n in numbers):
        raise RequestError(
            f"{option} {given}: whole numbers from 1 to {most:,}, with commas between",
            f"as {option} {'5,10,20' if option == '--k' else '25,50,100'}",
        )
    return numbers


def _refuse_others(session: Session, topics: bool) -> None:
    """Raise RequestError for options that say nothing of what is swept over."""
    foreign = {*EMBED_OPTIONS, "similarity"} if topics else {*TOPIC_OPTIONS, "held_out"}
    given = [shown for name, shown in session.given.items() if name in foreign]
    if given:
        kind = "--dim" if topics else "--k"
        raise RequestError(f"{', '.join(given)}: for {kind} only", "leave it out")


def _swept_topics(
    session: Session,
    request: CorpusRequest,
    ks: list[int],
    algorithms: list[str],
    seeds: int,
    seed: int,
    held_out: float | None,
    values: dict[str, Any],
    training: TrainingOptions,
) -> Swept:
    from latentcli.workflows.sweep_topics import TopicSweep, sweep_topics
    from latentcli.workflows.topic_request import MaskOptions, TopicsRequest

    mask = MaskOptions(**{name: values[name] for name in MASK})
    rest = {name: values[name] for name in _TOPIC_TRAINING}
    rest["tempered"] = rest["tempered"] or None
    wanted = TopicsRequest(algorithms[0], seed=seed, held_out=held_out, mask=mask, **rest)
    sweep = TopicSweep(ks, algorithms, seeds, wanted)
    return sweep_topics(session.cache, request, sweep, training, session.observer)


def _swept_embeddings(
    session: Session,
    request: CorpusRequest,
    dims: list[int],
    algorithms: list[str],
    seeds: int,
    seed: int,
    similarity: str | None,
    values: dict[str, Any],
    training: TrainingOptions,
) -> Swept:
    from latentcli.engines.parameters import embedding_parameters
    from latentcli.workflows.embed import EmbedRequest
    from latentcli.workflows.sweep_embeddings import EmbeddingSweep, sweep_embeddings

    own = {"seed": seed, **{name: values[name] for name in _EMBED_PARAMETERS}}
    parameters = {algorithm: embedding_parameters(algorithm, own) for algorithm in algorithms}
    wanted = EmbedRequest(
        algorithms[0], parameters[algorithms[0]], values["min_count"], values["epochs"]
    )
    sweep = EmbeddingSweep(dims, algorithms, seeds, wanted, similarity, parameters)
    return sweep_embeddings(session.cache, request, sweep, training, session.observer)


def _show(session: Session, found: Swept, out: Path | None) -> None:
    """Print the answer, draw it on a terminal, and write the page."""
    target = session.target(out)
    if target is not None:
        from latentcli.workflows.sweep import write_page

        write_page(found.curves, target)
        if not isinstance(target, Path):
            return
        session.observer.note(f"the page with the curves: {target}")
    session.answer(found.rows)
    if session.answers_in_table:
        from latentcli.cli.plots import draw

        draw(found.curves)


command(
    app,
    "sweep",
    reading=opt.STORING_OPTIONS,
    phrases=opt.PHRASE_OPTIONS,
    of_topics=TOPIC_OPTIONS,
    of_embeddings=EMBED_OPTIONS,
)(sweep)
