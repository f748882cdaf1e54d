"""The commands ``latent search``, ``latent documents`` and ``latent similar-documents``."""

from __future__ import annotations

from typing import Annotated

import typer

from latentcli.cli import options as opt
from latentcli.cli.session import Session, command
from latentcli.errors import RequestError

app = typer.Typer()


def search(
    session: Session,
    texts: Annotated[
        list[str],
        typer.Argument(
            metavar="TEXT...",
            help="What to look for; - reads texts from standard input, one a line.",
            callback=opt.as_text,
        ),
    ],
    model: opt.ModelOption = None,
    n: opt.AnswersOption = 10,
) -> None:
    """Print the documents nearest to a text, by a topic model or an embedding.

    Words of several arguments are one text. Prints: document, similarity, snippet, label, query.
    """
    from latentcli.workflows.search import search as run

    if "-" in texts and len(texts) > 1:
        raise RequestError("'-' stands alone: texts come from standard input then")
    queries = session.stdin_lines() if texts == ["-"] else [" ".join(texts)]
    session.answer(run(session.cache, queries, model, n, session.observer))


def documents(
    session: Session,
    topic: Annotated[int, typer.Option("--topic", metavar="N", help="The topic's number, from 0.")],
    model: opt.ModelOption = None,
    n: opt.AnswersOption = 20,
) -> None:
    """Print the documents most typical of a topic.

    Prints: document, similarity (the topic's weight in it), snippet, label.
    """
    from latentcli.workflows.search import documents as run

    session.answer(run(session.cache, topic, model, n, session.observer))


def similar_documents(
    session: Session,
    ids: Annotated[
        list[str],
        typer.Argument(
            metavar="ID...",
            help="Documents of the corpus; - reads ids from standard input, one a line.",
            callback=opt.as_text,
        ),
    ],
    model: opt.ModelOption = None,
    n: opt.AnswersOption = 10,
) -> None:
    """Print the documents most like a document of the corpus.

    Prints: document, similarity, snippet, label, query.
    """
    from latentcli.workflows.search import similar_documents as run

    named = session.with_stdin_lines(ids)
    session.answer(run(session.cache, named, model, n, session.observer))


command(app, "search")(search)
command(app, "documents")(documents)
command(app, "similar-documents")(similar_documents)
