"""The command ``latent infer``."""

from __future__ import annotations

from typing import Annotated

import typer

from latentcli.cli import options as opt
from latentcli.cli.options import within
from latentcli.cli.session import Session, command
from latentcli.errors import RequestError

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
            help="How many topics a document, at most (default: all).",
            callback=within(1, 100_000),
            show_default=False,
        ),
    ] = None,
    min_weight: Annotated[
        float | None,
        typer.Option(
            "--min-weight",
            help="Leave out lighter topics (default: 0.01).",
            callback=within(0, 1),
            show_default=False,
        ),
    ] = None,
    wide: Annotated[
        bool, typer.Option("--wide", help="A line a document, a column a topic.")
    ] = False,
    mallet: Annotated[
        bool,
        typer.Option("--mallet", help="The form of MALLET's infer-topics --output-doc-topics."),
    ] = False,
    out: opt.OutOption = None,
    reading: opt.ReadingOptions | None = None,
) -> None:
    """Print the topics of new documents under a topic model, or their vectors under an embedding.

    Prints: id, topic, weight; with --wide: id, topic_0, topic_1 ...; under an embedding: id,
    vector. With -o: path.
    """
    from latentcli.formats.mallet import doc_topics
    from latentcli.workflows import infer as workflow

    if wide and mallet:
        raise RequestError("--wide and --mallet are two forms of the answer", "choose one")
    if (wide or mallet) and (n is not None or min_weight is not None):
        form = "--mallet" if mallet else "--wide"
        raise RequestError(f"{form} has every topic: -n and --min-weight are of the long form")
    to_file = out if out is not None and str(out) != "-" else None
    request = opt.corpus_request(session, sources, reading)
    if mallet:
        lines = doc_topics(
            workflow.infer_wide(session.cache, request, model, True, session.observer)
        )
        session.answer_text(lines, to_file)
        return
    if wide:
        rows = workflow.infer_wide(session.cache, request, model, False, session.observer)
    else:
        rows = workflow.infer(session.cache, request, model, n, min_weight, session.observer)
    session.answer(rows, to_file)


command(app, "infer", reading=opt.READING_OPTIONS)(infer)
