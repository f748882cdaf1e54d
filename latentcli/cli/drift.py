"""The command ``latent drift``."""

from __future__ import annotations

from typing import Annotated

import typer

from latentcli.cli import options as opt
from latentcli.cli.align import FirstOption
from latentcli.cli.session import Session, command
from latentcli.errors import RequestError

app = typer.Typer()


def drift(
    session: Session,
    a: FirstOption,
    b: Annotated[str, opt.model_argument("B", "Another, of another time or place.")],
    words: Annotated[
        list[str] | None,
        opt.words_argument(
            "Words to tell of, whether they moved or not; - reads them from standard input.",
            "[WORD]...",
        ),
    ] = None,
    n: Annotated[
        int | None,
        typer.Option(
            "-n",
            help="How many words, where none are named (default: 20).",
            callback=opt.within(1, 10**9),
            show_default=False,
        ),
    ] = None,
    everything: Annotated[
        bool,
        typer.Option("--all", help="Print also words that moved no more than chance has it."),
    ] = False,
    alpha: Annotated[
        float,
        typer.Option(
            "--alpha",
            help="The false discovery rate: this part of the words printed may be chance's.",
            callback=opt.within(0, 1, above=True),
        ),
    ] = 0.05,
    permutations: Annotated[
        int | None,
        typer.Option(
            "--permutations",
            metavar="N",
            help="Deal documents out anew so often, and train two models each time (default: 22, "
            "where both corpora are in the cache); 0 judges words by others of their frequency.",
            callback=opt.within(0, 100_000),
            show_default=False,
        ),
    ] = None,
    align_by: Annotated[
        int | None,
        typer.Option(
            "--words",
            help="Align by so many of the most frequent words that both have (default: all).",
            callback=opt.within(1, 10**9),
            show_default=False,
        ),
    ] = None,
    neighbors: Annotated[
        int,
        typer.Option(
            "--neighbors",
            help="How many nearest words of each word.",
            callback=opt.within(1, 1000),
        ),
    ] = 5,
    least: Annotated[
        int,
        typer.Option(
            "--least",
            help="Judge words alone that occur so often in each of the two corpora.",
            callback=opt.within(1, 10**9),
        ),
    ] = 10,
) -> None:
    """Print the words that moved between two embeddings more than chance would have them move.

    Prints: word, drift (cosine distance), p, q (false discovery rate), expected (by chance),
    count_a, count_b, neighbors_a, neighbors_b.
    """
    from latentcli.workflows.drift import DriftRequest
    from latentcli.workflows.drift import drift as run

    asked = [w for word in words or () for w in (session.stdin_lines() if word == "-" else [word])]
    if words and (n is not None or everything):
        option = "--all" if everything else "-n"
        raise RequestError(
            f"{option} is for the words that moved most", "leave it out, or the words"
        )
    request = DriftRequest(
        asked, n or 20, everything, alpha, permutations, align_by, neighbors, least
    )
    session.answer(run(session.cache, a, b, request, session.observer))


command(app, "drift")(drift)
