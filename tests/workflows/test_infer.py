"""Topics and vectors of new documents, straight from a stored model."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import pytest

from latentcli.corpus import counting, decoding
from latentcli.corpus.readers import ReaderSettings
from latentcli.errors import InputError, NothingFound, RequestError
from latentcli.formats.models import open_embedding, open_topic_model
from latentcli.models.topic_model import NmfModel
from latentcli.store.cache import Cache
from latentcli.store.runs import find
from latentcli.workflows.infer import DocumentTopic, DocumentVector, infer, infer_wide
from latentcli.workflows.reading import CorpusRequest
from latentcli.workflows.topic_request import MaskOptions, TopicsRequest
from latentcli.workflows.topics import topics
from tests.conftest import SAMPLES
from tests.small import Notes

LINES = ReaderSettings(format="lines")
NOTICES = CorpusRequest([str(SAMPLES / "notices.jsonl")])
STAR = "The telescope shows the rings of the planet and a distant star."
SOUP = "Stir the butter and the onion into the soup and simmer it in the pan."


def typed(*texts: str) -> CorpusRequest:
    """Documents typed at a pipe, one a line."""
    return CorpusRequest(["-"], LINES, stdin=io.BytesIO("\n".join(texts).encode()))


def table(rows: Sequence[DocumentTopic], k: int = 10) -> dict[str, np.ndarray]:
    """The weights of each document."""
    weights: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(k))
    for row in rows:
        if row.topic is not None:
            weights[row.id][row.topic] = row.weight
    return weights


def test_documents_of_the_training_corpus_get_the_topics_that_they_had(trained: Cache) -> None:
    weights = table(list(infer(trained, NOTICES, "notices", min_weight=0)))
    model = open_topic_model(find(trained, "notices"))
    for document_id, trained_topics in zip(model.document_ids, model.doc_topic, strict=True):
        # Topics have been put in order since, so that sums round, and may settle, a step apart.
        np.testing.assert_allclose(weights[document_id], trained_topics, atol=1e-3)


def test_documents_of_the_training_corpus_keep_their_place_in_lsi(trained: Cache) -> None:
    weights = table(list(infer(trained, NOTICES, "notices-lsi", min_weight=0)))
    model = open_topic_model(find(trained, "notices-lsi"))
    for document_id, vector in zip(model.document_ids, model.document_vectors, strict=True):
        np.testing.assert_allclose(weights[document_id], vector, atol=1e-5)


@pytest.mark.parametrize("ref", ["notices", "notices-lsi", "tales"])
def test_equal_documents_get_equal_answers_alone_and_in_company(ref: str, trained: Cache) -> None:
    def answers(*texts: str) -> list[list[tuple[object, ...]]]:
        rows = list(infer(trained, typed(*texts), ref))
        return [[row[1:] for row in rows if row.id == str(i + 1)] for i in range(len(texts))]

    [alone] = answers(STAR)
    first, _, last = answers(STAR, SOUP, STAR)
    assert first == last == alone


@pytest.mark.parametrize("ref", ["notices", "notices-lsi", "tales"])
def test_a_document_without_known_words_is_flagged_and_has_no_weights(
    ref: str, trained: Cache, notes: Notes
) -> None:
    # fault 84
    rows = list(infer(trained, typed(STAR, "zzzz yyyy", "", SOUP), ref, observer=notes))
    flagged = [row for row in rows if None in row]
    assert {row.id for row in flagged} == {"2", "3"}
    assert all(row[1:] == (None,) * (len(row) - 1) for row in flagged)
    assert "2 of 4 documents have no known words: 2, 3" in notes


def test_nothing_is_found_where_no_document_has_a_known_word(trained: Cache) -> None:
    # fault 84
    rows = infer(trained, typed("zzzz", "yyyy"), "notices")
    assert [next(rows), next(rows)] == [DocumentTopic(i, None, None) for i in ("1", "2")]
    with pytest.raises(NothingFound, match="no known words in any of 2 documents") as raised:
        next(rows)
    assert raised.value.exit_code == 1


def test_topics_go_by_falling_weight_and_light_ones_are_left_out(trained: Cache) -> None:
    everything = list(infer(trained, typed(STAR), "notices", min_weight=0))
    weights = [row.weight for row in everything]
    assert len(weights) == 10
    assert weights == sorted(weights, reverse=True)
    assert sum(weights) == pytest.approx(1)
    assert list(infer(trained, typed(STAR), "notices", n=3, min_weight=0)) == everything[:3]
    heavy = list(infer(trained, typed(STAR), "notices", min_weight=0.1))
    assert heavy == [row for row in everything if row.weight >= 0.1]


def test_lsi_topics_go_by_the_size_of_the_weight_whatever_its_sign(trained: Cache) -> None:
    weights = [row.weight for row in infer(trained, typed(STAR), "notices-lsi", min_weight=0)]
    assert min(weights) < 0
    assert [abs(weight) for weight in weights] == sorted(map(abs, weights), reverse=True)


@pytest.mark.parametrize("ref", ["notices", "notices-lsi"])
def test_the_wide_form_has_a_row_a_document_and_a_column_a_topic(
    ref: str, trained: Cache, notes: Notes
) -> None:
    texts = (STAR, "zzzz", SOUP)
    wide = list(infer_wide(trained, typed(*texts), ref, observer=notes))
    assert all(row._fields == ("id", *(f"topic_{k}" for k in range(10))) for row in wide)
    assert wide[1] == ("2", *[None] * 10)
    assert "1 of 3 documents has no known words: 2" in notes
    weights = table(list(infer(trained, typed(*texts), ref, min_weight=0)))
    for row in (wide[0], wide[2]):
        assert list(row[1:]) == weights[row.id].tolist()


def test_the_wide_form_is_of_topic_models_and_proportions_not_of_lsi(trained: Cache) -> None:
    with pytest.raises(RequestError, match="'tales' is an embedding"):
        infer_wide(trained, typed(STAR), "tales")
    with pytest.raises(RequestError, match="'notices-lsi' is LSI"):
        infer_wide(trained, typed(STAR), "notices-lsi", proportions=True)


def test_documents_come_as_they_are_read(trained: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory holds a batch, whatever the size of the input."""
    monkeypatch.setattr(counting, "_BATCH_TOKENS", 10)
    monkeypatch.setattr(decoding, "CHUNK_BYTES", 100)
    given = typed(*[STAR, "zzzz"] * 100)
    rows = infer(trained, given, "notices", n=1)
    assert next(rows).id == "1"
    told = [row.id for row in rows]
    assert told == [str(i) for i in range(2, 201)]


