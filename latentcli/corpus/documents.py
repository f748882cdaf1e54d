"""A document: what readers make and the encoder consumes."""

from __future__ import annotations

from typing import NamedTuple

# A document longer than this many characters is handed on in pieces, so that memory stays
# bounded whatever the size of a line or file.
PIECE_CHARACTERS = 1 << 20


class Document(NamedTuple):
    """One text with its id and, where the source has one, its label.

    ``continued`` marks the second and later pieces of a document too long for one piece; ``id``
    and ``label`` are then those of the first.
    """

    id: str
    text: str
    label: str | None = None
    continued: bool = False
