"""Phrases from end to end: the corpus derived for them, models of it, and what those are asked."""

from __future__ import annotations

import io

import pytest

from latentcli.corpus.phrases import PhraseSettings
from latentcli.corpus.readers import ReaderSettings
from latentcli.engines.parameters import Word2VecParameters
from latentcli.errors import RequestError
from latentcli.formats.corpus import open_corpus
from latentcli.formats.models import open_topic_model
from latentcli.store.cache import Cache
from latentcli.store.runs import find
from latentcli.workflows.ask import neighbors
from latentcli.workflows.corpus import corpus
from latentcli.workflows.embed import EmbedAnswer, EmbedRequest, embed
from latentcli.workflows.evaluate import evaluate
from latentcli.workflows.evaluation_request import EvaluationRequest
from latentcli.workflows.infer import DocumentTopic, DocumentVector, infer
from latentcli.workflows.manage import models, remove, verify_cache
from latentcli.workflows.reading import CorpusRequest
from latentcli.workflows.topic_request import MaskOptions, TopicsRequest
from latentcli.workflows.topics import Topic, topics
from latentcli.workflows.training import TrainingOptions
from tests.conftest import SAMPLES
from tests.small import Notes

NOTICES = str(SAMPLES / "notices.jsonl")
PHRASES = PhraseSettings()
ONE_THREAD = TrainingOptions(threads=1)


def request(*inputs: str, phrases: PhraseSettings | None = PHRASES) -> CorpusRequest:
    return CorpusRequest(inputs, phrases=phrases)


def train_topics(
    store: Cache, asked: CorpusRequest, notes: Notes | None = None, **wanted: object
) -> list[Topic]:
    parameters = TopicsRequest(k=5, iterations=5, **wanted)  # type: ignore[arg-type]
    return topics(store, asked, parameters, ONE_THREAD, observer=notes or Notes())


def train_embedding(store: Cache, asked: CorpusRequest, notes: Notes | None = None) -> EmbedAnswer:
    wanted = EmbedRequest(parameters=Word2VecParameters(dim=8), epochs=1)
    return embed(store, asked, wanted, ONE_THREAD, notes or Notes())


def typed(*texts: str) -> CorpusRequest:
    stdin = io.BytesIO("\n".join(texts).encode())
    return CorpusRequest(["-"], ReaderSettings(format="lines"), stdin=stdin)


def kinds(store: Cache) -> list[tuple[str, str]]:
    return [(row.kind, row.algorithm) for row in models(store)]


def test_one_derived_corpus_serves_topics_and_embeddings(store: Cache, notes: Notes) -> None:
    train_topics(store, request(NOTICES), notes)
    assert "joined 350 pairs of words, 34 phrases; the best: per_cent, " in notes
    train_embedding(store, request(NOTICES))
    assert kinds(store) == [
        ("corpus", ""),
        ("corpus", "phrases"),
        ("topic-model", "lda"),
        ("embedding", "word2vec"),
    ]
    for kind in ("topic-model", "embedding"):
        assert "blood_pressure" in find(store, "latest", kind).strings("vocabulary")
    assert list(verify_cache(store)) == []


def test_the_corpus_used_last_joins_no_phrases_unasked(store: Cache, notes: Notes) -> None:
    train_topics(store, request(NOTICES))
    train_topics(store, request(phrases=None))
    plain = open_topic_model(find(store, "latest", "topic-model")).words
    assert not any("_" in word for word in plain)
    train_topics(store, request(), notes)
    assert "is in the cache already" in notes


def test_the_derived_corpus_is_never_the_latest(store: Cache) -> None:
    corpus(store, request(NOTICES))
    parent = find(store, "latest", "corpus")
    assert parent.manifest["algorithm"] == ""
    remove(store, parent.id)
    with pytest.raises(RequestError, match="none in the cache yet"):
        train_topics(store, request(phrases=None))


def test_other_settings_derive_another_corpus(store: Cache) -> None:
    first = corpus(store, request(NOTICES))
    assert corpus(store, request(phrases=PhraseSettings(threshold=11))).id != first.id
    assert corpus(store, request(phrases=PhraseSettings())) == first
    assert first.tokens == find(store, first.id).manifest["figures"]["tokens"]
    assert first.documents == 400


