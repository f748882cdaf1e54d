"""The page's figures are those of pyLDAvis.prepare, and its map those of the Jensen-Shannon map."""

from __future__ import annotations

import json
import re
import tarfile
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon, pdist, squareform

from latentcli.formats.models import open_topic_model
from latentcli.models.topic_model import LdaModel
from latentcli.observer import Observer
from latentcli.reports import prepared
from latentcli.reports.prepared import figures, jensen_shannon, relevant_terms, topic_map
from latentcli.reports.pyldavis import page_data
from latentcli.store.cache import Cache
from latentcli.store.runs import find
from tests.conftest import SAMPLES
from tests.reports.models import lda_model, planted_model, random_model

with warnings.catch_warnings():  # importing pyLDAvis sets filters for the whole process
    warnings.simplefilter("ignore")
    import pyLDAvis

Data = dict[str, Any]


def theirs(model: LdaModel, n_terms: int = 30) -> Data:
    doc_topic = model.doc_topic.astype(np.float64)
    # Of one topic there is no map in pyLDAvis.
    mds = {} if model.n_topics > 1 else {"mds": lambda topics: np.zeros((1, 2))}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data: Data = pyLDAvis.prepare(
            model.topic_word_probabilities(),
            doc_topic / doc_topic.sum(axis=1, keepdims=True),
            model.doc_lengths,
            list(model.words),
            model.term_counts,
            R=n_terms,
            n_jobs=1,
            sort_topics=False,
            start_index=0,
            **mds,
        ).to_dict()
    return data


def column(data: Data, table: str, name: str) -> np.ndarray:
    return np.array(data[table][name])


def assert_same(ours: Data, expected: Data) -> None:
    """The same rows in the same order, and the same numbers, down to the last digits."""
    # Equally salient words stand in the model's order in ours, in theirs in none: as a set.
    n_default = ours["R"]
    our, their = (data["tinfo"]["Term"] for data in (ours, expected))
    assert set(our[:n_default]) == set(their[:n_default])
    assert our[n_default:] == their[n_default:]
    for table, names in (
        ("tinfo", ("Category",)),
        ("token.table", ("Term", "Topic")),
        ("mdsDat", ("topics", "cluster")),
    ):
        assert list(ours[table]) == list(expected[table])
        for name in names:
            assert ours[table][name] == expected[table][name], (table, name)
        for name in set(expected[table]) - {*names, "Term", "x", "y"}:
            # logprob and loglift are rounded to four digits, which may fall to either side.
            atol = 1.01e-4 if name.startswith("log") else 1e-6
            np.testing.assert_allclose(
                column(ours, table, name), column(expected, table, name), rtol=1e-6, atol=atol
            )
    for axis in "xy":
        our, their = column(ours, "mdsDat", axis), column(expected, "mdsDat", axis)
        np.testing.assert_allclose(our * np.sign(our @ their), their, atol=1e-9)
    for name in ("R", "lambda.step", "plot.opts", "topic.order"):
        assert ours[name] == expected[name]


def of_groups(groups: dict[str, Counter[str]], prior: float) -> LdaModel:
    """A model whose topics are groups of documents: its topic_word are their words' counts."""
    words = sorted(set().union(*groups.values()))
    counts = np.array([[group[word] for word in words] for group in groups.values()])
    return lda_model(counts + prior, np.eye(len(groups)), counts.sum(axis=1), words)


@pytest.fixture(scope="module")
def notices_by_label() -> dict[str, Counter[str]]:
    groups: dict[str, Counter[str]] = {}
    for line in (SAMPLES / "notices.jsonl").read_text("utf-8").splitlines():
        notice = json.loads(line)
        group = groups.setdefault(notice["label"], Counter())
        group.update(re.findall(r"\w+", notice["text"].lower()))
    return groups


@pytest.fixture(scope="module")
def newsgroups(shared_data: Path) -> dict[str, Counter[str]]:
    groups: dict[str, Counter[str]] = {}
    with tarfile.open(shared_data / "labelled" / "20news-bydate.tar.gz") as archive:
        for member in archive:
            content = archive.extractfile(member)
            if content is not None and "train/" in member.name:
                group = groups.setdefault(member.name.split("/")[1], Counter())
                group.update(re.findall("[a-z]+", content.read().decode("latin-1").lower()))
    total = sum(groups.values(), Counter())
    return {
        name: Counter({word: n for word, n in group.items() if total[word] > 9})
        for name, group in groups.items()
    }


