"""Pairs of words with people's ratings, as word similarity sets come: WordSim, SimLex, MEN ...

A pair a line: two words and a number, between tabs, commas or white space. There may be a line of
headings, which begins as such lines do or names a column of ratings, and more columns: the ratings
are in the column whose heading says so, else in the first that holds numbers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from latentcli.corpus.decoding import UTF_8, Encoding
from latentcli.corpus.sources import printable_path
from latentcli.errors import InputError
from latentcli.formats.text_lines import cells, numbered_lines

_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
# How headings of the first column begin.
_FIRST_HEADING = re.compile(r"(word|term|first|left|w)[ _-]?([1ia]|one)?|a", re.IGNORECASE)
# Headings of ratings, in small letters; the first that is there counts.
_HEADINGS = (
    "simlex999", "human (mean)", "score", "rating", "similarity", "relatedness", "mean", "human",
    "gold",
)  # fmt: skip


class RatedPair(NamedTuple):
    """Two words and how similar, or related, people find them."""

    a: str
    b: str
    rating: float


class RatedPairs(NamedTuple):
    """The pairs of a file; ``heading`` of the column of ratings, empty where it has none.

    ``skipped`` is a first line that is taken for headings though none of a rating is known.
    """

    pairs: list[RatedPair]
    heading: str
    skipped: str = ""


def read_pairs(path: str, encoding: Encoding = UTF_8) -> RatedPairs:
    """Return the pairs in the file's order.

    Raises InputError, which names the line, for a line that is no pair with a rating.
    """
    name = printable_path(path)
    pairs: list[RatedPair] = []
    headings: list[str] | None = None
    column: int | None = None
    skipped = ""
    for number, line in numbered_lines(path, encoding):
        row = cells(line)
        if column is None:
            if headings is None and _are_headings(row):
                headings = row
                skipped = "" if _named(row) else ", ".join(row)
                continue
            column = _ratings_column(headings, row)
        if column is None or column >= len(row) or not _NUMBER.fullmatch(row[column]):
            raise InputError(
                f"{name}:{number}: two words and a number are wanted",
                "a pair a line, A B RATING, between tabs, commas or spaces; '#' begins a comment",
            )
        if not row[0] or not row[1]:
            raise InputError(f"{name}:{number}: a word is empty")
        pairs.append(RatedPair(row[0], row[1], float(row[column])))
    if not pairs:
        raise InputError(f"{name}: no pairs of words", "a pair a line: A B RATING")
    heading = headings[column] if headings and column is not None else ""
    return RatedPairs(pairs, heading, skipped)


def _are_headings(row: Sequence[str]) -> bool:
    """Tell headings by their names, some of which may be numbers, or by how they begin."""
    begins = len(row) > 2 and _FIRST_HEADING.fullmatch(row[0]) is not None
    return _named(row) or (begins and _first_number(row) is None)


def _named(row: Sequence[str]) -> bool:
    return any(cell.lower() in _HEADINGS for cell in row[2:])


def _first_number(row: Sequence[str]) -> int | None:
    """Return the first column after the two words that holds a number."""
    return next((i for i, cell in enumerate(row) if i > 1 and _NUMBER.fullmatch(cell)), None)


def _ratings_column(headings: Sequence[str] | None, row: Sequence[str]) -> int | None:
    small = [heading.lower() for heading in headings or ()]
    named = (small.index(heading) for heading in _HEADINGS if heading in small[2:])
    return next(named, _first_number(row))
