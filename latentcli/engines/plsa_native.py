"""Probabilistic latent semantic analysis (Hofmann 1999), natively.

Expectation and maximisation on the counts: p(word | document) is a mixture of p(word | topic).
Documents and words take turns, as in multiplicative updates of a non-negative factorisation by
Kullback-Leibler divergence, of which this is the normalised form (Gaussier and Goutte 2005). It
begins at the singular vectors' positive parts, as that does (``nndsvd.py``): of several such
starts at the one that is likeliest after a few passes. Or, where that is likelier after some more,
at what online EM has found (``lda_start.py``) with a quarter more topics, of which the most alike
are then merged (``topic_merging.py``). It ends when the likelihood has all but stopped rising.

Tempered EM takes p(topic | word, document) to the power of beta. A tenth of the tokens is held
out; EM stops as soon as they become no likelier, and beta is lowered as long as that helps.

The corpus takes 20 bytes of memory for each word of a document.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.corpus.counts import CountMatrix, count_matrix
from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.mask import Rows
from latentcli.engines.lda_start import first_topic_words
from latentcli.engines.nndsvd import Factors, nndsvd, without_zeros
from latentcli.engines.parameters import LdaParameters, PlsaParameters
from latentcli.engines.topic_merging import merged_topics
from latentcli.engines.truncated_svd import Sparse
from latentcli.errors import RequestError
from latentcli.kernels import SparseMatrix, plsa_step
from latentcli.kernels.padded_table import padded_table
from latentcli.models.topic_model import PlsaModel, trained_on
from latentcli.observer import Observer
from latentcli.queries.folding_in import fold_in

_MOST_PASSES = 500
_WINDOW = 5  # passes
_TOLERANCE = 3e-5
_BLOCK_WORK = 1 << 28  # pairs times topics: some tenths of a second
_VANISHED = np.float32(1e-30)  # smaller ones would soon be denormal, and slow
_LEAST_SHARE = np.float32(1e-6)  # of a document's topic where EM goes on: 0 would stay 0
# Other starts are tried beside it, of either kind: so many at most, of so many tokens in all. On
# larger corpora what is likelier after a few passes was not better in the end.
_VECTOR_STARTS, _EM_STARTS = 3, 4
_START_TOKENS = 1_200_000
_MORE_TOPICS = 1.25  # of online EM
_TRIAL_PASSES, _FINAL_PASSES = 15, 30
_HELD_OUT = 0.1
_COOLING = 0.9
_LOWEST_BETA = 0.2
_GAIN = 1e-4  # of the likelihood of held-out tokens: less is none
# After so many passes without a gain a beta has given what it can; after so many betas, all have.
_PATIENCE = 3
_BETAS = 5

Table = npt.NDArray[np.float32]


class Trained(NamedTuple):
    """The topic model, and figures of how the training went."""

    model: PlsaModel
    metrics: dict[str, Any]


class Topics(NamedTuple):
    """p(word | topic), float64 (n_topics, n_terms), the last beta, and how it went."""

    topic_word: npt.NDArray[np.float64]
    beta: float
    metrics: dict[str, Any]


def train(
    corpus: EncodedCorpus,
    kept: Rows,
    parameters: PlsaParameters,
    threads: int,
    scratch: Path,
    observer: Observer,
) -> Trained:
    """Train topics of the words ``kept``."""
    counts = count_matrix(corpus, kept)
    topics = fit_topics(counts, parameters, threads, observer)
    return _trained(corpus, kept, counts, topics, threads, observer)


def resume(
    model: PlsaModel,
    metrics: Mapping[str, Any],
    corpus: EncodedCorpus,
    kept: Rows,
    parameters: PlsaParameters,
    threads: int,
    scratch: Path,
    observer: Observer,
) -> Trained:
    """Go on with the EM of a model that was trained on the same words of the same corpus.

    ``metrics`` are those of its training; ``parameters.iterations`` are the passes to come. It goes
    on from the model's topics and those that documents have by them. Raises RequestError where
    the model is tempered: it has ended where held-out tokens became no likelier.
    """
    if parameters.tempered:
        raise RequestError(
            "a tempered model has ended where held-out tokens became no likelier",
            "train one without --tempered",
        )
    counts = count_matrix(corpus, kept)
    stopped = Factors(model.doc_topic, model.topic_word)
    topics = fit_topics(counts, parameters, threads, observer, stopped)
    before = metrics["log_likelihood_per_token"]
    likelihoods = [*before, *topics.metrics["log_likelihood_per_token"]]
    both = {"passes": len(likelihoods), "log_likelihood_per_token": likelihoods}
    topics = topics._replace(metrics=topics.metrics | both)
    return _trained(corpus, kept, counts, topics, threads, observer)


def _trained(
    corpus: EncodedCorpus,
    kept: Rows,
    counts: CountMatrix,
    topics: Topics,
    threads: int,
    observer: Observer,
) -> Trained:
    observer.progress("topics of documents", 0, 1)
    doc_topic, _ = fold_in(topics.topic_word, counts, topics.beta, threads=threads)
    observer.progress("topics of documents", 1, 1)
    model = PlsaModel(
        **trained_on(corpus, kept, counts),
        topic_word=topics.topic_word.astype(np.float32),
        doc_topic=doc_topic.astype(np.float32),
        beta=np.array([topics.beta]),
    )
    return Trained(model, topics.metrics)


def fit_topics(
    counts: CountMatrix,
    parameters: PlsaParameters,
    threads: int,
    observer: Observer,
    stopped: Factors | None = None,
) -> Topics:
    """Find the topics of counted documents; the part of ``train`` that is not bookkeeping.

    ``stopped`` are p(topic | document) and p(word | topic) to go on from.
    """
    if parameters.tempered:
        return _tempered(counts, parameters, threads, observer)
    most = parameters.iterations or _MOST_PASSES
    if stopped is None:
        em, likelihoods = _begun(counts, parameters, most, threads, observer)
    else:
        em, likelihoods = _Em(counts, len(stopped.words), threads), []
        em.go_on(stopped)
    settled = False
    while len(likelihoods) < most:
        likelihoods.append(em.step(_reporting(observer, len(likelihoods), parameters)))
        settled = _has_settled(likelihoods)
        if settled and parameters.iterations is None:
            break
    observer.progress("fitting", len(likelihoods), len(likelihoods))
    metrics = {
        "passes": len(likelihoods),
        "converged": settled,
        "log_likelihood_per_token": [round(value, 6) for value in likelihoods],
    }
    return Topics(em.topic_word(), 1.0, metrics)


def _has_settled(likelihoods: list[float]) -> bool:
    """Tell whether 5 passes have raised the likelihood by no more than 3 in 100,000."""
    if len(likelihoods) <= _WINDOW:
        return False
    rise = likelihoods[-1] - likelihoods[-1 - _WINDOW]
    return bool(rise <= _TOLERANCE * abs(likelihoods[-1]))


class _Report:
    """Tells an observer how many passes are done."""

    def __init__(self, observer: Observer, done: int, total: int | None) -> None:
        self._observer, self._done, self._total = observer, done, total

    def __call__(self, part: float) -> None:
        self._observer.progress("fitting", self._done + part, self._total)


def _reporting(observer: Observer, done: int, parameters: PlsaParameters) -> _Report:
    return _Report(observer, done, parameters.iterations)


def _begun(
    counts: CountMatrix, parameters: PlsaParameters, most: int, threads: int, observer: Observer
) -> tuple[_Em, list[float]]:
    """Return EM where it comes to in a few passes, ``most`` at most, from the best of its starts.

    Each of these passes has the likelihood per token that it met with.
    """
    em = _Em(counts, parameters.k, threads)
    if not most:
        em.begin(_by_vectors(counts, parameters, 0, threads))
        return em, []
    room = _START_TOKENS // max(1, em.n_tokens)
    kinds = {_by_vectors: 1 + min(_VECTOR_STARTS, room), _by_online_em: min(_EM_STARTS, room)}
    starts, tried = sum(kinds.values()), 0
    finalists = []
    for begin, how_many in kinds.items():
        if not how_many:
            continue
        best, passes = em.state(), [-math.inf]
        for number in range(how_many):
            observer.progress("first topics", tried, starts)
            tried += 1
            em.begin(begin(counts, parameters, number, threads))
            trial = em.steps(min(_TRIAL_PASSES, most))
            if trial[-1] > passes[-1]:
                best, passes = em.state(), trial
        em.restore(best)
        # Those by vectors go on rising longer; tempering begins before they fit too closely.
        more = 0 if parameters.tempered else min(_FINAL_PASSES, most - len(passes))
        finalists.append((passes + em.steps(more), em.state()))
    observer.progress("first topics", starts, starts)
    passes, best = max(finalists, key=lambda finalist: finalist[0][-1])
    em.restore(best)
    return em, passes


def _by_vectors(
    counts: CountMatrix, parameters: PlsaParameters, number: int, threads: int
) -> Factors:
    """Return factors to begin at, by singular vectors."""
    values = counts.counts.astype(np.float32)
    rows = Sparse(counts.starts, counts.terms, values, counts.n_terms)
    return nndsvd(rows, parameters.k, parameters.seed, threads, number)


def _by_online_em(
    counts: CountMatrix, parameters: PlsaParameters, number: int, threads: int
) -> Factors:
    """Return factors to begin at, by online EM of some topics more, merged."""
    k = parameters.k
    more = min(math.ceil(_MORE_TOPICS * k), max(k, counts.n_terms)) if k > 1 else 1
    like_lda = LdaParameters(k=more, seed=parameters.seed)
    words = first_topic_words(counts, like_lda, number + 1, threads, lambda done, passes: None)
    merged = merged_topics(words[:, :more], k)
    flat = np.full((counts.n_docs, k), 1 / k, np.float32)
    return Factors(flat, np.ascontiguousarray(merged.T, np.float32))


def _tempered(
    counts: CountMatrix, parameters: PlsaParameters, threads: int, observer: Observer
) -> Topics:
    """Lower beta as long as tokens that are held out become likelier."""
    seen, held = held_out(counts, _HELD_OUT, parameters.seed)
    most = parameters.iterations or _MOST_PASSES
    em, before = _begun(seen, parameters, most - 1, threads, observer)
    tokens = max(1, int(held.counts.sum()))
    limit = most - len(before)
    likelihoods: list[float] = []
    beta = best_beta = 1.0
    best, kept = -math.inf, em.state()
    in_vain = 0
    while in_vain < _BETAS and beta >= _LOWEST_BETA and len(likelihoods) < limit:
        in_vain += 1
        idle = 0
        while idle < _PATIENCE and len(likelihoods) < limit:
            done = len(before) + len(likelihoods)
            em.step(_reporting(observer, done, parameters), beta)
            found = em.likelihood_of(held) / tokens
            likelihoods.append(found)
            idle += 1
            if found > best + _GAIN * abs(found):
                best, best_beta, kept = found, beta, em.state()
                in_vain = idle = 0
        em.restore(kept)
        beta *= _COOLING
    passes = len(before) + len(likelihoods)
    observer.progress("fitting", passes, passes)
    metrics = {
        "passes": passes,
        "converged": in_vain == _BETAS or beta < _LOWEST_BETA,
        "beta": best_beta,
        "held_out_tokens": tokens,
        "held_out_log_likelihood_per_token": max(likelihoods),
        "held_out_log_likelihoods": [round(value, 6) for value in likelihoods],
    }
    return Topics(em.topic_word(), best_beta, metrics)


def held_out(counts: CountMatrix, share: float, seed: int) -> tuple[CountMatrix, CountMatrix]:
    """Return the counts without, and of, a share of the tokens, drawn one by one by the seed."""
    drawn = np.random.default_rng(seed).binomial(counts.counts, share).astype(np.int32)
    return _positive(counts, counts.counts - drawn), _positive(counts, drawn)


def _positive(counts: CountMatrix, found: npt.NDArray[np.int32]) -> CountMatrix:
    there = found > 0
    before = np.concatenate([np.zeros(1, np.int64), np.cumsum(there)])
    return CountMatrix(before[counts.starts], counts.terms[there], found[there], counts.n_terms)


class _Pairs(NamedTuple):
    """Counts in compressed rows, as the kernel wants them."""

    starts: npt.NDArray[np.int64]
    columns: npt.NDArray[np.int32]
    counts: Table

    def blocks(self, width: int) -> Iterator[tuple[int, int]]:
        """Yield ranges of rows that take some tenths of a second each, or one longer row."""
        first, n_rows = 0, len(self.starts) - 1
        size = max(1, _BLOCK_WORK // width)
        while first < n_rows:
            last = int(np.searchsorted(self.starts, self.starts[first] + size, "right")) - 1
            last = min(max(last, first + 1), n_rows)
            yield first, last
            first = last


class _Em:
    """Expectation and maximisation: ``topics`` are p(word | topic), ``mixtures`` p(topic | doc)."""

    def __init__(self, counts: CountMatrix, k: int, threads: int) -> None:
        self.k, self._threads = k, threads
        self.n_tokens = int(counts.counts.sum(dtype=np.int64))
        self.mixtures = padded_table(counts.n_docs, k, np.float32)
        self.topics = padded_table(counts.n_terms, k, np.float32)
        self._by_document = _Pairs(counts.starts, counts.terms, counts.counts.astype(np.float32))
        self._by_term = _transposed(self._by_document, counts.n_terms)

    def begin(self, first: Factors) -> None:
        """Begin at factors of the counts; EM keeps a 0, so the mean count is put there."""
        mean = self.n_tokens / max(1, len(self.mixtures) * len(self.topics))
        documents, words = without_zeros(first, mean)
        self.topics[:, : self.k] = words.T
        self.mixtures[:, : self.k] = documents * words.sum(axis=1)
        self._normalise_topics()
        self.mixtures /= self.mixtures.sum(axis=1, keepdims=True)

    def go_on(self, stopped: Factors) -> None:
        """Go on from shares of topics in documents, and of words in topics."""
        self.topics[:, : self.k] = stopped.words.T
        self.mixtures[:, : self.k] = np.maximum(stopped.documents, _LEAST_SHARE)
        self.mixtures /= self.mixtures.sum(axis=1, keepdims=True)

    def step(self, report: _Report | None = None, beta: float = 1.0) -> float:
        """Make a pass; return the likelihood per token, as it was met with."""
        if report is not None:
            report(0)
        likelihood = self._step_of_documents(beta)
        if report is not None:
            report(0.5)
        self._advance(self._by_term, self.mixtures, self.topics, beta, report)
        self._normalise_topics()
        return likelihood / max(1, self.n_tokens)

    def steps(self, passes: int) -> list[float]:
        """Make passes; return the likelihood per token that each met with."""
        return [self.step() for _ in range(passes)]

    def likelihood_of(self, counts: CountMatrix) -> float:
        """Return log p of other tokens of the same documents."""
        pairs = _Pairs(counts.starts, counts.terms, counts.counts.astype(np.float32))
        return self._advance(pairs, self.topics, _powers(self.mixtures, 1), 1.0)

    def topic_word(self) -> npt.NDArray[np.float64]:
        """Return p(word | topic) of the topics that are anywhere."""
        topics = self.topics[:, : self.k].T.astype(np.float64)
        return np.ascontiguousarray(topics[topics.sum(axis=1) > 0])

    def state(self) -> tuple[Table, Table]:
        """Return what ``restore`` takes."""
        return self.mixtures.copy(), self.topics.copy()

    def restore(self, state: tuple[Table, Table]) -> None:
        """Go back to a state."""
        self.mixtures[:], self.topics[:] = state

    def _step_of_documents(self, beta: float) -> float:
        likelihood = self._advance(self._by_document, self.topics, self.mixtures, beta)
        totals = self.mixtures.sum(axis=1, keepdims=True)
        np.divide(self.mixtures, totals, out=self.mixtures, where=totals > 0)
        return likelihood

    def _normalise_topics(self) -> None:
        totals = self.topics.sum(axis=0, dtype=np.float64)
        self.topics *= (1 / np.where(totals > 0, totals, 1)).astype(np.float32)

    def _advance(
        self,
        pairs: _Pairs,
        table: Table,
        weights: Table,
        beta: float,
        report: _Report | None = None,
    ) -> float:
        """Replace ``weights`` by the tokens expected of them; return the likelihood before."""
        if beta != 1:
            table = _powers(table, beta)
        likelihood = 0.0
        for first, last in pairs.blocks(table.shape[1]):
            if report is not None:
                report(0.5 + 0.5 * first / len(weights))
            a, b = int(pairs.starts[first]), int(pairs.starts[last])
            now = weights[first:last]
            found = padded_table(last - first, self.k, np.float32)
            logs = np.empty(last - first)
            plsa_step(pairs.starts[first : last + 1] - a, pairs.columns[a:b], pairs.counts[a:b],
                      table, now if beta == 1 else _powers(now, beta), found, logs,
                      self._threads)  # fmt: skip
            found[found < _VANISHED] = 0
            full = np.diff(pairs.starts[first : last + 1]) > 0
            now[full] = found[full]
            likelihood += float(logs.sum())
        return likelihood


def _powers(table: Table, beta: float) -> Table:
    n_rows, width = table.shape
    powers = padded_table(n_rows, width, np.float32)
    np.power(table, np.float32(beta), out=powers)
    return powers


def _transposed(pairs: _Pairs, n_columns: int) -> _Pairs:
    starts = np.empty(n_columns + 1, np.int64)
    columns = np.empty(len(pairs.columns), np.int32)
    counts = np.empty(len(pairs.counts), np.float32)
    matrix = SparseMatrix(pairs.starts, pairs.columns, pairs.counts, n_columns)
    matrix.transpose(starts, columns, counts)
    return _Pairs(starts, columns, counts)
