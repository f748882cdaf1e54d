"""One topic of a stored model: what is asked of the cache, and what is said where it is missing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from latentcli.corpus.readers import ReaderSettings
from latentcli.errors import NothingFound, RequestError
from latentcli.formats.corpus import content_digest, has_text
from latentcli.formats.models import TOPIC_MODEL, open_topic_model
from latentcli.models.topic_model import LdaModel
from latentcli.store.cache import Cache
from latentcli.store.runs import find, remove
from latentcli.store.verify import verify
from latentcli.workflows.corpus import corpus
from latentcli.workflows.reading import CorpusRequest
from latentcli.workflows.topic import _unseeded, diagnostics, documents, nearest, words
from latentcli.workflows.topic_request import MaskOptions, TopicsRequest
from latentcli.workflows.topics import describe, stored_topics, topics
from latentcli.workflows.training import TrainingOptions
from tests.conftest import SAMPLES
from tests.small import Notes

MASK = MaskOptions(stopwords="none", min_df=1, max_df=1.0)


def train(store: Cache, request: CorpusRequest, k: int = 2, chunk: int | None = None) -> None:
    topics(store, request, TopicsRequest(k=k, mask=MASK, chunk=chunk), TrainingOptions(threads=1))


def harbour(tmp_path: Path) -> Path:
    path = tmp_path / "harbour.txt"
    path.write_text("The ship sailed from the harbour.\nBread needs flour and yeast.\n" * 40)
    return path


def test_diagnostics_leave_out_what_seed_words_add(tmp_path: Path) -> None:
    seeds = tmp_path / "seeds.txt"
    seeds.write_text("health: doctor patients\nspace: planet\n")
    store = Cache(tmp_path / "cache")
    asked = TopicsRequest(k=4, iterations=30, seed_words=seeds, mask=MASK, seed_weight=3)
    topics(store, CorpusRequest([str(SAMPLES / "notices.jsonl")]), asked)
    run = find(store, "latest", TOPIC_MODEL)
    model = open_topic_model(run)
    assert isinstance(model, LdaModel)
    with_seeds, without = (
        float((each.topic_word - each.eta[0]).sum(dtype=float)) / float(model.term_counts.sum())
        for each in (model, _unseeded(run, model))
    )
    assert with_seeds > 1.005
    assert without == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("ref", ["notices", "notices-lsi"])
def test_words_are_those_of_the_table(ref: str, trained: Cache) -> None:
    table = describe(find(trained, ref))
    for row in table:
        found = words(trained, row.topic, ref, 10)
        assert [word for word, _ in found] == row.words
        assert [weight for _, weight in found] == sorted((w for _, w in found), reverse=True)


def test_typical_documents_are_shown_where_the_topic_is_in_them(trained: Cache) -> None:
    texts = {}
    for line in (SAMPLES / "notices.jsonl").read_text("utf-8").splitlines():
        notice = json.loads(line)
        texts[notice["id"]] = " ".join(notice["text"].split())
    for topic in range(10):
        shown = documents(trained, topic, "notices")
        top = [word for word, _ in words(trained, topic, "notices", 50)]
        assert len(shown) == 10
        for document in shown:
            assert document.snippet is not None
            assert document.snippet.strip("\u2026") in texts[document.document]
            assert 100 < len(document.snippet) <= 202
            assert any(word in document.snippet.lower() for word in top)
        assert min(document.weight for document in shown) > 0.5


def test_chunks_are_shown_by_their_own_text(store: Cache) -> None:
    path = SAMPLES / "tales.txt"
    train(store, CorpusRequest([str(path)], ReaderSettings("files")), k=5)
    text = " ".join(path.read_text("utf-8").split())
    places = {}
    for topic in range(5):
        for document in documents(store, topic, n=30):
            number = int(document.document.removeprefix("tales.txt#"))
            assert document.snippet is not None
            places[number] = text.index(document.snippet.strip("\u2026"))
    ordered = [places[number] for number in sorted(places)]
    assert len(ordered) > 10 and ordered == sorted(ordered)


def test_models_are_shared_with_and_without_the_text(store: Cache, tmp_path: Path) -> None:
    path = str(harbour(tmp_path))
    notes = Notes()
    corpus(store, CorpusRequest([path], keep_text=False))
    bare = find(store, "latest", "corpus")
    assert not has_text(bare.manifest) and bare.manifest["figures"]["text_bytes"] == 0
    train(store, CorpusRequest())
    model = find(store, "latest", "topic-model").id
    shown = documents(store, 0, observer=notes)
    assert [document.snippet for document in shown] == [None] * 10
    assert "no text is kept with harbour.txt" in notes and "--no-text" in notes

    corpus(store, CorpusRequest([path]))
    full = find(store, "latest", "corpus")
    assert full.id != bare.id and has_text(full.manifest)
    assert content_digest(full.manifest["files"]) == content_digest(bare.manifest["files"])
    train(store, CorpusRequest())
    assert find(store, "latest", "topic-model").id == model
    snippets = {document.snippet for document in documents(store, 0)}
    assert snippets in ({"The ship sailed from the harbour."}, {"Bread needs flour and yeast."})
    assert list(verify(store)) == []


def test_changed_text_is_found_by_verify(store: Cache, tmp_path: Path) -> None:
    # fault 28
    corpus(store, CorpusRequest([str(harbour(tmp_path))]))
    blocks = find(store, "latest", "corpus").folder / "arrays" / "text_blocks.npy"
    data = bytearray(blocks.read_bytes())
    data[-3] ^= 4
    blocks.write_bytes(data)
    assert ["text_blocks" in problem.problem for problem in verify(store)] == [True]


def test_without_its_corpus_a_topic_has_documents_but_no_snippets(
    store: Cache, tmp_path: Path
) -> None:
    train(store, CorpusRequest([str(harbour(tmp_path))]))
    remove(store, find(store, "latest", "corpus").id)
    notes = Notes()
    assert {document.snippet for document in documents(store, 0, observer=notes)} == {None}
    assert "harbour.txt is not in the cache any more" in notes
    found = dict(diagnostics(store, 0))
    assert found["coherence"] is None and found["tokens"] is not None


def test_diagnostics_agree_with_the_table(trained: Cache) -> None:
    table = describe(find(trained, "notices"))
    tokens = [dict(diagnostics(trained, row.topic, "notices"))["tokens"] for row in table]
    for row, of_topic in zip(table, tokens, strict=True):
        found = dict(diagnostics(trained, row.topic, "notices"))
        assert found["exclusivity"] == pytest.approx(row.exclusivity)
        assert of_topic is not None
        assert of_topic / sum(filter(None, tokens)) == pytest.approx(row.share, abs=0.02)
        assert all(value is not None for value in found.values())


def test_rankings_change_the_words_and_nothing_else(trained: Cache) -> None:
    plain, frex = (stored_topics(trained, "notices", 10, by) for by in ("probability", "frex"))
    assert [row._replace(words=[]) for row in plain] == [row._replace(words=[]) for row in frex]
    assert [row.words for row in plain] != [row.words for row in frex]
    for row in frex:
        assert row.words == [w for w, _ in words(trained, row.topic, "notices", 10, "frex")]


def test_the_only_topic_has_none_near_it(store: Cache, tmp_path: Path) -> None:
    train(store, CorpusRequest([str(harbour(tmp_path))]), k=1)
    with pytest.raises(NothingFound, match="no other topic"):
        nearest(store, 0)


def test_lsi_says_what_has_no_meaning(trained: Cache) -> None:
    with pytest.raises(RequestError, match="right angles"):
        nearest(trained, 0, "notices-lsi")
    with pytest.raises(RequestError, match="not distributions") as error:
        diagnostics(trained, 0, "notices-lsi")
    assert "latent topics -m notices-lsi" in error.value.hint
    assert documents(trained, 0, "notices-lsi")[0].snippet
