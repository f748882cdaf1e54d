"""The command ``latent import``."""

from __future__ import annotations

from typing import Annotated

import typer

from latentcli.cli import options as opt
from latentcli.cli.session import Session, command

app = typer.Typer()


def import_(
    session: Session,
    file: Annotated[
        str,
        typer.Argument(metavar="FILE", help="Vectors of another program; - is standard input."),
    ],
    labels: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="The words of vectors that come without, one a line.",
            show_default=False,
        ),
    ] = None,
    name: opt.NameOption = "",
    format: Annotated[
        str, typer.Option(help="What the file is, where its content does not say it rightly.")
    ] = "auto",
    tensor: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Which matrix, of a file of several.", show_default=False
        ),
    ] = None,
    skip_invalid: Annotated[
        bool, typer.Option("--skip-invalid", help="Leave out rows with faults, and count them.")
    ] = False,
    encoding_errors: Annotated[
        str,
        typer.Option(help="Words that are not UTF-8: strict (an error) or replace."),
    ] = "strict",
    trust_pickle: Annotated[
        bool,
        typer.Option("--trust-pickle", help="Load a file of gensim's own, which can run programs."),
    ] = False,
) -> None:
    """Bring in word vectors that another program made.

    Prints: id, name, kind, algorithm, words, dim.
    """
    from latentcli.workflows.importing import ImportRequest, import_vectors

    stdin = session.stdin() if file == "-" else None
    request = ImportRequest(
        file, labels, format, tensor, skip_invalid, encoding_errors, trust_pickle, stdin
    )
    session.answer([import_vectors(session.cache, request, name, session.observer)])


command(app, "import")(import_)
