"""What lies between words, documents and topics of stored models; mixtures decoded by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.spatial import geometric_slerp
from scipy.spatial.distance import cdist

from latentcli.errors import NothingFound, RequestError
from latentcli.formats.models import open_topic_model
from latentcli.formats.word_vectors import open_word_vectors
from latentcli.models.topic_model import LsiModel, MixtureModel
from latentcli.store.cache import Cache
from latentcli.store.runs import find
from latentcli.workflows.interpolate import Walk, interpolate
from latentcli.workflows.kept_documents import document_space
from tests.conftest import run_latent
from tests.small import Notes, keyed_vectors


def _mixture(cache: Cache, name: str = "notices") -> tuple[MixtureModel, np.ndarray]:
    model = open_topic_model(find(cache, name))
    assert isinstance(model, MixtureModel)
    phi = np.array(model.topic_word, float)
    return model, phi / phi.sum(axis=1, keepdims=True)


def _by_step(rows: Any) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.step, []).append(row)
    return found


def _check_words(rows: list[Any], model: MixtureModel, p: np.ndarray) -> None:
    order = np.argsort(-p, kind="stable")[: len(rows)]
    assert [row.word for row in rows] == [model.words[int(i)] for i in order]
    np.testing.assert_allclose([row.probability for row in rows], p[order], rtol=1e-12)


def test_a_mixture_of_two_topics_is_theta_phi_by_hand(trained: Cache) -> None:
    model, phi = _mixture(trained)
    found = _by_step(interpolate(trained, Walk("3", "7", 5, 40, "topics"), "notices"))
    assert sorted(found) == [0, 1, 2, 3, 4]
    for step, t in enumerate((0, 0.25, 0.5, 0.75, 1)):
        theta = np.zeros(10)
        theta[[3, 7]] = 1 - t, t
        _check_words(found[step], model, theta @ phi)
        assert {row.t for row in found[step]} == {t}
    every = list(interpolate(trained, Walk("3", "7", 3, 10_000, "topics"), "notices"))
    assert sum(row[2] for row in every if row.step == 1) == pytest.approx(1)


def test_documents_of_a_mixture_model_are_mixed_and_decoded_by_hand(trained: Cache) -> None:
    model, phi = _mixture(trained)
    ends = ["cooking-01", "astronomy-02"]
    a, b = (model.doc_topic[model.document_ids.find(end)].astype(float) for end in ends)
    found = _by_step(interpolate(trained, Walk(*ends, 3, 30), "notices"))
    for step, theta in enumerate((a, 0.5 * a + 0.5 * b, b)):
        _check_words(found[step], model, theta @ phi)


def test_documents_near_a_mixture_are_so_by_hellingers_distance(trained: Cache) -> None:
    model, _ = _mixture(trained)
    ends = ["cooking-01", "astronomy-02"]
    rows = [model.document_ids.find(end) for end in ends]
    theta = model.doc_topic[rows].astype(float).mean(axis=0)
    distances = cdist(np.sqrt(model.doc_topic.astype(float)), [np.sqrt(theta)])[:, 0]
    walk = Walk(*ends, 3, 5, show="documents")
    found = _by_step(interpolate(trained, walk, "notices"))
    assert found[0][0].document == "cooking-01" and found[0][0].label == "cooking"
    assert found[2][0].document == "astronomy-02"
    near = [row for row in np.argsort(distances, kind="stable") if row not in rows][:5]
    assert [one.document for one in found[1]] == [model.document_ids[int(row)] for row in near]
    np.testing.assert_allclose(
        [one.similarity for one in found[1]], 1 - distances[near] / np.sqrt(2), atol=1e-6
    )


def test_documents_of_lsi_lie_along_the_arc_and_stand_for_words(trained: Cache) -> None:
    model = open_topic_model(find(trained, "notices-lsi"))
    assert isinstance(model, LsiModel)
    ends = ["cooking-01", "astronomy-02"]
    rows = [model.document_ids.find(end) for end in ends]
    vectors = model.document_vectors.astype(float)
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    points = geometric_slerp(*units[rows], np.linspace(0, 1, 4))
    found = _by_step(interpolate(trained, Walk(*ends, 4, 3), "notices-lsi"))
    words = _by_step(interpolate(trained, Walk(*ends, 4, 3, show="words"), "notices-lsi"))
    for step, point in enumerate(points):
        cosines = units @ point
        but = {0: {rows[1]}, 3: {rows[0]}}.get(step, set(rows))
        near = [row for row in np.argsort(-cosines, kind="stable") if row not in but][:3]
        assert [one.document for one in found[step]] == [model.document_ids[int(i)] for i in near]
        in_word_space = model.term_topic.astype(float) @ point
        order = np.argsort(-in_word_space)[:3]
        assert [one.word for one in words[step]] == [model.words[int(i)] for i in order]
        np.testing.assert_allclose(
            [one.similarity for one in words[step]], in_word_space[order], atol=1e-6
        )


def test_documents_of_an_embedding_have_documents_and_words_on_the_way(trained: Cache) -> None:
    walk = Walk("1", "55", 3, 4, "documents")
    found = _by_step(interpolate(trained, walk, "tales"))
    assert (found[0][0].document, found[2][0].document) == ("1", "55")
    assert not {"1", "55"} & {one.document for one in found[1]}
    words = _by_step(interpolate(trained, walk._replace(show="words"), "tales"))
    run = find(trained, "tales")
    model = open_word_vectors(run)
    space, _ = document_space(trained, run, Notes())
    rows = [space.document_ids.find(document) for document in ("1", "55")]
    ends = np.asarray(space.vectors, float)[rows]
    middle = (ends / np.linalg.norm(ends, axis=1, keepdims=True)).sum(axis=0)
    expected = keyed_vectors(model).similar_by_vector(middle.astype(np.float32), topn=4)
    assert [one.word for one in words[1]] == [word for word, _ in expected]


def test_words_go_by_the_latest_embedding_though_a_topic_model_is_later(
    trained: Cache, notes: Notes
) -> None:
    found = list(interpolate(trained, Walk("King", "queen", 3, 2), observer=notes))
    assert "word2vec of tales.txt (the latest)" in notes
    assert [one.word for one in found][::4] == ["king", "queen"]


def test_a_topic_model_in_the_environment_is_asked_for_its_documents(
    trained: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk = Walk("cooking-01", "astronomy-02", 3, 2)
    named = list(interpolate(trained, walk, "notices"))
    monkeypatch.setenv("LATENT_MODEL", "notices")
    assert list(interpolate(trained, walk)) == named


@pytest.mark.parametrize(
    ("walk", "ref", "error", "what"),
    [
        (Walk("king", "kign"), "tales", NothingFound, "unknown word 'kign'"),
        (Walk("king", "KING"), "tales", RequestError, "both ends are 'king'"),
        (Walk("king", " "), "tales", RequestError, "empty"),
        (Walk("king", "queen", of="words"), "notices", RequestError, "kind topic-model"),
        (Walk("cooking-01", "cooking-001"), "notices", NothingFound, "unknown document"),
        (Walk("1", "1", of="documents"), "tales", RequestError, "both ends are '1'"),
        (Walk("3", "10", of="topics"), "notices", RequestError, "no topic 10"),
        (Walk("3", "3", of="topics"), "notices", RequestError, "both ends are '3'"),
        (Walk("3", "three", of="topics"), "notices", RequestError, "no number of a topic"),
        (Walk("3", "7", of="topics"), "notices-lsi", RequestError, "axes with two poles"),
        (Walk("3", "7", of="topics"), "tales", RequestError, "kind embedding"),
        (Walk("a", "b", of="letters"), "tales", RequestError, "--of letters"),
        (Walk("a", "b", show="topics"), "tales", RequestError, "--show topics"),
        (Walk("king", "sea", show="documents"), "tales", RequestError, "none between words"),
    ],
)
def test_where_there_is_no_way_the_error_says_why(
    walk: Walk, ref: str, error: type[Exception], what: str, trained: Cache
) -> None:
    with pytest.raises(error, match=what):
        list(interpolate(trained, walk, ref))


def test_a_document_without_words_of_the_model_is_no_end(cache: Path, tmp_path: Path) -> None:
    corpus = tmp_path / "c.txt"
    corpus.write_text("of the\n" + "ship harbour sail\nbutter oven pan\n" * 30)
    for algorithm in ("lda", "lsi"):
        done = run_latent(
            cache, "topics", corpus, "-a", algorithm, "--k", "2", "--format", "lines",
            "--name", algorithm,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        with pytest.raises(NothingFound, match="document '1' has no words of the model"):
            list(interpolate(Cache(cache), Walk("2", "1"), algorithm))
