"""The command ``latent odd-one-out``."""

from __future__ import annotations

from typing import Annotated

import typer

from latentcli.cli import options as opt
from latentcli.cli.completion import complete_words
from latentcli.cli.session import Session, command
from latentcli.errors import InputError, RequestError
from latentcli.wording import counted

app = typer.Typer()


def odd_one_out(
    session: Session,
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="WORD...",
            help="Three words or more; or - to read sets from standard input, a set a line.",
            autocompletion=complete_words,
            callback=opt.as_text,
        ),
    ],
    model: opt.ModelOption = None,
) -> None:
    """Print a set of words, the one that does not belong to the others first.

    Prints: query, word, similarity: the cosine of the word and the mean of the set.
    """
    from latentcli.workflows.odd_one_out import odd_one_out as run

    session.answer(run(session.cache, _sets(session, words), model, session.observer))


def _sets(session: Session, words: list[str]) -> list[list[str]]:
    if words == ["-"]:
        return [_set(line, number) for number, line in session.numbered_stdin_lines()]
    if "-" in words:
        raise RequestError("'-' stands alone: sets come from standard input then")
    return [words]


def _set(line: str, number: int) -> list[str]:
    words = line.split("\t") if "\t" in line else line.split()
    if len(words) < 3:
        raise InputError(
            f"stdin:{number}: {counted(len(words), 'word')}, three or more are wanted",
            "a set a line, between spaces, or tabs where words have spaces in them",
        )
    return words


command(app, "odd-one-out")(odd_one_out)
