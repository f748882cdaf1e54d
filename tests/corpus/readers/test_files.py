"""``files``: a document a file, and the labels that directories give."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from latentcli.corpus.documents import Document
from latentcli.corpus.readers.files import directory_labels
from tests.conftest import SAMPLES

Read = Callable[..., list[Document]]
Write = Callable[[str, bytes | str], Path]


def test_a_directory_has_a_document_a_file_with_all_of_its_text(read: Read) -> None:
    tongues = SAMPLES / "tongues"
    files = sorted(path for path in tongues.rglob("*.txt"))
    expected = {str(path.relative_to(tongues)): path.read_text("utf-8") for path in files}
    assert {document.id: document.text for document in read(tongues)} == expected


def test_an_empty_file_is_an_empty_document(read: Read, written: Write, tmp_path: Path) -> None:
    # fault 74
    for name, text in (("a", "one\n"), ("b", ""), ("c", "three\n")):
        written(f"corpus/{name}", text)
    assert read(tmp_path / "corpus") == [
        Document("a", "one\n"),
        Document("b", ""),
        Document("c", "three\n"),
    ]


def test_one_file_can_be_one_document(read: Read, written: Write) -> None:
    assert read(written("a.txt", "one\n\ntwo\r\n"), format="files") == [
        Document("a.txt", "one\n\ntwo\n")
    ]


def test_several_directories_have_their_names_in_the_ids(
    read: Read, written: Write, tmp_path: Path
) -> None:
    written("one/a.txt", "a")
    written("two/a.txt", "b")
    documents = read(tmp_path / "one", f"{tmp_path}/two/")
    assert [document.id for document in documents] == ["one/a.txt", "two/a.txt"]


def test_a_file_that_cannot_be_decoded_is_named(read: Read, written: Write, tmp_path: Path) -> None:
    # fault 55
    written("corpus/good.txt", "good")
    written("corpus/worse/bad.txt", b"good\nb\xffd")
    with pytest.raises(Exception, match=r"corpus/worse/bad\.txt:2: byte 6 is not valid utf-8"):
        read(tmp_path / "corpus")


@pytest.mark.parametrize(
    ("paths", "labels"),
    [
        (["arts/1", "arts/2", "trade/1"], ["arts", "arts", "trade"]),
        (["news/arts/1", "news/arts/x/2", "news/trade/1"], ["arts", "arts", "trade"]),
        (["train/arts/1", "test/arts/1"], ["train", "test"]),
        (["arts/1", "readme"], ["arts", ""]),
        (["1", "2"], None),
        (["all/1", "all/2"], None),
        (["all/in/1", "all/in/2"], None),
        ([], None),
    ],
)
def test_the_label_is_the_first_directory_that_not_all_share(
    paths: list[str], labels: list[str] | None
) -> None:
    assert directory_labels(paths) == labels
