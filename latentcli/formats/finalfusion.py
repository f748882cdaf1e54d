"""finalfusion's own format (``.fifu``): chunks, each with its number and its length.

    "FiFu", version u32 = 0, n_chunks u32, the chunks' numbers u32 each; then the chunks:
    number u32, bytes u64, what is in it

A file has a chunk of words (1 plain; 3, 7, 8 with subwords), one of vectors (2 a matrix; 4
quantised), and may have the vectors' lengths (6) and metadata (5). All is little-endian; numbers
begin at multiples of four bytes. After the specification of the finalfusion project.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import NamedTuple

import numpy as np

from latentcli.errors import InputError
from latentcli.formats.foreign import ForeignFile
from latentcli.formats.foreign_rows import Floats, ForeignVectors, Rows, batches

_PLAIN, _MATRIX, _BUCKETS, _QUANTISED, _METADATA, _NORMS, _FASTTEXT, _EXPLICIT = range(1, 9)
_FLOAT32, _BYTE = 10, 1
_MOST_CHUNKS = 64
_SUBWORDS = "the vectors of n-grams are left out: unseen words cannot be composed from them"


class _Part:
    """A piece of the file that is read from its beginning on, never beyond its end."""

    def __init__(self, data: memoryview, start: int, end: int, name: str) -> None:
        self._data, self.at, self._end, self._name = data, start, end, name

    def take(self, size: int) -> memoryview:
        """Return the next bytes; InputError where there are not so many."""
        if size > self._end - self.at:
            raise InputError(
                f"{self._name}: byte {self._end:,} is the last of what was to hold "
                f"{size - (self._end - self.at):,} bytes more",
                "the file is cut off or damaged: get it again",
            )
        self.at += size
        return self._data[self.at - size : self.at]

    def number(self, size: int = 4) -> int:
        """Return the next unsigned number."""
        return int.from_bytes(self.take(size), "little")

    def floats(self, *shape: int) -> Floats:
        """Return the next float32, in this shape."""
        size = 4
        for n in shape:
            size *= n
        found: Floats = np.frombuffer(self.take(size), "<f4").reshape(shape)
        return found

    def align(self) -> None:
        """Go on to the next multiple of four bytes of the file, four on where this is one."""
        self.take(4 - self.at % 4)

    def words(self, n: int) -> list[bytes]:
        """Return the next strings, each after its length."""
        if 4 * n > self._end - self.at:
            self.take(4 * n)
        return [bytes(self.take(self.number())) for _ in range(n)]


class _Table(NamedTuple):
    """Vectors as they are stored: how many, and how some of them are had."""

    n_rows: int
    dim: int
    rows: Callable[[slice], Floats]


def read(file: ForeignFile) -> ForeignVectors:
    """Return the vectors of the words, in the lengths that they had.

    Raises InputError for a file that is not whole, and for chunks of kinds it does not know.
    """
    data = file.mapped()
    chunks, notes = _chunks(data, file.name), []
    words: list[bytes] | None = None
    table: _Table | None = None
    norms: Floats | None = None
    for number, part in chunks:
        if number in (_PLAIN, _BUCKETS, _FASTTEXT, _EXPLICIT):
            words = _words(number, part)
            if number != _PLAIN:
                notes.append(_SUBWORDS)
        elif number == _MATRIX:
            table = _matrix(part, file.name)
        elif number == _QUANTISED:
            table = _quantised(part, file.name)
            notes.append("vectors decoded from their quantised form, which is not exact")
        elif number == _NORMS:
            norms = _norms(part, file.name)
        elif number != _METADATA:
            raise InputError(f"{file.name}: has a chunk of unknown kind {number}")
    if words is None or table is None:
        what = "words" if words is None else "vectors"
        raise InputError(f"{file.name}: has no chunk of {what}")
    if table.n_rows < len(words) or (norms is not None and len(norms) != len(words)):
        raise InputError(f"{file.name}: {len(words):,} words, but fewer vectors or other lengths")
    return ForeignVectors(table.dim, _rows(words, table, norms), notes=tuple(notes))


def _rows(words: list[bytes], table: _Table, norms: Floats | None) -> Generator[Rows, None, None]:
    for rows in batches(len(words), table.dim):
        part = slice(rows.start, rows.stop)
        with np.errstate(over="ignore", invalid="ignore"):
            vectors = table.rows(part)
            if norms is not None:
                vectors = vectors * norms[part, None]
        yield Rows(rows.start + 1, words[part], vectors.astype(np.float32, copy=False))


def _chunks(data: memoryview, name: str) -> Iterator[tuple[int, _Part]]:
    whole = _Part(data, 4, len(data), name)
    version, n_chunks = whole.number(), whole.number()
    if version != 0 or n_chunks > _MOST_CHUNKS:
        raise InputError(f"{name}: version {version} of finalfusion's format is not known")
    announced = [whole.number() for _ in range(n_chunks)]
    for number in announced:
        if whole.number() != number:
            raise InputError(f"{name}: its chunks are not those that its header names")
        size = whole.number(8)
        part = _Part(data, whole.at, whole.at + size, name)
        whole.take(size)
        yield number, part


def _words(number: int, part: _Part) -> list[bytes]:
    """Return the words; what belongs to their subwords is passed over."""
    n_words = part.number(8)
    if number == _EXPLICIT:
        part.number(8)  # how many n-grams
    if number != _PLAIN:
        part.take(8)  # shortest and longest n-gram
    if number in (_BUCKETS, _FASTTEXT):
        part.number()  # how many buckets, or the logarithm of that
    return part.words(n_words)


def _matrix(part: _Part, name: str) -> _Table:
    n_rows, dim, kind = part.number(8), part.number(), part.number()
    _check(kind == _FLOAT32 and dim > 0, name)
    part.align()
    matrix = part.floats(n_rows, dim)
    return _Table(n_rows, dim, lambda rows: matrix[rows])


def _norms(part: _Part, name: str) -> Floats:
    n_rows, kind = part.number(8), part.number()
    _check(kind == _FLOAT32, name)
    part.align()
    return part.floats(n_rows)


def _quantised(part: _Part, name: str) -> _Table:
    """Read product-quantised vectors (Jégou, Douze and Schmid 2011).

    A vector is cut into parts, each the number of the nearest of ``n_centroids``; it may have been
    rotated before by an orthonormal projection, and its length be kept apart.
    """
    projected, has_norms, n_parts, dim, n_centroids = (part.number() for _ in range(5))
    n_rows, code_kind, kind = part.number(8), part.number(), part.number()
    sound = code_kind == _BYTE and kind == _FLOAT32 and projected < 2 and has_norms < 2
    _check(sound and 0 < n_parts <= dim and dim % n_parts == 0 and 0 < n_centroids <= 256, name)
    part.align()
    projection = part.floats(dim, dim) if projected else None
    centroids = part.floats(n_parts, n_centroids, dim // n_parts)
    norms = part.floats(n_rows) if has_norms else None
    codes = np.frombuffer(part.take(n_rows * n_parts), np.uint8).reshape(n_rows, n_parts)

    def decoded(rows: slice) -> Floats:
        found = codes[rows]
        if found.size and int(found.max()) >= n_centroids:
            raise InputError(f"{name}: names centroids that it does not have")
        vectors: Floats = centroids[np.arange(n_parts), found].reshape(len(found), dim)
        if projection is not None:
            vectors = vectors @ projection.T
        return vectors if norms is None else vectors * norms[rows, None]

    return _Table(n_rows, dim, decoded)


def _check(sound: bool, name: str) -> None:
    if not sound:
        raise InputError(f"{name}: its vectors are of a kind that finalfusion does not describe")
