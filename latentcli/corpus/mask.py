"""Masks over a corpus's vocabulary: what a model leaves out, without reading any text again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.corpus.encoded import EncodedCorpus, document_blocks
from latentcli.corpus.vocabulary import Vocabulary

Rows = npt.NDArray[np.int64]
_LEFT_OUT = np.uint32(0xFFFFFFFF)


def frequent(vocabulary: Vocabulary, min_count: int) -> Rows:
    """Return the rows of words that occur at least ``min_count`` times: int64 (n_kept,)."""
    rows: Rows = np.flatnonzero(vocabulary.term_counts >= min_count)
    return rows


def default_min_count(n_tokens: int) -> int:
    """Return from how many occurrences on an embedding keeps a word, unless it is told."""
    return 5 if n_tokens >= 50_000 else 3 if n_tokens >= 20_000 else 2


def topical(
    corpus: EncodedCorpus,
    min_df: int,
    max_df: float,
    keep_n: int | None,
    stop_words: frozenset[str],
) -> Rows:
    """Return the rows of words that a topic model is made of, in vocabulary order.

    Words in fewer than ``min_df`` documents, in more than the fraction ``max_df`` of them, or
    among the stop words are left out; of the rest the ``keep_n`` most frequent are kept.
    """
    vocabulary = corpus.vocabulary
    n_docs = max(1, int(np.count_nonzero(np.diff(corpus.offsets.astype(np.int64)))))
    kept = (vocabulary.document_counts >= min_df) & (vocabulary.document_counts <= max_df * n_docs)
    for word in stop_words:
        row = vocabulary.words.find(word)
        if row is not None:
            kept[row] = False
    rows: Rows = np.flatnonzero(kept)
    return rows if keep_n is None else rows[:keep_n]


class MaskedBlock(NamedTuple):
    """Consecutive whole documents without the tokens left out.

    ``offsets`` int64 (n + 1,) and ``paragraphs`` int64 (the documents' paragraph starts) count
    from the block's first token; ``token_ids`` uint32 are places in ``kept``.
    """

    first: int
    offsets: Rows
    paragraphs: Rows
    token_ids: npt.NDArray[np.uint32]


def masked_blocks(corpus: EncodedCorpus, kept: Rows) -> Iterator[MaskedBlock]:
    """Yield documents in blocks, the tokens left out removed and the others renumbered."""
    new_ids = np.full(len(corpus.vocabulary), _LEFT_OUT, np.uint32)
    new_ids[kept] = np.arange(len(kept), dtype=np.uint32)
    breaks = corpus.break_offsets.astype(np.int64)
    for block in document_blocks(corpus):
        ids = new_ids[block.token_ids]
        stays = ids != _LEFT_OUT
        before = np.concatenate([np.zeros(1, np.int64), np.cumsum(stays)])
        start = int(corpus.offsets[block.first])
        inside = slice(*np.searchsorted(breaks, [start, start + len(ids)]))
        starts = np.union1d(before[breaks[inside] - start], before[block.offsets[:-1]])
        yield MaskedBlock(block.first, before[block.offsets], starts, ids[stays])
