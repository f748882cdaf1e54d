"""Character n-grams, of whose vectors a subword embedding composes those of words.

Bojanowski, Grave, Joulin and Mikolov (2017). N-grams are hashed as the fastText program hashes
them, so that its models can be read and ours by it; ``kernels/subwords.hpp`` does it for whole
vocabularies.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from typing import Any, NamedTuple

# The fastText program's word for the end of a line, which has no n-grams.
END_OF_LINE = "</s>"
# A "word" longer than this is no word; nothing is composed for it.
_MOST_CHARACTERS = 256


class Composed(NamedTuple):
    """A vector, float32 (dim,), composed of n-grams; so many of them are known to the model."""

    vector: memoryview[float]
    known: int
    ngrams: int


class SubwordVectors(NamedTuple):
    """Vectors of n-grams of ``min_n`` to ``max_n`` characters, hashed into ``buckets``.

    ``vectors``: float32 (n_rows, dim), of those buckets alone that ``kept`` uint32 (n_rows,) names
    in rising order, and zero in all others; of every bucket where ``kept`` is None. Both are
    arrays or typed memory.
    """

    min_n: int
    max_n: int
    buckets: int
    vectors: Any
    kept: Any = None

    def compose(self, word: str) -> Composed | None:
        """Return the mean of the vectors of a word's n-grams; None where none of them is known."""
        found = [self._row(ngram_hash(ngram) % self.buckets) for ngram in self.ngrams(word)]
        known = [row for row in found if row is not None]
        if not known:
            return None
        memory = memoryview(self.vectors)
        n_rows, dim = memory.shape or (0, 0)
        numbers = memory.cast("B").cast("f")
        sums = [0.0] * dim
        for row in known:
            sums = [a + b for a, b in zip(sums, numbers[row * dim : (row + 1) * dim], strict=True)]
        mean = array("f", [total / len(found) for total in sums])
        return Composed(memoryview(mean), len(known), len(found))

    def ngrams(self, word: str) -> list[str]:
        """Return the n-grams of a word, none of one that is overlong."""
        if len(word) > _MOST_CHARACTERS or not self.buckets:
            return []
        return ngrams(word, self.min_n, self.max_n)

    def _row(self, bucket: int) -> int | None:
        if self.kept is None:
            return bucket
        row = bisect_left(self.kept, bucket)
        return row if row < len(self.kept) and self.kept[row] == bucket else None


def ngrams(word: str, min_n: int, max_n: int) -> list[str]:
    """Return the n-grams of a word between its marks, by where they begin, then by length.

    >>> ngrams("cat", 3, 4)
    ['<ca', '<cat', 'cat', 'cat>', 'at>']
    """
    if word == END_OF_LINE:
        return []
    text = f"<{word}>"
    return [
        text[first : first + n]
        for first in range(len(text))
        for n in range(max(1, min_n), min(max_n, len(text) - first) + 1)
        if n > 1 or 0 < first < len(text) - 1
    ]


def ngram_hash(ngram: str) -> int:
    """Return the 32-bit FNV-1a hash of an n-gram in UTF-8, its bytes taken as signed."""
    found = 2166136261
    for byte in ngram.encode("utf-8", "surrogateescape"):
        signed = byte if byte < 128 else byte | 0xFFFFFF00
        found = (found ^ signed) * 16777619 & 0xFFFFFFFF
    return found
