"""The command ``latent why``."""

from __future__ import annotations

import shutil
from typing import Annotated

import typer

from latentcli.cli import options as opt
from latentcli.cli.completion import complete_words
from latentcli.cli.session import Session, command
from latentcli.errors import RequestError

app = typer.Typer()

_CHARACTERS = 40
# What a table has on a line beside the text: a word, a document and the keyword, with gaps.
_BESIDE, _NARROWEST = 40, 12


def why(
    session: Session,
    a: Annotated[
        str,
        typer.Argument(
            metavar="A", help="A word.", autocompletion=complete_words, callback=opt.as_text
        ),
    ],
    b: Annotated[
        str,
        typer.Argument(
            metavar="B", help="Another.", autocompletion=complete_words, callback=opt.as_text
        ),
    ],
    model: opt.ModelOption = None,
    n: Annotated[
        int | None,
        typer.Option(
            "-n",
            help="How many context words or topics (default: 20).",
            callback=opt.within(1, 10**9),
            show_default=False,
        ),
    ] = None,
    lines: Annotated[
        int | None,
        typer.Option(
            "--lines",
            metavar="N",
            help="Print in their place N lines of the text with each word.",
            callback=opt.within(1, 10**6),
            show_default=False,
        ),
    ] = None,
    characters: Annotated[
        int | None,
        typer.Option(
            "--characters",
            help="How much text on either side of the word (default: 40; on a terminal what fits).",
            callback=opt.within(1, 200),
            show_default=False,
        ),
    ] = None,
    least: Annotated[
        int | None,
        typer.Option(
            "--least",
            help="Only context words that stand so often around each word (default: 5; less where "
            "fewer than 20 do).",
            callback=opt.within(1, 10**9),
            show_default=False,
        ),
    ] = None,
) -> None:
    """Print what stands behind the similarity of two words: the company that both keep.

    Prints: context, a_ppmi, b_ppmi, share, a_count, b_count, occurrences; with --lines word,
    document, left, keyword, right. Of a topic model: topic, a_weight, b_weight, share, words.
    """
    from latentcli.workflows.why import keywords_in_context
    from latentcli.workflows.why import why as run

    if lines is None:
        if characters is not None:
            raise RequestError("--characters: without --lines, there is no text")
        session.answer(run(session.cache, a, b, model, n or 20, least, session.observer))
        return
    if n is not None:
        raise RequestError("-n: --lines says how many lines there are", "leave one of the two out")
    if characters is None:
        characters = _fitting() if session.answers_in_table else _CHARACTERS
    session.answer(
        keywords_in_context(session.cache, a, b, model, lines, characters, least, session.observer)
    )


def _fitting() -> int:
    """Return how much text has room on either side in a table."""
    return max(_NARROWEST, (shutil.get_terminal_size().columns - _BESIDE) // 2)


command(app, "why")(why)
