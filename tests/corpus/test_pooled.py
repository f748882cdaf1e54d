"""Documents of two corpora dealt out anew: which, and the corpora that they make."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from latentcli.corpus import pooled as module
from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.pooled import PARTS, Permutation, dealt, dealt_part
from tests.corpus.test_resample import texts_of
from tests.small import encoded

FIRST = ["a b a", "", "b c\n\nb d", "a c c", "d"] * 8
SECOND = ["x a", "e e b\n\nx", "", "c x z z z"] * 6


@pytest.fixture
def corpora(tmp_path: Path) -> tuple[EncodedCorpus, EncodedCorpus]:
    folders = [tmp_path / name for name in ("first", "second")]
    for folder in folders:
        folder.mkdir()
    return encoded(FIRST, folders[0]), encoded(SECOND, folders[1])


def test_every_document_with_words_is_in_one_part(
    corpora: tuple[EncodedCorpus, EncodedCorpus],
) -> None:
    parts = dealt(*corpora, Permutation(3, 7))
    with_words = [place for place, text in enumerate(FIRST + SECOND) if text]
    assert sorted(np.concatenate(parts).tolist()) == with_words
    assert all((part < len(FIRST)).any() and (part >= len(FIRST)).any() for part in parts)


def test_the_first_part_has_about_as_many_tokens_as_the_first_corpus(
    corpora: tuple[EncodedCorpus, EncodedCorpus],
) -> None:
    lengths = np.array([len(text.split()) for text in FIRST + SECOND])
    for number in range(1, 20):
        part, _ = dealt(*corpora, Permutation(number, 1))
        assert abs(int(lengths[part].sum()) - corpora[0].n_tokens) <= 3


def test_documents_keep_the_place_that_they_had(
    corpora: tuple[EncodedCorpus, EncodedCorpus],
) -> None:
    for part in dealt(*corpora, Permutation(1, 1)):
        for own in (part[part < len(FIRST)], part[part >= len(FIRST)]):
            assert own.tolist() == sorted(own.tolist())
        first = part < len(FIRST)
        middle = np.flatnonzero(first).mean(), np.flatnonzero(~first).mean()
        assert abs(middle[0] - middle[1]) < 8  # neither comes behind the other


def test_each_permutation_and_each_seed_deals_otherwise(
    corpora: tuple[EncodedCorpus, EncodedCorpus],
) -> None:
    found = {
        tuple(sorted(dealt(*corpora, Permutation(number, seed))[0].tolist()))
        for number in (1, 2, 3)
        for seed in (1, 2, 3)
    }
    assert len(found) == 9


@pytest.mark.parametrize("block", [1 << 20, 7, 1])
@pytest.mark.parametrize("part", PARTS)
def test_a_part_is_the_corpus_that_encoding_its_documents_gives(
    part: str,
    block: int,
    corpora: tuple[EncodedCorpus, EncodedCorpus],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_BLOCK", block)
    permutation = Permutation(2, 5)
    documents = dealt(*corpora, permutation)[PARTS.index(part)]
    found = dealt_part(*corpora, permutation, part, tmp_path)
    (tmp_path / "other").mkdir()
    texts = FIRST + SECOND
    expected = encoded([texts[place] for place in documents], tmp_path / "other")
    assert texts_of(found) == texts_of(expected)
    assert list(found.words) == list(expected.words)
    for name in ("token_ids", "offsets", "break_offsets"):
        assert getattr(found, name).tolist() == getattr(expected, name).tolist()
    for name in ("term_counts", "document_counts"):
        assert (
            getattr(found.vocabulary, name).tolist() == getattr(expected.vocabulary, name).tolist()
        )


def test_two_documents_make_a_part_each(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in "ab"]
    for folder in folders:
        folder.mkdir()
    two = encoded(["a a a a a"], folders[0]), encoded(["b"], folders[1])
    assert [len(part) for part in dealt(*two, Permutation(1, 1))] == [1, 1]
