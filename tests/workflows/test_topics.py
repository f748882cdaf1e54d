"""Training topic models: the words they are made of, their order, and what is said of them."""

from __future__ import annotations

import json
from collections import Counter
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from gensim.corpora import Dictionary
from gensim.models import CoherenceModel

from latentcli.corpus.phrases import PhraseSettings
from latentcli.corpus.tokenizers import TokenizerSettings, make_tokenizer
from latentcli.errors import InputError, RequestError
from latentcli.formats.models import open_topic_model
from latentcli.models.topic_model import MixtureModel
from latentcli.queries.inference import infer_lda
from latentcli.store.cache import Cache
from latentcli.store.runs import find, list_runs
from latentcli.workflows.reading import CorpusRequest
from latentcli.workflows.topic_request import MaskOptions, TopicsRequest
from latentcli.workflows.topics import Topic, describe, topics
from latentcli.workflows.training import TrainingOptions
from tests.conftest import SAMPLES
from tests.small import Notes, planted, planted_lda

EVERY_WORD = MaskOptions(stopwords="none", min_df=1, max_df=1.0)
ALGORITHMS = pytest.mark.parametrize("algorithm", ["lda", "lsi"])


def write(folder: Path, *texts: str) -> str:
    path = folder / "texts.txt"
    path.write_text("\n".join(texts))
    return str(path)


def train(
    store: Cache,
    path: str | None,
    algorithm: str = "lda",
    observer: Notes | None = None,
    threads: int = 1,
    **request: object,
) -> list[Topic]:
    corpus = CorpusRequest([path] if path else [])
    wanted = TopicsRequest(algorithm, **{"k": 3, "mask": EVERY_WORD, **request})
    options = TrainingOptions(threads=threads)
    return topics(store, corpus, wanted, options, observer=observer or Notes())


def terms(store: Cache) -> set[str]:
    return set(open_topic_model(find(store, "latest", "topic-model")).words)


@pytest.mark.parametrize("ref", ["notices", "notices-lsi"])
def test_topics_are_numbered_by_falling_share(ref: str, trained: Cache) -> None:
    rows = describe(find(trained, ref))
    assert [row.topic for row in rows] == list(range(10))
    shares = [row.share for row in rows]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(1)


def test_ordering_by_share_moves_every_array_alike() -> None:
    world = planted(n_docs=100)
    model = planted_lda(world)  # its priors are uneven
    order = np.argsort(-model.shares())
    assert (order != np.arange(5)).any()
    ordered = model.ordered()
    for name in ("topic_word", "alpha"):
        np.testing.assert_array_equal(getattr(ordered, name), getattr(model, name)[order])
    np.testing.assert_array_equal(ordered.doc_topic, model.doc_topic[:, order])
    before, _ = infer_lda(model, world.counts(), 1e-9, 5000)
    after, _ = infer_lda(ordered, world.counts(), 1e-9, 5000)
    np.testing.assert_allclose(after, before[:, order], atol=1e-6)


def notices() -> list[dict[str, str]]:
    return [json.loads(line) for line in (SAMPLES / "notices.jsonl").read_bytes().splitlines()]


def test_a_notice_has_a_topic_of_its_own_subject(trained: Cache) -> None:
    main = open_topic_model(find(trained, "notices")).doc_topic.argmax(axis=1).tolist()
    pairs = Counter(zip(main, (notice["label"] for notice in notices()), strict=True))
    majority = sum(max(n for (topic, _), n in pairs.items() if topic == t) for t in set(main))
    assert majority / pairs.total() > 0.9


def test_coherence_is_that_of_gensim(trained: Cache) -> None:
    tokenize = make_tokenizer(TokenizerSettings()).tokenize
    texts = [tokenize(notice["text"]) for notice in notices()]
    rows = describe(find(trained, "notices"))
    judge = CoherenceModel(
        topics=[row.words for row in rows],
        texts=texts,
        dictionary=Dictionary(texts),
        coherence="c_npmi",
        window_size=100_000,  # longer than any document
        processes=1,
    )
    sets = [set(text) for text in texts]
    for row, theirs in zip(rows, judge.get_coherence_per_topic(), strict=True):
        pairs = list(combinations(row.words, 2))
        apart = sum(not any({a, b} <= words for words in sets) for a, b in pairs) / len(pairs)
        # A pair that never meets counts -1 here; gensim's epsilon lifts it by 0.45 at most.
        assert theirs - 0.45 * apart - 1e-6 <= row.coherence <= theirs + 1e-6


@ALGORITHMS
def test_one_seed_gives_the_same_run_on_one_thread_and_two(
    algorithm: str, store: Cache, tmp_path: Path
) -> None:
    # fault 26; the run's id covers the sha256 of every array
    path = write(tmp_path, *planted(n_docs=150).texts)
    other = Cache(tmp_path / "other")
    rows = train(store, path, algorithm)
    assert train(other, path, algorithm, threads=2) == rows
    runs = [find(cache, "latest", "topic-model") for cache in (store, other)]
    assert runs[0].id == runs[1].id
    assert runs[0].manifest["reproducible"]["bytes"]


def test_a_repeated_request_is_answered_from_the_cache(
    store: Cache, tmp_path: Path, notes: Notes
) -> None:
    path = write(tmp_path, *planted(n_docs=60).texts)
    rows = train(store, path)
    assert train(store, path, observer=notes) == rows
    assert "is in the cache already (--retrain trains)" in notes
    assert sum(row.kind == "topic-model" for row in list_runs(store)) == 1


SIX = ("the cat sat", "the dog sat", "the cat ran", "the dog ran", "the owl flew", "the cat the")


