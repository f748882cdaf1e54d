"""The command ``latent import``."""

from __future__ import annotations

from typing import Annotated

import typer

from latentcli.cli import options as opt
from latentcli.cli.session import Session, command

app = typer.Typer()

# What 'latent convert' has, too.
LabelsOption = Annotated[
    str | None,
    typer.Option(
        "--labels",
        metavar="FILE",
        help="The words of vectors that come without, one a line.",
        show_default=False,
    ),
]
TensorOption = Annotated[
    str | None,
    typer.Option(
        "--tensor",
        metavar="NAME",
        help="Which matrix, of a file of several.",
        show_default=False,
    ),
]
SkipOption = Annotated[
    bool, typer.Option("--skip-invalid", help="Leave out what has faults, and count it.")
]
ErrorsOption = Annotated[
    str,
    typer.Option("--encoding-errors", help="What is not UTF-8: strict (an error) or replace."),
]
TrustOption = Annotated[
    bool,
    typer.Option("--trust-pickle", help="Load a file of gensim's own, which can run programs."),
]


def import_(
    session: Session,
    file: Annotated[
        str,
        typer.Argument(metavar="FILE", help="Vectors of another program; - is standard input."),
    ],
    labels: LabelsOption = None,
    name: opt.NameOption = "",
    format: Annotated[
        str, typer.Option(help="What the file is, where its content does not say it rightly.")
    ] = "auto",
    tensor: TensorOption = None,
    skip_invalid: SkipOption = False,
    encoding_errors: ErrorsOption = "strict",
    trust_pickle: TrustOption = False,
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
