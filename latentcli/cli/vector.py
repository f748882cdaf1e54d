"""The command ``latent vector``."""

from __future__ import annotations

from typing import Annotated

import typer

from latentcli.cli import options as opt
from latentcli.cli.completion import complete_words
from latentcli.cli.session import Session, command

app = typer.Typer()


def vector(
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
    unit: Annotated[bool, typer.Option("--unit", help="Scale vectors to length 1.")] = False,
) -> None:
    """Print the vectors of words, number by number: text that 'latent import' reads.

    Prints: word, vector.
    """
    from latentcli.workflows.vector import vector as run

    named = session.with_stdin_lines(words)
    session.answer(run(session.cache, named, model, unit, session.observer))


command(app, "vector")(vector)
