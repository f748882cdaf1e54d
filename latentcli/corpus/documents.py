"""Documents and blocks of text: what readers make and the encoder consumes."""

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


class TextBlock(NamedTuple):
    """Consecutive chunks of a file whose documents the encoder finds by itself.

    ``form`` is ``lines``, ``paragraphs`` or ``file``; the documents' ids are, or begin with,
    ``prefix``. The chunks are UTF-8: where they are ``raw``, the file's own bytes, unchecked and
    with a byte order mark if it has one. ``name`` is what errors call the file.
    """

    name: str
    prefix: str
    form: str
    raw: bool
    chunks: list[bytes]
    first: bool
    last: bool
