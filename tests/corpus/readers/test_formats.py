"""Which reader ``auto`` chooses, and how several inputs go together."""

from __future__ import annotations

import bz2
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from latentcli.corpus.documents import Document
from latentcli.corpus.readers import ReaderSettings, resolve_format
from latentcli.corpus.sources import find_sources
from latentcli.errors import LatentError
from tests.conftest import SAMPLES

Read = Callable[..., list[Document]]
Write = Callable[[str, bytes | str], Path]


def chosen(*paths: Path) -> str:
    sources = find_sources([str(path) for path in paths], Path("/nonexistent"), None)
    return resolve_format(sources, ReaderSettings()).format


@pytest.mark.parametrize(
    ("name", "content", "format"),
    [
        ("a.txt", "one\ntwo\n", "lines"),
        ("a", "one", "lines"),
        ("a", "", "lines"),
        ("a.txt", "\n\none\ntwo\n\n\n", "lines"),
        ("a.txt", "one\n\ntwo\n", "paragraphs"),
        ("a.txt", "one\r\rtwo\r", "paragraphs"),
        ("a.txt", "one\r\n \t\r\ntwo", "paragraphs"),
        ("a.jsonl", "anything", "jsonl"),
        ("a.ndjson", "anything", "jsonl"),
        ("a.CSV", "anything", "csv"),
        ("a.csv.gz", "anything", "csv"),
        ("a.tsv.zst", "anything", "tsv"),
        ("a.tab", "anything", "tsv"),
        ("a", '\ufeff{"text": "a"}\n\n{"text": "b"}\n', "jsonl"),
        ("a", "{not json}\n", "lines"),
    ],
)
def test_the_format_goes_by_name_and_content(
    name: str, content: str, format: str, written: Write
) -> None:
    assert chosen(written(name, content)) == format


def test_the_sample_corpora_are_recognised() -> None:
    assert chosen(SAMPLES / "tales.txt") == "paragraphs"
    assert chosen(SAMPLES / "notices.jsonl") == "jsonl"
    assert chosen(SAMPLES / "tongues") == "files"


def test_content_is_looked_at_decompressed(written: Write) -> None:
    assert chosen(written("a", bz2.compress(b"one\n\ntwo"))) == "paragraphs"


def test_a_folder_of_records_is_read_as_records(written: Write) -> None:
    folder = written("a.jsonl", '{"text": "one"}\n').parent
    written("b.jsonl", '{"text": "two"}\n')
    assert chosen(folder) == "jsonl"


def test_a_folder_of_texts_and_tables_is_not_guessed_at(written: Write) -> None:
    folder = written("a.csv", "text\none\n").parent
    written("b.txt", "two")
    with pytest.raises(LatentError, match="several kinds: csv and text$") as caught:
        chosen(folder)
    assert "--include" in caught.value.hint


def test_lines_among_paragraphs_are_paragraphs(written: Write) -> None:
    assert chosen(written("a", "one\n\ntwo"), written("b", "one\ntwo")) == "paragraphs"


def test_inputs_that_look_different_are_not_guessed_at(written: Write) -> None:
    with pytest.raises(LatentError, match=r"a\.csv: csv, .*b\.txt: lines") as caught:
        chosen(written("a.csv", "text\none"), written("b.txt", "one"))
    assert "--format" in caught.value.hint


def test_an_unknown_format_is_named_with_those_there_are(read: Read, written: Write) -> None:
    with pytest.raises(LatentError, match="no format 'xml'") as caught:
        read(written("a", "one"), format="xml")
    assert "jsonl" in caught.value.hint


def test_ids_of_several_inputs_say_which_one(read: Read, written: Write) -> None:
    found = read(written("a.txt", "one\ntwo\n"), written("x/b.txt", "three\n"))
    assert [document.id for document in found] == ["a.txt:1", "a.txt:2", "b.txt:1"]


def test_records_of_an_archive_say_which_file_they_are_of(
    read: Read, written: Write, tmp_path: Path
) -> None:
    written("c/one.txt", "a\nb\n")
    written("c/two.txt", "c\n")
    found = read(tmp_path / "c", format="lines")
    assert [document.id for document in found] == ["one.txt:1", "one.txt:2", "two.txt:1"]


def test_standard_input_is_guessed_at_by_content(tmp_path: Path) -> None:
    sources = find_sources(["-"], tmp_path, io.BytesIO(b'{"text": "a"}\n'))
    assert resolve_format(sources, ReaderSettings()).format == "jsonl"