@pytest.mark.parametrize(
    ("mask", "kept"),
    [
        (EVERY_WORD, {"the", "cat", "dog", "owl", "sat", "ran", "flew"}),
        (MaskOptions(stopwords="en", min_df=1, max_df=1.0), {"cat", "dog", "owl", "sat", "ran",
                                                             "flew"}),
        (MaskOptions(stopwords="none", min_df=2, max_df=1.0), {"the", "cat", "dog", "sat", "ran"}),
        (MaskOptions(stopwords="none", min_df=1, max_df=0.4), {"dog", "owl", "sat", "ran", "flew"}),
        (MaskOptions(stopwords="none", min_df=1, max_df=1.0, keep_n=2), {"the", "cat"}),
    ],
    ids=["every word", "stop words", "min-df", "max-df", "keep-n"],
)  # fmt: skip
def test_a_mask_leaves_out_what_it_says(
    mask: MaskOptions, kept: set[str], store: Cache, tmp_path: Path
) -> None:
    train(store, write(tmp_path, *SIX), k=2, mask=mask)
    assert terms(store) == kept


def test_english_stop_words_are_left_out_by_default_and_that_is_said(
    store: Cache, tmp_path: Path, notes: Notes
) -> None:
    mask = MaskOptions(min_df=1, max_df=1.0)
    train(store, write(tmp_path, *SIX), k=2, mask=mask, observer=notes)
    assert "the" not in terms(store)
    assert "stop words: English" in notes


def test_a_mask_that_leaves_nothing_says_what_to_try(store: Cache, tmp_path: Path) -> None:
    # fault 52
    with pytest.raises(InputError, match="0 of 7 words kept") as raised:
        train(store, write(tmp_path, *SIX), mask=MaskOptions(min_df=100))
    assert "--min-df 1" in raised.value.hint


@ALGORITHMS
@pytest.mark.parametrize("k", [-1, 0, 7, 10**9])
def test_k_out_of_range_is_refused_at_once_with_the_range(
    k: int, algorithm: str, store: Cache, tmp_path: Path
) -> None:
    # fault 75
    with pytest.raises(RequestError, match="must be from 1 to 6 for this corpus"):
        train(store, write(tmp_path, *SIX), algorithm, k=k)


@ALGORITHMS
@pytest.mark.parametrize("k", [1, 2, 5])
def test_any_k_in_range_has_its_topics(
    k: int, algorithm: str, store: Cache, tmp_path: Path
) -> None:
    # faults 75, 85
    rows = train(store, write(tmp_path, *SIX), algorithm, k=k)
    assert [row.topic for row in rows] == list(range(k))


def test_fewer_topics_than_asked_for_are_announced(
    store: Cache, tmp_path: Path, notes: Notes
) -> None:
    path = write(tmp_path, *["apple pie", "river boat"] * 5)
    assert len(train(store, path, "lsi", k=4, observer=notes)) == 2
    assert "the corpus has rank 2: fewer topics than --k" in notes


def test_nearly_empty_topics_are_announced(store: Cache, notes: Notes) -> None:
    request = TopicsRequest(k=20, iterations=200)
    joined = CorpusRequest([str(SAMPLES / "notices.jsonl")], phrases=PhraseSettings())
    rows = topics(store, joined, request, TrainingOptions(threads=1), observer=notes)
    empty = [row for row in rows if row.share < 0.0025]
    assert len(empty) > 1
    assert f"{len(empty)} topics have next to nothing of the corpus (less than 0.25%" in notes


def test_no_word_of_probability_0_is_listed(store: Cache) -> None:
    request = TopicsRequest("nmf", k=10)
    notices = CorpusRequest([str(SAMPLES / "notices.jsonl")])
    rows = topics(store, notices, request, TrainingOptions(threads=1), n_words=5000)
    model = open_topic_model(find(store, "latest", "topic-model"))
    assert isinstance(model, MixtureModel)
    there = np.count_nonzero(model.topic_word, axis=1)
    assert there.min() < len(model.words)
    assert [len(row.words) for row in rows] == there.tolist()


@ALGORITHMS
def test_lines_without_words_keep_their_number(
    algorithm: str, store: Cache, tmp_path: Path
) -> None:
    # fault 74
    train(store, write(tmp_path, "apple pie", "... 17", "river boat", "apple boat"), algorithm, k=2)
    model = open_topic_model(find(store, "latest", "topic-model"))
    assert list(model.document_ids) == ["1", "2", "3", "4"]
    assert model.doc_lengths.tolist() == [2, 0, 2, 2]


def test_few_long_documents_are_cut_and_that_is_said(
    store: Cache, tmp_path: Path, notes: Notes
) -> None:
    words = " ".join(planted(n_docs=100).texts)
    train(store, write(tmp_path, words, words), observer=notes)
    assert "2 documents are few: long ones are cut at about 1000 tokens" in notes
    model = open_topic_model(find(store, "latest", "topic-model"))
    assert len(model.document_ids) == 16
    assert list(model.document_ids)[0] == "1#1"


@pytest.mark.parametrize(
    ("request_", "what"),
    [
        ({"algorithm": "prodlda"}, "no algorithm 'prodlda' for topics"),
        ({"algorithm": "lsi", "alpha": 0.1}, "--alpha is for lda"),
        ({"algorithm": "lsi", "eta": 0.1}, "--eta is for lda"),
        ({"algorithm": "lsi", "weighting": "bm25"}, "no weighting 'bm25'"),
    ],
)
def test_a_senseless_request_is_refused(
    request_: dict[str, object], what: str, store: Cache, tmp_path: Path
) -> None:
    with pytest.raises(RequestError, match=what):
        train(store, write(tmp_path, *SIX), **request_)
