"""The command ``latent align``."""

from __future__ import annotations

from typing import Annotated

import typer

from latentcli.cli import options as opt
from latentcli.cli.completion import complete_models
from latentcli.cli.session import Session, command

app = typer.Typer()

FirstOption = Annotated[
    str,
    typer.Argument(
        metavar="A",
        help="An embedding: a name, an id or its beginning, a directory, a file of vectors, or "
        "latest.",
        autocompletion=complete_models,
        show_default=False,
    ),
]


def align(
    session: Session,
    a: FirstOption,
    b: Annotated[
        str,
        typer.Argument(
            metavar="B",
            help="Another, which is turned into the space of A.",
            autocompletion=complete_models,
            show_default=False,
        ),
    ],
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
