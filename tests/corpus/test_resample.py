"""Documents drawn with replacement: which, and the corpus that they make."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from latentcli.corpus import resample as module
from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.resample import Resample, drawn_with_replacement, resampled
from tests.small import encoded

TEXTS = ["a b a", "", "b c", "a c c", "d", "e e b"] * 20
WITH_WORDS = [place for place, text in enumerate(TEXTS) if text]


@pytest.fixture
def corpus(tmp_path: Path) -> EncodedCorpus:
    return encoded(TEXTS, tmp_path)


def texts_of(corpus: EncodedCorpus) -> list[str]:
    words = list(corpus.vocabulary.words)
    starts = corpus.offsets.tolist()
    return [
        " ".join(words[token] for token in corpus.token_ids[a:b])
        for a, b in zip(starts, starts[1:], strict=False)
    ]


def test_documents_are_those_that_numpys_generator_draws(corpus: EncodedCorpus) -> None:
    places = np.random.default_rng([7, 3]).integers(0, len(WITH_WORDS), len(WITH_WORDS))
    drawn = drawn_with_replacement(corpus, Resample(3, 7))
    assert Counter(drawn.tolist()) == Counter(WITH_WORDS[place] for place in places)
    assert drawn.tolist() == [WITH_WORDS[place] for place in places]


def test_each_resample_and_each_seed_draws_others(corpus: EncodedCorpus) -> None:
    drawn = {
        tuple(drawn_with_replacement(corpus, Resample(number, seed)).tolist())
        for number in (1, 2, 3)
        for seed in (1, 2, 3)
    }
    assert len(drawn) == 9


@pytest.mark.parametrize("block", [1 << 20, 7, 1])
def test_a_resample_is_the_corpus_of_its_documents(
    corpus: EncodedCorpus, block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_BLOCK", block)
    documents = drawn_with_replacement(corpus, Resample(1, 1))
    found = resampled(corpus, documents, tmp_path)
    (tmp_path / "other").mkdir()
    expected = encoded([TEXTS[place] for place in documents], tmp_path / "other")
    assert texts_of(found) == texts_of(expected)
    assert found.offsets.tolist() == expected.offsets.tolist()
    assert found.break_offsets.tolist() == expected.break_offsets.tolist()
    assert list(found.document_ids) == [str(place + 1) for place in documents]
    assert list(found.vocabulary.words) == list(corpus.vocabulary.words)
    for row, word in enumerate(found.vocabulary.words):
        counted = expected.vocabulary.words.find(word)
        for counts in ("term_counts", "document_counts"):
            there = 0 if counted is None else getattr(expected.vocabulary, counts)[counted]
            assert getattr(found.vocabulary, counts)[row] == there


def test_paragraphs_stay_apart_in_a_resample(tmp_path: Path) -> None:
    corpus = encoded(["a b\n\nc d e", "f", "g h\n\ni"], tmp_path)
    found = resampled(corpus, np.array([2, 0, 2]), tmp_path)
    assert texts_of(found) == ["g h i", "a b c d e", "g h i"]
    assert found.break_offsets.tolist() == [0, 2, 3, 5, 8, 10]
