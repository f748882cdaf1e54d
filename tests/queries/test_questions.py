"""A question folded in without NumPy is what inference gives for it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from latentcli.corpus.counts import CountMatrix
from latentcli.models.topic_model import LdaModel, LsiModel
from latentcli.queries.inference import infer_lda, infer_lsi, infer_vectors
from latentcli.queries.questions import lda_mixture, lsi_coordinates, mean_vector
from tests.small import random_embedding

N_TERMS = 60


def _question(seed: int, size: int = 12) -> tuple[Counter[int], CountMatrix]:
    drawn = np.random.default_rng(seed).integers(0, N_TERMS, size)
    counts = Counter(drawn.tolist())
    terms = sorted(counts)
    matrix = CountMatrix(
        np.array([0, len(terms)]),
        np.array(terms, np.int32),
        np.array([counts[term] for term in terms], np.int32),
        N_TERMS,
    )
    return counts, matrix


def _memory(array: Any) -> memoryview:
    return memoryview(np.ascontiguousarray(array))


def _trained_on() -> dict[str, Any]:
    words = random_embedding(N_TERMS, 2).words
    return {
        "words": words, "term_counts": np.ones(N_TERMS, np.int64), "tokenizer": None,
        "doc_lengths": np.ones(1, np.int64), "document_ids": words,
    }  # fmt: skip


@pytest.mark.parametrize("k", [1, 2, 7, 16, 40])
def test_a_mixture_is_that_of_inference_bit_by_bit(k: int) -> None:
    draw = np.random.default_rng(k)
    topic_word = draw.gamma(0.1, size=(k, N_TERMS)).astype(np.float32) + np.float32(0.01)
    alpha = draw.gamma(1, size=k) + 0.01
    model = LdaModel(
        **_trained_on(), topic_word=topic_word, doc_topic=np.ones((1, k), np.float32) / k,
        alpha=alpha, eta=np.ones(1),
    )  # fmt: skip
    totals = topic_word.sum(axis=1, dtype=np.float64).tolist()
    for seed in range(20):
        counts, matrix = _question(seed)
        found = lda_mixture(_memory(topic_word), totals, _memory(alpha), counts)
        np.testing.assert_allclose(found, infer_lda(model, matrix)[0][0], rtol=1e-12)


@pytest.mark.parametrize("weighting", ["tfidf", "counts"])
def test_coordinates_are_those_of_inference(weighting: str) -> None:
    draw = np.random.default_rng(3)
    term_topic = draw.normal(size=(N_TERMS, 9)).astype(np.float32)
    model = LsiModel(
        **_trained_on(), term_topic=term_topic, singular_values=np.ones(9),
        idf=draw.gamma(2, size=N_TERMS), document_vectors=np.ones((1, 9), np.float32),
        weighting=weighting,
    )  # fmt: skip
    for seed in range(20):
        counts, matrix = _question(seed)
        found = lsi_coordinates(
            _memory(term_topic), _memory(model.idf), weighting == "tfidf", counts
        )
        np.testing.assert_allclose(found, infer_lsi(model, matrix)[0], rtol=1e-9, atol=1e-12)


def test_a_mean_vector_is_that_of_inference_without_what_all_share() -> None:
    model = random_embedding(N_TERMS, 11)
    common = np.random.default_rng(5).normal(size=11)
    common = (common / np.linalg.norm(common)).astype(np.float32)
    memory = _memory(model.vectors), _memory(model.term_counts), float(model.term_counts.sum())
    for seed in range(20):
        counts, matrix = _question(seed)
        whole = infer_vectors(model, matrix)[0]
        np.testing.assert_allclose(mean_vector(*memory, [], counts), whole, rtol=1e-9, atol=1e-12)
        found = mean_vector(*memory, _memory(common), counts)
        np.testing.assert_allclose(found, whole - (whole @ common) * common, rtol=1e-9, atol=1e-9)
        assert abs(np.dot(found, common)) < 1e-6 * np.linalg.norm(whole)
