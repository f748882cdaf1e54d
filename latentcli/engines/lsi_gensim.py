"""Latent semantic indexing by gensim's randomised SVD (Halko, Martinsson and Tropp 2011)."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from gensim.models.lsimodel import stochastic_svd
from scipy import sparse

from latentcli.corpus.counts import count_matrix
from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.mask import Rows
from latentcli.engines.parameters import LsiParameters
from latentcli.errors import InputError
from latentcli.models.topic_model import LsiModel
from latentcli.observer import Observer
from latentcli.queries.inference import weighted

# Dimensions beside the k wanted, which make the first k accurate; as many as gensim's LsiModel.
_EXTRA_DIMS = 100


class Trained(NamedTuple):
    """The topic model, and figures of how the training went."""

    model: LsiModel
    metrics: dict[str, Any]


def train(
    corpus: EncodedCorpus,
    kept: Rows,
    parameters: LsiParameters,
    threads: int,
    scratch: Path,
    observer: Observer,
) -> Trained:
    """Decompose the weighted counts of the words ``kept`` into ``k`` topics, or their rank.

    A word in df of N documents has the weight log2(N / df), and documents have unit length, as
    in gensim's TfidfModel. Raises InputError where that leaves nothing.
    """
    counts = count_matrix(corpus, kept)
    tfidf = parameters.weighting == "tfidf"
    idf = np.ones(counts.n_terms)
    if tfidf:
        document_counts = np.maximum(np.bincount(counts.terms, minlength=counts.n_terms), 1)
        idf = np.log2(counts.n_docs / document_counts)
    weights = weighted(counts, idf, unit=tfidf)
    if not weights.any():
        raise InputError(
            "every word is in all documents, so that tf-idf leaves nothing",
            "use --weighting counts",
        )
    matrix = sparse.csr_matrix(
        (weights, counts.terms, counts.starts), shape=(counts.n_docs, counts.n_terms)
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
    u = u * np.where(u[np.abs(u).argmax(axis=0), np.arange(rank)] < 0, -1.0, 1.0)
    observer.progress("training", 1, 1)
    energy = float((weights * weights).sum())
    model = LsiModel(
        words=corpus.vocabulary.selected(kept).words,
        term_counts=counts.term_counts(),
        doc_lengths=counts.doc_lengths(),
        document_ids=corpus.document_ids,
        tokenizer=corpus.tokenizer,
        term_topic=np.ascontiguousarray(u, np.float32),
        singular_values=np.asarray(s, np.float64),
        idf=idf,
        document_vectors=np.ascontiguousarray(matrix @ u, np.float32),
        weighting=parameters.weighting,
    )
    return Trained(model, {"captured_energy": float((s * s).sum()) / energy if energy else 0.0})
