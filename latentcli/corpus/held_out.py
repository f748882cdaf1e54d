"""Documents held out of training: which, by seed, and the corpus without them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from latentcli.corpus.encoded import EncodedCorpus, counted_anew, documents_with_words

Rows = npt.NDArray[np.int64]

_GOLDEN = 0x9E3779B97F4A7C15
_WORD = (1 << 64) - 1


def drawn_documents(corpus: EncodedCorpus, share: float, seed: int, whole: bool = True) -> Rows:
    """Return a random share of the documents that have words, ascending: int64 (n_drawn,).

    At least one, and not all. The same documents are drawn whatever the machine and versions: those
    with the smallest outputs of SplitMix64 (Steele, Lea and Flood 2014) at their places. Where
    documents were cut, all parts of those are returned that would be drawn before; unless ``whole``
    is false, when part is drawn by part.
    """
    rows = documents_with_words(corpus)
    if corpus.part_of is None or not whole:
        return _drawn(rows, share, seed)
    drawn = _drawn(whole_documents(corpus), share, seed)
    parts: Rows = rows[np.isin(corpus.part_of[rows], drawn)]
    return parts


def whole_documents(corpus: EncodedCorpus) -> Rows:
    """Return the documents that have words, numbered as before they were cut: int64, ascending."""
    rows = documents_with_words(corpus)
    return rows if corpus.part_of is None else np.unique(corpus.part_of[rows])


def _drawn(rows: Rows, share: float, seed: int) -> Rows:
    n_drawn = min(max(1, round(share * len(rows))), len(rows) - 1)
    with np.errstate(over="ignore"):
        state = np.uint64(_mixed(seed)) + (rows.astype(np.uint64) + np.uint64(1)) * np.uint64(
            _GOLDEN
        )
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            state = (state ^ (state >> np.uint64(shift))) * np.uint64(factor)
        state ^= state >> np.uint64(31)
    drawn: Rows = np.sort(rows[np.argsort(state, kind="stable")[: max(0, n_drawn)]])
    return drawn


def _mixed(seed: int) -> int:
    """Part neighbouring seeds, whose sequences would else begin a few places apart."""
    z = (seed * _GOLDEN + 1) & _WORD
    z = ((z ^ z >> 30) * 0xBF58476D1CE4E5B9) & _WORD
    return z ^ z >> 27


def without_documents(corpus: EncodedCorpus, rows: Rows) -> EncodedCorpus:
    """Return the corpus with these documents empty; the others keep their places.

    Its counts of words are those of what is left. Token ids are copied.
    """
    offsets = corpus.offsets.astype(np.int64)
    gone = np.zeros(corpus.n_docs, np.bool_)
    gone[rows] = True
    lengths = np.diff(offsets)
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.where(gone, 0, lengths))])
    breaks = corpus.break_offsets.astype(np.int64)
    document = np.searchsorted(offsets, breaks, side="right") - 1
    stays = ~gone[document]
    moved = breaks[stays] - offsets[document[stays]] + starts[document[stays]]
    left = replace(
        corpus,
        token_ids=np.asarray(corpus.token_ids)[np.repeat(~gone, lengths)],
        offsets=starts.astype(np.uint64),
        break_offsets=moved.astype(np.uint64),
        text=None,
    )
    return counted_anew(left)
