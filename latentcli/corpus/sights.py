"""A look at the text of a corpus on its way to the encoder: faults of its lines, and where.

The lines are looked at by ``kernels/line_scanner.hpp``, in the thread that reads.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import NamedTuple

import numpy as np

from latentcli.corpus.documents import Document, TextBlock
from latentcli.corpus.encoded import Encoded
from latentcli.corpus.encoder import batches, one_text
from latentcli.corpus.lenient import Faults
from latentcli.kernels import LineScanner

# What the scanner tells apart, in its order.
SIGHTS = (
    "replacement-characters", "mojibake", "c1-controls", "control-characters",
    "invisible-characters", "soft-hyphens", "decomposed", "composed", "html-tags",
    "html-entities", "wiki-markup", "latex", "urls", "email-addresses", "encoded-blocks",
    "mail-headers", "quoted-lines", "quote-introducers", "signatures", "hyphenation",
    "overlong-words",
)  # fmt: skip


class Sighting(NamedTuple):
    """In how many lines and documents something was seen; the first places, and what is there."""

    lines: int
    documents: int
    places: list[str]
    texts: list[str]


class RepeatedLine(NamedTuple):
    """A line that stands in several documents."""

    documents: int
    place: str
    text: str


class Sights:
    """Looks at blocks or documents while they pass; then tells what it saw.

    ``files``: the names of the files; ``lines``: where each document begins, of records.
    """

    def __init__(self, n_places: int, faults: Faults, told: Callable[[int], None]) -> None:
        self._scanner, self._faults, self._told = LineScanner(n_places), faults, told
        self.files: list[str] = []
        self.file_of, self.line_of = array("I"), array("Q")
        self.n_bytes = 0

    def blocks(self, blocks: Generator[TextBlock, None, None]) -> Generator[TextBlock, None, None]:
        """Yield the blocks, looked at."""
        for block in blocks:
            if block.first:
                self.files.append(block.name)
                self._scanner.begin(block.form)
            for chunk in block.chunks:
                self._scanner.feed(chunk, False)
                self._tell(len(chunk))
            if block.last:
                self._scanner.feed(b"", True)
            yield block

    def documents(self, documents: Iterable[Document]) -> Iterator[Document]:
        """Yield the documents, looked at."""
        for batch in batches(self._placed(documents)):
            text, starts, _ = one_text(batch)
            new = len(self.line_of) - len(starts)
            files = np.frombuffer(self.file_of, np.uint32)[new:].copy()
            lines = np.frombuffer(self.line_of, np.uint64)[new:].copy()
            self._scanner.texts(text, starts, files, lines)
            self._tell(len(text))
            yield from batch
        self._scanner.end()
        self.files = self._faults.names

    def _placed(self, documents: Iterable[Document]) -> Iterator[Document]:
        for document in documents:
            if not document.continued:
                self.file_of.append(len(self._faults.names) - 1)
                number = document.id.rsplit(":", 1)[-1]
                self.line_of.append(self._faults.line or (int(number) if number.isdecimal() else 1))
            yield document

    def _tell(self, n_bytes: int) -> None:
        self.n_bytes += n_bytes
        self._told(self.n_bytes)

    @property
    def n_lines(self) -> int:
        """How many lines are not blank."""
        return self._scanner.n_lines

    def seen(self) -> dict[str, Sighting]:
        """Return what was seen, by the names in SIGHTS."""
        return {
            name: Sighting(
                lines,
                documents,
                [f"{self.files[file]}:{line}" for file, line, _ in first],
                [text.decode("utf-8", "ignore") for _, _, text in first],
            )
            for name, (lines, documents, first) in zip(SIGHTS, self._scanner.seen(), strict=True)
        }

    def repeated(self, documents: int) -> list[RepeatedLine]:
        """Return the lines that stand in at least so many documents, the most widespread first."""
        return [
            RepeatedLine(count, f"{self.files[file]}:{line}", text.decode("utf-8", "ignore"))
            for count, _, file, line, text in self._scanner.repeated(documents)
        ]


class Places:
    """Where each document stands: its file, or its file and line.

    ``are_files``: whether each document is a file.
    """

    def __init__(self, sights: Sights, encoded: Encoded, form: str) -> None:
        self._files, self.are_files = sights.files, form == "files"
        self._ids = encoded.corpus.document_ids
        self._firsts = np.cumsum([0, *encoded.file_documents])
        self._of_records = (sights.file_of, sights.line_of) if len(sights.line_of) else None

    def file(self, document: int) -> str:
        """Return the name of the document's file."""
        return self._files[self._file(document)]

    def __getitem__(self, document: int) -> str:
        name = self.file(document)
        if self.are_files:
            return name
        if self._of_records is not None:
            return f"{name}:{self._of_records[1][document]}"
        return f"{name}:{self._ids[document].rsplit(':', 1)[-1]}"

    def _file(self, document: int) -> int:
        if self._of_records is not None:
            return self._of_records[0][document]
        return int(np.searchsorted(self._firsts, document, side="right")) - 1
