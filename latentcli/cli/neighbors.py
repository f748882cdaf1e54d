"""The command ``latent neighbors``."""

from __future__ import annotations

from typing import Annotated

import typer

from latentcli.cli import options as opt
from latentcli.cli.completion import complete_words
from latentcli.cli.session import Session, command

app = typer.Typer()


def neighbors(
    session: Session,
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="WORD...",
            help="Words; - reads them from standard input, one a line.",
            autocompletion=complete_words,
            callback=opt.as_text,
        ),
    ],
    model: opt.ModelOption = None,
    n: opt.AnswersOption = 10,
    metric: Annotated[str, typer.Option(help="cosine or euclidean.")] = "cosine",
) -> None:
    """Print the words nearest to each word in an embedding.

    Prints: query, word, similarity (with --metric euclidean: distance).
    """
    from latentcli.workflows.ask import neighbors as run

    if "-" in words:
        words = [w for word in words for w in (session.stdin_lines() if word == "-" else [word])]
    session.answer(run(session.cache, words, model, n, metric, session.observer))


command(app, "neighbors")(neighbors)
