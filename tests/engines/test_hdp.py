"""The hierarchical Dirichlet process finds planted topics, and about how many there are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from latentcli.engines.hdp_gensim import Trained, train
from latentcli.engines.parameters import HdpParameters
from latentcli.observer import SILENT, Observer
from tests.small import encoded, planted

WORLD = planted(n_docs=300, k=6)


def fit(texts: list[str], scratch: Path, observer: Observer = SILENT, **given: int) -> Trained:
    corpus = encoded(texts, scratch)
    kept = np.arange(len(corpus.vocabulary))
    return train(corpus, kept, HdpParameters(**{"most_topics": 40, **given}), 1, scratch, observer)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return fit(WORLD.texts, tmp_path_factory.mktemp("hdp"))


def test_planted_topics_are_found_and_few_besides(trained: Trained) -> None:
    model = trained.model.ordered()
    found = np.zeros((model.n_topics, WORLD.topics.shape[1]))
    found[:, [int(word[1:]) for word in model.words]] = model.topic_word_probabilities()
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    cosines = found @ (WORLD.topics / np.linalg.norm(WORLD.topics, axis=1, keepdims=True)).T
    assert np.median(cosines.max(axis=0)) > 0.9
    assert 5 <= (model.shares() > 0.04).sum() <= 10
    assert model.n_topics == trained.metrics["topics"] < 25


def test_shares_of_all_that_is_kept_are_not_negligible(trained: Trained) -> None:
    model = trained.model
    assert model.shares().min() > 1e-3
    np.testing.assert_allclose(model.doc_topic.sum(axis=1), 1, rtol=1e-6)
    assert (model.alpha > 0).all() and model.alpha.sum() < 1.01
    # The weights of the sticks are those of the topics' tokens, as training counted them.
    assert np.corrcoef(model.alpha, model.topic_word.sum(axis=1))[0, 1] > 0.95


def test_one_seed_gives_the_same_bytes_and_another_others(tmp_path: Path) -> None:
    one, again, other = (fit(WORLD.texts[:60], tmp_path, seed=s, iterations=3) for s in (1, 1, 2))
    assert one.model.topic_word.tobytes() == again.model.topic_word.tobytes()
    assert one.model.topic_word.tobytes() != other.model.topic_word.tobytes()
    assert one.metrics["passes"] == 3


@pytest.mark.parametrize(
    ("texts", "most"),
    [(["apple banana"] * 5, 2), (["apple"], 1), (["", "pie crust", "crust apple"], 2)],
    ids=["all alike", "one word", "some empty"],
)
def test_a_corpus_of_next_to_nothing_is_no_failure(
    texts: list[str], most: int, tmp_path: Path
) -> None:
    # fault 74
    model = fit(texts, tmp_path, most_topics=most).model
    assert 1 <= model.n_topics <= most
    np.testing.assert_allclose(model.doc_topic.sum(axis=1), 1, rtol=1e-6)


def test_training_can_be_interrupted(tmp_path: Path) -> None:
    class Stop(Observer):
        def progress(self, stage: str, done: float, total: float | None = None) -> None:
            if stage == "training" and done > 1:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit(WORLD.texts[:60], tmp_path, Stop())
