"""Documents to arrays, against plain Python lists and Counters."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latentcli.corpus import encoder
from latentcli.corpus.documents import Document
from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.encoder import encode
from latentcli.corpus.tokenizers import TokenizerSettings
from tests.conftest import SAMPLES
from tests.corpus.word_rule import words_of
from tests.small import encoded


def words_in(corpus: EncodedCorpus) -> list[list[str]]:
    """Every document's words again."""
    words = list(map(list(corpus.vocabulary.words).__getitem__, corpus.token_ids.tolist()))
    offsets = corpus.offsets.tolist()
    return [words[a:b] for a, b in zip(offsets, offsets[1:], strict=False)]


def starts_in(corpus: EncodedCorpus) -> list[int]:
    return corpus.break_offsets.tolist()


small_texts = st.lists(
    st.text(alphabet="abcAB \n'\u00e91\u4e2d\u0301", max_size=20), min_size=1, max_size=8
)


@settings(max_examples=200, deadline=None)
@given(small_texts)
def test_nothing_is_lost_and_everything_is_counted(texts: list[str]) -> None:
    expected = [words_of(text) for text in texts]
    with TemporaryDirectory() as scratch:
        corpus = encoded(texts, Path(scratch))
        assert words_in(corpus) == expected
    words = Counter(word for document in expected for word in document)
    documents = Counter(word for document in expected for word in set(document))
    by_count = sorted(words, key=lambda word: (-words[word], word))
    assert list(corpus.vocabulary.words) == by_count
    assert corpus.vocabulary.term_counts.tolist() == [words[word] for word in by_count]
    assert corpus.vocabulary.document_counts.tolist() == [documents[word] for word in by_count]


def test_a_novel_is_encoded_word_for_word(tmp_path: Path) -> None:
    text = (SAMPLES / "tales.txt").read_text("utf-8")
    corpus = encoded([text], tmp_path)
    assert words_in(corpus) == [words_of(text)]
    assert corpus.vocabulary.term_counts.tolist() == sorted(
        Counter(words_of(text)).values(), reverse=True
    )


def test_ids_do_not_depend_on_the_order_of_documents(tmp_path: Path) -> None:
    lines = (SAMPLES / "tales.txt").read_text("utf-8").splitlines()
    (tmp_path / "back").mkdir()
    forth, back = encoded(lines, tmp_path), encoded(lines[::-1], tmp_path / "back")
    assert list(forth.vocabulary.words) == list(back.vocabulary.words)
    assert words_in(forth) == words_in(back)[::-1]


def test_paragraphs_start_where_lines_do_unless_the_text_is_hard_wrapped(tmp_path: Path) -> None:
    wrapped = "\n".join(["a wrapped line of ten words or so to a page"] * 3)
    corpus = encoded(["one two\nthree\n!!\n\nfour", "", f"{wrapped}\n\n{wrapped}"], tmp_path)
    assert corpus.offsets.tolist() == [0, 4, 4, 4 + 66]
    assert starts_in(corpus) == [0, 2, 3, 4, 4 + 33]


@pytest.mark.parametrize(
    "texts",
    [
        [],
        [""],
        ["", "", ""],
        ["one"],
        ["same words here"] * 50,
        ["", "one", "", "", "two", ""],
        ["...", "one", "42"],
    ],
)
def test_odd_corpora_keep_their_documents_in_place(texts: list[str], tmp_path: Path) -> None:
    # fault 74
    corpus = encoded(texts, tmp_path)
    assert list(corpus.document_ids) == [str(i + 1) for i in range(len(texts))]
    assert words_in(corpus) == [words_of(text) for text in texts]
    assert corpus.n_docs == len(texts)
    assert corpus.n_tokens == len(corpus.token_ids)


def test_labels_are_the_documents_own_or_else_made_of_their_ids(tmp_path: Path) -> None:
    bare = [Document("x/1", "one"), Document("y/2", "two")]
    labelled = [bare[0], bare[1]._replace(label="own")]

    def first_part(ids: list[str]) -> list[str]:
        return [name[0] for name in ids]

    def labels(documents: list[Document], made: bool) -> list[str] | None:
        make = first_part if made else None
        found = encode(documents, TokenizerSettings(), tmp_path, labels_of=make).corpus.labels
        return None if found is None else list(found)

    assert labels(bare, made=False) is None
    assert labels(bare, made=True) == ["x", "y"]
    assert labels(labelled, made=True) == ["", "own"]


def test_pieces_of_a_document_are_one_document(tmp_path: Path) -> None:
    pieces = [
        Document("a", "one two "),
        Document("a", "three\nfour\n", None, True),
        Document("a", "five", None, True),
        Document("b", "six"),
    ]
    corpus = encode(pieces, TokenizerSettings(), tmp_path).corpus
    assert list(corpus.document_ids) == ["a", "b"]
    assert words_in(corpus) == [["one", "two", "three", "four", "five"], ["six"]]
    assert starts_in(corpus) == [0, 3, 4, 5]


def test_overlong_words_are_counted_each_time(tmp_path: Path) -> None:
    # fault 54
    text = " ".join(["short", "x" * 257, "y" * 10_000, "x" * 257, "y" * 256])
    found = encode([Document("1", text)], TokenizerSettings(), tmp_path)
    assert found.overlong_words == 3
    assert words_in(found.corpus) == [["short", "y" * 256]]


def test_every_one_of_very_many_distinct_words_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # fault 66: many more than the pieces that the encoder remembers
    monkeypatch.setattr(encoder, "_REMEMBERED_RUNS", 10_000)
    monkeypatch.setattr(encoder, "_FLUSH_TOKENS", 70_000)
    words = [f"w{i:x}" for i in range(200_000)]
    texts = [" ".join(words[i : i + 1000]) for i in range(0, len(words), 1000)]
    corpus = encoded([*texts, *texts[::-1]], tmp_path)
    assert list(corpus.vocabulary.words) == sorted(words)
    assert set(corpus.vocabulary.term_counts.tolist()) == {2}
    assert [" ".join(document) for document in words_in(corpus)] == [*texts, *texts[::-1]]


@pytest.mark.parametrize("n_tokens", [0, 1, 2, 3])
def test_progress_is_told_in_tokens(
    n_tokens: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoder, "_FLUSH_TOKENS", 2)
    monkeypatch.setattr(encoder, "_BATCH_CHARACTERS", 1)
    told: list[int] = []
    documents = [Document(str(i), "a") for i in range(n_tokens)]
    encode(documents, TokenizerSettings(), tmp_path, told.append)
    assert told == ([2] if n_tokens >= 2 else [])
