"""The command ``latent report``."""

from __future__ import annotations

from typing import Annotated

import typer

from latentcli.cli import options as opt
from latentcli.cli.session import Session, command

app = typer.Typer()


def report(
    session: Session,
    model: opt.ModelOption = None,
    out: opt.OutOption = None,
    open_: Annotated[
        bool, typer.Option("--open", help="Open the page in the web browser.")
    ] = False,
) -> None:
    """Make the pyLDAvis page of a topic model: one HTML file that works offline.

    Without -o it goes to the cache. Prints: path.
    """
    from latentcli.workflows.report import report as run

    answer = run(session.cache, model, session.target(out), session.observer)
    if answer is not None:
        session.answer([answer])
        if open_:
            typer.launch(answer.path)


command(app, "report")(report)
