"""Documents that say the same, word for word or nearly.

Documents are sets of shingles, of three words each; how alike two are is their Jaccard index
(Broder 1997). Candidates are found by min-hashing and banding (Leskovec, Rajaraman and Ullman,
*Mining of Massive Datasets*, chapter 3): two documents of index J meet in one of 25 bands of 5
values with probability 1 - (1 - J^5)^25, which is 0.99 at 0.7 and 0.06 at 0.3. Each candidate's
index is then computed from all shingles.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.corpus.encoded import EncodedCorpus, document_blocks, document_lengths
from latentcli.kernels import jaccard, minhash

SHINGLE = 3
ALIKE = 0.7
# Shorter documents are the same by chance; those that differ a little need more words to be alike.
SHORTEST_SAME = 5
SHORTEST_ALIKE = 10
BINS, BANDS, ROWS = 128, 25, 5
_SEED = 1
_BLOCK_TOKENS = 1 << 18
# Of many documents in one place of a band, each is compared with the first and with the next.
_ALL_PAIRS = 8
_BATCH_PAIRS = 1 << 18

Rows = npt.NDArray[np.int64]


class Group(NamedTuple):
    """Documents that are the same (``similarity`` 1) or linked by indices of at least so much."""

    documents: list[int]
    similarity: float


class Duplicates(NamedTuple):
    """Groups of documents with the same words, and of alike ones; the largest first.

    In a group of alike documents, one stands for all that are the same.
    """

    same: list[Group]
    alike: list[Group]


def duplicates(corpus: EncodedCorpus, threads: int = 1) -> Duplicates:
    """Find documents of the same words in the same order, and nearly so.

    Takes 108 bytes of memory a document, and 4 a token of those compared.
    """
    keys, hashes = _signed(corpus, threads)
    lengths = document_lengths(corpus)
    same, single = _same(hashes, lengths)
    candidates = np.flatnonzero(single & (lengths >= SHORTEST_ALIKE))
    return Duplicates(same, _alike(corpus, keys, candidates, lengths, threads))


def band_keys(signatures: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """Return a number for each band of each signature: uint32 (n_docs, BANDS)."""
    bands = signatures[:, : BANDS * ROWS].reshape(len(signatures), BANDS, ROWS)
    keys = np.zeros(bands.shape[:2], np.uint32)
    for row in range(ROWS):
        keys = (keys ^ bands[:, :, row]) * np.uint32(0x9E3779B1)
        keys ^= keys >> np.uint32(15)
    return keys


def _signed(
    corpus: EncodedCorpus, threads: int
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint64]]:
    """Return the band keys and the hash of the words of each document."""
    keys = np.zeros((corpus.n_docs, BANDS), np.uint32)
    hashes = np.zeros(corpus.n_docs, np.uint64)
    for block in document_blocks(corpus, _BLOCK_TOKENS):
        rows = slice(block.first, block.first + len(block.offsets) - 1)
        signatures = np.empty((len(block.offsets) - 1, BINS), np.uint32)
        minhash(block.token_ids, block.offsets, SHINGLE, _SEED, signatures, hashes[rows], threads)
        keys[rows] = band_keys(signatures)
    return keys, hashes


def _same(
    hashes: npt.NDArray[np.uint64], lengths: Rows
) -> tuple[list[Group], npt.NDArray[np.bool_]]:
    """Return the groups of the same words, and which documents are no repetition of another."""
    rows = np.flatnonzero(lengths >= SHORTEST_SAME)
    order = rows[np.argsort(hashes[rows], kind="stable")]
    single = np.ones(len(lengths), np.bool_)
    groups = []
    for start, end in _runs(hashes[order]):
        members = order[start:end]
        single[members[1:]] = False
        groups.append(Group(members.tolist(), 1.0))
    groups.sort(key=lambda group: (-len(group.documents), group.documents))
    return groups, single


def _runs(values: npt.NDArray[np.generic]) -> Iterator[tuple[int, int]]:
    """Yield where equal values stand, of sorted ones, two at least."""
    if not len(values):
        return
    starts = np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]]))
    ends = np.append(starts[1:], len(values))
    several = ends - starts > 1
    yield from zip(starts[several].tolist(), ends[several].tolist(), strict=True)


def _alike(
    corpus: EncodedCorpus,
    keys: npt.NDArray[np.uint32],
    candidates: Rows,
    lengths: Rows,
    threads: int,
) -> list[Group]:
    pairs = _pairs(keys, candidates, lengths)
    tokens, starts = np.asarray(corpus.token_ids), corpus.offsets.astype(np.int64)
    links = _Links()
    for first in range(0, len(pairs), _BATCH_PAIRS):
        batch = np.ascontiguousarray(pairs[first : first + _BATCH_PAIRS])
        indices = np.empty(len(batch))
        jaccard(tokens, starts, SHINGLE, batch, indices, threads)
        for i in np.flatnonzero(indices >= ALIKE).tolist():
            links.add(int(batch[i, 0]), int(batch[i, 1]), float(indices[i]))
    return links.groups()


def _pairs(keys: npt.NDArray[np.uint32], candidates: Rows, lengths: Rows) -> Rows:
    """Return pairs that meet in a band and whose lengths allow them to be alike: (n, 2)."""
    n_docs = len(lengths)
    found: list[Rows] = [np.zeros(0, np.int64)]
    for band in range(BANDS):
        values = keys[candidates, band]
        order = np.argsort(values, kind="stable")
        rows, values = candidates[order], values[order]
        for gap in range(1, _ALL_PAIRS):
            meet = np.flatnonzero(values[gap:] == values[:-gap])
            if not len(meet):
                break
            found.append(_numbered(rows[meet], rows[meet + gap], lengths, n_docs))
        starts = np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]]))
        first = np.repeat(starts, np.diff(np.append(starts, len(values))))
        found.append(_numbered(rows[first], rows, lengths, n_docs))
        found = [np.unique(np.concatenate(found))]
    numbers = found[0]
    return np.stack([numbers // max(1, n_docs), numbers % max(1, n_docs)], axis=1)


def _numbered(a: Rows, b: Rows, lengths: Rows, n_docs: int) -> Rows:
    """Return pairs as single numbers, without those of too different lengths."""
    shorter, longer = np.minimum(lengths[a], lengths[b]), np.maximum(lengths[a], lengths[b])
    # Repeated shingles make a set smaller than a text is long: half of what the lengths alone say.
    near = (a != b) & (shorter >= ALIKE / 2 * longer)
    low, high = np.minimum(a, b)[near], np.maximum(a, b)[near]
    numbers: Rows = low * n_docs + high
    return numbers


class _Links:
    """Pairs of alike documents, joined to groups (union-find)."""

    def __init__(self) -> None:
        self._above: dict[int, int] = {}
        self._least: list[tuple[int, float]] = []

    def add(self, a: int, b: int, similarity: float) -> None:
        a, b = self._top(a), self._top(b)
        if a != b:
            self._above[max(a, b)] = min(a, b)
            self._least.append((a, similarity))

    def _top(self, document: int) -> int:
        self._above.setdefault(document, document)
        while (above := self._above[document]) != document:
            self._above[document] = self._above[above]
            document = above
        return document

    def groups(self) -> list[Group]:
        members: dict[int, list[int]] = {}
        for document in sorted(self._above):
            members.setdefault(self._top(document), []).append(document)
        least: dict[int, float] = {}
        for document, similarity in self._least:
            top = self._top(document)
            least[top] = min(similarity, least.get(top, 1.0))
        found = [Group(documents, least[top]) for top, documents in members.items()]
        return sorted(found, key=lambda group: (-len(group.documents), group.documents))