def test_a_word_that_no_topic_has_tells_nothing(store: Cache, notes: Notes) -> None:
    """NMF leaves words in no topic: a document of these alone gets no even guess."""
    request = TopicsRequest("nmf", 2, mask=MaskOptions("none", 1, 1.0))
    text = typed(*["sea ship sail sea"] * 30, *["oven bread flour oven"] * 30, "lone")
    topics(store, text, request)
    model = open_topic_model(find(store, "latest", "topic-model"))
    row = model.words.find("lone")
    assert isinstance(model, NmfModel) and row is not None and model.topic_word[:, row].max() < 1e-9
    rows = list(infer_wide(store, typed("lone", "ship"), observer=notes))
    assert rows[0][1:] == (None, None)
    assert max(rows[1][1:]) == pytest.approx(1, abs=0.01)
    assert "1 of 2 documents has no known words: 1" in notes


def test_only_the_first_documents_without_words_are_named(trained: Cache, notes: Notes) -> None:
    list(infer(trained, typed(STAR, *["zzzz"] * 1200), "notices", observer=notes))
    assert "1,200 of 1,201 documents have no known words: 2, 3, 4, 5, 6 ..." in notes


def test_overlong_words_left_out_are_told(trained: Cache, notes: Notes) -> None:
    list(infer(trained, typed(f"{STAR} {'x' * 300}"), "notices", observer=notes))
    assert "left out 1 word of more than 256 characters" in notes


def test_a_document_vector_is_near_its_words(trained: Cache) -> None:
    [row] = infer(trained, typed("The king and the queen, king and queen"), "tales")
    assert isinstance(row, DocumentVector)
    model = open_embedding(find(trained, "tales"))
    counts = model.term_counts / model.term_counts.sum()
    expected = np.zeros(model.dim)
    for word, times in (("the", 2), ("king", 2), ("queen", 2), ("and", 2)):
        at = model.words.find(word)
        expected += times * 1e-3 / (1e-3 + counts[at]) * model.vectors[at] / 8
    np.testing.assert_allclose(row.vector, expected, rtol=1e-5)


def test_without_a_reference_the_latest_topic_model_answers(trained: Cache, notes: Notes) -> None:
    rows = list(infer(trained, typed(STAR), observer=notes))
    assert rows == list(infer(trained, typed(STAR), "notices"))
    assert "lda of notices.jsonl (the latest)" in notes


def test_inference_leaves_nothing_in_the_cache(trained: Cache) -> None:
    before = sorted(trained.root.rglob("*"))
    list(infer(trained, typed(STAR), "notices"))
    assert sorted(trained.root.rglob("*")) == before


def test_a_senseless_request_is_refused(trained: Cache, store: Cache) -> None:
    with pytest.raises(RequestError, match="no documents named"):
        infer(trained, CorpusRequest(), "notices")
    with pytest.raises(InputError, match="no documents in the input"):
        list(infer(trained, typed(), "notices"))
    corpus = find(trained, "latest", "corpus").id
    with pytest.raises(RequestError, match="is a corpus"):
        infer(trained, typed(STAR), corpus)
    with pytest.raises(RequestError, match="no topic model yet"):
        infer(store, typed(STAR))
