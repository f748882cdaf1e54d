"""Duplicate documents are those that plain Python finds by comparing all pairs."""

from __future__ import annotations

import random
from collections import defaultdict
from pathlib import Path

import pytest
from sklearn.feature_extraction.text import CountVectorizer

from latentcli.corpus.documents import Document
from latentcli.corpus.encoder import encode
from latentcli.corpus.near_duplicates import ALIKE, Duplicates, duplicates
from latentcli.corpus.tokenizers import TokenizerSettings


def found_in(texts: list[str], tmp_path: Path, threads: int = 1) -> Duplicates:
    documents = (Document(str(i), text) for i, text in enumerate(texts))
    return duplicates(encode(documents, TokenizerSettings(), tmp_path).corpus, threads)


def altered(draw: random.Random, words: list[str], share: float) -> list[str]:
    return [f"w{draw.randrange(3000)}" if draw.random() < share else word for word in words]


@pytest.fixture(scope="module")
def texts() -> list[str]:
    """Texts of which many were made from others by changing a share of the words."""
    draw = random.Random(1)
    found: list[list[str]] = []
    for i in range(400):
        if found and i % 3:
            found.append(altered(draw, draw.choice(found), draw.choice([0, 0.02, 0.05, 0.1, 0.5])))
        else:
            found.append([f"w{draw.randrange(3000)}" for _ in range(draw.randrange(8, 200))])
    return [" ".join(words) for words in found]


def test_the_same_words_are_those_that_a_dictionary_finds(texts: list[str], tmp_path: Path) -> None:
    dressed = [text.upper() if i % 2 else f"{text}." for i, text in enumerate(texts)]
    by_words = defaultdict(list)
    for i, text in enumerate(texts):
        by_words[text].append(i)
    expected = [group for group in by_words.values() if len(group) > 1]
    found = found_in(dressed, tmp_path).same
    assert sorted(group.documents for group in found) == sorted(expected)
    sizes = [len(group.documents) for group in found]
    assert sizes == sorted(sizes, reverse=True)


def test_alike_pairs_are_those_of_scikit_learns_shingles(texts: list[str], tmp_path: Path) -> None:
    """All pairs of index 0.75 and more are joined, and none of less than 0.7."""
    unique = list(dict.fromkeys(text for text in texts if len(text.split()) >= 10))
    shingles = CountVectorizer(ngram_range=(3, 3), binary=True, token_pattern=r"\S+")
    rows = shingles.fit_transform(unique)
    both = (rows @ rows.T).toarray()
    sizes = both.diagonal()
    index = both / (sizes[:, None] + sizes[None, :] - both)
    groups = found_in(unique, tmp_path, threads=3).alike
    group_of = {document: i for i, group in enumerate(groups) for document in group.documents}
    pairs = [(a, b) for a in range(len(unique)) for b in range(a)]
    sure = [(a, b) for a, b in pairs if index[a, b] >= 0.75]
    assert len(sure) > 40
    joined = [group_of.get(a, -1) == group_of.get(b, -2) for a, b in sure]
    assert all(joined)
    for group in groups:
        for a in group.documents:
            most = max(index[a, b] for b in group.documents if a != b)
            assert most >= ALIKE
        assert group.similarity >= ALIKE


def test_short_documents_are_the_same_by_chance(tmp_path: Path) -> None:
    found = found_in(["see also this", "see also this", "one two three four five"] * 2, tmp_path)
    assert [group.documents for group in found.same] == [[2, 5]]
    assert found.alike == []


def test_a_corpus_without_documents_has_none(tmp_path: Path) -> None:
    assert found_in([], tmp_path) == Duplicates([], [])
    assert found_in(["", "", ""], tmp_path) == Duplicates([], [])
