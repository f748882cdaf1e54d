"""Topics are compared and paired as SciPy does it."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon

from latentcli.corpus.strings import Strings
from latentcli.errors import RequestError
from latentcli.evaluation.alignment import aligned, stability, topic_similarities
from latentcli.models.topic_model import MixtureModel
from tests.small import lsi, mixture


def _random(k: int, words: list[str], seed: int) -> MixtureModel:
    weights = np.random.default_rng(seed).gamma(0.3, size=(k, len(words)))
    weights[:, -1] *= np.arange(k) > 0  # a word that a topic does not have
    return replace(mixture(weights), words=Strings.of(words))


def test_similarity_is_one_minus_scipys_jensen_shannon_distance() -> None:
    words = [f"w{i}" for i in range(40)]
    a, b = _random(3, words, 1), _random(4, words, 2)
    p, q = a.topic_word_probabilities(), b.topic_word_probabilities()
    by_hand = [[1 - jensenshannon(x, y, base=2) for y in q] for x in p]
    assert np.allclose(topic_similarities(a, b), by_hand, atol=1e-9)


def test_words_that_a_model_lacks_have_no_weight_in_it() -> None:
    a, b = _random(2, list("abcde"), 1), _random(3, list("edxcy"), 2)
    union = list("abcdexy")
    p, q = (
        np.array([[dict(zip(m.words, row, strict=True)).get(w, 0) for w in union] for row in rows])
        for m, rows in ((a, a.topic_word_probabilities()), (b, b.topic_word_probabilities()))
    )
    by_hand = [[1 - jensenshannon(x, y, base=2) for y in q] for x in p]
    assert np.allclose(topic_similarities(a, b), by_hand, atol=1e-9)


def test_a_permuted_model_is_aligned_with_itself() -> None:
    model = _random(6, [f"w{i}" for i in range(30)], 3)
    order = np.array([3, 1, 5, 0, 2, 4])
    similarities = topic_similarities(model, model.permuted(order))
    pairs = aligned(similarities)
    assert order[pairs.second].tolist() == pairs.first.tolist()
    assert (pairs.similarity == 1).all()
    assert stability(similarities) == 1


def test_pairs_have_the_largest_sum_of_all_assignments() -> None:
    table = np.random.default_rng(5).random((4, 6))
    best = max(sum(table[i, j] for i, j in enumerate(p)) for p in permutations(range(6), 4))
    assert aligned(table).similarity.sum() == pytest.approx(best)
    assert stability(table) == pytest.approx(best / 4)


def test_lsi_is_compared_by_cosine_whatever_its_sign() -> None:
    model = lsi()
    turned = replace(model, term_topic=-model.term_topic)
    assert np.allclose(np.diag(topic_similarities(model, turned)), 1)
    with pytest.raises(RequestError, match="do not compare"):
        topic_similarities(model, _random(2, list("abc"), 1))
