"""Corpora that other programs counted are read as these count them, or refused by line."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from gensim.corpora import BleiCorpus, MalletCorpus, MmCorpus, SvmLightCorpus, UciCorpus

from latentcli.corpus.documents import PIECE_CHARACTERS, Document
from latentcli.corpus.readers.word_counts import read_word_counts, read_words, words_beside
from latentcli.corpus.readers.word_lines import read_word_lines
from latentcli.errors import InputError

WORDS = ("king", "queen", "ship")
SAME = {
    "lda-c": "2 0:2 2:1\n0\n1 1:3\n",
    "svmlight": "0 1:2 3:1 # one\n0\n0 2:3\n",
    "uci": "3\n3\n3\n1 1 2\n1 3 1\n3 2 3\n",
    "mm": "%%MatrixMarket matrix coordinate integer general\n% by hand\n"
    "3 3 3\n1 1 2\n1 3 1\n3 2 3\n",
}


def read(form: str, text: str) -> list[Document]:
    return list(read_word_counts([text[:9], text[9:]], "counts", form, WORDS))


@pytest.mark.parametrize("form", SAME)
def test_each_form_has_the_same_documents(form: str) -> None:
    assert read(form, SAME[form]) == [
        Document("1", "king king ship"),
        Document("2", ""),
        Document("3", "queen queen queen"),
    ]


def test_labels_of_svmlight_are_its_targets() -> None:
    assert [document.label for document in read("svmlight", "1 1:1\n-1 2:1\n0 3:1\n")] == [
        "1", "-1", None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("form", "text", "what"),
    [
        ("lda-c", "1 0:1\n2 0:1\n", "counts:2: says 2 words, but has 1"),
        ("lda-c", "1 3:1\n", "counts:1: there is no such word; the vocabulary has 3"),
        ("svmlight", "0 0:1\n", "counts:1: there is no such word"),
        ("svmlight", "0 1:0.5\n", "counts:1: '0.5' is not a count"),
        ("lda-c", "1 0:nan\n", "counts:1: 'nan' is not a count"),
        ("lda-c", "1 0:1e300\n", "counts:1: '1e300' is not a count"),
        ("lda-c", "1 zero:1\n", "counts:1: 'zero:1' is not 'word:count'"),
        ("uci", "3\n3\n2\n1 1 1\n", "counts: ends after 1 of 2 counts"),
        ("uci", "2\n3\n2\n2 1 1\n1 1 1\n", "counts:5: document 1, of 2, behind document 2"),
        ("uci", "2\n3\n1\n3 1 1\n", "counts:4: document 3, of 2"),
        ("uci", "2\n4\n1\n1 1 1\n", "counts: has 4 words, the vocabulary 3"),
        ("uci", "2\n3\n", "counts: ends in its head"),
        ("uci", "1000000000000\n3\n1\n1 1 1\n", "says 1000000000000 documents, but has counts"),
        ("mm", "%%MatrixMarket matrix array real general\n", "counts:1: no general matrix"),
        ("mm", SAME["mm"].replace("1 3 1", "1 3"), "counts:5: not 'document word count'"),
    ],
)
def test_what_cannot_be_is_refused_by_line(form: str, text: str, what: str) -> None:
    with pytest.raises(InputError, match=what):
        read(form, text)


def test_a_long_document_comes_in_pieces() -> None:
    pieces = read("lda-c", f"2 0:{PIECE_CHARACTERS} 1:1\n")
    assert [piece.continued for piece in pieces] == [False] + [True] * (len(pieces) - 1)
    assert max(len(piece.text) for piece in pieces) < 1.2 * PIECE_CHARACTERS
    counts = Counter(word for piece in pieces for word in piece.text.split())
    assert counts == {"king": PIECE_CHARACTERS, "queen": 1}


@pytest.mark.parametrize("name", ["a.vocab", "a.dat.vocab", "a.vocab.txt", "vocab.txt"])
def test_words_are_found_beside_the_counts(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("king \nqueen\n")
    assert words_beside(tmp_path / "a.dat.gz") == tmp_path / name
    assert read_words(tmp_path / name) == ("king", "queen")


def test_a_vocabulary_of_two_words_in_a_line_is_refused(tmp_path: Path) -> None:
    (tmp_path / "vocab").write_text("king\nnew york\n")
    with pytest.raises(InputError, match="vocab:2: 'new york' is not one word"):
        read_words(tmp_path / "vocab")


GENSIM = {
    "lda-c": (BleiCorpus, "testcorpus.blei", "testcorpus.blei.vocab"),
    "svmlight": (SvmLightCorpus, "testcorpus.svmlight", "testcorpus.blei.vocab"),
    "uci": (UciCorpus, "testcorpus.uci", "testcorpus.uci.vocab"),
    "mm": (MmCorpus, "testcorpus.mm", "testcorpus.blei.vocab"),
}


@pytest.mark.parametrize("form", GENSIM)
def test_gensims_files_are_counted_as_gensim_does(form: str, shared_data: Path) -> None:
    reader, name, vocabulary = GENSIM[form]
    path = shared_data / "bow" / "gensim" / name
    words = read_words(path.with_name(vocabulary))
    documents = read_word_counts([path.read_text()], name, form, words)
    expected = [{words[i]: int(n) for i, n in bag} for bag in reader(str(path))]
    assert [Counter(document.text.split()) for document in documents] == expected
    assert len(expected) == 9


def test_mallets_file_is_read_as_gensim_reads_it(shared_data: Path) -> None:
    path = shared_data / "bow" / "gensim" / "testcorpus.mallet"
    documents = list(read_word_lines([path.read_text()], path.name, "mallet"))
    read = MalletCorpus(str(path))
    expected = [{read.id2word[i]: n for i, n in bag} for bag in read]
    assert [Counter(document.text.split()) for document in documents] == expected
    assert [(d.id, d.label) for d in documents] == [(str(i), "en") for i in range(1, 10)]


@pytest.mark.parametrize(
    ("name", "what"),
    [("test_mmcorpus_corrupt.mm", ":6: not 'document"), ("test_mmcorpus_overflow.mm", "has 500 w")],
)
def test_damaged_matrices_are_refused(name: str, what: str, shared_data: Path) -> None:
    path = shared_data / "bow" / "gensim" / name
    with pytest.raises(InputError, match=what):
        list(read_word_counts([path.read_text()], name, "mm", [f"w{i}" for i in range(12)]))
