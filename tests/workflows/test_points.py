from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from latentcli.errors import InputError, RequestError
from latentcli.formats.models import open_embedding, open_topic_model
from latentcli.models.points import Points
from latentcli.models.topic_model import MixtureModel
from latentcli.store.cache import Cache
from latentcli.store.runs import find
from latentcli.workflows.points import Wanted, check_apart, open_points
from tests.small import Notes


def test_words_of_an_embedding_are_its_own_vectors_the_most_frequent_first(trained: Cache) -> None:
    run, points = open_points(trained, "tales", Wanted(n=50))
    model = open_embedding(run)
    assert list(points.names) == list(model.words)[:50]
    assert points.counts is not None and (np.diff(points.counts) <= 0).all()
    ordered = cdist(points.placed(), points.placed()).argsort(axis=1, kind="stable")
    expected = cdist(model.vectors[:50], model.vectors[:50], "cosine").argsort(axis=1)
    assert (ordered[:, 1:4] == expected[:, 1:4]).mean() > 0.99  # but for ties


def test_documents_of_a_mixture_lie_by_hellingers_distance(trained: Cache) -> None:
    run, points = open_points(trained, "notices", Wanted())
    model = open_topic_model(run)
    assert isinstance(model, MixtureModel) and points.metric == "hellinger"
    shares = np.asarray(model.doc_topic, np.float64)[points.rows][:20]
    hellinger = np.sqrt(((np.sqrt(shares)[:, None] - np.sqrt(shares)) ** 2).sum(axis=2) / 2)
    found = cdist(points.placed()[:20], points.placed()[:20]) / np.sqrt(2)
    assert found == pytest.approx(hellinger, abs=1e-6)
    assert points.topics is not None
    assert points.topics[:20].tolist() == shares.argmax(axis=1).tolist()


def test_words_of_a_mixture_stand_by_their_topics_and_topics_by_their_words(trained: Cache) -> None:
    run, words = open_points(trained, "notices", Wanted("words", n=30))
    model = open_topic_model(run)
    assert isinstance(model, MixtureModel)
    word_given_topic = model.topic_word_probabilities()
    row = model.words.find(words.names[7])
    assert row is not None
    joint = word_given_topic[:, row] * model.shares()
    assert words.vectors[7] ** 2 == pytest.approx(joint / joint.sum(), abs=1e-6)
    _, topics = open_points(trained, "notices", Wanted("topics"))
    assert topics.vectors**2 == pytest.approx(word_given_topic, abs=1e-6)
    assert topics.names[3].startswith("3 ")


def test_documents_are_taken_evenly_and_their_labels_go_along(trained: Cache) -> None:
    _, everything = open_points(trained, "notices-lsi", Wanted())
    _, some = open_points(trained, "notices-lsi", Wanted(n=40))
    assert len(some) == 40 and everything.labels is not None and some.labels is not None
    places = [list(everything.names).index(name) for name in some.names]
    assert np.diff(places).max() - np.diff(places).min() <= 1
    assert [everything.labels[place] for place in places] == list(some.labels)


def test_euclidean_leaves_vectors_as_they_are(trained: Cache) -> None:
    run = find(trained, "tales")
    _, points = open_points(trained, "tales", Wanted(metric="euclidean"))
    assert points.placed() == pytest.approx(open_embedding(run).vectors)


@pytest.mark.parametrize(
    ("ref", "wanted", "message"),
    [
        ("tales", Wanted("topics"), "has no topics"),
        ("tales", Wanted("letters"), "no such points"),
        ("tales", Wanted(metric="hellinger"), "is one of distributions"),
        ("tales", Wanted(metric="manhattan"), "no metric"),
        ("notices-lsi", Wanted("topics"), "axes of its space"),
    ],
)
def test_what_a_model_does_not_have_is_refused(
    ref: str, wanted: Wanted, message: str, trained: Cache, notes: Notes
) -> None:
    with pytest.raises(RequestError, match=message):
        open_points(trained, ref, wanted, notes)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_points_that_are_all_at_one_place_are_refused(metric: str) -> None:
    vectors = np.tile(np.float32([3, 4, 5]), (9, 1))
    same = Points("words", list("abcdefghi"), vectors, metric, np.arange(9))
    with pytest.raises(InputError, match="all 9 words are at one place"):
        check_apart(same)
    vectors[8, 0] = 7
    check_apart(Points("words", list("abcdefghi"), vectors, metric, np.arange(9)))