# --- all of it, against pyLDAvis itself


@pytest.mark.parametrize(
    ("n_topics", "n_terms"), [(7, 300), (2, 60), (3, 2), (2, 1), (40, 500), (30, 30)]
)
def test_the_data_are_those_of_pyldavis(n_topics: int, n_terms: int) -> None:
    model = random_model(n_topics, n_terms)
    assert_same(page_data(model), theirs(model))


def test_a_trained_models_data_are_those_of_pyldavis(trained_cache: Path) -> None:
    model = open_topic_model(find(Cache(trained_cache), "notices"))
    assert isinstance(model, LdaModel)
    assert_same(page_data(model), theirs(model))


@pytest.mark.parametrize("prior", [0.01, 1.0])
def test_equal_words_of_small_real_counts_stand_as_in_pyldavis(
    prior: float, notices_by_label: dict[str, Counter[str]]
) -> None:
    model = of_groups(notices_by_label, prior)
    assert len(np.unique(model.topic_word, axis=1).T) < len(model.words) / 2
    ours, expected = page_data(model), theirs(model)
    assert_same(ours, expected)


@pytest.mark.slow
@pytest.mark.parametrize("groups", [20, 2])
def test_newsgroups_data_are_those_of_pyldavis(
    groups: int, newsgroups: dict[str, Counter[str]]
) -> None:
    model = of_groups(dict(list(newsgroups.items())[:groups]), 0.01)
    assert_same(page_data(model), theirs(model))


@pytest.mark.parametrize("n_terms", [1, 5, 29])
def test_fewer_words_are_those_of_pyldavis(n_terms: int) -> None:
    model = random_model(5, 100)
    assert_same(page_data(model, n_terms), theirs(model, n_terms))


def test_duplicate_topics_are_those_of_pyldavis() -> None:
    model = planted_model([["a", "b", "c", "d"], ["e", "f", "g"], ["h", "i"]])
    twice = lda_model(
        np.repeat(model.topic_word, 2, axis=0),
        np.repeat(model.doc_topic, 2, axis=1) / 2,
        model.doc_lengths,
        list(model.words),
    )
    ours, expected = page_data(twice, 3), theirs(twice, 3)
    for data in (ours, expected):  # the axes of three pairs of equal distance may turn: no map
        data["mdsDat"] |= {"x": [0.0] * 6, "y": [0.0] * 6}
    assert_same(ours, expected)


def test_a_single_topics_words_are_those_of_pyldavis_but_for_rounding() -> None:
    # Every lift is 1, so that at lambda 0 pyLDAvis ranks by rounding, and we by the model's order.
    model = random_model(1, 200)
    ours, expected = page_data(model), theirs(model)
    found = figures(model, 30)
    (topic,) = found.topics
    assert (topic.log_lift == 0).all()
    assert topic.terms[:30].tolist() == list(range(30))
    best = set(np.argsort(-model.topic_word[0], kind="stable")[:30].tolist())
    assert set(topic.terms.tolist()) == best | set(range(30))
    assert {model.words[row] for row in best} <= set(expected["tinfo"]["Term"][30:])
    assert column(ours, "mdsDat", "Freq").tolist() == [100]


# --- the words


@pytest.mark.parametrize("n_terms", [1, 7, 30, 60])
def test_relevant_terms_are_the_best_at_each_lambda(n_terms: int) -> None:
    draw = np.random.default_rng(n_terms)
    topics = draw.gamma(0.1, 1, (5, 400)) + 1e-6
    topics /= topics.sum(axis=1, keepdims=True)
    log_share = np.log(topics.mean(axis=0))
    for topic in np.log(topics):
        expected: dict[int, None] = {}
        for step in range(101):
            relevance = step / 100 * topic + (1 - step / 100) * (topic - log_share)
            expected |= dict.fromkeys(np.argsort(-relevance, kind="stable")[:n_terms].tolist())
        assert relevant_terms(topic, log_share, n_terms).tolist() == list(expected)


def test_of_equal_words_the_first_are_shown() -> None:
    flat = np.full(50, np.log(1 / 50))
    assert relevant_terms(flat, flat, 10).tolist() == list(range(10))


