"""The command ``latent reproduce``."""

from __future__ import annotations

from typing import Annotated

import typer

from latentcli.cli import options as opt
from latentcli.cli.options import within
from latentcli.cli.session import Session, command

app = typer.Typer()


def reproduce(
    session: Session,
    ref: opt.RefArgument,
    threads: Annotated[
        int | None,
        typer.Option(
            "--threads",
            help="How many threads to train with (default: as many as the run had).",
            callback=within(1, 1024),
            show_default=False,
        ),
    ] = None,
) -> None:
    """Train a model again from its record, and compare every array with the stored one.

    Nothing in the cache is changed. Ends with 0 where all is identical, with 1 where it differs
    and nothing else was promised, with 3 where a promise is broken or the run is damaged.
    Prints: array, identical, max_difference, differing, expected, found.
    """
    from latentcli.workflows.reproduce import reproduce as run

    found = run(session.cache, ref, threads, session.observer)
    session.answer(found.rows)
    if found.failure is not None:
        raise found.failure


command(app, "reproduce")(reproduce)
