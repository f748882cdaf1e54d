"""A corpus whose documents are drawn with replacement: the bootstrap (Efron 1979).

As many documents are drawn as there are with words in them (Antoniak and Mimno 2018). Which follows
from a seed and the resample's number alone. Their tokens lie in a scratch file, not in memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.corpus.encoded import EncodedCorpus, document_blocks, document_counts

Rows = npt.NDArray[np.int64]

_BLOCK = 1 << 20


class Resample(NamedTuple):
    """One of several resamples: its ``number``, from 1, and the ``seed`` of all of them."""

    number: int
    seed: int


def documents_with_words(corpus: EncodedCorpus) -> Rows:
    """Return the documents that a resample is drawn from, ascending."""
    rows: Rows = np.flatnonzero(np.diff(corpus.offsets.astype(np.int64)))
    return rows


def drawn_with_replacement(corpus: EncodedCorpus, resample: Resample) -> Rows:
    """Return the documents of a resample in the order in which they are drawn: int64 (n_drawn,).

    NumPy's generator of the seed and the number draws them.
    """
    rows = documents_with_words(corpus)
    draw = np.random.default_rng([resample.seed, resample.number])
    drawn: Rows = rows[draw.integers(0, len(rows), len(rows))]
    return drawn


def resampled(corpus: EncodedCorpus, documents: Rows, folder: Path) -> EncodedCorpus:
    """Return the corpus of these documents, in their order; a file in ``folder`` has its tokens.

    Its vocabulary has the same words in the same rows, with the counts of the resample.
    """
    offsets, breaks = corpus.offsets.astype(np.int64), corpus.break_offsets.astype(np.int64)
    first, last = offsets[documents], offsets[documents + 1]
    starts = _starts(last - first)
    path = folder / "resampled-tokens"
    with open(path, "wb") as out:
        for _, places in _gathered(first, starts):
            out.write(np.ascontiguousarray(corpus.token_ids[places]).data)
    low, high = np.searchsorted(breaks, first), np.searchsorted(breaks, last)
    moved = [
        breaks[places] - first[document] + starts[document]
        for document, places in _gathered(low, _starts(high - low))
    ]
    drawn = replace(
        corpus,
        token_ids=np.memmap(path, np.uint32, "r") if starts[-1] else np.zeros(0, np.uint32),
        offsets=starts.astype(np.uint64),
        break_offsets=np.concatenate([np.zeros(0, np.int64), *moved]).astype(np.uint64),
        document_ids=corpus.document_ids.taken(documents),
        labels=None if corpus.labels is None else corpus.labels.taken(documents),
        text=None,
    )
    return _counted(drawn)


def _starts(lengths: Rows) -> Rows:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])


def _gathered(first: Rows, starts: Rows) -> Iterator[tuple[Rows, Rows]]:
    """Yield, block by block, for each place of the new order its document and its old place.

    ``first``: where each document begins in the old order; ``starts`` (n + 1,): in the new.
    """
    for begin in range(0, int(starts[-1]), _BLOCK):
        place = np.arange(begin, min(begin + _BLOCK, int(starts[-1])))
        document = np.searchsorted(starts, place, side="right") - 1
        yield document, first[document] + place - starts[document]


def _counted(corpus: EncodedCorpus) -> EncodedCorpus:
    n_terms = len(corpus.vocabulary)
    counts = np.zeros(n_terms, np.int64)
    for block in document_blocks(corpus):
        counts += np.bincount(block.token_ids, minlength=n_terms)
    vocabulary = replace(
        corpus.vocabulary, term_counts=counts, document_counts=document_counts(corpus, n_terms)
    )
    return replace(corpus, vocabulary=vocabulary)
