"""The commands ``latent models, show, rename, remove``."""

from __future__ import annotations

from typing import Annotated

import typer

from latentcli.cli import options as opt
from latentcli.cli.session import Session, command

app = typer.Typer()


def models(session: Session) -> None:
    """List what the cache holds: corpora, embeddings, topic models; the oldest first.

    Prints: id, name, kind, algorithm, created (UTC), bytes, corpus.
    """
    from latentcli.workflows.manage import models as run

    if not session.answer(run(session.cache)):
        session.observer.note(f"nothing yet in {session.cache.root}")


def show(session: Session, ref: opt.RefArgument) -> None:
    """Print the record of a run: parameters, figures, versions.

    Prints what ``models`` prints, then engine, parameters, mask, metrics, tokenizer,
    reproducible, seconds, versions, arrays.
    """
    from latentcli.workflows.manage import show as run

    session.answer([run(session.cache, ref, session.observer)])


def rename(
    session: Session,
    ref: opt.RefArgument,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The new name.")],
) -> None:
    """Give a run a name in place of those that it has.

    Prints: id, name, kind, algorithm, created, bytes, corpus.
    """
    from latentcli.workflows.manage import rename as run

    session.answer([run(session.cache, ref, name, session.observer)])


def remove(session: Session, ref: opt.RefArgument) -> None:
    """Remove a run from the cache, damaged or not. What was made from a removed corpus stays.

    Prints what was removed: id, name, kind, algorithm, created, bytes, corpus.
    """
    from latentcli.workflows.manage import remove as run

    session.answer([run(session.cache, ref, session.observer)])


command(app, "models")(models)
command(app, "show")(show)
command(app, "rename")(rename)
command(app, "remove")(remove)
