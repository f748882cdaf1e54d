"""Documents held out: which, and what is left of the corpus."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from latentcli.corpus.counts import count_matrix
from latentcli.corpus.encoded import EncodedCorpus, chunked, document_lengths
from latentcli.corpus.held_out import drawn_documents, without_documents
from latentcli.corpus.mask import masked_blocks
from tests.small import encoded

TEXTS = ["a b a", "", "b c", "a c c", "d", "e e b"] * 50


@pytest.fixture
def corpus(tmp_path: Path) -> EncodedCorpus:
    return encoded(TEXTS, tmp_path)


def test_a_share_of_the_documents_with_words_is_drawn(corpus: EncodedCorpus) -> None:
    for share in (0.1, 0.25, 0.9):
        rows = drawn_documents(corpus, share, 1)
        assert len(rows) == round(share * 250)
        assert all(TEXTS[row] for row in rows)
        assert rows.tolist() == sorted(set(rows.tolist()))


FIRST = [6, 21, 30, 150, 170]


def test_the_draw_is_fixed_by_the_seed_for_good(corpus: EncodedCorpus) -> None:
    assert drawn_documents(corpus, 0.02, 1).tolist() == FIRST
    assert drawn_documents(corpus, 0.02, 2).tolist() != FIRST


def test_every_document_is_as_likely_as_any_other(corpus: EncodedCorpus) -> None:
    times = np.zeros(len(TEXTS))
    for seed in range(400):
        times[drawn_documents(corpus, 0.2, seed)] += 1
    drawn = times[[bool(text) for text in TEXTS]]
    assert drawn.mean() == pytest.approx(80)
    assert drawn.std() == pytest.approx(8, rel=0.2)  # the square root of 400 * 0.2 * 0.8


def test_at_least_one_is_drawn_and_one_left(tmp_path: Path) -> None:
    two = encoded(["a", "", "b"], tmp_path)
    for share in (0.001, 0.5, 0.9):
        assert len(drawn_documents(two, share, 1)) == 1


def test_what_is_left_is_the_corpus_with_empty_documents(
    corpus: EncodedCorpus, tmp_path: Path
) -> None:
    rows = drawn_documents(corpus, 0.3, 1)
    texts = ["" if number in set(rows.tolist()) else text for number, text in enumerate(TEXTS)]
    (tmp_path / "other").mkdir()
    expected = encoded(texts, tmp_path / "other")
    left = without_documents(corpus, rows)
    assert left.offsets.tolist() == expected.offsets.tolist()
    assert list(left.document_ids) == list(expected.document_ids)
    by_word = {word: row for row, word in enumerate(expected.vocabulary.words)}
    for row, word in enumerate(left.vocabulary.words):
        other = by_word[word]
        for counts in ("term_counts", "document_counts"):
            ours, theirs = (getattr(c.vocabulary, counts) for c in (left, expected))
            assert ours[row] == theirs[other]
    words, others = list(left.vocabulary.words), list(expected.vocabulary.words)
    assert [words[i] for i in left.token_ids] == [others[i] for i in expected.token_ids]


def test_paragraphs_of_documents_that_stay_begin_where_they_did(tmp_path: Path) -> None:
    whole = encoded(["a b\nc d\n\ne", "f\ng", "h i\nj"], tmp_path)
    kept = np.arange(len(whole.vocabulary))
    left = without_documents(whole, np.array([1]))
    [block] = masked_blocks(left, kept)
    words = [left.vocabulary.words[int(token)] for token in block.token_ids]
    assert words == list("abcdehij")
    [before] = masked_blocks(whole, kept)
    starts = [p for p in before.paragraphs if p < 5] + [p - 2 for p in before.paragraphs if p >= 7]
    assert block.paragraphs.tolist() == sorted(set(starts))
    assert count_matrix(left, kept).doc_lengths().tolist() == [5, 0, 3]


def test_of_documents_that_were_cut_whole_ones_are_drawn(tmp_path: Path) -> None:
    texts = ["a b c d e f g h", "", "b c", "a c c d d e e f g", "d a", "e e b b c c d a a b"] * 10
    whole = encoded(texts, tmp_path)
    cut = chunked(whole, 3)
    assert cut.n_docs > whole.n_docs
    names = list(whole.document_ids)
    drawn = {names[row] for row in drawn_documents(whole, 0.3, 7)}
    parts = [cut.document_ids[row] for row in drawn_documents(cut, 0.3, 7).tolist()]
    assert {name.split("#")[0] for name in parts} == drawn
    left = without_documents(cut, drawn_documents(cut, 0.3, 7))
    kept = [name for name, n in zip(left.document_ids, document_lengths(left), strict=True) if n]
    assert not {name.split("#")[0] for name in kept} & drawn
    by_part = {
        cut.document_ids[row].split("#")[0] for row in drawn_documents(cut, 0.3, 7, whole=False)
    }
    assert len(by_part) > len(drawn)


def test_documents_that_are_shorter_than_a_cut_are_drawn_as_before(corpus: EncodedCorpus) -> None:
    expected = drawn_documents(corpus, 0.02, 1).tolist()
    assert drawn_documents(chunked(corpus, 100), 0.02, 1).tolist() == expected
