"""Seed words for topics, from a file: a topic a line, ``name: word word ...`` or just words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from latentcli.corpus.strings import Strings
from latentcli.corpus.tokenizers import TokenizerSettings
from latentcli.errors import InputError, RequestError
from latentcli.formats.text_lines import numbered_lines
from latentcli.observer import Observer
from latentcli.queries.words import WordList, find_word, shortened

_NAMED_UNKNOWN = 8

# A name and words for each topic.
Seeds = tuple[tuple[str, tuple[str, ...]], ...]


class _Line(NamedTuple):
    number: int
    name: str
    words: list[str]


def known_seeds(
    path: Path, words: Strings, tokenizer: TokenizerSettings, k: int, observer: Observer
) -> Seeds:
    """Return the seeds in a file, each word as the topics have it.

    Words that they do not have are noted. Raises InputError for a file that cannot be read or has
    no words, and for a line none of whose words is known; RequestError for more lines than topics.
    """
    lines = _lines(path)
    if len(lines) > k:
        raise RequestError(
            f"--seed-words {path}: {len(lines)} lines are more than --k {k} topics",
            "leave some out, or ask for more topics",
        )
    seeds, unknown = [], []
    for line in lines:
        found = [(word, find_word(WordList(words, tokenizer), word)) for word in line.words]
        known = dict.fromkeys(found.word for _, found in found if found is not None)
        if not known:
            raise InputError(
                f"{path}:{line.number}: none of its words is among the {len(words)} of the topics",
                "words may be too rare or too frequent (--min-df, --max-df), or stop words",
            )
        unknown += [word for word, found in found if found is None]
        seeds.append((line.name or next(iter(known)), tuple(known)))
    _note_unknown(unknown, observer)
    return tuple(seeds)


def _lines(path: Path) -> list[_Line]:
    lines = []
    for number, line in numbered_lines(str(path)):
        name, colon, words = line.partition(":")
        given = (words if colon else line).replace(",", " ").split()
        lines.append(_Line(number, name.strip() if colon else "", given))
    if not lines:
        raise InputError(f"--seed-words {path}: no words in it", "give a topic a line: its words")
    return lines


def _note_unknown(unknown: Sequence[str], observer: Observer) -> None:
    if unknown:
        named = ", ".join(shortened(word) for word in unknown[:_NAMED_UNKNOWN])
        more = f" and {len(unknown) - _NAMED_UNKNOWN} more" if len(unknown) > _NAMED_UNKNOWN else ""
        observer.note(f"seed words that the topics do not have: {named}{more}")
