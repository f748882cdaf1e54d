"""The command ``latent project``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from latentcli.cli import options as opt
from latentcli.cli.options import within
from latentcli.cli.points import OfOption, SeedOption
from latentcli.cli.session import Session, command
from latentcli.errors import RequestError

app = typer.Typer()


def project(
    session: Session,
    model: opt.ModelOption = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="DIR",
            help="The folder to write (default: in the current one, under the model's name).",
            show_default=False,
        ),
    ] = None,
    of: OfOption = None,
    n: Annotated[
        int | None,
        typer.Option(
            "-n",
            help="How many points, at most (default: 10,000 words or documents).",
            callback=within(1, 10**9),
            show_default=False,
        ),
    ] = None,
    clusters: Annotated[
        int | None,
        typer.Option(
            "--clusters",
            metavar="N",
            help="Add a column of so many clusters (k-means).",
            callback=within(1, 10_000),
            show_default=False,
        ),
    ] = None,
    seed: SeedOption = 1,
) -> None:
    """Write words, documents or topics for TensorFlow's Embedding Projector.

    Prints: path, a line for each file.
    """
    from latentcli.workflows.points import Wanted
    from latentcli.workflows.project import project as run

    if out is not None and str(out) == "-":
        raise RequestError("project writes several files", "name a folder with -o DIR")
    wanted = Wanted(of, n)
    session.answer(run(session.cache, model, wanted, clusters, out, seed, session.observer))


command(app, "project")(project)
