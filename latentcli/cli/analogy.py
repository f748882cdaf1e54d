"""The command ``latent analogy``."""

from __future__ import annotations

from typing import Annotated

import typer

from latentcli.cli import options as opt
from latentcli.cli.completion import complete_words
from latentcli.cli.session import Session, command

app = typer.Typer()

_Word = Annotated[
    str,
    typer.Argument(autocompletion=complete_words, callback=opt.as_text, show_default=False),
]


def analogy(
    session: Session,
    a: _Word,
    b: _Word,
    c: _Word,
    model: opt.ModelOption = None,
    n: opt.AnswersOption = 10,
) -> None:
    """A is to B as C is to what? As in: latent analogy man king woman.

    Prints: query, word, similarity.
    """
    from latentcli.workflows.ask import analogy as run

    session.answer(run(session.cache, a, b, c, model, n, session.observer))


command(app, "analogy")(analogy)
