"""In how many sliding windows, or documents, of a corpus words stand, alone and in pairs.

These are the Boolean sliding windows and Boolean documents of Röder, Both and Hinneburg (2015),
as gensim counts them: a document shorter than the window, an empty one too, is one window; and a
word is taken to leave a window with its first occurrence there, though it may have another, until
it next enters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.corpus.encoded import EncodedCorpus, document_blocks
from latentcli.corpus.mask import masked_blocks
from latentcli.kernels import count_windows

Rows = npt.NDArray[np.int64]
Counts = npt.NDArray[np.int64]

_WHOLE = (1 << 62) - 1
_Block = tuple[Rows, npt.NDArray[np.uint32]]


class Windows(NamedTuple):
    """``n_windows`` in all; ``together`` int64 (n_words, n_words): those that hold both words.

    The diagonal says how many hold the word.
    """

    n_windows: int
    together: Counts


def windows_with(
    corpus: EncodedCorpus,
    words: Rows,
    size: int | None,
    kept: Rows | None = None,
    threads: int = 1,
    tell: Callable[[int], None] = lambda n_tokens: None,
) -> Windows:
    """Count the windows of ``size`` tokens with ``words``, distinct rows of the vocabulary.

    ``size`` None: whole documents. ``kept``: all other words are taken out of the text first; by
    default it stays as it is. ``tell`` hears of the tokens counted so far.
    """
    places = np.full(len(corpus.vocabulary), -1, np.int32)
    places[words] = np.arange(len(words), dtype=np.int32)
    places = places if kept is None else places[kept]
    together = np.zeros((len(words), len(words)), np.int64)
    n_windows = done = 0
    for offsets, token_ids in _blocks(corpus, kept):
        tell(done)
        count_windows(token_ids, offsets, places, size or _WHOLE, together, threads)
        more = np.diff(offsets) - size if size else np.zeros(0, np.int64)
        n_windows += len(offsets) - 1 + int(more[more > 0].sum())
        done += len(token_ids)
    return Windows(n_windows, together + np.triu(together, 1).T)


def _blocks(corpus: EncodedCorpus, kept: Rows | None) -> Iterator[_Block]:
    blocks = document_blocks(corpus) if kept is None else masked_blocks(corpus, kept)
    for block in blocks:
        yield block.offsets, block.token_ids
