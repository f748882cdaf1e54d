"""Gibbs sampling and inference of topics agree with the formulas, and with naive twins."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest

from latentcli import kernels
from latentcli.kernels import lda_bin, lda_infer, lda_learn, lda_sample
from latentcli.kernels.padded_table import padded_table

NO_TOPIC = 0xFFFF
SETS = pytest.mark.parametrize("isa", kernels.instruction_sets())
TOPICS = pytest.mark.parametrize("k", [1, 5, 16, 20, 50, 70, 200, 1000])


class Corpus(NamedTuple):
    """Tokens with topics, and the counts of these."""

    words: np.ndarray
    topics: np.ndarray
    starts: np.ndarray
    word_topic: np.ndarray
    totals: np.ndarray
    alpha: np.ndarray
    beta: float

    def copy(self) -> Corpus:
        table = padded_table(len(self.word_topic), len(self.alpha), np.int32)
        table[:] = self.word_topic
        return self._replace(topics=self.topics.copy(), word_topic=table, totals=self.totals.copy())


def corpus(k: int, n_terms: int = 30, assigned: bool = True) -> Corpus:
    """Documents of 0, 1, 5, 0, 40 ... words, some of which occur once; uneven priors."""
    draw = np.random.default_rng(k)
    lengths = np.array([0, 1, 5, 0, 40, 23, 8, 300, 2, 17, 64, 9, 31])
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    words = (n_terms * draw.beta(0.5, 2, starts[-1])).astype(np.uint32)
    topics = draw.integers(0, k, starts[-1]).astype(np.uint16)
    table = padded_table(n_terms, k, np.int32)
    totals = np.zeros(k, np.int64)
    if assigned:
        np.add.at(table, (words, topics), 1)
        totals += np.bincount(topics, minlength=k)
    else:
        topics[:] = NO_TOPIC
    return Corpus(words, topics, starts, table, totals, np.linspace(0.05, 0.3, k), 0.02)


def sample(at: Corpus, threads: int = 1, isa: str = "", sweep: int = 0, **over: Any) -> np.ndarray:
    """Sweep once over the corpus as one block; return the documents' log likelihood."""
    likelihood = np.zeros(len(at.starts) - 1)
    lengths = np.diff(at.starts)
    histograms = np.zeros((len(at.alpha), lda_bin(int(lengths.max())) + 1), np.int64)
    arguments = {
        "words": at.words,
        "topics": at.topics,
        "starts": at.starts,
        "word_topic": at.word_topic,
        "topic_totals": at.totals,
        "alpha": at.alpha,
        "beta": at.beta,
        "seed": 7,
        "sweep": sweep,
        "first_token": 0,
        "log_likelihood": likelihood,
        "histograms": histograms,
        "threads": threads,
        "isa": isa,
    }
    lda_sample(**{**arguments, **over})
    expected = np.zeros_like(histograms)
    for first, last in zip(at.starts, at.starts[1:], strict=False):
        found = np.bincount(at.topics[first:last], minlength=len(at.alpha))
        for topic in np.flatnonzero(found):
            expected[topic, lda_bin(int(found[topic]))] += 1
    np.testing.assert_array_equal(histograms, expected)
    return likelihood


def uniforms(n: int, seed: int = 7, sweep: int = 0) -> np.ndarray:
    """The kernel's random numbers: splitmix64 on the token's place, keyed by seed and sweep."""
    whole = (1 << 64) - 1
    key = (seed * 0xD1342543DE82EF95 + sweep) & whole
    for _ in range(2):
        key = (key ^ key >> 32) * 0xDABA0B6EB09322E3 & whole
    numbers = []
    for token in range(n):
        x = (key + (token + 1) * 0x9E3779B97F4A7C15) & whole
        x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 & whole
        x = (x ^ x >> 27) * 0x94D049BB133111EB & whole
        numbers.append((x ^ x >> 31) >> 40)
    return np.array(numbers) / 2.0**24


