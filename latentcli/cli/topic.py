"""The command ``latent topic``."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from latentcli.cli import options as opt
from latentcli.cli.options import within
from latentcli.cli.session import Session, command
from latentcli.errors import RequestError

app = typer.Typer()


def topic(
    session: Session,
    topic: Annotated[int, typer.Argument(metavar="N", help="The topic's number, from 0.")],
    model: opt.ModelOption = None,
    documents: Annotated[
        bool, typer.Option("--documents", help="Its most typical documents, with snippets.")
    ] = False,
    nearest: Annotated[bool, typer.Option("--nearest", help="The topics nearest to it.")] = False,
    diagnostics: Annotated[
        bool, typer.Option("--diagnostics", help="MALLET's diagnostics, by its first -n words.")
    ] = False,
    n: Annotated[
        int | None,
        typer.Option(
            "-n",
            help="How many answers (default: 20 words, else 10).",
            callback=within(1, 1_000_000),
            show_default=False,
        ),
    ] = None,
    rank_by: opt.RankByOption = None,
) -> None:
    """Print a topic's words, the first 20, with their weights.

    Prints: word, weight; with --documents: document, weight, snippet; with --nearest: topic,
    similarity, words; with --diagnostics: measure, value.
    """
    from latentcli.workflows import topic as run

    views = {"--documents": documents, "--nearest": nearest, "--diagnostics": diagnostics}
    wanted = [option for option, asked in views.items() if asked]
    if len(wanted) > 1:
        raise RequestError(f"{' and '.join(wanted)}: one at a time")
    if wanted and rank_by is not None:
        raise RequestError(f"--rank-by is for words, not for {wanted[0]}")
    if not wanted:
        ranking = rank_by or "probability"
        rows = run.words(session.cache, topic, model, n or 20, ranking, session.observer)
        session.answer(rows)
        return
    ask: Any = run.documents if documents else run.nearest if nearest else run.diagnostics
    session.answer(ask(session.cache, topic, model, n or 10, session.observer))


command(app, "topic")(topic)
