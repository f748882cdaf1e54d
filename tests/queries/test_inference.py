"""Inference from saved arrays agrees with gensim and with the formulas written out naively."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from gensim.models import LdaModel as GensimLda
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, special

from latentcli.corpus.counts import CountMatrix
from latentcli.models.topic_model import LdaModel
from latentcli.queries.inference import digamma, infer_lda, infer_vectors
from tests.small import bags, counts_of, embedding, planted, planted_lda


@given(st.floats(1e-6, 1e12))
def test_digamma_is_that_of_scipy(x: float) -> None:
    assert digamma(np.array([x])) == pytest.approx(special.digamma([x]), rel=2e-12, abs=2e-12)


@cache
def world() -> tuple[LdaModel, CountMatrix]:
    """A model and 400 documents of its topics."""
    drawn = planted()
    return planted_lda(drawn), drawn.counts()


def log_posterior(theta: np.ndarray, document: int) -> float:
    """log p(words | theta) + sum of alpha log theta, which inference maximises."""
    model, counts = world()
    row = counts.rows(document, document + 1)
    words = row.counts @ np.log(theta @ model.topic_word_probabilities()[:, row.terms])
    return float(words + model.alpha @ np.log(theta))


@pytest.mark.parametrize("document", [0, 7, 123, 399])
def test_settled_inference_is_the_maximum_that_scipy_finds(document: int) -> None:
    model, counts = world()
    proportions, went = infer_lda(model, counts, tolerance=1e-5, max_sweeps=5000)
    assert went.unsettled == 0
    found = optimize.minimize(
        lambda x: -log_posterior(special.softmax(x), document), np.zeros(5), tol=1e-12
    )
    np.testing.assert_allclose(proportions[document], special.softmax(found.x), atol=1e-3)
    assert log_posterior(proportions[document], document) >= -found.fun - 1e-3


def test_inference_as_it_is_by_default_is_within_a_hundredth_of_settled() -> None:
    model, counts = world()
    settled, _ = infer_lda(model, counts, tolerance=1e-5, max_sweeps=5000)
    proportions, went = infer_lda(model, counts)
    assert went.unsettled == 0
    assert np.abs(proportions - settled).max() < 0.01


def test_threads_change_no_answer() -> None:
    model, counts = world()
    one, _ = infer_lda(model, counts)
    for threads in (2, 3):
        np.testing.assert_array_equal(infer_lda(model, counts, threads=threads)[0], one)


def test_inference_is_near_the_variational_one_of_gensim() -> None:
    model, counts = world()
    lda = GensimLda(
        num_topics=model.n_topics,
        id2word={i: str(i) for i in range(counts.n_terms)},
        alpha=model.alpha,
        eta=float(model.eta[0]),
        iterations=5000,
        gamma_threshold=1e-9,
        random_state=1,
        dtype=np.float64,
    )
    lda.state.sstats = model.topic_word.astype(np.float64) - model.eta[0]
    lda.sync_state()
    gamma, _ = lda.inference(bags(counts))
    apart = np.abs(infer_lda(model, counts)[0] - gamma / gamma.sum(axis=1, keepdims=True))
    assert np.quantile(apart.max(axis=1), 0.95) < 0.05


def test_inferred_topics_are_those_that_were_planted() -> None:
    model, counts = world()
    proportions, _ = infer_lda(model, counts)
    assert proportions.sum(axis=1) == pytest.approx(np.ones(counts.n_docs))
    assert np.abs(proportions - model.doc_topic).sum(axis=1).mean() / 2 < 0.06


def test_a_document_gets_the_same_answer_alone_and_in_any_company() -> None:
    model, counts = world()
    together, _ = infer_lda(model, counts)
    for document in range(40):
        alone, _ = infer_lda(model, counts.rows(document, document + 1))
        np.testing.assert_array_equal(alone[0], together[document])


def test_many_documents_in_batches_get_the_answers_of_one_by_one() -> None:
    draw = np.random.default_rng(1)
    drawn = planted(n_docs=300, k=200, n_terms=300, length=60)  # more than fits a batch
    model, counts = planted_lda(drawn), drawn.counts()
    together, _ = infer_lda(model, counts, max_sweeps=10)
    for document in draw.choice(300, 20, replace=False):
        alone, _ = infer_lda(model, counts.rows(document, document + 1), max_sweeps=10)
        np.testing.assert_array_equal(alone[0], together[document])


def test_a_document_without_known_words_gets_the_mean_of_the_prior() -> None:
    model, counts = world()
    dense = np.zeros((3, counts.n_terms), int)
    dense[1, :5] = 4
    proportions, _ = infer_lda(model, counts_of(dense))
    prior = model.alpha / model.alpha.sum()
    np.testing.assert_allclose(proportions[[0, 2]], [prior, prior])
    assert not np.allclose(proportions[1], prior)


def test_documents_that_have_not_settled_are_counted() -> None:
    model, counts = world()
    _, went = infer_lda(model, counts, tolerance=0.0, max_sweeps=3)
    assert went == (3, counts.n_docs)


@pytest.mark.parametrize("length", [10_000, 1_000_000, 100_000_000])
def test_a_very_long_document_settles_at_its_topics(length: int) -> None:
    model, _ = world()
    mixture = np.array([0.5, 0.2, 0.2, 0.05, 0.05])
    expected = mixture @ model.topic_word_probabilities() * length
    proportions, went = infer_lda(model, counts_of(np.rint(expected).astype(int)[None]))
    assert went.unsettled == 0
    np.testing.assert_allclose(proportions[0], mixture, atol=5e-3)


def test_a_single_topic_has_all_of_any_document() -> None:
    drawn = planted(n_docs=20, k=1)
    proportions, went = infer_lda(planted_lda(drawn), drawn.counts())
    assert (proportions == 1).all()
    assert went == (0, 0)


def test_document_vectors_are_the_weighted_means_of_word_vectors() -> None:
    draw = np.random.default_rng(1)
    dense = draw.poisson(0.4, size=(20, 15))
    dense[7] = 0
    term_counts = draw.integers(1, 1000, 15)
    model = embedding(draw.normal(size=(15, 4)), counts=term_counts)
    found = infer_vectors(model, counts_of(dense))
    for document, vector in zip(dense, found, strict=True):
        words = np.repeat(np.arange(15), document)
        expected = np.zeros(4)
        for word in words:
            weight = 1e-3 / (1e-3 + term_counts[word] / term_counts.sum())
            expected += weight * model.vectors[word] / len(words)
        np.testing.assert_allclose(vector, expected, atol=1e-12)
