"""Masks and counts, against scikit-learn's CountVectorizer."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import CountVectorizer

from latentcli.corpus import mask
from latentcli.corpus.counts import CountMatrix, count_documents, count_matrix
from latentcli.corpus.documents import Document
from latentcli.corpus.encoded import EncodedCorpus, document_blocks
from latentcli.corpus.mask import frequent, masked_blocks, topical
from latentcli.corpus.strings import Strings
from latentcli.corpus.tokenizers import TokenizerSettings
from tests.conftest import SAMPLES
from tests.corpus.word_rule import words_of
from tests.small import encoded

TEXTS = (SAMPLES / "notices.jsonl").read_text("utf-8").splitlines()
STOP_WORDS = frozenset(["the", "and", "of", "nosuchword"])


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> EncodedCorpus:
    return encoded(TEXTS, tmp_path_factory.mktemp("notices"))


def names(corpus: EncodedCorpus, rows: mask.Rows) -> list[str]:
    return [corpus.vocabulary.words[i] for i in rows.tolist()]


def dense(counts: CountMatrix) -> np.ndarray:
    shape = (counts.n_docs, counts.n_terms)
    return csr_matrix((counts.counts, counts.terms, counts.starts), shape).toarray()


@pytest.mark.parametrize("min_df", [1, 2, 5, len(TEXTS)])
@pytest.mark.parametrize("max_df", [1.0, 0.5, 0.1])
def test_the_count_matrix_is_scikit_learn_s(
    corpus: EncodedCorpus, min_df: int, max_df: float
) -> None:
    rows = topical(corpus, min_df, max_df, None, STOP_WORDS)
    vectorizer = CountVectorizer(
        analyzer=lambda text: [word for word in words_of(text) if word not in STOP_WORDS],
        min_df=min_df,
        max_df=max_df,
    )
    if not len(rows):
        with pytest.raises(ValueError, match="max_df"):
            vectorizer.fit(TEXTS)
        return
    expected = vectorizer.fit_transform(TEXTS).toarray()
    words = names(corpus, rows)
    assert sorted(words) == vectorizer.get_feature_names_out().tolist()
    columns = [vectorizer.vocabulary_[word] for word in words]
    assert np.array_equal(dense(count_matrix(corpus, rows)), expected[:, columns])


def test_keep_n_keeps_the_most_frequent(corpus: EncodedCorpus) -> None:
    all_rows = topical(corpus, 2, 0.5, None, STOP_WORDS)
    rows = topical(corpus, 2, 0.5, 100, STOP_WORDS)
    counts = corpus.vocabulary.term_counts
    assert len(rows) == 100
    assert counts[rows].min() >= counts[np.setdiff1d(all_rows, rows)].max()


@pytest.mark.parametrize("min_count", [1, 5, 10**9])
def test_frequent_words_are_those_counted_often_enough(
    corpus: EncodedCorpus, min_count: int
) -> None:
    counts = dict(zip(corpus.vocabulary.words, corpus.vocabulary.term_counts.tolist(), strict=True))
    expected = {word for word, count in counts.items() if count >= min_count}
    assert set(names(corpus, frequent(corpus.vocabulary, min_count))) == expected


def test_empty_documents_do_not_count_towards_max_df(tmp_path: Path) -> None:
    # fault 74
    corpus = encoded(["a b", "", "a c", "", "", ""], tmp_path)
    assert names(corpus, topical(corpus, 1, 0.5, None, frozenset())) == ["b", "c"]


def test_a_selected_vocabulary_has_the_words_and_counts_of_its_rows(corpus: EncodedCorpus) -> None:
    rows = np.array([7, 0, 300])
    selected = corpus.vocabulary.selected(rows)
    assert list(selected.words) == names(corpus, rows)
    assert selected.term_counts.tolist() == corpus.vocabulary.term_counts[rows].tolist()
    assert selected.document_counts.tolist() == corpus.vocabulary.document_counts[rows].tolist()


def test_new_documents_are_counted_as_scikit_learn_counts_them(corpus: EncodedCorpus) -> None:
    words = names(corpus, topical(corpus, 5, 0.5, None, STOP_WORDS))
    vectorizer = CountVectorizer(analyzer=words_of, vocabulary=words)
    texts = [*TEXTS[:20], "", "unheard of", TEXTS[3] * 3]
    documents = [Document(f"n{i}", text) for i, text in enumerate(texts)]
    ids, counts = count_documents(documents, TokenizerSettings(), Strings.of(words))
    assert ids == [document.id for document in documents]
    assert np.array_equal(dense(counts), vectorizer.transform(texts).toarray())


def test_pieces_of_a_new_document_are_counted_together() -> None:
    pieces = [Document("a", "x y "), Document("a", "x z", None, True), Document("b", "z")]
    ids, counts = count_documents(pieces, TokenizerSettings(), Strings.of("xyz"))
    assert ids == ["a", "b"]
    assert dense(counts).tolist() == [[2, 1, 1], [0, 0, 1]]


def test_sums_and_rows_are_those_of_the_dense_matrix(corpus: EncodedCorpus) -> None:
    counts = count_matrix(corpus, topical(corpus, 5, 0.5, None, STOP_WORDS))
    table = dense(counts)
    assert counts.doc_lengths().tolist() == table.sum(axis=1).tolist()
    assert counts.term_counts().tolist() == table.sum(axis=0).tolist()
    assert np.array_equal(dense(counts.rows(10, 30)), table[10:30])


def test_no_kept_words_and_no_documents_are_empty_matrices(
    corpus: EncodedCorpus, tmp_path: Path
) -> None:
    nothing = count_matrix(corpus, np.zeros(0, np.int64))
    assert dense(nothing).shape == (len(TEXTS), 0)
    assert nothing.doc_lengths().tolist() == [0] * len(TEXTS)
    assert dense(count_matrix(encoded([], tmp_path), np.zeros(0, np.int64))).shape == (0, 0)


@pytest.mark.parametrize("block_tokens", [1, 7, 1000, 10**9])
def test_masked_blocks_are_the_paragraphs_without_what_is_left_out(
    block_tokens: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ["the king and\nthe queen", "", "and of\n\nthe\nsea of salt", "the", "ships\nships"]
    corpus = encoded(texts, tmp_path)
    kept = topical(corpus, 1, 1.0, None, STOP_WORDS)
    monkeypatch.setattr(
        mask, "document_blocks", partial(document_blocks, block_tokens=block_tokens)
    )
    words = names(corpus, kept)
    documents: list[list[list[str]]] = []
    for block in masked_blocks(corpus, kept):
        assert block.first == len(documents)
        ids = [words[i] for i in block.token_ids.tolist()]
        starts = [*block.paragraphs.tolist(), len(ids)]
        for first, last in zip(block.offsets, block.offsets[1:], strict=False):
            inside = [b for b in starts if first <= b <= last] + [last]
            cut = [ids[a:b] for a, b in zip(inside, inside[1:], strict=False)]
            documents.append([paragraph for paragraph in cut if paragraph])
    assert documents == [
        [["king"], ["queen"]],
        [],
        [["sea", "salt"]],
        [],
        [["ships"], ["ships"]],
    ]
