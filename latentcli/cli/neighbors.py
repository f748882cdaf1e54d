"""The command ``latent neighbors``."""

from __future__ import annotations

from typing import Annotated

import typer

from latentcli.cli import options as opt
from latentcli.cli.completion import complete_words
from latentcli.cli.session import Session, command
from latentcli.errors import RequestError

app = typer.Typer()


def neighbors(
    session: Session,
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="WORD...",
            help="Words, or expressions such as 'king - man + woman'; - reads them from standard "
            "input, one a line.",
            autocompletion=complete_words,
            callback=opt.as_text,
        ),
    ],
    model: opt.ModelOption = None,
    n: opt.AnswersOption = 10,
    metric: Annotated[str, typer.Option(help="cosine or euclidean.")] = "cosine",
    bootstrap: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Train on N resamples of the documents, and say how far they agree.",
            callback=opt.within(1, 10_000),
            show_default=False,
        ),
    ] = None,
    threads: opt.ThreadsOption = None,
) -> None:
    """Print the words nearest to each word in an embedding, or to each expression of words.

    Prints: query, word, similarity (with --metric euclidean: distance). With --bootstrap also mean,
    low and high: the similarity in models of resampled documents; share: of the resamples that name
    the word; resamples: how many know both words.
    """
    words = session.with_stdin_lines(words)
    if bootstrap is not None:
        _bootstrapped(session, words, bootstrap, model, n, metric, threads)
        return
    if threads is not None:
        raise RequestError("--threads: without --bootstrap, nothing is trained")
    from latentcli.workflows.ask import neighbors as run

    session.answer(run(session.cache, words, model, n, metric, session.observer))


def _bootstrapped(
    session: Session,
    words: list[str],
    n_resamples: int,
    model: str | None,
    n: int,
    metric: str,
    threads: int | None,
) -> None:
    if metric != "cosine":
        raise RequestError(
            f"--metric {metric}: with --bootstrap, cosines are compared",
            "leave one of the two out",
        )
    from latentcli.workflows.bootstrap import bootstrap_neighbors

    session.answer(
        bootstrap_neighbors(session.cache, words, n_resamples, model, n, threads, session.observer)
    )


command(app, "neighbors")(neighbors)
