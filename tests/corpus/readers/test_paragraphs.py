"""``paragraphs``: blank lines between documents."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latentcli.corpus.readers.paragraphs import read_paragraphs
from tests.conftest import SAMPLES


def blocks(text: str) -> list[str]:
    return [block for block in re.split(r"\n(?:[^\S\n]*\n)+", f"\n\n{text}\n\n") if block.strip()]


def assert_read(text: str) -> None:
    documents = list(read_paragraphs([text]))
    assert [document.text.removesuffix("\n") for document in documents] == blocks(text)
    lines = text.split("\n")
    for document in documents:
        first = document.text.split("\n")[0]
        assert lines[int(document.id) - 1] == first
        assert first.strip()


@given(st.text(alphabet="ab \t\n\u3000", max_size=60))
def test_documents_are_the_blocks_between_blank_lines(text: str) -> None:
    assert_read(text)


def test_a_hard_wrapped_text_falls_into_its_paragraphs() -> None:
    assert_read((SAMPLES / "tales.txt").read_text("utf-8"))


@pytest.mark.parametrize("book", ["98-0", "2591-0", "pg11"])
def test_a_gutenberg_book_falls_into_its_paragraphs(shared_data: Path, book: str) -> None:
    data = gzip.decompress((shared_data / f"nasty/gutenberg-{book}.txt.gz").read_bytes())
    assert_read(data.decode("utf-8-sig").replace("\r\n", "\n"))
