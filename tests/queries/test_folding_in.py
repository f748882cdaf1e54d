"""Folding in finds the optimum that SciPy finds, the same for a document in any company."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from scipy import optimize, special

from latentcli.corpus.counts import CountMatrix
from latentcli.models.topic_model import MixtureModel, NmfModel, PlsaModel
from latentcli.queries.folding_in import fold_in, least_squares
from latentcli.queries.inference import infer_nmf, infer_topics, weighted
from tests.small import counts_of, planted, planted_lda

WORLD = planted()
TOPICS = np.asarray(planted_lda(WORLD).topic_word_probabilities())


def mixture() -> dict[str, object]:
    model = planted_lda(WORLD)
    return {field.name: getattr(model, field.name) for field in fields(MixtureModel)}


def models() -> list[MixtureModel]:
    idf = np.linspace(0.5, 8, TOPICS.shape[1])
    return [
        PlsaModel(**mixture(), beta=np.ones(1)),
        PlsaModel(**mixture(), beta=np.array([0.7])),
        NmfModel(**mixture(), idf=idf),
        NmfModel(**mixture(), idf=np.ones_like(idf), weighting="counts"),
        NmfModel(**mixture(), idf=np.ones_like(idf), weighting="counts", loss="kl"),
    ]


MODELS = pytest.mark.parametrize("model", models(), ids=["plsa", "tempered", "tfidf", "nmf", "kl"])


@pytest.mark.parametrize("document", [0, 7, 123])
def test_em_finds_the_most_likely_proportions(document: int) -> None:
    row = WORLD.counts().rows(document, document + 1)
    found = fold_in(TOPICS, row, tolerance=1e-6, max_sweeps=5000)
    assert found.convergence.unsettled == 0

    def unlikely(x: np.ndarray) -> float:
        return float(-row.counts @ np.log(special.softmax(x) @ TOPICS[:, row.terms]))

    best = optimize.minimize(unlikely, np.zeros(5), tol=1e-12)
    np.testing.assert_allclose(found.weights[0], special.softmax(best.x), atol=1e-3)


def test_tempered_em_stands_where_its_own_step_leads_nowhere() -> None:
    row = WORLD.counts().rows(3, 4)
    theta = fold_in(TOPICS, row, 0.6, tolerance=1e-7, max_sweeps=5000).weights[0]
    joint = (theta[:, None] * TOPICS[:, row.terms]) ** 0.6
    step = (joint / joint.sum(axis=0) * row.counts).sum(axis=1) / row.counts.sum()
    np.testing.assert_allclose(theta, step, atol=1e-5)
    plain = fold_in(TOPICS, row, tolerance=1e-7, max_sweeps=5000).weights[0]
    assert theta.min() > 1e-5 > plain.min()  # a lower beta spreads a document over all topics


@pytest.mark.parametrize("document", [0, 7, 123])
def test_least_squares_are_those_of_scipy(document: int) -> None:
    counts = WORLD.counts()
    weights = weighted(counts, np.ones(counts.n_terms), unit=True)
    found = least_squares(TOPICS, counts, weights, tolerance=1e-7)
    assert found.convergence.unsettled == 0
    dense = np.zeros(counts.n_terms)
    pairs = slice(counts.starts[document], counts.starts[document + 1])
    dense[counts.terms[pairs]] = weights[pairs]
    expected, _ = optimize.nnls(TOPICS.T, dense)
    np.testing.assert_allclose(found.weights[document], expected, rtol=1e-3, atol=1e-4)


@MODELS
def test_inferred_topics_are_those_that_were_planted(model: MixtureModel) -> None:
    proportions, went = infer_topics(model, WORLD.counts())
    assert went.unsettled == 0
    assert proportions.sum(axis=1) == pytest.approx(np.ones(400))
    assert (proportions >= 0).all()
    exact = isinstance(model, PlsaModel) or (isinstance(model, NmfModel) and model.loss == "kl")
    apart = np.abs(proportions - model.doc_topic).sum(axis=1).mean() / 2
    assert apart < (0.12 if exact else 0.25)


@MODELS
def test_a_document_gets_the_same_answer_alone_and_in_any_company(model: MixtureModel) -> None:
    counts = WORLD.counts()
    together = infer_topics(model, counts).weights
    for threads in (2, 3):
        again = infer_topics(model, counts, threads).weights
        np.testing.assert_array_equal(again, together)
    for document in range(30):
        alone = infer_topics(model, counts.rows(document, document + 1)).weights
        np.testing.assert_array_equal(alone[0], together[document])


@MODELS
def test_documents_without_known_words_and_very_long_ones_settle(model: MixtureModel) -> None:
    dense = np.zeros((3, TOPICS.shape[1]), int)
    dense[1] = np.rint(np.array([0.6, 0.1, 0.1, 0.1, 0.1]) @ TOPICS * 5_000_000)
    proportions, went = infer_topics(model, counts_of(dense))
    assert went.unsettled == 0
    np.testing.assert_allclose(proportions[[0, 2]], 0.2)
    if getattr(model, "weighting", "counts") == "counts":
        assert proportions[1].argmax() == 0


@MODELS
def test_a_single_topic_has_all_of_any_document(model: MixtureModel) -> None:
    one = replace(model, topic_word=model.topic_word[:1], doc_topic=np.ones((400, 1), np.float32))
    assert (infer_topics(one, WORLD.counts()).weights == 1).all()


def test_words_that_no_topic_has_leave_a_document_even() -> None:
    topic_word = np.zeros((2, 3), np.float32)
    topic_word[0, 0] = topic_word[1, 1] = 1
    held = {**mixture(), "topic_word": topic_word, "idf": np.ones(3), "weighting": "counts"}
    counts = counts_of([[0, 0, 4], [0, 2, 4]])
    for loss in ("frobenius", "kl"):
        found = infer_nmf(NmfModel(**held, loss=loss), counts).weights
        np.testing.assert_allclose(found, [[0.5, 0.5], [0, 1]], atol=1e-6)


def test_documents_that_have_not_settled_are_counted() -> None:
    counts: CountMatrix = WORLD.counts()
    assert fold_in(TOPICS, counts, tolerance=0.0, max_sweeps=3).convergence == (3, counts.n_docs)
