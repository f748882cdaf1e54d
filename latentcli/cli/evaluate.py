"""The command ``latent evaluate``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from latentcli.cli import options as opt
from latentcli.cli.completion import complete_models
from latentcli.cli.options import within
from latentcli.cli.session import Session, command
from latentcli.errors import RequestError

if TYPE_CHECKING:
    from latentcli.workflows.reading import CorpusRequest

app = typer.Typer()

_TOPICS = "Topic models"
_EMBEDDINGS = "Embeddings"


def evaluate(
    session: Session,
    ref: Annotated[
        str | None,
        typer.Argument(
            metavar="[REF]",
            help="A name, an id or its beginning, a run's directory, or latest (default).",
            autocompletion=complete_models,
            show_default=False,
        ),
    ] = None,
    top: Annotated[
        int,
        typer.Option(
            "--top",
            help="How many top words of a topic are judged.",
            callback=within(2, 1000),
            rich_help_panel=_TOPICS,
        ),
    ] = 10,
    per_topic: Annotated[
        bool,
        typer.Option(
            "--per-topic", help="Print each topic's figures too.", rich_help_panel=_TOPICS
        ),
    ] = False,
    corpus: Annotated[
        str | None,
        typer.Option(
            "--corpus",
            metavar="PATH|NAME",
            help="Judge coherence by this corpus (default: the model's own).",
            show_default=False,
            rich_help_panel=_TOPICS,
        ),
    ] = None,
    unseen: Annotated[
        str | None,
        typer.Option(
            "--unseen",
            metavar="PATH|NAME",
            help="Perplexity of these documents, which the model was not trained on.",
            show_default=False,
            rich_help_panel=_TOPICS,
        ),
    ] = None,
    topics: Annotated[
        str | None,
        typer.Option(
            "--topics",
            metavar="FILE",
            help="Judge topics from elsewhere, a topic a line, in place of a model.",
            show_default=False,
            rich_help_panel=_TOPICS,
        ),
    ] = None,
    analogies: Annotated[
        list[str] | None,
        typer.Option(
            "--analogies",
            metavar="FILE",
            help="Questions, four words a line (questions-words.txt); repeatable.",
            show_default=False,
            rich_help_panel=_EMBEDDINGS,
        ),
    ] = None,
    similarity: Annotated[
        list[str] | None,
        typer.Option(
            "--similarity",
            metavar="FILE",
            help="Rated pairs, two words and a number a line (WordSim-353); repeatable.",
            show_default=False,
            rich_help_panel=_EMBEDDINGS,
        ),
    ] = None,
    restrict_vocab: Annotated[
        int,
        typer.Option(
            "--restrict-vocab",
            help="Ask only the most frequent words.",
            callback=within(1, 10**9),
            rich_help_panel=_EMBEDDINGS,
        ),
    ] = 300_000,
    seed: Annotated[
        int,
        typer.Option(
            "--seed",
            help="The random seed of the intervals.",
            callback=within(0, 2**32 - 1),
            rich_help_panel=_EMBEDDINGS,
        ),
    ] = 1,
    reading: opt.ReadingOptions | None = None,
) -> None:
    """Print how good a model is, a figure a line, with what it means.

    Topics: coherence, diversity, exclusivity, perplexity, agreement with labels. Embeddings:
    analogies and word similarity.

    Prints: measure, value, detail.
    """
    from latentcli.workflows.evaluate import evaluate as run
    from latentcli.workflows.evaluation_request import EvaluationRequest

    files = bool(topics or analogies or similarity)
    _check_reading(corpus, unseen, files, reading)
    request = EvaluationRequest(
        ref, topics, top, per_topic,
        _documents(session, corpus, reading), _documents(session, unseen, reading),
        analogies or (), similarity or (), restrict_vocab, seed,
        opt.text_encoding(reading), session.given.keys(),
    )  # fmt: skip
    session.answer(run(session.cache, request, session.observer))


def _check_reading(
    corpus: str | None, unseen: str | None, files: bool, reading: opt.ReadingOptions | None
) -> None:
    if corpus == unseen == "-":
        raise RequestError("standard input ('-') can be read only once")
    if corpus is None and unseen is None:
        for name, (_, default) in opt.ENCODING_OPTIONS.items():
            of_files = files and name in ("encoding", "encoding_errors")
            if reading and reading[name] != default and not of_files:
                raise RequestError(
                    "options for reading documents were given, but none to read",
                    "name some with --corpus or --unseen",
                )


def _documents(
    session: Session, path: str | None, reading: opt.ReadingOptions | None
) -> CorpusRequest | None:
    if path is None:
        return None
    if not path.strip():
        raise RequestError("the corpus's name is empty", "did the command that gives it fail?")
    return opt.corpus_request(session, [path], reading)


command(app, "evaluate", reading=opt.ENCODING_OPTIONS)(evaluate)
