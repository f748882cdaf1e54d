"""How much two words' company is alike: positive pointwise mutual information with context words.

Church and Hanks (1990); that word2vec with negative sampling fits vectors to it: Levy and Goldberg
(2014).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.corpus.contexts import Contexts, Counts

Doubles = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]


class SharedContexts(NamedTuple):
    """Context words that two words attract both, the weightiest first: ``rows`` int64 (n,).

    ``a`` and ``b`` float64 (n_kept,): the positive pointwise mutual information of every kept word
    with each of the two, in bits. ``shares`` float64 (n_kept,): what each adds to the product of
    the two, 1 in all. ``cosine`` of the two.
    """

    rows: Rows
    a: Doubles
    b: Doubles
    shares: Doubles
    cosine: float


def shared_contexts(counts: Contexts, least: int) -> SharedContexts:
    """Compare the contexts of two words, of which ``counts.together`` has two rows.

    A context word that stands around either less than ``least`` times is no evidence of anything,
    and counts as none (Church and Hanks advise 5).
    """
    a, b = (
        np.where(together >= least, ppmi(together, counts.pairs), 0) for together in counts.together
    )
    products = a * b
    total = float(products.sum())
    lengths = float(np.sqrt((a**2).sum() * (b**2).sum()))
    rows = np.flatnonzero(products)
    # Ties go in the order of the vocabulary, the frequent first.
    rows = rows[np.argsort(-products[rows], kind="stable")]
    shares = products / total if total else products
    return SharedContexts(rows, a, b, shares, total / lengths if lengths else 0.0)


def ppmi(together: Counts, pairs: Counts) -> Doubles:
    """Return max(0, log2 of n(w, c) N / n(w) n(c)) of one word w: float64 (n_kept,).

    ``together``: n(w, c) of each context word c; ``pairs``: n(c), all its neighbours; N: those of
    all words.
    """
    expected = together.sum() * (pairs / max(1, pairs.sum()))
    ratio = np.divide(together, expected, out=np.ones(len(pairs)), where=expected > 0)
    found: Doubles = np.log2(np.maximum(ratio, 1))
    return found
