"""MALLET's diagnostics, against its definitions written out token by token.

Each word is of one topic only, so that the topic of every token is certain and both count alike.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from latentcli.corpus.strings import Strings
from latentcli.corpus.tokenizers import TokenizerSettings
from latentcli.evaluation.diagnostics import diagnostics
from latentcli.models.topic_model import LdaModel, MixtureModel
from latentcli.queries.ranking import Ranking
from tests.small import counts_of

N_TOPICS, WORDS_EACH, N_DOCS = 3, 8, 60
NAMES = [f"{'x' * (i % 5)}{i}" for i in range(N_TOPICS * WORDS_EACH)]


def drawn() -> np.ndarray:
    """Counts of words in documents: word i is of topic i // WORDS_EACH."""
    draw = np.random.default_rng(5)
    shares = draw.dirichlet(np.full(N_TOPICS, 0.3), N_DOCS)
    words = draw.dirichlet(np.full(WORDS_EACH, 0.6), N_TOPICS)
    table = [np.outer(share, np.ones(WORDS_EACH)) * words for share in shares]
    counts = np.array([draw.poisson(25 * part).ravel() for part in table])
    counts[7] = 0
    return counts


def mallet(
    counts: np.ndarray, topic: int, n_top: int, alpha: float, beta: float
) -> dict[str, float]:
    """The definitions of MALLET's TopicModelDiagnostics."""
    own = slice(topic * WORDS_EACH, (topic + 1) * WORDS_EACH)
    by_topic = counts.reshape(len(counts), N_TOPICS, WORDS_EACH).sum(axis=2)
    word_counts = counts[:, own].sum(axis=0)
    tokens = int(by_topic[:, topic].sum())
    top = np.argsort(-word_counts, kind="stable")[:n_top]
    names = [NAMES[own.start + i] for i in top]
    rank_1 = non_zero = 0
    at_least = {0.02: 0, 0.3: 0, 0.5: 0}
    n_log_n = 0.0
    for document in by_topic:
        length = document.sum()
        if length and document.argmax() == topic:
            rank_1 += 1
        if document[topic]:
            non_zero += 1
            n_log_n += document[topic] * math.log(document[topic])
            share = (alpha + document[topic]) / (alpha * N_TOPICS + length)
            for limit in at_least:
                at_least[limit] += share >= limit
    has = counts[:, own][:, top] > 0
    coherence = sum(
        math.log(((has[:, row] & has[:, col]).sum() + beta) / (has[:, col].sum() + beta))
        for row in range(n_top)
        for col in range(row)
    )
    p, q = word_counts[top] / word_counts[top].sum(), has.sum(axis=0) / has.sum()
    mean = (p + q) / 2
    some = word_counts[word_counts > 0]
    overall = counts.sum(axis=0)[own][word_counts > 0]
    return {
        "tokens": tokens,
        "document_entropy": -n_log_n / tokens + math.log(tokens),
        "word-length": sum(map(len, names)) / n_top,
        "coherence": coherence,
        "uniform_dist": sum(c / tokens * math.log(c * len(NAMES) / tokens) for c in some),
        "corpus_dist": sum(
            c / tokens * math.log(counts.sum() / tokens * c / all_)
            for c, all_ in zip(some, overall, strict=True)
        ),
        "eff_num_words": 1 / sum((c / tokens) ** 2 for c in some),
        "token-doc-diff": sum(
            0.5 * a * math.log(a / m) + 0.5 * b * math.log(b / m)
            for a, b, m in zip(p, q, mean, strict=True)
        ),
        "rank_1_docs": rank_1 / non_zero,
        "allocation_ratio": at_least[0.5] / at_least[0.02],
        "allocation_count": at_least[0.3] / non_zero,
    }


def model_of(counts: np.ndarray, alpha: float, beta: float) -> MixtureModel:
    by_topic = counts.reshape(len(counts), N_TOPICS, WORDS_EACH).sum(axis=2)
    lengths = by_topic.sum(axis=1)
    topic_word = np.zeros((N_TOPICS, len(NAMES)))
    for topic in range(N_TOPICS):
        own = slice(topic * WORDS_EACH, (topic + 1) * WORDS_EACH)
        topic_word[topic, own] = counts[:, own].sum(axis=0)
    shares = (by_topic + alpha) / np.maximum(lengths + alpha * N_TOPICS, 1e-9)[:, None]
    parts = {
        "words": Strings.of(NAMES),
        "term_counts": counts.sum(axis=0),
        "doc_lengths": lengths,
        "document_ids": Strings.of(map(str, range(len(counts)))),
        "tokenizer": TokenizerSettings(),
        "topic_word": (topic_word + beta).astype(np.float32),
        "doc_topic": shares.astype(np.float32),
    }
    if not alpha:
        return MixtureModel(**parts)
    return LdaModel(**parts, alpha=np.full(N_TOPICS, alpha), eta=np.array([beta]))


@pytest.mark.parametrize(("alpha", "eta"), [(0.0, 0.0), (0.2, 1e-7)])
@pytest.mark.parametrize("topic", range(N_TOPICS))
def test_the_figures_are_mallet_s(topic: int, alpha: float, eta: float) -> None:
    counts = drawn()
    model = model_of(counts, alpha, eta)
    top = Ranking(model).top(topic, 5)
    found = dict(diagnostics(model, topic, top, counts_of(counts[:, top])))
    expected = mallet(counts, topic, 5, alpha, eta or 0.01)
    assert found.pop("exclusivity") == pytest.approx(1, abs=1e-6)
    assert list(found) == list(expected)
    assert found == pytest.approx(expected, rel=1e-4, abs=1e-6)


def test_exclusivity_is_the_mean_part_of_the_words_that_is_the_topic_s() -> None:
    model = model_of(drawn(), 0.0, 0.0)
    weights = np.array([[6, 2, 2], [1, 2, 7]], np.float32)
    half = np.full((N_DOCS, 2), 0.5, np.float32)
    model = MixtureModel(
        words=Strings.of("abc"), term_counts=np.array([7, 4, 9]), doc_lengths=model.doc_lengths,
        document_ids=model.document_ids, tokenizer=TokenizerSettings(), topic_word=weights,
        doc_topic=half,
    )  # fmt: skip
    found = dict(diagnostics(model, 0, np.array([0, 1]), None))
    assert found["exclusivity"] == pytest.approx((6 / 7 + 2 / 4) / 2)


def test_what_needs_the_corpus_is_missing_without_it() -> None:
    model = model_of(drawn(), 0.0, 0.0)
    found = dict(diagnostics(model, 0, Ranking(model).top(0, 5), None))
    assert [name for name, value in found.items() if value is None] == [
        "coherence",
        "token-doc-diff",
    ]


def test_a_word_counts_where_the_topic_has_its_share() -> None:
    # The word is equally likely in both topics: a document has it in the one it is made of.
    counts = np.array([[2], [2], [2], [1]])
    model = MixtureModel(
        words=Strings.of(["both"]), term_counts=np.array([7]), doc_lengths=np.array([2, 2, 2, 1]),
        document_ids=Strings.of("abcd"), tokenizer=TokenizerSettings(),
        topic_word=np.array([[1], [1]], np.float32),
        doc_topic=np.array([[1, 0], [0.9, 0.1], [0.1, 0.9], [0.4, 0.6]], np.float32),
    )  # fmt: skip
    from latentcli.evaluation.diagnostics import _codocuments

    top = np.array([0])
    assert _codocuments(model, 0, top, counts_of(counts)).tolist() == [[2]]
    assert _codocuments(model, 1, top, counts_of(counts)).tolist() == [[2]]
