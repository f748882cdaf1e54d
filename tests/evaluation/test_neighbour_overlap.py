"""The overlap of neighbours is what gensim's neighbours, counted by hand, have in common."""

from __future__ import annotations

import numpy as np
import pytest

from latentcli.evaluation.neighbour_overlap import neighbour_overlap
from latentcli.models.embedding import Embedding
from tests.small import embedding, keyed_vectors, random_embedding


def _by_hand(a: Embedding, b: Embedding, word: str, n: int) -> float:
    shared = [w for w in a.words if w in set(b.words)]
    lists = []
    for model in (a, b):
        near = keyed_vectors(model).most_similar(word, topn=len(model.words))
        lists.append([other for other, _ in near if other in shared][:n])
    return len(set(lists[0]) & set(lists[1])) / n


def test_overlap_is_that_of_gensims_neighbours() -> None:
    a = random_embedding(60, 8, seed=1)
    noise = np.random.default_rng(2).normal(size=(50, 8)).astype(np.float32)
    b = embedding(a.vectors[10:] + noise, [f"w{i}" for i in range(10, 60)])
    found = neighbour_overlap(a, b, n=5)
    assert found.words == [f"w{i}" for i in range(10, 60)]
    assert found.overlap == pytest.approx([_by_hand(a, b, word, 5) for word in found.words])
    assert 0.1 < found.overlap.mean() < 0.9
    assert found.counts.tolist() == a.term_counts[10:].tolist()


def test_a_turned_space_has_all_neighbours_in_common() -> None:
    a = random_embedding(500, 6)
    turn = np.linalg.qr(np.random.default_rng(3).normal(size=(6, 6)))[0]
    b = embedding(3 * a.vectors @ turn.astype(np.float32))
    found = neighbour_overlap(a, b, most_words=100)
    assert len(found.words) == 100
    assert found.words[0] == "w0"
    assert found.words[-1] == "w499"
    assert found.overlap.mean() > 0.99


def test_random_spaces_overlap_by_chance() -> None:
    a, b = random_embedding(400, 50, seed=1), random_embedding(400, 50, seed=2)
    found = neighbour_overlap(a, b, n=40)
    assert found.chance == pytest.approx(40 / 399)


def test_spaces_without_a_word_in_common_overlap_nowhere() -> None:
    found = neighbour_overlap(embedding(np.eye(2), ["a", "b"]), embedding(np.eye(2), ["b", "c"]))
    assert found.overlap.tolist() == [0]
    none = neighbour_overlap(embedding(np.eye(2), ["a", "b"]), embedding(np.eye(2), ["c", "d"]))
    assert none.words == []
