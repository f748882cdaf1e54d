"""The command ``latent check``."""

from __future__ import annotations

from typing import Annotated

import typer

from latentcli.cli import options as opt
from latentcli.cli.options import within
from latentcli.cli.session import Session, command

app = typer.Typer()


def check(
    session: Session,
    corpora: Annotated[
        list[str],
        typer.Argument(
            metavar="CORPUS...",
            help="Files, directories or archives; - is standard input.",
            show_default=False,
        ),
    ],
    n: Annotated[
        int,
        typer.Option(
            "-n",
            help="How many places of a finding, and groups of duplicates, to name.",
            callback=within(1, 10_000),
        ),
    ] = 3,
    threads: opt.ThreadsOption = None,
    out: opt.OutOption = None,
    reading: opt.ReadingOptions | None = None,
) -> None:
    """Look for what would harm training on a corpus: nothing is trained, nothing kept.

    Prints: finding, where, count, advice, unit, share, example; nothing for a clean corpus.
    """
    from latentcli.workflows.check import check as run

    request = opt.corpus_request(session, corpora, reading)
    found = run(session.cache, request, session.observer, n, threads)
    session.answer(found, out)


command(app, "check", reading=opt.ENCODING_OPTIONS)(check)
