"""``lines``: a document a line; and the bounded lines that other readers are built on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from latentcli.corpus.documents import PIECE_CHARACTERS, Document
from latentcli.errors import InputError

_MAX_RECORD_CHARACTERS = 1 << 28


class LinePart(NamedTuple):
    """A line, or a piece of one too long to hold: ``ends`` is false but for the last piece."""

    number: int
    text: str
    ends: bool


def line_parts(chunks: Iterable[str]) -> Iterator[LinePart]:
    """Yield lines, numbered from 1, without their ends; very long ones in pieces.

    A long line is cut at white space where it has any, so that no word is torn.
    """
    number, held = 1, ""
    for chunk in chunks:
        lines = (held + chunk).split("\n") if held else chunk.split("\n")
        held = lines.pop()
        for line in lines:
            yield LinePart(number, line, True)
            number += 1
        while len(held) > PIECE_CHARACTERS:
            cut = _cut(held)
            yield LinePart(number, held[:cut], False)
            held = held[cut:]
    if held:
        yield LinePart(number, held, True)


def _cut(text: str) -> int:
    """Return where to cut: after the last white space within the size of a piece, if any."""
    piece = text[:PIECE_CHARACTERS]
    torn = "" if piece[-1].isspace() else piece.rsplit(None, 1)[-1]
    return PIECE_CHARACTERS - len(torn) or PIECE_CHARACTERS


def whole_lines(chunks: Iterable[str], name: str) -> Iterator[tuple[int, str]]:
    """Yield (number, line) for readers of records, which need each line whole.

    Raises InputError for a line of more than 268 million characters.
    """
    held: list[str] = []
    size = 0
    for part in line_parts(chunks):
        size += len(part.text)
        if size > _MAX_RECORD_CHARACTERS:
            raise InputError(f"{name}:{part.number}: the line is too long for one record")
        if part.ends and not held:
            yield part.number, part.text
            size = 0
            continue
        held.append(part.text)
        if part.ends:
            yield part.number, "".join(held)
            held, size = [], 0


def read_lines(chunks: Iterable[str]) -> Iterator[Document]:
    """Yield a document a line, its id the line's number; an empty line is an empty document."""
    continued = False
    for number, text, ends in line_parts(chunks):
        yield Document(str(number), text, None, continued)
        continued = not ends
