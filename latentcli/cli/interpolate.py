"""The command ``latent interpolate``."""

from __future__ import annotations

from typing import Annotated

import typer

from latentcli.cli import options as opt
from latentcli.cli.options import within
from latentcli.cli.session import Session, command

app = typer.Typer()

_End = Annotated[str, opt.words_argument("A word; or a document's id, or a topic's number (--of).")]


def interpolate(
    session: Session,
    a: _End,
    b: _End,
    steps: Annotated[
        int,
        typer.Option(
            "--steps", help="How many steps, A and B among them.", callback=within(2, 10_000)
        ),
    ] = 7,
    n: opt.AnswersOption = 3,
    of: Annotated[
        str | None,
        typer.Option(
            "--of",
            metavar="KIND",
            help="words, documents or topics (default: words of an embedding, documents of a "
            "topic model).",
            show_default=False,
        ),
    ] = None,
    show: Annotated[
        str | None,
        typer.Option(
            "--show",
            metavar="KIND",
            help="Between documents: words or documents.",
            show_default=False,
        ),
    ] = None,
    model: opt.ModelOption = None,
) -> None:
    """Print what lies between A and B: two words, two documents or two topics.

    Prints: step, word, similarity, t; or step, document, similarity, t, label; or, of mixtures of
    topics, step, word, probability, t. t goes from 0 (A) to 1 (B).
    """  # fmt: skip
    from latentcli.workflows.interpolate import Walk
    from latentcli.workflows.interpolate import interpolate as run

    walk = Walk(a, b, steps, n, of, show)
    session.answer(run(session.cache, walk, model, session.observer))


command(app, "interpolate")(interpolate)
