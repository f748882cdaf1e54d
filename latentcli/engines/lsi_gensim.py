"""Latent semantic indexing by gensim's randomised SVD (Halko, Martinsson and Tropp 2011)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from gensim.models.lsimodel import stochastic_svd
from scipy import sparse

from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.mask import Rows
from latentcli.engines.lsi import Trained, signs, trained, weighted_counts
from latentcli.engines.parameters import LsiParameters
from latentcli.observer import Observer

# Dimensions beside the k wanted, which make the first k accurate; as many as gensim's LsiModel.
_EXTRA_DIMS = 100


def train(
    corpus: EncodedCorpus,
    kept: Rows,
    parameters: LsiParameters,
    threads: int,
    scratch: Path,
    observer: Observer,
) -> Trained:
    """Decompose the weighted counts of the words ``kept`` into ``k`` topics, or their rank.

    Raises InputError where the weights leave nothing.
    """
    found = weighted_counts(corpus, kept, parameters.weighting)
    counts = found.counts
    matrix = sparse.csr_matrix(
        (found.weights, counts.terms, counts.starts), shape=(counts.n_docs, counts.n_terms)
    )
    observer.progress("training", 0, 1)
    u, s = stochastic_svd(
        matrix.T.tocsc(),
        parameters.k,
        counts.n_terms,
        extra_dims=_EXTRA_DIMS,
        power_iters=parameters.iterations,
        random_seed=parameters.seed,
    )
    # gensim decomposes u in place of a rank below k with singular values of rounding size.
    rank = int(np.count_nonzero(s > s.max(initial=0.0) * 1e-9))
    u, s = u[:, :rank], s[:rank]
    u = u * signs(found, u)
    observer.progress("training", 1, 1)
    return trained(corpus, kept, parameters, found, u, s, matrix @ u)
