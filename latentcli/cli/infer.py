"""The command ``latent infer``."""

from __future__ import annotations

from typing import Annotated

import typer

from latentcli.cli import options as opt
from latentcli.cli.options import within
from latentcli.cli.session import Session, command

app = typer.Typer()


def infer(
    session: Session,
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SOURCE]...",
            help="Files, directories or archives; - is standard input.",
            show_default=False,
        ),
    ] = None,
    model: opt.ModelOption = None,
    n: Annotated[
        int | None,
        typer.Option(
            "-n",
            help="How many topics a document, at most.",
            callback=within(1, 100_000),
            show_default=False,
        ),
    ] = None,
    min_weight: Annotated[
        float,
        typer.Option("--min-weight", help="Leave out lighter topics.", callback=within(0, 1)),
    ] = 0.01,
    reading: opt.ReadingOptions | None = None,
) -> None:
    """Print the topics of new documents under a topic model, or their vectors under an embedding.

    Prints: id, topic, weight; under an embedding: id, vector.
    """
    from latentcli.workflows.infer import infer as run

    request = opt.corpus_request(session, sources, reading)
    session.answer(run(session.cache, request, model, n, min_weight, session.observer))


command(app, "infer", reading=opt.READING_OPTIONS)(infer)