def test_a_named_derived_corpus_can_be_asked_for(store: Cache) -> None:
    named = corpus(store, CorpusRequest([NOTICES], name="joined", phrases=PHRASES))
    train_topics(store, request("joined", phrases=None))
    assert "blood_pressure" in find(store, "latest", "topic-model").strings("vocabulary")
    assert find(store, "latest", "corpus").id != named.id
    with pytest.raises(RequestError, match="joined already"):
        train_topics(store, request("joined"))


def test_removing_a_parent_names_what_was_derived(store: Cache, notes: Notes) -> None:
    derived = corpus(store, request(NOTICES)).id
    train_topics(store, request())
    remove(store, find(store, "latest", "corpus").id, notes)
    assert notes.lines == [f"what was made from it stays: {derived[:12]}"]
    model = find(store, "latest", "topic-model").id
    remove(store, derived, notes)
    assert notes.lines[1:] == [f"what was made from it stays: {model[:12]}"]


def test_a_derived_corpus_keeps_its_phrases_and_scores(store: Cache) -> None:
    run = find(store, corpus(store, request(NOTICES)).id)
    opened = open_corpus(run)
    assert opened.phrases is not None
    assert list(opened.phrases)[:2] == ["per", "cent"]
    scores, counts = run.array("phrase_scores"), run.array("phrase_counts")
    assert len(scores) == len(counts) == len(opened.phrases) // 2
    assert (scores > PHRASES.threshold).all()


def test_queries_find_a_phrase_however_it_is_written(store: Cache) -> None:
    train_embedding(store, request(NOTICES))
    answers = [
        list(neighbors(store, [query], n=2))
        for query in ("blood_pressure", "blood pressure", "Blood Pressure", "Blood_Pressure")
    ]
    assert answers[0][0].query == "blood_pressure"
    assert all(answer == answers[0] for answer in answers)


def test_new_documents_are_joined_by_the_models_phrases(store: Cache) -> None:
    train_topics(store, request(NOTICES), mask=MaskOptions(min_df=1))
    model = open_topic_model(find(store, "latest", "topic-model"))
    [row] = infer(store, typed("blood pressure"), n=1)
    assert isinstance(row, DocumentTopic)
    by_topic = model.topic_word_probabilities()[:, model.words.find("blood_pressure")]
    assert row.topic == int(by_topic.argmax())
    train_embedding(store, request())
    one, whole, apart = infer(
        store, typed("blood pressure", "blood pressure blood pressure", "blood. a pressure"),
        find(store, "latest", "embedding").id,
    )  # fmt: skip
    assert isinstance(one, DocumentVector) and isinstance(whole, DocumentVector)
    assert one.vector == pytest.approx(whole.vector)
    assert apart != one._replace(id=apart.id)


def test_documents_of_a_joined_corpus_get_the_topics_that_they_had(store: Cache) -> None:
    train_topics(store, request(NOTICES))
    model = open_topic_model(find(store, "latest", "topic-model"))
    best = {row.id: row.topic for row in infer(store, request(NOTICES, phrases=None), n=1)}
    agreeing = [
        best[document] == weights.argmax()
        for document, weights in zip(model.document_ids, model.doc_topic, strict=True)
    ]
    assert all(agreeing)


def test_phrases_of_stop_words_alone_are_left_out_of_topics(store: Cache) -> None:
    train_topics(store, request(NOTICES))
    words = open_topic_model(find(store, "latest", "topic-model")).words
    assert "do_not" not in words
    assert "per_cent" in words


def test_a_model_is_judged_by_corpora_that_its_phrases_are_joined_in(store: Cache) -> None:
    train_topics(store, request(NOTICES))
    ref = find(store, "latest", "topic-model").id
    corpus(store, CorpusRequest([NOTICES], name="plain"))
    figures = [
        {row.measure: row.value for row in evaluate(store, EvaluationRequest(ref, corpus=by))}
        for by in (None, request(NOTICES, phrases=None), request("plain", phrases=None))
    ]
    assert figures[0]["c_npmi"] is not None
    for figure in figures[1:]:
        assert figure["c_npmi"] == pytest.approx(figures[0]["c_npmi"])


def test_the_text_of_a_derived_corpus_is_its_parents(store: Cache) -> None:
    run = find(store, corpus(store, request(NOTICES)).id)
    assert open_corpus(find(store, "latest", "corpus")).text is not None
    assert open_corpus(run).text is None
    assert not any("text" in path for path in run.manifest["files"])
