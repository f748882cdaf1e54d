"""The command ``latent align``."""

from __future__ import annotations

from typing import Annotated

import typer

from latentcli.cli import options as opt
from latentcli.cli.session import Session, command

app = typer.Typer()

FirstOption = Annotated[
    str,
    opt.model_argument(
        "A",
        "An embedding: a name, an id or its beginning, a directory, a file of vectors, or latest.",
    ),
]


def align(
    session: Session,
    a: FirstOption,
    b: Annotated[str, opt.model_argument("B", "Another, which is turned into the space of A.")],
    words: Annotated[
        int | None,
        typer.Option(
            "--words",
            help="By so many of the most frequent words that both have (default: all).",
            callback=opt.within(1, 10**9),
            show_default=False,
        ),
    ] = None,
    name: opt.NameOption = "",
) -> None:
    """Turn an embedding into the space of another, so that vectors of both can be compared.

    Prints: id, name, algorithm, words, dim, corpus, of the new embedding.
    """
    from latentcli.workflows.align import align as run

    session.answer([run(session.cache, a, b, words, name, session.observer)])


command(app, "align")(align)
