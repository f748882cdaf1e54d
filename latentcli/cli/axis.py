"""The command ``latent axis``."""

from __future__ import annotations

from typing import Annotated

import typer

from latentcli.cli import options as opt
from latentcli.cli.options import within
from latentcli.cli.session import Session, command
from latentcli.errors import RequestError

app = typer.Typer()

_Pole = Annotated[str, opt.words_argument("A word, or several with commas between them.")]


def axis(
    session: Session,
    a: _Pole,
    b: _Pole,
    words: Annotated[
        list[str] | None,
        opt.words_argument(
            "The words to place; - reads them from standard input, one a line.", "[WORD]..."
        ),
    ] = None,
    model: opt.ModelOption = None,
    n: Annotated[
        int | None,
        typer.Option(
            "-n",
            help="How many words at either end (default: 20).",
            callback=within(1, 1_000_000),
            show_default=False,
        ),
    ] = None,
    restrict_vocab: Annotated[
        int | None,
        typer.Option(
            "--restrict-vocab",
            help="Look among so many of the most frequent words (default: 20000).",
            callback=within(1, 10**9),
            show_default=False,
        ),
    ] = None,
) -> None:
    """Print where words lie on the axis from A to B, as in: latent axis poor rich.

    The words given, or the nearest to either end. Prints: word, projection: from -1 (A) to 1 (B).
    """
    from latentcli.workflows.axis import FREQUENT_WORDS
    from latentcli.workflows.axis import axis as run

    for option, value in (("-n", n), ("--restrict-vocab", restrict_vocab)):
        if words and value is not None:
            raise RequestError(
                f"{option}: all words that are given are placed",
                f"leave {option} or the words out",
            )
    named = session.with_stdin_lines(words) if words else None
    among = restrict_vocab or FREQUENT_WORDS
    session.answer(run(session.cache, (a, b), named, model, n or 20, among, session.observer))


command(app, "axis")(axis)
