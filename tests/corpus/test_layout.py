"""Paragraphs inside a document, against Python's own text wrapper."""

from __future__ import annotations

import gzip
import textwrap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latentcli.corpus.layout import is_hard_wrapped, paragraphs
from tests.conftest import SAMPLES

words = st.lists(st.text("abcdefgh", min_size=1, max_size=9), min_size=40, max_size=80)


@given(st.lists(words, min_size=1, max_size=5), st.integers(60, 90))
def test_wrapped_text_is_told_and_unwrapped(texts: list[list[str]], width: int) -> None:
    wrapped = "\n\n".join(textwrap.fill(" ".join(text), width) for text in texts)
    assert is_hard_wrapped(wrapped)
    assert [block.split() for block in paragraphs(wrapped, True)] == texts


@given(st.lists(words, min_size=1, max_size=5))
def test_long_lines_are_not_hard_wrapped_and_each_is_a_paragraph(texts: list[list[str]]) -> None:
    lines = "\n".join(" ".join(text * 3) for text in texts)
    assert not is_hard_wrapped(lines)
    assert [line.split() for line in paragraphs(lines, False)] == [text * 3 for text in texts]


@pytest.mark.parametrize("text", ["", "\n\n", "roses\nare\nred\n", "a\n" * 100, "x" * 70])
def test_verse_lists_and_single_lines_are_not_hard_wrapped(text: str) -> None:
    assert not is_hard_wrapped(text)


def test_the_sample_tales_are_hard_wrapped_and_the_wikipedia_is_not(shared_data: Path) -> None:
    assert is_hard_wrapped((SAMPLES / "tales.txt").read_text("utf-8"))
    with gzip.open(shared_data / "text/enwiki-10m.txt.gz", "rt", encoding="utf-8") as articles:
        assert not is_hard_wrapped(articles.read(100_000))


@given(st.text(alphabet="ab \t\n\u3000", max_size=60), st.booleans())
def test_no_word_is_lost_between_paragraphs(text: str, hard_wrapped: bool) -> None:
    found = [word for paragraph in paragraphs(text, hard_wrapped) for word in paragraph.split()]
    assert found == text.split()
