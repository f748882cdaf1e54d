"""Latent Dirichlet allocation by collapsed Gibbs sampling (Griffiths and Steyvers 2004), natively.

Sampling begins at what a few passes of online EM have found (``lda_start.py``). Documents are
sampled in blocks, between which the counts of words in topics are brought up to date; within one
they are fixed, so that the result does not depend on the number of threads. The priors, unless
they were given, are fitted to the counts every few sweeps (``lda_priors.py``).

Training ends when the likelihood per token, which every sweep gives, has stopped rising; a small
corpus, whose sweeps cost little and whose topics go on improving after that, has more. The
topics are the means of those of the last sweeps; the documents' are inferred from them. The
topics of tokens stay with the model, two bytes each, so that the chain can go on from there.

The counts of the corpus are held in memory (8 bytes for a word of a document, some 40 while the
start is made), as are tables of the words in topics (up to 20 bytes for each word and topic while
the start is made, 17 while eta is fitted); tokens and their topics lie in files that are mapped.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.corpus.counts import CountMatrix, count_matrix
from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.mapped import mapped_array
from latentcli.corpus.mask import Rows
from latentcli.engines.lda_priors import fitted_alpha, fitted_eta, histogram, n_bins
from latentcli.engines.lda_seeds import NO_SEEDS, PseudoTokens, pseudo_tokens
from latentcli.engines.lda_start import first_topic_words
from latentcli.engines.parameters import LdaParameters
from latentcli.engines.stopped import Stopped
from latentcli.engines.topic_merging import merged_topics
from latentcli.errors import DamagedArtefact, InputError, RequestError
from latentcli.kernels import lda_sample
from latentcli.kernels.padded_table import padded_table
from latentcli.models.topic_model import LdaModel, trained_on
from latentcli.observer import Observer
from latentcli.queries.inference import infer_lda

MOST_TOPICS = 0xFFFE
LEAST_PRIOR = 1e-6  # below it, products of probabilities vanish in float32
LONGEST_DOCUMENT = (1 << 24) - 1
_NO_TOPIC = 0xFFFF
# A sweep is made in 16 blocks, of so many tokens at least and at most.
_BLOCKS = 16
_LEAST_BLOCK, _MOST_BLOCK = 1 << 16, 1 << 20
_MOST_BLOCK_WORK = 1 << 27  # tokens times topics: some tenths of a second
_PRIORS_EVERY = 5
# Fitted to short texts, alpha grows so small that each has one topic, which serves unseen texts and
# the topics' coherence worse: up to a mean length of so many tokens its sum is 1 at least.
_SHORT_TEXT = 25
_LEAST_ALPHA_SUM = 1.0
_AVERAGED = 5  # sweeps
_WINDOW = 6  # sweeps
_TOLERANCE = 5e-3
_MOST_SWEEPS = 300
# However settled, tokens are drawn so many times in all for 20 topics, in at most so many sweeps.
_LEAST_DRAWS, _LEAST_SWEEPS = 5e7, 400
_LARGE_CORPUS = 1_000_000  # tokens
# A small corpus has poor optima; so many tokens' worth of starts are tried, and the best is taken.
_MOST_STARTS = 16
_START_TOKENS = 1_600_000
_MOST_VECTORS = 1000
_TRIAL_SWEEPS = 5
_MORE_TOPICS = 1.25


class Trained(NamedTuple):
    """The topic model, and figures of how the training went."""

    model: LdaModel
    metrics: dict[str, Any]


class Topics(NamedTuple):
    """Topics and priors, the likelihood per token at each sweep, and whether it settled.

    ``topic_word`` float32 (n_topics, n_terms): mean counts, and eta; ``token_topic`` uint16
    (n_tokens,): the last of the tokens' topics.
    """

    topic_word: npt.NDArray[np.float32]
    alpha: npt.NDArray[np.float64]
    eta: float
    likelihoods: list[float]
    converged: bool
    token_topic: npt.NDArray[np.uint16]


def train(
    corpus: EncodedCorpus,
    kept: Rows,
    parameters: LdaParameters,
    threads: int,
    scratch: Path,
    observer: Observer,
) -> Trained:
    """Train topics of the words ``kept``; ``scratch`` is a directory for tokens and topics.

    Raises RequestError and InputError where topics or documents are larger than the core counts.
    """
    return _trained(corpus, kept, parameters, threads, scratch, observer)


def resume(
    model: LdaModel,
    metrics: Mapping[str, Any],
    corpus: EncodedCorpus,
    kept: Rows,
    parameters: LdaParameters,
    threads: int,
    scratch: Path,
    observer: Observer,
) -> Trained:
    """Go on with the chain of a model that was trained on the same words of the same corpus.

    ``metrics`` are those of its training; ``parameters.iterations`` are the sweeps to come. Where
    priors were given, not fitted, the draws are those of one chain that was never stopped.
    """
    if model.token_topic is None or model.topic_order is None:
        raise RequestError(
            "the model holds no topics of tokens to go on from", "train it anew with --retrain"
        )
    stopped = Stopped(model, list(metrics["log_likelihood_per_token"]))
    return _trained(corpus, kept, parameters, threads, scratch, observer, stopped)


def _trained(
    corpus: EncodedCorpus,
    kept: Rows,
    parameters: LdaParameters,
    threads: int,
    scratch: Path,
    observer: Observer,
    stopped: Stopped | None = None,
) -> Trained:
    counts = count_matrix(corpus, kept)
    words = corpus.vocabulary.selected(kept).words
    seeds = pseudo_tokens(parameters, words, counts.term_counts())
    topics = fit_topics(counts, parameters, threads, scratch, observer, seeds, stopped)
    trained = LdaModel(
        **trained_on(corpus, kept, counts),
        topic_word=topics.topic_word,
        alpha=topics.alpha,
        eta=np.array([topics.eta]),
        doc_topic=np.zeros((counts.n_docs, parameters.k), np.float32),
        token_topic=topics.token_topic,
        topic_order=np.arange(parameters.k, dtype=np.int32),
    )
    observer.progress("topics of documents", 0, 1)
    trained.doc_topic[:], _ = infer_lda(trained, counts, threads=threads)
    observer.progress("topics of documents", 1, 1)
    return Trained(
        trained,
        {
            "passes": len(topics.likelihoods),
            "converged": topics.converged,
            "log_likelihood_per_token": [round(value, 6) for value in topics.likelihoods],
            "eta": topics.eta,
            "alpha_sum": float(topics.alpha.sum()),
        },
    )


def fit_topics(
    counts: CountMatrix,
    parameters: LdaParameters,
    threads: int,
    scratch: Path,
    observer: Observer,
    seeds: PseudoTokens = NO_SEEDS,
    stopped: Stopped | None = None,
) -> Topics:
    """Find the topics of counted documents; the part of ``train`` that is not bookkeeping."""
    _check_sizes(counts, parameters)
    chain = _Chain(counts, parameters, threads, scratch, seeds)
    if stopped is None:
        _begin(chain, counts, observer)
    else:
        chain.go_on(stopped)
    before = stopped.likelihoods if stopped else []
    likelihoods, converged, topic_word = _sample(chain, parameters.iterations, observer, before)
    return Topics(topic_word, chain.alpha, chain.eta, likelihoods, converged, chain.topics)


def _check_sizes(counts: CountMatrix, parameters: LdaParameters) -> None:
    if parameters.k > MOST_TOPICS:
        raise RequestError(
            f"--k {parameters.k}: the native engine has {MOST_TOPICS} topics at most",
            "use --engine gensim",
        )
    if min(parameters.alpha, parameters.eta) < LEAST_PRIOR:
        raise RequestError(f"alpha and eta must be {LEAST_PRIOR:g} at least")
    if counts.doc_lengths().max(initial=0) > LONGEST_DOCUMENT:
        raise InputError(
            f"a document has more than {LONGEST_DOCUMENT:,} words",
            "cut long documents with --chunk, or use --engine gensim",
        )


def _begin(chain: _Chain, counts: CountMatrix, observer: Observer) -> None:
    """Begin the chain at singular vectors; for a small corpus, at the likeliest of random starts.

    With seed words, and with very many topics, whose vectors take long, all starts are random.
    """
    starts = min(_MOST_STARTS, max(1, _START_TOKENS // max(1, chain.n_tokens)))
    by_vectors = starts == 1 and not len(chain.seeds.terms) and chain.k <= _MOST_VECTORS
    best, likelihood = None, -math.inf
    for number in range(starts):

        def report(done: float, passes: int, number: int = number) -> None:
            observer.progress("first topics", number * passes + done, starts * passes)

        first = _first(chain, counts, number, report, by_vectors)
        chain.begin(first)
        if starts > 1:
            trial = sum(chain.sweep() for _ in range(_TRIAL_SWEEPS))
            if best is None or trial > likelihood:
                best, likelihood = first, trial
    if best is not None:
        chain.begin(best)


def _first(
    chain: _Chain,
    counts: CountMatrix,
    number: int,
    report: Callable[[float, int], None],
    by_vectors: bool,
) -> npt.NDArray[np.int32]:
    """Return words in topics to begin at; every other random one is of some topics more, merged.

    Such a start seldom has one topic split between two and others mixed (``topic_merging.py``).
    Topics with seed words keep their places, and are not merged.
    """
    parameters, threads, k = chain.parameters, chain.threads, chain.k
    more = min(math.ceil(_MORE_TOPICS * k), max(k, counts.n_terms))
    if len(chain.seeds.terms) or k == 1 or number % 2 == 0:
        return first_topic_words(
            counts, parameters, number, threads, report, chain.seeds, by_vectors
        )
    words = first_topic_words(counts, replace(parameters, k=more), number, threads, report)
    first = padded_table(counts.n_terms, k, np.int32)
    first[:, :k] = np.rint(merged_topics(words[:, :more], k))
    return first


def _sample(
    chain: _Chain, iterations: int | None, observer: Observer, before: list[float]
) -> tuple[list[float], bool, npt.NDArray[np.float32]]:
    """Sweep until done; return each sweep's likelihood, whether it settled, and the topics.

    Where no number of sweeps was given, the last ``_AVERAGED`` come after it has settled. Those
    ``before`` the chain was stopped are counted, too, but it has to settle again.
    """
    likelihoods = list(before)
    least = _least_sweeps(chain.n_tokens, chain.k)
    limit = len(before) + (iterations or least + _MOST_SWEEPS)
    left = min(_AVERAGED, limit - len(before))
    settled = False
    mean = np.zeros_like(chain.word_topic, np.float32)
    averaged = 0
    # How many there will be is known once it has settled.
    stage = "sampling" if iterations else f"sampling until it settles, at most {limit} passes"
    total = limit if iterations else None
    while left:

        def report(done: float, total: int | None = total) -> None:
            observer.progress(stage, done, total)

        likelihoods.append(chain.sweep(report))
        enough = len(likelihoods) >= least
        settled = settled or (enough and _has_settled(likelihoods[len(before) :], chain.k))
        if settled and total is None:
            total = min(limit, len(likelihoods) + left - 1)
        at_end = limit - len(likelihoods) < left
        if averaged or at_end or (settled and iterations is None):
            mean += chain.word_topic
            averaged += 1
            left -= 1
        elif len(likelihoods) % _PRIORS_EVERY == 0:
            chain.fit_priors()
    observer.progress(stage, len(likelihoods), len(likelihoods))
    topic_word = mean[:, : chain.k].T / np.float32(averaged) + np.float32(chain.eta)
    return likelihoods, settled, np.ascontiguousarray(topic_word)


def _least_sweeps(n_tokens: int, k: int) -> int:
    """Return how many sweeps are made at least: the more, the smaller the corpus.

    Topics of few or short documents grow more coherent long after the likelihood has settled; from
    a million tokens on they hardly do.
    """
    if n_tokens >= _LARGE_CORPUS:
        return 0
    draws = _LEAST_DRAWS * math.sqrt(k / 20)
    return int(min(_LEAST_SWEEPS, draws / max(1, n_tokens)))


def _has_settled(likelihoods: list[float], k: int) -> bool:
    """Tell whether the mean likelihood of 6 sweeps is hardly above that of the 6 before.

    It is a random walk about its mean, so that single sweeps say little. Hardly: by 5 in 1,000,
    divided by k^(2/3), since the more topics there are, the slower the chain finds them.
    """
    if len(likelihoods) < 2 * _WINDOW:
        return False
    now = float(np.mean(likelihoods[-_WINDOW:]))
    before = float(np.mean(likelihoods[-2 * _WINDOW : -_WINDOW]))
    return bool(now - before <= _TOLERANCE * k ** (-2 / 3) * abs(now))


class _Chain:
    """The state of the sampler: a topic for each token, the counts of these, and the priors."""

    def __init__(
        self,
        counts: CountMatrix,
        parameters: LdaParameters,
        threads: int,
        scratch: Path,
        seeds: PseudoTokens,
    ) -> None:
        lengths = counts.doc_lengths()
        self.k = parameters.k
        self.alpha = np.full(self.k, parameters.alpha)
        self.eta = parameters.eta
        self.word_topic = padded_table(counts.n_terms, self.k, np.int32)
        self._totals = np.zeros(self.k, np.int64)
        self.parameters, self.threads, self.seeds = parameters, threads, seeds
        self._pseudo = seeds.totals(self.k)
        self._starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
        self.n_tokens = int(self._starts[-1])
        mean_length = self.n_tokens / max(1, int((lengths > 0).sum()))
        self._least_alpha_sum = _LEAST_ALPHA_SUM if mean_length <= _SHORT_TEXT else 0.0
        self._tokens = mapped_array(scratch / "tokens", np.uint32, self.n_tokens)
        self.topics = mapped_array(scratch / "topics", np.uint16, self.n_tokens)
        self._bins = n_bins(int(lengths.max(initial=0)))
        self._by_document = histogram(lengths, self._bins)
        self._by_topic = np.zeros((self.k, self._bins), np.int64)
        self._lengths = lengths
        self._sweeps = 0
        for first, last in self._blocks():
            rows = counts.rows(first, last)
            self._tokens[self._starts[first] : self._starts[last]] = np.repeat(
                rows.terms, rows.counts
            )

    def begin(self, first: npt.NDArray[np.int32]) -> None:
        """Give each token a topic, drawn with the words of topics that stand in ``first``."""
        self._sweeps = 0
        self.topics[:] = _NO_TOPIC
        self.word_topic[:] = first
        totals = first[:, : self.k].sum(axis=0, dtype=np.int64)
        self._totals[:] = totals
        self._add_seeds()
        self.sweep()
        self.word_topic -= first
        self._totals -= totals

    def go_on(self, stopped: Stopped) -> None:
        """Take the state of a chain that was stopped."""
        model = stopped.model
        if model.token_topic is None or model.topic_order is None:
            raise ValueError("the model has no topics of tokens")
        sound = len(model.token_topic) == self.n_tokens and model.n_topics == self.k
        if not sound or int(model.token_topic.max(initial=0)) >= self.k:
            raise DamagedArtefact("the topics of its tokens do not fit its corpus")
        self.alpha[model.topic_order] = model.alpha
        self.eta = float(model.eta[0])
        self.topics[:] = model.token_topic
        self.word_topic[:] = 0
        cells = self.word_topic.reshape(-1)
        for first, last in self._blocks():
            block = slice(int(self._starts[first]), int(self._starts[last]))
            rows = self._tokens[block].astype(np.int64) * self.word_topic.shape[1]
            np.add.at(cells, rows + self.topics[block], 1)
        self._totals[:] = self.word_topic[:, : self.k].sum(axis=0, dtype=np.int64)
        self._add_seeds()
        self._sweeps = len(stopped.likelihoods) + 1

    def _add_seeds(self) -> None:
        self.seeds.add_to(self.word_topic)
        self._totals += self._pseudo

    def sweep(self, report: Callable[[float], None] = lambda done: None) -> float:
        """Draw each token's topic anew; return the likelihood per token, as it was met with.

        It is the mean of log p(token | the topics of all other tokens). ``report`` is told how many
        sweeps are done.
        """
        self._by_topic[:] = 0
        normalisers = np.zeros(len(self._lengths))
        for first, last in self._blocks():
            begin, end = int(self._starts[first]), int(self._starts[last])
            report(self._sweeps - 1 + begin / max(1, self.n_tokens))
            lda_sample(
                self._tokens[begin:end],
                self.topics[begin:end],
                self._starts[first : last + 1] - begin,
                self.word_topic,
                self._totals,
                self.alpha,
                self.eta,
                self.parameters.seed,
                self._sweeps,
                begin,
                normalisers[first:last],
                self._by_topic,
                self.threads,
            )
        self._sweeps += 1
        full = self._lengths > 0
        lengths = self._lengths[full]
        whole = lengths * np.log(lengths - 1 + self.alpha.sum())
        return float((normalisers[full] - whole).sum()) / max(1, self.n_tokens)

    def fit_priors(self) -> None:
        """Fit the priors that were not given to the counts of the last sweep."""
        if self.parameters.fit_alpha:
            self.alpha = fitted_alpha(self.alpha, self._by_topic, self._by_document)
            self.alpha *= max(1.0, self._least_alpha_sum / float(self.alpha.sum()))
        if self.parameters.fit_eta:
            pairs = histogram(self.word_topic[:, : self.k], n_bins(int(self.word_topic.max())))
            seeded = self.word_topic[self.seeds.terms, self.seeds.topics].astype(np.int64)
            pairs -= histogram(seeded, len(pairs))
            totals = self._totals - np.bincount(self.seeds.topics, seeded, self.k).astype(np.int64)
            n_terms = len(self.word_topic) - np.bincount(self.seeds.topics, minlength=self.k)
            self.eta = fitted_eta(self.eta, pairs, totals, n_terms)

    def _blocks(self) -> Iterator[tuple[int, int]]:
        """Yield ranges of documents of about as many tokens each, or one longer document."""
        first, n_docs = 0, len(self._lengths)
        most = min(_MOST_BLOCK, _MOST_BLOCK_WORK // self.k)
        size = max(1, min(max(_LEAST_BLOCK, self.n_tokens // _BLOCKS), most))
        while first < n_docs:
            limit = self._starts[first] + size
            last = int(np.searchsorted(self._starts, limit, side="right")) - 1
            last = min(max(last, first + 1), n_docs)
            yield first, last
            first = last
