"""The command ``latent similarity``."""

from __future__ import annotations

from typing import Annotated

import typer

from latentcli.cli import options as opt
from latentcli.cli.completion import complete_words
from latentcli.cli.session import Session, command
from latentcli.errors import InputError, RequestError
from latentcli.wording import counted

app = typer.Typer()


def similarity(
    session: Session,
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="A B",
            help="Two words; or - to read pairs from standard input, two words a line.",
            autocompletion=complete_words,
            callback=opt.as_text,
        ),
    ],
    model: opt.ModelOption = None,
) -> None:
    """Print the cosine similarity of two words.

    Prints: a, b, similarity.
    """
    from latentcli.workflows.ask import similarity as run

    session.answer(run(session.cache, _pairs(session, words), model, session.observer))


def _pairs(session: Session, words: list[str]) -> list[tuple[str, str]]:
    if words == ["-"]:
        return [_pair(line, number) for number, line in session.numbered_stdin_lines()]
    if len(words) != 2:
        raise RequestError(f"{len(words)} words given, two are wanted", "or '-' to read pairs")
    return [(words[0], words[1])]


def _pair(line: str, number: int) -> tuple[str, str]:
    words = line.split("\t") if "\t" in line else line.split()
    if len(words) != 2:
        raise InputError(
            f"stdin:{number}: {counted(len(words), 'word')}, two are wanted",
            "a pair a line, between spaces, or a tab where words have spaces in them",
        )
    return words[0], words[1]


command(app, "similarity")(similarity)
