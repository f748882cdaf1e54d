"""The commands ``latent cache path, verify, gc``."""

from __future__ import annotations

from typing import NamedTuple

import typer

from latentcli.cli.session import Session, command
from latentcli.errors import DamagedArtefact

app = typer.Typer(help="The cache itself: where it is, whether it is sound, cleaning it.")


class CachePath(NamedTuple):
    """Where the cache is."""

    path: str


def path(session: Session) -> None:
    """Print where the cache is."""
    session.answer([CachePath(str(session.cache.root))])


def verify(session: Session) -> None:
    """Check every byte of every run, and every pointer; ends with 3 where something is wrong.

    Prints the problems: id, problem. None: nothing is wrong.
    """
    from latentcli.workflows.manage import verify_cache

    problems = session.answer(verify_cache(session.cache))
    if problems:
        raise DamagedArtefact(
            f"{problems} {'problem' if problems == 1 else 'problems'} in {session.cache.root}",
            "'latent remove ID' removes a damaged run; then make it again",
        )
    session.observer.note(f"{session.cache.root} is sound")


def gc(session: Session) -> None:
    """Remove what dead processes left and what can be made again; never a corpus or model.

    Prints what was removed: id, bytes.
    """
    from latentcli.workflows.manage import collect_garbage

    session.answer(collect_garbage(session.cache))


command(app, "path")(path)
command(app, "verify")(verify)
command(app, "gc")(gc)