def order_of_sums(k: int) -> np.ndarray:
    """In which order the kernel adds topics up: by lane of 16, where there are more than 64."""
    topics = np.arange(k)
    return topics if k <= 64 else topics[np.lexsort((topics // 16, topics % 16))]


def naive_sample(at: Corpus) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The sweep in NumPy: topics drawn, log likelihoods, and how near each draw was to an edge."""
    k, n_terms = len(at.alpha), len(at.word_topic)
    drawn, margins = at.topics.copy(), np.zeros(len(at.words))
    likelihood = np.zeros(len(at.starts) - 1)
    numbers, order = uniforms(len(at.words)), order_of_sums(k)
    for document, (first, last) in enumerate(zip(at.starts, at.starts[1:], strict=False)):
        own = [topic for topic in drawn[first:last] if topic != NO_TOPIC]
        in_document = np.bincount(own, minlength=k).astype(float)
        for i in range(first, last):
            counts = at.word_topic[at.words[i], :k].astype(float)
            totals = at.totals.astype(float)
            if at.topics[i] != NO_TOPIC:
                for array in (counts, totals, in_document):
                    array[at.topics[i]] -= 1
            p = (in_document + at.alpha) * (counts + at.beta) / (totals + n_terms * at.beta)
            sums = np.cumsum(p[order]) / p.sum()
            place = int(np.searchsorted(sums, numbers[i], side="right"))
            drawn[i] = order[min(place, k - 1)]
            margins[i] = np.abs(sums - numbers[i]).min()
            in_document[drawn[i]] += 1
            likelihood[document] += np.log(p.sum())
    return drawn, likelihood, margins


@SETS
@TOPICS
@pytest.mark.parametrize("assigned", [True, False], ids=["assigned", "unassigned"])
def test_a_sweep_is_that_of_the_naive_twin(isa: str, k: int, assigned: bool) -> None:
    at = corpus(k, assigned=assigned)
    drawn, likelihood, margins = naive_sample(at)
    found = sample(at, isa=isa)
    starts = at.starts
    for document, (first, last) in enumerate(zip(starts, starts[1:], strict=False)):
        near = np.flatnonzero(margins[first:last] < 2e-6)  # float32 may decide otherwise there
        if not len(near):
            np.testing.assert_array_equal(at.topics[first:last], drawn[first:last])
            assert found[document] == pytest.approx(likelihood[document], rel=1e-5)
    assert (margins < 2e-6).mean() < 0.02


@SETS
@TOPICS
def test_counts_stay_those_of_the_topics(isa: str, k: int) -> None:
    at = corpus(k)
    for sweep in range(5):
        sample(at, threads=2, isa=isa, sweep=sweep)
        expected = np.zeros_like(at.word_topic)
        np.add.at(expected, (at.words, at.topics), 1)
        np.testing.assert_array_equal(at.word_topic, expected)
        np.testing.assert_array_equal(at.totals, np.bincount(at.topics, minlength=k))


@SETS
@pytest.mark.parametrize("k", [3, 20, 100])
def test_threads_change_nothing(isa: str, k: int) -> None:
    one = corpus(k)
    likelihood = sample(one, isa=isa)
    for threads in (2, 4, 7):
        other = corpus(k)
        np.testing.assert_array_equal(sample(other, threads, isa), likelihood)
        for array, same in zip(other, one, strict=True):
            np.testing.assert_array_equal(array, same)


@SETS
@pytest.mark.parametrize("k", [5, 20, 100])
def test_draws_follow_the_conditional_distribution(isa: str, k: int) -> None:
    """A document of one token, drawn again and again while all counts stay as they are."""
    at = corpus(k)
    document = at.starts.tolist().index(1) - 1  # the document of one token
    token = int(at.starts[document])
    word, old = at.words[token], at.topics[token]
    counts, totals = at.word_topic[word, :k].astype(float), at.totals.astype(float)
    counts[old] -= 1
    totals[old] -= 1
    p = at.alpha * (counts + at.beta) / (totals + len(at.word_topic) * at.beta)
    n = 20_000
    drawn = np.zeros(k)
    one = at._replace(words=at.words[token : token + 1], starts=np.array([0, 1]))
    for sweep in range(n):
        trial = one.copy()._replace(topics=np.array([old], np.uint16))
        bins = np.zeros((k, 2), np.int64)
        lda_sample(trial.words, trial.topics, trial.starts, trial.word_topic, trial.totals,
                   at.alpha, at.beta, 1, sweep, 0, np.zeros(1), bins, 1, isa)  # fmt: skip
        drawn[trial.topics[0]] += 1
    expected = n * p / p.sum()
    likely = expected >= 5
    surprise = ((drawn - expected)[likely] ** 2 / expected[likely]).sum()
    assert surprise < likely.sum() + 5 * np.sqrt(2 * likely.sum())


@SETS
@pytest.mark.parametrize("k", [1, 5, 17, 33, 63, 65, 97, 1000])
def test_topics_of_the_padding_are_never_drawn(isa: str, k: int) -> None:
    at = corpus(k)._replace(alpha=np.full(k, 1e-30), beta=1e-30)  # too small for float32
    for sweep in range(20):
        sample(at, isa=isa, sweep=sweep)
        assert at.topics.max(initial=0) < k


def test_other_seeds_and_sweeps_draw_otherwise() -> None:
    drawn = set()
    for seed, sweep in ((7, 0), (7, 1), (8, 0)):
        at = corpus(20)
        sample(at, seed=seed, sweep=sweep)
        drawn.add(at.topics.tobytes())
    assert len(drawn) == 3


def test_the_bins_are_exact_at_first_and_then_within_a_256th() -> None:
    bins = [lda_bin(n) for n in range(5000)]
    assert bins[:257] == list(range(257))
    assert all(b - a in (0, 1) for a, b in zip(bins, bins[1:], strict=False))
    for n in (300, 1000, 4095, 10**6, (1 << 24) - 1):
        same = [m for m in (n - n // 128, n + n // 128) if lda_bin(m) == lda_bin(n)]
        assert not same


@pytest.mark.parametrize(
    "over",
    [
        {"words": np.full(500, 30, np.uint32)},
        {"words": np.zeros(499, np.uint32)},
        {"topics": np.full(500, 20, np.uint16)},
        {"starts": np.array([0, 400, 300, 500])},
        {"starts": np.array([0, 400])},
        {"alpha": np.zeros(20)},
        {"alpha": np.full(19, 0.1)},
        {"beta": 0.0},
        {"beta": float("nan")},
        {"word_topic": np.zeros((30, 20), np.int32)},
        {"word_topic": padded_table(30, 48, np.int32)},
        {"log_likelihood": np.zeros(3)},
        {"histograms": np.zeros((20, 10), np.int64)},
        {"threads": 0},
        {"isa": "sse9"},
    ],
    ids=lambda over: f"{next(iter(over))}",
)
def test_what_does_not_fit_together_is_refused(over: dict[str, Any]) -> None:
    at = corpus(20)
    assert len(at.words) == 500
    with pytest.raises(ValueError):
        sample(at, **over)


class Bags(NamedTuple):
    """Documents as counts, and topics for them."""

    starts: np.ndarray
    terms: np.ndarray
    counts: np.ndarray
    word_topic: np.ndarray
    smoothing: float
    scales: np.ndarray


def bags(k: int) -> Bags:
    draw = np.random.default_rng(k)
    dense = draw.poisson(0.3, (12, 40))
    dense[3] = 0
    documents, terms = np.nonzero(dense)
    table = padded_table(40, k, np.float32)
    table[:, :k] = draw.gamma(0.3, 5, (40, k))
    scales = 1 / (table[:, :k].sum(axis=0) + 40 * 0.1)
    return Bags(
        np.searchsorted(documents, np.arange(13)).astype(np.int64),
        terms.astype(np.int32),
        dense[documents, terms].astype(np.int32),
        table,
        0.1,
        scales.astype(np.float64),
    )


def naive_infer(at: Bags, alpha: np.ndarray, steps: int) -> np.ndarray:
    topics = (at.word_topic[:, : len(alpha)] + at.smoothing) * at.scales
    weights = np.zeros((len(at.starts) - 1, len(alpha)))
    for document, (first, last) in enumerate(zip(at.starts, at.starts[1:], strict=False)):
        own, counts = topics[at.terms[first:last]].astype(float), at.counts[first:last]
        g = alpha + counts.sum() / len(alpha)
        for _ in range(steps if first < last else 0):
            g = alpha + g * (own.T @ (counts / (own @ g)))
        weights[document] = g
    return weights


@SETS
@TOPICS
def test_inference_is_that_of_the_naive_twin(isa: str, k: int) -> None:
    at, alpha = bags(k), np.linspace(0.05, 0.3, k)
    weights, sweeps = padded_table(12, k, np.float32), np.zeros(12, np.int32)
    lda_infer(*at, alpha, 0.0, 20, weights, sweeps, 2, isa)
    np.testing.assert_allclose(weights[:, :k], naive_infer(at, alpha, 20), rtol=2e-4, atol=1e-5)
    assert (weights[:, k:] == 0).all()
    assert sweeps.tolist() == [0 if document == 3 else 21 for document in range(12)]


@SETS
@TOPICS
def test_what_is_learnt_is_the_expectation_of_the_naive_twin(isa: str, k: int) -> None:
    at, alpha = bags(k), np.linspace(0.05, 0.3, k)
    weights = padded_table(12, k, np.float32)
    weights[:, :k] = naive_infer(at, alpha, 5)
    expected = at.word_topic[:, :k].astype(float)
    for document, (first, last) in enumerate(zip(at.starts, at.starts[1:], strict=False)):
        for i in range(first, last):
            p = weights[document, :k] * at.scales * (expected[at.terms[i]] + at.smoothing)
            expected[at.terms[i]] += 0.7 * at.counts[i] * p / p.sum()
    tables = []
    for threads in (1, 2, 5):
        table = padded_table(40, k, np.float32)
        table[:] = at.word_topic
        lda_learn(*at._replace(word_topic=table), weights, 0.7, threads, isa)
        tables.append(table)
    np.testing.assert_allclose(tables[0][:, :k], expected, rtol=1e-4, atol=1e-5)
    for table in tables[1:]:
        np.testing.assert_array_equal(table, tables[0])


@pytest.mark.parametrize(
    "over",
    [
        {"terms": np.full(10**3, 40, np.int32)},
        {"terms": np.full(10**3, -1, np.int32)},
        {"starts": np.array([0, 5])},
        {"scales": np.zeros(20)},
        {"smoothing": -1.0},
        {"word_topic": np.zeros((40, 20), np.float32)},
    ],
    ids=lambda over: f"{next(iter(over))}",
)
def test_documents_that_do_not_fit_are_refused(over: dict[str, Any]) -> None:
    at, n = bags(20), len(bags(20).terms)
    cut = {name: value[:n] if name == "terms" else value for name, value in over.items()}
    weights, sweeps = padded_table(12, 20, np.float32), np.zeros(12, np.int32)
    with pytest.raises(ValueError):
        lda_infer(*at._replace(**cut), np.full(20, 0.1), 0.0, 5, weights, sweeps)
