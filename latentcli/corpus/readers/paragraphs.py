"""``paragraphs``: blank lines between documents, as in hard-wrapped books."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from latentcli.corpus.documents import PIECE_CHARACTERS, Document
from latentcli.corpus.readers.lines import line_parts


def read_paragraphs(chunks: Iterable[str]) -> Iterator[Document]:
    """Yield a document for each block of lines, its id the number of its first line."""
    block: list[str] = []
    size, first, continued, mid_line = 0, 0, False, False
    for number, text, ends in line_parts(chunks):
        if ends and not mid_line and not text.strip():
            if block:
                yield Document(str(first), "".join(block), None, continued)
            block, size, first, continued = [], 0, 0, False
            continue
        first = first or number
        block.append(text + "\n" if ends else text)
        size += len(text) + 1
        mid_line = not ends
        if size > PIECE_CHARACTERS:
            yield Document(str(first), "".join(block), None, continued)
            block, size, continued = [], 0, True
    if block:
        yield Document(str(first), "".join(block), None, continued)
