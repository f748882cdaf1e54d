"""The command ``latent embed``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from latentcli.cli import options as opt
from latentcli.cli.options import TRAINING, within
from latentcli.cli.session import Session, command
from latentcli.errors import RequestError

if TYPE_CHECKING:
    from latentcli.engines.parameters import Word2VecParameters

app = typer.Typer()

SUBWORDS = "Subwords (fasttext)"


def embed(
    session: Session,
    corpora: opt.Corpora = None,
    algorithm: Annotated[
        str, typer.Option("--algorithm", "-a", help="What to train: word2vec or fasttext.")
    ] = "word2vec",
    name: opt.NameOption = "",
    retrain: opt.RetrainOption = False,
    resume: opt.ResumeOption = None,
    dim: Annotated[
        int,
        typer.Option(help="Dimensions.", callback=within(1, 4096), rich_help_panel=TRAINING),
    ] = 100,
    window: Annotated[
        int,
        typer.Option(
            help="Context words to each side, at most.",
            callback=within(1, 1000),
            rich_help_panel=TRAINING,
        ),
    ] = 5,
    negative: Annotated[
        int,
        typer.Option(
            help="Negative samples a word.", callback=within(1, 1000), rich_help_panel=TRAINING
        ),
    ] = 5,
    epochs: Annotated[
        int | None,
        typer.Option(
            help="Passes over the corpus (default: 5, more for a small corpus).",
            callback=within(1, 10_000),
            show_default=False,
            rich_help_panel=TRAINING,
        ),
    ] = None,
    min_count: Annotated[
        int | None,
        typer.Option(
            "--min-count",
            help="Leave rarer words out (default: 5, less for a small corpus).",
            callback=within(1, 10**9),
            show_default=False,
            rich_help_panel=TRAINING,
        ),
    ] = None,
    sample: Annotated[
        float | None,
        typer.Option(
            help="Thin out words more frequent than this share (default: 1e-3; fasttext: 1e-4).",
            callback=within(0, 1),
            show_default=False,
            rich_help_panel=TRAINING,
        ),
    ] = None,
    learning_rate: Annotated[
        float | None,
        typer.Option(
            "--learning-rate",
            help="The first step size (default: 0.025; fasttext: 0.05).",
            callback=within(0, 1, above=True),
            show_default=False,
            rich_help_panel=TRAINING,
        ),
    ] = None,
    cbow: Annotated[
        bool, typer.Option("--cbow", help="CBOW, not skip-gram.", rich_help_panel=TRAINING)
    ] = False,
    min_n: Annotated[
        int | None,
        typer.Option(
            "--min-n",
            help="The shortest character n-grams (fasttext; default: 3).",
            callback=within(1, 100),
            show_default=False,
            rich_help_panel=SUBWORDS,
        ),
    ] = None,
    max_n: Annotated[
        int | None,
        typer.Option(
            "--max-n",
            help="The longest character n-grams (fasttext; default: 6).",
            callback=within(1, 100),
            show_default=False,
            rich_help_panel=SUBWORDS,
        ),
    ] = None,
    buckets: Annotated[
        int | None,
        typer.Option(
            help="How many vectors n-grams share by their hashes (fasttext; default: 2,000,000, "
            "fewer for a small vocabulary).",
            callback=within(1, 2**31 - 1),
            show_default=False,
            rich_help_panel=SUBWORDS,
        ),
    ] = None,
    engine: opt.EngineOption = None,
    seed: opt.SeedOption = 1,
    threads: opt.ThreadsOption = None,
    reading: opt.ReadingOptions | None = None,
    phrases: opt.ReadingOptions | None = None,
) -> None:
    """Train word embeddings on a corpus: word2vec, or fasttext, which knows parts of words.

    Prints: id, name, algorithm, words, dim, corpus.
    """
    from latentcli.workflows.embed import EmbedRequest
    from latentcli.workflows.embed import embed as run

    training = opt.training_options(engine, threads, name, retrain)
    if resume is not None:
        from latentcli.workflows.resume import resume_embedding

        opt.check_resumes(session, "epochs")
        row = resume_embedding(session.cache, resume, epochs, training, session.observer)
        session.answer([row])
        return
    training_values = {
        "dim": dim, "window": window, "negative": negative, "cbow": cbow, "seed": seed,
        "sample": sample, "learning_rate": learning_rate,
    }  # fmt: skip
    subwords = {"min_n": min_n, "max_n": max_n, "buckets": buckets}
    parameters = _parameters(algorithm, training_values, subwords)
    request = opt.corpus_request(session, corpora, reading, phrases=phrases)
    wanted = EmbedRequest(algorithm, parameters, min_count, epochs, buckets)
    session.answer([run(session.cache, request, wanted, training, session.observer)])


def _parameters(
    algorithm: str, values: dict[str, Any], subwords: dict[str, Any]
) -> Word2VecParameters:
    from latentcli.engines.parameters import FastTextParameters, embedding_parameters

    given = {name: value for name, value in subwords.items() if value is not None}
    if given and algorithm != "fasttext":
        named = ", ".join(f"--{name.replace('_', '-')}" for name in given)
        raise RequestError(f"{named}: for fasttext only", "add -a fasttext")
    parameters = embedding_parameters(algorithm, {**values, **given})
    if isinstance(parameters, FastTextParameters) and parameters.min_n > parameters.max_n:
        raise RequestError(
            f"--min-n {parameters.min_n} and --max-n {parameters.max_n}: no n-gram is so long",
            "--min-n must not be above --max-n",
        )
    return parameters


command(app, "embed", reading=opt.STORING_OPTIONS, phrases=opt.PHRASE_OPTIONS)(embed)
