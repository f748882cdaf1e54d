"""The command ``latent convert``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from latentcli.cli.importing import (
    ErrorsOption,
    LabelsOption,
    SkipOption,
    TensorOption,
    TrustOption,
)
from latentcli.cli.session import Session, command

app = typer.Typer()


def convert(
    session: Session,
    file: Annotated[
        str, typer.Argument(metavar="IN", help="A file of another program; - is standard input.")
    ],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Where to write; - is stdout.")],
    from_: Annotated[
        str,
        typer.Option("--from", metavar="FORMAT", help="What IN is, where it does not say it."),
    ] = "auto",
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="FORMAT",
            help="What to write, as in latent export (default: by the end of OUT's name).",
            show_default=False,
        ),
    ] = None,
    labels: LabelsOption = None,
    vocabulary: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="The words of a corpus of counts, one a line (default: beside it).",
            show_default=False,
        ),
    ] = None,
    tensor: TensorOption = None,
    skip_invalid: SkipOption = False,
    encoding_errors: ErrorsOption = "strict",
    trust_pickle: TrustOption = False,
) -> None:
    """Write another program's vectors or corpus in another form; the cache keeps none of it.

    Prints: path.
    """
    from latentcli.workflows.convert import convert as run
    from latentcli.workflows.importing import ImportRequest

    stdin = session.stdin() if file == "-" else None
    request = ImportRequest(
        file, labels, from_, tensor, skip_invalid, encoding_errors, trust_pickle, stdin
    )
    target = session.target(out)
    assert target is not None
    session.answer(run(session.cache, request, target, to, vocabulary, session.observer))


command(app, "convert")(convert)
