"""Which words stand around a word: counts within a window, and where a window has certain words.

Words that a model leaves out are taken away before windows are laid, and windows end with
documents and paragraphs, both as in training. Every word within reach counts once: what training
leaves to chance (narrower windows, frequent words left out) is not imitated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.mask import MaskedBlock, Rows, masked_blocks

Counts = npt.NDArray[np.int64]
Doubles = npt.NDArray[np.float64]


class Contexts(NamedTuple):
    """``together`` int64 (n_words, n_kept): how often each kept word stands around each word.

    ``pairs`` int64 (n_kept,): how many neighbours each kept word has in all.
    """

    together: Counts
    pairs: Counts


def contexts(corpus: EncodedCorpus, kept: Rows, words: Sequence[int], window: int) -> Contexts:
    """Count what stands within ``window`` kept words of some words, given as places in ``kept``."""
    together = np.zeros((len(words), len(kept)), np.int64)
    pairs = np.zeros(len(kept), np.int64)
    for block in masked_blocks(corpus, kept):
        pairs += _pairs(block, window, len(kept))
        for number, word in enumerate(words):
            near = [block.token_ids[places] for _, places in _reached(block, word, window)]
            if near:
                together[number] += np.bincount(np.concatenate(near), minlength=len(kept))
    return Contexts(together, pairs)


def telling_occurrences(
    corpus: EncodedCorpus, kept: Rows, word: int, window: int, weights: Doubles
) -> Doubles:
    """Return for each occurrence of a word, in the corpus's order, the weights around it, summed.

    ``weights`` (n_kept,) are those of kept words; one that stands there twice counts once.
    """
    sums = [np.zeros(0)]
    for block in masked_blocks(corpus, kept):
        n = int(np.count_nonzero(block.token_ids == word))
        seen = np.full((n, 2 * window), -1, np.int64)
        for column, (occurrences, places) in enumerate(_reached(block, word, window)):
            seen[occurrences, column] = block.token_ids[places]
        seen.sort(axis=1)
        repeated = np.zeros(seen.shape, np.bool_)
        repeated[:, 1:] = seen[:, 1:] == seen[:, :-1]
        sums.append(np.where((seen < 0) | repeated, 0, weights[seen]).sum(axis=1))
    return np.concatenate(sums)


def _reached(block: MaskedBlock, word: int, window: int) -> Iterator[tuple[Rows, Rows]]:
    """Yield, for each step to the left and right, which occurrences reach a word, and where."""
    places = np.flatnonzero(block.token_ids == word)
    if not len(places):
        return
    edges = np.append(block.paragraphs, len(block.token_ids))
    stretch = np.searchsorted(edges, places, side="right") - 1
    first, last = edges[stretch], edges[stretch + 1]
    for step in range(1, window + 1):
        for there, inside in (
            (places - step, places - step >= first),
            (places + step, places + step < last),
        ):
            yield np.flatnonzero(inside), there[inside]


def _pairs(block: MaskedBlock, window: int, n_kept: int) -> Counts:
    """Count the neighbours of each kept word in a block."""
    edges = np.append(block.paragraphs, len(block.token_ids))
    lengths = np.diff(edges).astype(np.int32)
    place = np.arange(len(block.token_ids), dtype=np.int32)
    place -= np.repeat(edges[:-1].astype(np.int32), lengths)
    near = np.minimum(place, window)
    np.subtract(np.repeat(lengths, lengths) - 1, place, out=place)
    near += np.minimum(place, window)
    found: Counts = np.bincount(block.token_ids, near, n_kept).astype(np.int64)
    return found
