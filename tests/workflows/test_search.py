"""Documents are found: by a text, by a topic, by another; as NumPy finds them, and by sense."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from latentcli.corpus.counts import count_documents, count_words
from latentcli.corpus.documents import Document
from latentcli.corpus.strings import Strings
from latentcli.errors import InputError, NothingFound, RequestError
from latentcli.formats.corpus import open_corpus
from latentcli.formats.models import open_embedding, open_topic_model
from latentcli.models.topic_model import LsiModel
from latentcli.queries.inference import infer_topics, infer_vectors
from latentcli.queries.neighbours import nearest
from latentcli.store.cache import Cache
from latentcli.store.derived import DOCUMENTS, derived_path
from latentcli.store.gc import collect
from latentcli.store.runs import find, remove
from latentcli.store.verify import verify
from latentcli.workflows.corpus_text import corpus_and_text
from latentcli.workflows.search import documents, search, similar_documents
from tests.conftest import run_latent
from tests.small import Notes

BUTTER = "Melt butter in a pan, and stir the flour into the sauce"
STAR = "a telescope shows the moon, a planet and its orbit"


@pytest.fixture
def copied(trained_cache: Path, tmp_path: Path) -> Cache:
    """A copy of the cache with models of the tales and the notices, to be changed."""
    return Cache(Path(shutil.copytree(trained_cache, tmp_path / "copied")))


@pytest.mark.parametrize("name", ["notices", "notices-lsi"])
def test_documents_of_a_topic_model_are_ranked_as_by_numpy(name: str, trained: Cache) -> None:
    model = open_topic_model(find(trained, name))
    text = [Document("1", BUTTER)]
    asked = infer_topics(model, count_documents(text, model.tokenizer, model.words)[1]).weights
    if isinstance(model, LsiModel):
        similarities = 1 - cdist(model.document_vectors, asked, "cosine")[:, 0]
    else:
        roots = np.sqrt(model.doc_topic.astype(float)), np.sqrt(asked)
        similarities = 1 - cdist(*roots)[:, 0] / np.sqrt(2)
    found = list(search(trained, [BUTTER], name, 400))
    rows = [model.document_ids.find(one.document) for one in found]
    assert sorted(rows) == list(range(400))
    expected = similarities[np.array(rows)]
    np.testing.assert_allclose([one.similarity for one in found], expected, atol=2e-6)
    assert (np.diff([one.similarity for one in found]) <= 0).all()


def test_documents_of_an_embedding_are_ranked_as_by_numpy(trained: Cache) -> None:
    run = find(trained, "tales")
    model = open_embedding(run)
    corpus = open_corpus(corpus_and_text(trained, run.manifest["corpus"]["digest"])[0])
    vectors = infer_vectors(model, count_words(corpus, model.words))
    text = "the king sailed away in a ship"
    asked = infer_vectors(
        model, count_documents([Document("1", text)], model.tokenizer, model.words)[1]
    )
    common = np.linalg.svd(vectors, full_matrices=False)[2][:1]
    vectors, asked = (each - each @ common.T @ common for each in (vectors, asked))
    cosines = 1 - cdist(vectors, asked, "cosine")[:, 0]
    found = list(search(trained, [text], "tales", 50))
    rows = np.array([corpus.document_ids.find(one.document) for one in found])
    np.testing.assert_allclose([one.similarity for one in found], cosines[rows], atol=1e-5)
    np.testing.assert_allclose(np.sort(cosines[rows]), np.sort(cosines)[-50:], atol=1e-5)


@pytest.mark.parametrize("name", ["notices", "notices-lsi"])
def test_a_text_finds_notices_of_its_subject_and_shows_its_words(name: str, trained: Cache) -> None:
    for text, subject, word in ((BUTTER, "cooking", "butter"), (STAR, "astronomy", "telescope")):
        found = list(search(trained, [text], name, 5))
        assert all(one.document.startswith(subject) for one in found)
        assert any(word in (one.snippet or "").lower() for one in found)
        assert all(one.query == text and 0 < one.similarity <= 1.000001 for one in found)


def test_words_near_a_text_are_looked_for_only_where_documents_have_none_of_its_own(
    trained: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def counting(*arguments: Any) -> list[list[tuple[int, float]]]:
        calls.append(nearest(*arguments))
        return calls[-1]

    monkeypatch.setattr("latentcli.workflows.search.nearest", counting)
    [first] = search(trained, ["butter"], "notices-lsi", 1)
    assert "butter" in (first.snippet or "").lower() and not calls
    found = list(search(trained, ["butter"], "notices-lsi", 100))
    [[near]] = calls
    words = {model_words(trained)[row] for row, _ in near}
    snippets = [(one.snippet or "").lower() for one in found]
    without = [set(re.findall("[a-z]+", text)) for text in snippets if "butter" not in text]
    assert len(without) > 20
    assert all(words & shown for shown in without[:3])


def model_words(store: Cache) -> Strings:
    return open_topic_model(find(store, "notices-lsi")).words


@pytest.mark.parametrize("algorithm", ["plsa", "nmf"])
def test_other_mixtures_are_searched_too(algorithm: str, cache: Path, tmp_path: Path) -> None:
    corpus = _harbours_and_kitchens(tmp_path)
    run_latent(cache, "topics", corpus, "-a", algorithm, "--k", "2", "--format", "lines")
    found = list(search(Cache(cache), ["ship and harbour"], None, 10))
    assert len(found) == 10 and all(int(one.document) % 2 == 1 for one in found)


def _harbours_and_kitchens(folder: Path) -> Path:
    draw = np.random.default_rng(1)
    themes = [
        "ship harbour sail anchor crew wave".split(),
        "pan butter oven salt dough cup".split(),
    ]
    lines = [" ".join(draw.choice(themes[i % 2], 12)) for i in range(120)]
    path = folder / "themes.txt"
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize("name", ["notices", "notices-lsi", "tales"])
def test_a_document_is_not_like_itself_but_is_found_by_its_own_words(
    name: str, trained: Cache
) -> None:
    ids = ["cooking-31", "astronomy-04"] if name != "tales" else ["1", "3"]
    found = list(similar_documents(trained, ids, name, 8))
    assert [one.query for one in found] == [ids[0]] * 8 + [ids[1]] * 8
    assert all(one.document != one.query for one in found)
    if name != "tales":
        alike = [one.document.split("-")[0] == one.query.split("-")[0] for one in found]
        assert np.mean(alike) >= 0.8


def test_a_document_without_words_of_the_model_is_noted_among_others(
    cache: Path, tmp_path: Path, notes: Notes
) -> None:
    corpus = _harbours_and_kitchens(tmp_path)
    corpus.write_text("of the\n" + corpus.read_text())
    run_latent(cache, "topics", corpus, "-a", "lsi", "--k", "2", "--format", "lines")
    found = list(similar_documents(Cache(cache), ["1", "2", "nowhere"], None, 3, notes))
    assert [one.query for one in found] == ["2"] * 3 and "1" not in {one.document for one in found}
    assert "document '1' has no words of the model" in notes
    assert "unknown document 'nowhere'" in notes
    with pytest.raises(NothingFound, match="document '1' has no words"):
        similar_documents(Cache(cache), ["1"], None, 3)


def test_documents_of_a_topic_are_those_of_the_topic(trained: Cache) -> None:
    model = open_topic_model(find(trained, "notices"))
    found = documents(trained, 2, "notices", 10)
    for one in found:
        row = model.document_ids.find(one.document)
        assert one.similarity == pytest.approx(model.doc_topic[row or 0, 2])
        assert one.snippet
    with pytest.raises(RequestError, match="no topic 10"):
        documents(trained, 10, "notices")


def test_unknown_words_are_noted_and_known_ones_answered(trained: Cache, notes: Notes) -> None:
    found = list(search(trained, ["qwertyx butter", "zzzzqqq"], "notices", 3, notes))
    assert {one.query for one in found} == {"qwertyx butter"}
    assert "'qwertyx', 'zzzzqqq'" in notes and "no known words in 'zzzzqqq'" in notes
    with pytest.raises(NothingFound) as told:
        search(trained, ["telescop"], "notices")
    assert "telescope" in told.value.hint


def test_vectors_are_kept_found_damaged_and_made_again(copied: Cache, notes: Notes) -> None:
    run = find(copied, "notices-lsi")
    shutil.rmtree(derived_path(copied, run.id, DOCUMENTS), ignore_errors=True)
    first = list(search(copied, [BUTTER], "notices-lsi", 5, notes))
    assert "made vectors of 400 documents" in notes
    again = Notes()
    assert list(search(copied, [BUTTER], "notices-lsi", 5, again)) == first
    assert "made vectors" not in again and list(verify(copied)) == []
    path = derived_path(copied, run.id, DOCUMENTS) / "arrays" / "vectors.npy"
    path.write_bytes(path.read_bytes()[:-4] + b"\1\2\3\4")
    assert [problem.id for problem in verify(copied)] == [f"derived/{run.id}/documents"]
    list(collect(copied))
    assert list(verify(copied)) == []
    assert list(search(copied, [BUTTER], "notices-lsi", 5)) == first


def test_a_manifest_cut_off_is_made_anew(copied: Cache) -> None:
    first = list(search(copied, [BUTTER], "notices", 5))
    manifest = derived_path(copied, find(copied, "notices").id, DOCUMENTS) / "manifest.json"
    manifest.write_text(manifest.read_text()[:50])
    assert list(search(copied, [BUTTER], "notices", 5)) == first


def test_without_the_corpus_there_are_no_snippets_and_an_embedding_needs_it(
    copied: Cache, notes: Notes
) -> None:
    kept = list(search(copied, ["king"], "tales", 2))
    for name in ("notices", "tales"):
        digest = find(copied, name).manifest["corpus"]["digest"]
        for run in corpus_and_text(copied, digest):
            remove(copied, run.id)
    found = list(search(copied, [BUTTER], "notices", 2, notes))
    assert [one.snippet for one in found] == [None, None]
    assert "notices.jsonl is not in the cache any more" in notes
    assert [one.document for one in search(copied, ["king"], "tales", 2)] == [
        one.document for one in kept
    ]
    shutil.rmtree(derived_path(copied, find(copied, "tales").id, DOCUMENTS))
    with pytest.raises(InputError, match="which the embedding was trained on"):
        search(copied, ["king"], "tales", 2)


def test_a_corpus_without_text_is_searched_without_snippets(
    cache: Path, tmp_path: Path, notes: Notes
) -> None:
    corpus = _harbours_and_kitchens(tmp_path)
    run_latent(cache, "topics", corpus, "-a", "lsi", "--k", "2", "--format", "lines", "--no-text")
    found = list(search(Cache(cache), ["ship"], None, 3, notes))
    assert [one.snippet for one in found] == [None] * 3
    assert "no text is kept with themes.txt" in notes


def test_nothing_is_like_the_only_document(cache: Path, tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("a cat sat on a mat\n")
    run_latent(cache, "embed", tmp_path / "one.txt", "--min-count", "1", "--epochs", "1")
    with pytest.raises(NothingFound, match="no other document"):
        similar_documents(Cache(cache), ["1"])


def test_without_any_model_the_error_names_both_commands_that_make_one(store: Cache) -> None:
    with pytest.raises(RequestError, match="no model yet") as raised:
        search(store, ["ship"])
    assert raised.value.hint == "make one with 'latent embed CORPUS' or 'latent topics CORPUS'"


def test_a_text_is_joined_by_the_models_phrases(cache: Path, tmp_path: Path) -> None:
    draw = np.random.default_rng(2)
    words = [f"w{chr(97 + i)}" for i in range(20)]
    fillers = [draw.choice(words, 4) for _ in range(200)]
    middles = [["new", "york"], ["old", "pan", "new"], ["york", "pan"]] * 67
    lines = [" ".join([*a, *b]) for a, b in zip(fillers, middles, strict=False)]
    corpus = tmp_path / "york.txt"
    corpus.write_text("\n".join(lines) + "\n")
    settings = ("--phrases", "--phrase-threshold", "0.5", "--stopwords", "none")
    run_latent(cache, "topics", corpus, "-a", "lsi", "--k", "20", "--format", "lines", *settings)
    found = list(search(Cache(cache), ["new york"], None, 20))
    assert all((one.snippet or "").endswith("new york") for one in found)
    assert {(int(one.document) - 1) % 3 for one in found} == {0}


def test_a_run_of_another_cache_is_searched_by_its_folder(trained: Cache, store: Cache) -> None:
    run = find(trained, "notices-lsi")
    found = list(search(store, [BUTTER], str(run.folder), 3))
    expected = search(trained, [BUTTER], "notices-lsi", 3)
    assert [one[:2] for one in found] == [one[:2] for one in expected]
