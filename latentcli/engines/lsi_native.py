"""Latent semantic indexing by our own truncated SVD."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.mask import Rows
from latentcli.engines.lsi import Trained, signs, trained, weighted_counts
from latentcli.engines.parameters import LsiParameters
from latentcli.engines.truncated_svd import Sparse, truncated_svd
from latentcli.observer import Observer


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
    matrix = Sparse(counts.starts, counts.terms, found.weights.astype(np.float32), counts.n_terms)
    svd = truncated_svd(
        matrix,
        parameters.k,
        parameters.seed,
        parameters.iterations,
        threads,
        lambda done, total: observer.progress("training", done, total),
    )
    sign = signs(found, svd.right)
    return trained(
        corpus,
        kept,
        parameters,
        found,
        svd.right * sign,
        svd.values,
        svd.left * (svd.values * sign),
    )
