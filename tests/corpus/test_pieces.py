"""Reading in chunks, and long lines in pieces, must not show in what is read."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from latentcli.corpus import decoding, encoder
from latentcli.corpus.decoding import Encoding, decoded_chunks
from latentcli.corpus.documents import Document
from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.encoder import encode
from latentcli.corpus.readers import files, lines, paragraphs
from latentcli.corpus.readers.fields import FieldNames
from latentcli.corpus.readers.jsonl import read_jsonl
from latentcli.corpus.readers.table import read_table, table_style
from latentcli.corpus.tokenizers import TokenizerSettings

READERS: dict[str, Callable[[Iterable[str]], Iterator[Document]]] = {
    "lines": lines.read_lines,
    "paragraphs": paragraphs.read_paragraphs,
    "files": lambda chunks: files.read_file(chunks, "file"),
    "jsonl": lambda chunks: read_jsonl(chunks, "file", FieldNames()),
    "csv": lambda chunks: read_table(
        chunks, "file", table_style("csv", None, None, True), FieldNames("text")
    ),
}
# Words are shorter than any piece, and so are runs of white space.
words = st.text("ab\u00e9\u4e2d\U0001f451!'", min_size=1, max_size=5)
spaces = st.sampled_from([" ", "\t ", "\u2003", "\u2028", "\x0b", "\r", "\n", "\r\n", "\n \n"])
texts = st.lists(st.tuples(words, spaces), max_size=40).map(lambda x: "".join(a + b for a, b in x))


def written_as(kind: str, text: str) -> bytes:
    """A file of the format with this text, or with its lines as texts."""
    if kind == "jsonl":
        return "".join(json.dumps({"text": line}) + "\n" for line in text.split("\n")).encode()
    if kind == "csv":
        out = io.StringIO()
        csv.writer(out).writerows([["text"], *([block] for block in text.split("\n\n"))])
        return out.getvalue().encode()
    return text.encode()


def encoded(kind: str, data: bytes) -> EncodedCorpus:
    chunks = decoded_chunks(io.BytesIO(data), "file", Encoding())
    with TemporaryDirectory() as scratch:
        documents = READERS[kind](chunks)
        return encode(documents, TokenizerSettings(), Path(scratch)).corpus


@pytest.mark.parametrize("kind", READERS)
@settings(max_examples=100, deadline=None)
@given(text=texts, chunk=st.integers(1, 40), piece=st.integers(8, 60), hard_wrapped=st.booleans())
@example(text="abcde f \t\nb", chunk=1, piece=8, hard_wrapped=False)  # white space left after a cut
@example(text="!!!!! !!! a\nb", chunk=1, piece=8, hard_wrapped=False)  # no word before a cut
@example(text="a !!!!! !!!!! !!!! b", chunk=1, piece=8, hard_wrapped=False)  # none between two
def test_the_corpus_does_not_depend_on_the_size_of_chunks_and_pieces(
    kind: str, text: str, chunk: int, piece: int, hard_wrapped: bool
) -> None:
    # fault 53
    if hard_wrapped:  # then lines are short
        text = re.sub(r"[^\S\r\n]", "\n", text)
    data = written_as(kind, text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encoder, "is_hard_wrapped", lambda _: hard_wrapped)
        whole = encoded(kind, data)
        patch.setattr(decoding, "CHUNK_BYTES", chunk)
        for module in (lines, files, paragraphs):
            patch.setattr(module, "PIECE_CHARACTERS", piece)
        pieces = encoded(kind, data)
    for name in ("token_ids", "offsets", "break_offsets"):
        assert np.array_equal(getattr(pieces, name), getattr(whole, name)), name
    for name in ("document_ids", "labels"):
        assert getattr(pieces, name) is None or list(getattr(pieces, name)) == list(
            getattr(whole, name)
        )
    assert list(pieces.vocabulary.words) == list(whole.vocabulary.words)


def test_a_line_without_white_space_is_cut_and_nothing_of_it_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # fault 54
    monkeypatch.setattr(lines, "PIECE_CHARACTERS", 1000)
    text = "".join(chr(0x4E00 + i % 20_000) for i in range(12_345))
    chunks = [text[i : i + 777] for i in range(0, len(text), 777)]
    documents = list(lines.read_lines([*chunks, "\nnext"]))
    assert "".join(document.text for document in documents[:-1]) == text
    assert all(len(document.text) <= 1777 for document in documents)
    assert {document.id for document in documents[:-1]} == {"1"}
    assert documents[-1] == Document("2", "next")


def test_a_record_of_any_length_stays_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "PIECE_CHARACTERS", 100)
    text = "word " * 10_000
    line = json.dumps({"text": text})
    chunks = [line[i : i + 30] for i in range(0, len(line), 30)]
    [document] = read_jsonl(chunks, "file", FieldNames())
    assert document == Document("1", text)
