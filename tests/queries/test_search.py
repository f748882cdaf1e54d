"""The nearest documents are those that comparing with all of them gives."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from latentcli.corpus.strings import Strings
from latentcli.models.document_space import COSINE, HELLINGER, DocumentSpace
from latentcli.queries.search import mixture_terms, nearest_documents


def _space(vectors: np.ndarray, similarity: str, terms: np.ndarray | None = None) -> DocumentSpace:
    rows = np.ascontiguousarray(vectors, np.float32)
    shown = np.zeros((0, 1), np.int32) if terms is None else terms.astype(np.int32)
    none = memoryview(np.zeros(0))
    ids = Strings.of(f"d{i}" for i in range(len(rows)))
    return DocumentSpace(ids, None, memoryview(rows), none, none, memoryview(shown), similarity)


def test_the_order_is_that_of_all_cosines() -> None:
    draw = np.random.default_rng(1)
    vectors = draw.normal(size=(300, 8))
    vectors[::7] = 0
    question = draw.normal(size=8)
    found = nearest_documents(_space(vectors, COSINE), question.tolist(), 300)
    there = np.flatnonzero(np.abs(vectors).sum(axis=1))
    cosines = 1 - cdist(vectors[there].astype(np.float32), question[None], "cosine")[:, 0]
    order = np.argsort(-cosines, kind="stable")
    assert [one.row for one in found] == there[order].tolist()
    np.testing.assert_allclose([one.similarity for one in found], cosines[order], atol=1e-6)


@pytest.mark.parametrize("n", [1, 10, 40])
def test_mixtures_are_ordered_by_the_hellinger_distance(n: int) -> None:
    draw = np.random.default_rng(2)
    mixtures, question = draw.dirichlet(np.full(6, 0.3), 200), draw.dirichlet(np.full(6, 0.3))
    found = nearest_documents(_space(np.sqrt(mixtures), HELLINGER), np.sqrt(question).tolist(), n)
    distances = np.sqrt(0.5 * ((np.sqrt(mixtures) - np.sqrt(question)) ** 2).sum(axis=1))
    order = np.argsort(distances, kind="stable")[:n]
    assert [one.row for one in found] == order.tolist()
    np.testing.assert_allclose([one.similarity for one in found], 1 - distances[order], atol=1e-6)
    assert all(0 <= one.similarity <= 1 for one in found)


def test_documents_left_out_and_unknown_make_room_for_others() -> None:
    vectors = np.eye(1, 3) + np.random.default_rng(3).normal(scale=0.1, size=(50, 3))
    vectors[5:45] = 0
    found = nearest_documents(_space(vectors, COSINE), [1, 0, 0], 7, but=(0, 1))
    assert len(found) == 7 and not {one.row for one in found} & {0, 1, *range(5, 45)}
    assert len(nearest_documents(_space(vectors, COSINE), [1, 0, 0], 50)) == 10


def test_a_mixture_is_shown_by_the_words_of_its_heavy_topics() -> None:
    terms = np.array([[4, 5, -1], [5, 6, 7], [8, 9, 3]])
    space = _space(np.ones((1, 3)), HELLINGER, terms)
    weights = mixture_terms(space, np.sqrt([0.28, 0.7, 0.02]).tolist())
    assert weights == pytest.approx({4: 0.28, 5: 0.7, 6: 0.7, 7: 0.7})
