"""Where topic training starts: clusters of documents in their latent semantic space.

Variational inference settles in a local optimum near its start, and the usual random start is
poor: on small corpora most of its topics stay mixed. Ours is spectral: the documents' tf-idf
vectors are reduced to as many dimensions as there are topics (latent semantic indexing), and
clustered by spherical k-means (Dhillon and Modha 2001) from k-means++ seeds (Arthur and
Vassilvitskii 2007); the words of a cluster's documents are a topic's first words.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from gensim.models.lsimodel import stochastic_svd
from scipy import sparse
from scipy.optimize import linear_sum_assignment

from latentcli.corpus.counts import CountMatrix
from latentcli.engines.lda_seeds import PseudoTokens
from latentcli.queries.inference import weighted

Doubles = npt.NDArray[np.float64]
Clusters = npt.NDArray[np.int64]

# The part of each topic's first words that is the same for all topics.
_SHARED = 0.1
_RESTARTS = 8
_SWEEPS = 25
_MOST_DOCS = 20_000


def first_topic_words(counts: CountMatrix, k: int, seed: int) -> Doubles:
    """Return how often each word stands in each topic at the start: (k, n_terms).

    At most 20,000 documents, drawn at random, are clustered; the sums are scaled to all.
    """
    draw = np.random.default_rng(seed)
    documents = np.flatnonzero(np.diff(counts.starts))
    drawn = np.sort(draw.permutation(documents)[:_MOST_DOCS])
    matrix = _sparse(counts, counts.counts)[drawn]
    places = _latent_places(counts, drawn, k, seed)
    clusters = spherical_kmeans(places, k, draw)
    member = sparse.csr_matrix(
        (np.ones(len(drawn)), (clusters, np.arange(len(drawn)))), (k, len(drawn))
    )
    own = (member @ matrix).toarray()
    shared = own.sum(axis=0) / k
    words: Doubles = ((1 - _SHARED) * own + _SHARED * shared) * (len(documents) / len(drawn))
    return words


def seeded(first: Doubles, seeds: PseudoTokens) -> Doubles:
    """Return the clusters in the order of the seeded topics that they fit best.

    ``first`` is (k, n_terms). Seed words are moved to their topics.
    """
    k = len(first)
    fits = np.zeros((k, k))
    shares = first / np.maximum(first.sum(axis=1, keepdims=True), 1e-12)
    np.add.at(fits, seeds.topics, shares[:, seeds.terms].T)
    _, clusters = linear_sum_assignment(-fits)
    words: Doubles = first[clusters]
    occurrences = words[:, seeds.terms].sum(axis=0)
    words[:, seeds.terms] = 0
    words[seeds.topics, seeds.terms] = occurrences
    return words


def _sparse(counts: CountMatrix, weights: npt.NDArray[np.generic]) -> sparse.csr_matrix:
    shape = (counts.n_docs, counts.n_terms)
    return sparse.csr_matrix((weights, counts.terms, counts.starts), shape=shape)


def _latent_places(counts: CountMatrix, drawn: Clusters, k: int, seed: int) -> Doubles:
    """Return the documents' unit vectors in a latent semantic space of k dimensions."""
    document_counts = np.maximum(np.bincount(counts.terms, minlength=counts.n_terms), 1)
    idf = np.log(counts.n_docs / document_counts)
    matrix = _sparse(counts, weighted(counts, idf, unit=True))[drawn]
    if not matrix.data.any():  # every word is in every document: all are in one place
        return np.zeros((len(drawn), k))
    basis, _ = stochastic_svd(
        matrix.T.tocsc(), k, counts.n_terms, extra_dims=k, power_iters=4, random_seed=seed
    )
    places = np.asarray(matrix @ basis, np.float64)
    unit: Doubles = places / np.maximum(np.linalg.norm(places, axis=1, keepdims=True), 1e-12)
    return unit


def spherical_kmeans(points: Doubles, k: int, draw: np.random.Generator) -> Clusters:
    """Cluster unit vectors (n, dim) by cosine; return each one's cluster, int64 (n,).

    The best of several starts by the sum of the cosines to the centres.
    """
    best, best_sum = np.zeros(len(points), np.int64), -np.inf
    for _ in range(_RESTARTS):
        centres = _spread_seeds(points, k, draw)
        for _ in range(_SWEEPS):
            clusters = (points @ centres.T).argmax(axis=1)
            sums = np.zeros_like(centres)
            np.add.at(sums, clusters, points)
            lengths = np.linalg.norm(sums, axis=1, keepdims=True)
            centres = np.where(lengths > 0, sums / np.maximum(lengths, 1e-12), centres)
        total = float((points @ centres.T).max(axis=1).sum())
        if total > best_sum:
            best, best_sum = clusters, total
    return best


def _spread_seeds(points: Doubles, k: int, draw: np.random.Generator) -> Doubles:
    """Draw k points, each with a probability that grows with its distance to those before."""
    chosen = [int(draw.integers(len(points)))]
    gap = np.maximum(1 - points @ points[chosen[0]], 0)
    for _ in range(k - 1):
        total = gap.sum()
        chances = gap / total if total > 0 else None
        chosen.append(int(draw.choice(len(points), p=chances)))
        gap = np.minimum(gap, np.maximum(1 - points @ points[chosen[-1]], 0))
    return points[chosen].copy()