def test_blocks_of_any_size_give_the_same_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    model = random_model(6, 501)
    whole = figures(model, 30)
    for numbers in (1, 700):
        monkeypatch.setattr(prepared, "_BLOCK_NUMBERS", numbers)
        blocks = figures(model, 30)
        np.testing.assert_array_equal(blocks.term_shares, whole.term_shares)
        np.testing.assert_array_equal(blocks.default_terms, whole.default_terms)
        np.testing.assert_array_equal(blocks.shown, whole.shown)
        np.testing.assert_allclose(blocks.places, whole.places, atol=1e-12)


def test_progress_is_told_to_its_end() -> None:
    told: list[tuple[str, float, float | None]] = []

    class Ear(Observer):
        def progress(self, stage: str, done: float, total: float | None = None) -> None:
            told.append((stage, done, total))

    figures(random_model(3, 100), 30, Ear())
    stages = list(dict.fromkeys(stage for stage, _, _ in told))
    assert stages == ["comparing topics", "choosing words"]
    for stage in stages:
        *_, last = (entry for entry in told if entry[0] == stage)
        assert last[1] == last[2]


# --- the map


def placed(topic_word: np.ndarray) -> np.ndarray:
    return topic_map(jensen_shannon(topic_word))


@pytest.mark.parametrize("n_topics", [1, 2, 5])
def test_divergences_are_those_of_scipy(n_topics: int) -> None:
    topics = random_model(n_topics, 80).topic_word_probabilities()
    expected = squareform(pdist(topics, lambda p, q: jensenshannon(p, q) ** 2))
    np.testing.assert_allclose(
        jensen_shannon(topics), expected.reshape(n_topics, n_topics), atol=1e-14
    )


def test_distances_on_the_map_are_jensen_shannon_divergences() -> None:
    # Three points no two of which are farther than the way round by the third lie in a plane.
    topics = random_model(3, 50).topic_word_probabilities()
    divergences = squareform(pdist(topics, lambda p, q: jensenshannon(p, q) ** 2))
    assert divergences.max() < divergences.sum() / 4
    np.testing.assert_allclose(squareform(pdist(placed(topics))), divergences, atol=1e-9)


@pytest.mark.parametrize("n_topics", [3, 8, 40])
def test_the_map_is_centred_on_its_principal_axes(n_topics: int) -> None:
    places = placed(random_model(n_topics, 200).topic_word_probabilities())
    assert places.dtype == np.float64 and places.shape == (n_topics, 2)
    np.testing.assert_allclose(places.mean(axis=0), 0, atol=1e-12)
    spread = places.T @ places
    assert spread[0, 0] >= spread[1, 1] > 0
    assert abs(spread[0, 1]) < 1e-9


def test_signs_on_the_map_do_not_depend_on_the_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    topics = random_model(6, 100).topic_word_probabilities()
    eigh = np.linalg.eigh
    expected = placed(topics)

    def turned(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        values, vectors = eigh(matrix)
        return values, -vectors

    monkeypatch.setattr(np.linalg, "eigh", turned)
    np.testing.assert_array_equal(placed(topics), expected)
    assert (expected[np.abs(expected).argmax(axis=0), [0, 1]] > 0).all()


def test_one_topic_lies_in_the_middle() -> None:
    assert placed(np.full((1, 5), 0.2)).tolist() == [[0, 0]]


def test_two_topics_lie_on_the_x_axis() -> None:
    topics = random_model(2, 50).topic_word_probabilities()
    half = jensenshannon(*topics) ** 2 / 2
    np.testing.assert_allclose(placed(topics), [[half, 0], [-half, 0]], atol=1e-12)
    assert (placed(topics)[:, 1] == 0).all()


@pytest.mark.parametrize("n_topics", [2, 3, 50])
def test_topics_that_are_all_the_same_lie_in_one_place(n_topics: int) -> None:
    topic = random_model(1, 1000).topic_word_probabilities()
    assert (placed(np.repeat(topic, n_topics, axis=0)) == 0).all()


def test_duplicate_topics_lie_in_the_same_place() -> None:
    topics = random_model(4, 100).topic_word_probabilities()
    places = placed(topics[[0, 1, 2, 3, 1, 0]])
    np.testing.assert_allclose(places[[4, 5]], places[[1, 0]], atol=1e-9)


def test_topics_without_a_common_word_are_all_equally_far() -> None:
    places = placed(np.maximum(np.eye(5), 1e-38))
    assert np.isfinite(places).all()
