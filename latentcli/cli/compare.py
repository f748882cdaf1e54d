"""The command ``latent compare``."""

from __future__ import annotations

from typing import Annotated

import typer

from latentcli.cli import options as opt
from latentcli.cli.options import within
from latentcli.cli.session import Session, command

app = typer.Typer()

_EMBEDDINGS = "Embeddings"


def compare(
    session: Session,
    a: Annotated[
        str,
        opt.model_argument(
            "A",
            "A topic model or an embedding: a name, an id or its beginning, a directory, "
            "or latest.",
        ),
    ],
    b: Annotated[str, opt.model_argument("B", "Another of the same kind.")],
    n: Annotated[
        int,
        typer.Option(
            "-n",
            help="Topics: how many words of each. Embeddings: how many words that agree least, and "
            "most.",
            callback=within(1, 100_000),
        ),
    ] = 10,
    summary: Annotated[
        bool,
        typer.Option("--summary", help="Print the figures of the whole models instead of parts."),
    ] = False,
    neighbors: Annotated[
        int,
        typer.Option(
            "--neighbors",
            help="How many nearest words are compared.",
            callback=within(1, 1000),
            rich_help_panel=_EMBEDDINGS,
        ),
    ] = 10,
    words: Annotated[
        int,
        typer.Option(
            "--words",
            help="For how many words, at most, spread over all frequencies.",
            callback=within(2, 10**7),
            rich_help_panel=_EMBEDDINGS,
        ),
    ] = 2000,
) -> None:
    """Compare two topic models topic by topic, or two embeddings by their words' neighbours.

    Prints: a, b, similarity, relation; then for topics a_in_b, b_in_a, words_a, words_b, for
    embeddings occurrences, in_both, only_in_a, only_in_b, and with --summary detail.
    """
    from latentcli.workflows.compare import ComparisonRequest
    from latentcli.workflows.compare import compare as run

    request = ComparisonRequest(n, neighbors, words)
    found = run(session.cache, a, b, request, session.observer)
    session.answer(found.summary if summary else found.rows)


command(app, "compare")(compare)
