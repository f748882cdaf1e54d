"""Tokens found again in the text, and snippets cut around them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latentcli.corpus.documents import Document
from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.encoder import encode
from latentcli.corpus.passages import (
    _spans,
    dense_snippet,
    densest,
    passage,
    snippet,
    tokens_of_parent,
)
from latentcli.corpus.text_writer import TextWriter
from latentcli.corpus.tokenizers import TokenizerSettings, make_tokenizer
from tests.corpus.test_text_store import stored


def weights_of(corpus: EncodedCorpus, *words: str) -> dict[int, float]:
    rows = [corpus.words.find(word) for word in words]
    return {row: 1.0 for row in rows if row is not None}


@pytest.mark.parametrize("tokenizer", ["words", "whitespace", "characters", r"regex:[a-z]+"])
def test_every_token_is_found_again(tokenizer: str, tmp_path: Path) -> None:
    line = "abc, 12 Def-ghi it's caf\u00e9; \u4e2d\u6587 \u0130x 7 e\u0301\n"
    corpus = stored(["", line * 3, line * 5000, "", line], tmp_path, tokenizer)
    words = list(corpus.vocabulary.words)
    draw = np.random.default_rng(3)
    for token in [0, corpus.n_tokens - 1, *draw.integers(0, corpus.n_tokens, 200).tolist()]:
        found = passage(corpus, token, token + 1)
        word = words[corpus.token_ids[token]]
        text = found.text[found.start : found.end]
        assert word.lower() in text.lower().replace("e\u0301", "\u00e9") or "\u0130" in text
        assert tokenizer == "words" or len(text) <= max(len(word), 10)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.integers(0, 3), min_size=1, max_size=40),
    st.lists(st.floats(0, 2), min_size=4, max_size=4),
    st.integers(1, 50),
)
def test_the_densest_place_is_found(ids: list[int], values: list[float], n: int) -> None:
    weights = np.array(values)
    start, end = densest(ids, dict(enumerate(values)), n)
    n = min(n, len(ids))
    sums = [weights[ids[i : i + n]].sum() for i in range(len(ids) - n + 1)]
    assert 0 <= start < end <= len(ids) and end - start <= n
    assert weights[ids[start:end]].sum() == pytest.approx(max(sums), abs=1e-6)
    if max(sums) > 1e-6:
        assert weights[ids[start]] > 0 and weights[ids[end - 1]] > 0


@settings(max_examples=200, deadline=None)
@given(st.text("aB1 2'-\n\x1c\u00e9\u2019", max_size=60), st.booleans())
def test_words_stand_where_the_tokenizer_has_them(text: str, keep_numbers: bool) -> None:
    rule = TokenizerSettings(keep_numbers=keep_numbers)
    found = [text[start:end].lower().replace("\u2019", "'") for start, end in _spans(text, rule)]
    words = make_tokenizer(rule).tokenize(text)
    if "\u2019" not in text:
        assert found == words
    assert len(found) == len(words)


def test_a_snippet_is_of_whole_words_and_as_long_as_asked(tmp_path: Path) -> None:
    text = "one  two\n\nthree four   five six seven\teight nine ten eleven twelve"
    corpus = stored([text], tmp_path)
    assert snippet(corpus, 0, 12, 100) == " ".join(text.split())
    assert snippet(corpus, 5, 6, 20) == "\u2026five six seven\u2026"
    assert snippet(corpus, 0, 1, 14) == "one two three\u2026"
    assert snippet(corpus, 11, 12, 14) == "\u2026eleven twelve"
    for first in range(12):
        for last in range(first + 1, 13):
            for size in range(12, 60, 7):
                found = snippet(corpus, first, last, size)
                assert len(found) <= size + 2
                assert set(found.strip("\u2026").split()) <= set(text.split())


def test_a_snippet_shows_where_the_words_are(tmp_path: Path) -> None:
    filler = "nothing much happens here today. " * 3000
    corpus = stored([f"ship {filler} The ship left the harbour with the crew. {filler}"], tmp_path)
    found = dense_snippet(corpus, weights_of(corpus, "ship", "harbour", "crew"), 0, corpus.n_tokens)
    assert "The ship left the harbour with the crew." in found
    assert 150 < len(found) <= 202
    assert found.startswith("\u2026") and found.endswith("\u2026")


def test_a_chunk_is_shown_by_its_own_text(tmp_path: Path) -> None:
    corpus = stored(["first", "ship one. " + "word " * 40_000 + "ship two."], tmp_path)
    weights = weights_of(corpus, "ship")
    assert "ship one" in dense_snippet(corpus, weights, 1, 20_000)
    assert "ship two" in dense_snippet(corpus, weights, 20_000, corpus.n_tokens)
    assert dense_snippet(corpus, weights, 0, 1) == "first"
    assert dense_snippet(corpus, weights, 5, 5) == ""


def test_text_without_spaces_is_cut_between_characters(tmp_path: Path) -> None:
    corpus = stored(["\u4e2d\u6587" * 500 + "\u8239" + "\u4e2d\u6587" * 500], tmp_path)
    found = dense_snippet(corpus, weights_of(corpus, "\u8239"), 0, corpus.n_tokens)
    assert "\u8239" in found and len(found) == 202


def test_joined_words_are_found_in_the_parent_s_text(tmp_path: Path) -> None:
    parent = stored(["alone", "in new york and new jersey, york new york"], tmp_path)
    joined_path = tmp_path / "joined"
    joined_path.mkdir()
    text = "in new_york and new jersey york new_york"
    joined = encode(
        [Document("1", "alone"), Document("2", text)], TokenizerSettings("whitespace"), joined_path
    ).corpus
    words = list(parent.vocabulary.words)
    for token, word in enumerate(text.split(), 1):
        first, last = tokens_of_parent(joined, parent, token, token + 1)
        assert "_".join(words[i] for i in parent.token_ids[first:last]) == word
    weights = weights_of(joined, "new_york")
    assert "new york" in dense_snippet(joined, weights, 1, joined.n_tokens, parent)


def test_pieces_of_a_long_document_are_marked_for_any_tokenizer(tmp_path: Path) -> None:
    pieces = [Document("1", "word " * 1000), Document("1", "ship " * 1000, continued=True)]
    with TextWriter(tmp_path) as text:
        corpus = encode(pieces, TokenizerSettings("regex:[a-z]+"), tmp_path, text=text).corpus
    assert corpus.text is not None
    assert corpus.text.marks.tolist() == [[0, 0], [1000, 5000]]
    assert passage(corpus, 1000, 1001).text.startswith("word")
