"""Phrases, held to gensim's: what is found, its scores, and how texts are joined."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from gensim.models.phrases import FrozenPhrases
from gensim.models.phrases import Phrases as GensimPhrases

from latentcli.corpus import phrases as phrases_module
from latentcli.corpus.documents import Document
from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.encoder import encode
from latentcli.corpus.phrases import (
    PhraseSettings,
    every_other,
    find_phrases,
    join_phrases,
    phrases_of,
)
from latentcli.corpus.strings import Strings
from latentcli.corpus.tokenizers import TokenizerSettings
from latentcli.errors import RequestError
from tests.conftest import SAMPLES

Sentences = list[list[str]]
SETTINGS = [
    PhraseSettings(),
    PhraseSettings(1, 0.5),
    PhraseSettings(2, 40.0),
    PhraseSettings(3, 0.4, "npmi"),
    PhraseSettings(1, -0.5, "npmi"),
]


def encoded(folder: Path, *texts: str, tokenizer: str = "words") -> EncodedCorpus:
    documents = [Document(str(i), text) for i, text in enumerate(texts)]
    return encode(documents, TokenizerSettings(tokenizer), folder).corpus


def sentences(corpus: EncodedCorpus) -> Sentences:
    """The words of each paragraph, in order."""
    words = list(corpus.vocabulary.words)
    tokens = [words[i] for i in corpus.token_ids.tolist()]
    edges = sorted({*corpus.offsets.tolist(), *corpus.break_offsets.tolist()})
    return [tokens[a:b] for a, b in pairwise(edges)]


def gensim_phrases(corpus: EncodedCorpus, settings: PhraseSettings) -> GensimPhrases:
    scoring = "default" if settings.scoring == "original" else settings.scoring
    return GensimPhrases(sentences(corpus), settings.min_count, settings.threshold, scoring=scoring)


def found(corpus: EncodedCorpus, settings: PhraseSettings) -> dict[str, float]:
    phrases = find_phrases(corpus, settings)
    assert (np.diff(phrases.scores) <= 0).all()
    words = list(phrases.words(corpus.vocabulary.words))
    names = [f"{a}_{b}" for a, b in zip(words[::2], words[1::2], strict=True)]
    return dict(zip(names, phrases.scores.tolist(), strict=True))


def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phrases_module, "_BLOCK_TOKENS", 101)
    monkeypatch.setattr(phrases_module, "_LEAST_PART", 3000)
    monkeypatch.setattr(phrases_module, "_MOST_PARTS", 10**9)


@pytest.fixture(scope="module")
def notices(tmp_path_factory: pytest.TempPathFactory) -> EncodedCorpus:
    text = (SAMPLES / "notices.jsonl").read_text("utf-8")
    return encoded(tmp_path_factory.mktemp("notices"), *text.splitlines())


@pytest.fixture(scope="module")
def wikipedia(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> EncodedCorpus:
    with gzip.open(shared_data / "text/enwiki-10m.txt.gz", "rt", encoding="utf-8") as file:
        text = file.read(500_000)
    return encoded(tmp_path_factory.mktemp("wikipedia"), *text.split("\n\n"))


@pytest.fixture(params=["notices", "wikipedia"])
def corpus(request: pytest.FixtureRequest) -> Iterator[EncodedCorpus]:
    yield request.getfixturevalue(request.param)


@pytest.mark.parametrize("settings", SETTINGS)
def test_phrases_and_scores_are_gensims(corpus: EncodedCorpus, settings: PhraseSettings) -> None:
    theirs = gensim_phrases(corpus, settings).export_phrases()
    ours = found(corpus, settings)
    assert ours.keys() == theirs.keys()
    assert len(ours) > 10
    exact = settings.scoring == "original"
    for phrase, score in ours.items():
        assert score == (theirs[phrase] if exact else pytest.approx(theirs[phrase], rel=1e-12))


@pytest.mark.parametrize("settings", SETTINGS)
def test_documents_are_joined_as_by_frozen_phrases(
    corpus: EncodedCorpus, settings: PhraseSettings, tmp_path: Path
) -> None:
    frozen = FrozenPhrases(gensim_phrases(corpus, settings))
    words = find_phrases(corpus, settings).words(corpus.vocabulary.words)
    joined = join_phrases(corpus, words, tmp_path)
    assert sentences(joined) == [frozen[sentence] for sentence in sentences(corpus)]
    assert joined.n_tokens < corpus.n_tokens


def test_what_is_counted_in_parts_and_joined_in_blocks_is_the_same(
    notices: EncodedCorpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = PhraseSettings(1, 0.5)
    whole = find_phrases(notices, settings)
    words = whole.words(notices.vocabulary.words)
    (tmp_path / "a").mkdir()
    joined = join_phrases(notices, words, tmp_path / "a")
    small_blocks(monkeypatch)
    for ours, theirs in zip(find_phrases(notices, settings), whole, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    again = join_phrases(notices, words, tmp_path)
    for name in ("token_ids", "offsets", "break_offsets"):
        np.testing.assert_array_equal(getattr(again, name), getattr(joined, name))


def test_a_joined_corpus_is_as_one_that_was_read_joined(
    notices: EncodedCorpus, tmp_path: Path
) -> None:
    words = find_phrases(notices, PhraseSettings(1, 0.5)).words(notices.vocabulary.words)
    joined = join_phrases(notices, words, tmp_path)
    names = list(joined.vocabulary.words)
    tokens = [names[i] for i in joined.token_ids.tolist()]
    offsets = joined.offsets.tolist()
    (tmp_path / "read").mkdir()
    texts = [" ".join(tokens[a:b]) for a, b in pairwise(offsets)]
    read = encoded(tmp_path / "read", *texts, tokenizer="whitespace")
    assert list(read.vocabulary.words) == names
    for name in ("term_counts", "document_counts"):
        np.testing.assert_array_equal(
            getattr(read.vocabulary, name), getattr(joined.vocabulary, name)
        )
    np.testing.assert_array_equal(read.token_ids, joined.token_ids)
    np.testing.assert_array_equal(read.offsets, joined.offsets)


def test_phrases_do_not_cross_documents_or_paragraphs(tmp_path: Path) -> None:
    corpus = encoded(tmp_path, *["here is new\nyork city", "i saw new", "york again"] * 20)
    assert found(corpus, PhraseSettings(1, 0.1)).keys() & {"new_york"} == set()
    joined = join_phrases(corpus, Strings.of(["new", "york"]), tmp_path)
    assert joined.n_tokens == corpus.n_tokens
    np.testing.assert_array_equal(joined.break_offsets, corpus.break_offsets)


def test_joining_goes_from_left_to_right(tmp_path: Path) -> None:
    corpus = encoded(tmp_path, "new new york times", "york times")
    phrases = Strings.of(["new", "york", "york", "times", "new", "new"])
    assert sentences(join_phrases(corpus, phrases, tmp_path)) == [
        ["new_new", "york_times"],
        ["york_times"],
    ]


def test_empty_documents_stay_where_they_are(tmp_path: Path) -> None:
    corpus = encoded(tmp_path, "", "new york", "", "", "a new york", "")
    joined = join_phrases(corpus, Strings.of(["new", "york"]), tmp_path)
    assert joined.offsets.tolist() == [0, 0, 1, 1, 1, 3, 3]
    assert joined.document_ids is corpus.document_ids
    assert joined.vocabulary.document_counts.tolist() == [2, 1]


def test_a_phrase_spelled_as_a_word_is_that_word(tmp_path: Path) -> None:
    corpus = encoded(tmp_path, "a_b c a b_c", "a_b_c x", tokenizer="whitespace")
    joined = join_phrases(corpus, Strings.of(["a_b", "c", "a", "b_c"]), tmp_path)
    assert list(joined.vocabulary.words) == ["a_b_c", "x"]
    assert joined.vocabulary.term_counts.tolist() == [3, 1]
    assert joined.vocabulary.document_counts.tolist() == [2, 1]


def test_words_that_a_text_lacks_are_no_phrases_of_it(tmp_path: Path) -> None:
    corpus = encoded(tmp_path, "new shoes")
    joined = join_phrases(corpus, Strings.of(["new", "york", "los", "angeles"]), tmp_path)
    assert sentences(joined) == [["new", "shoes"]]


def test_of_a_run_of_links_every_other_is_kept() -> None:
    marks = np.array([1, 0, 1, 1, 0, 1, 1, 1, 1, 1], bool)
    assert every_other(marks).astype(int).tolist() == [1, 0, 1, 0, 0, 1, 0, 1, 0, 1]


def test_phrases_of_stop_words_are_those_of_stop_words_alone() -> None:
    phrases = Strings.of(["such", "as", "of", "york"])
    assert phrases_of(phrases, frozenset({"such", "as", "of"})) == {"such_as"}


@pytest.mark.parametrize(
    "settings",
    [
        PhraseSettings(threshold=0),
        PhraseSettings(scoring="pmi"),
        PhraseSettings(threshold=1.5, scoring="npmi"),
    ],
)
def test_settings_that_cannot_be_are_refused(settings: PhraseSettings) -> None:
    with pytest.raises(RequestError):
        settings.check()
