"""Analogy questions in the forms that people have them, and what is no question."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from latentcli.errors import InputError
from latentcli.formats.analogy_questions import Section, read_analogies

EXPECTED = [
    Section("capitals", [("Athens", "Greece", "Oslo", "Norway"), ("a", "b", "c", "d")]),
    Section("gram 1", [("big", "bigger", "small", "smaller")]),
]
PLAIN = ": capitals\nAthens Greece Oslo Norway\na b c d\n: gram 1\nbig bigger small smaller\n"


def read(folder: Path, content: str | bytes) -> list[Section]:
    path = folder / "questions.txt"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_analogies(str(path))


@pytest.mark.parametrize(
    "content",
    [
        PLAIN,
        PLAIN.rstrip("\n"),
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace("\n", "\r"),
        "\ufeff" + PLAIN,
        PLAIN.replace("a b c d", "a\tb\tc\td"),
        PLAIN.replace("a b c d", "a, b, c, d"),
        PLAIN.replace(": gram", ":gram"),
        "# a comment\n\n" + PLAIN.replace("a b", "# another: one\n   a  b"),
        ": none here\n" + PLAIN,
        gzip.compress(PLAIN.encode(), mtime=0),
    ],
)
def test_a_file_may_be_written_in_many_ways(content: str | bytes, tmp_path: Path) -> None:
    assert read(tmp_path, content) == EXPECTED


def test_questions_need_no_section(tmp_path: Path) -> None:
    assert read(tmp_path, "a b c d\n") == [Section("", [("a", "b", "c", "d")])]


def test_words_between_tabs_may_have_spaces(tmp_path: Path) -> None:
    assert read(tmp_path, "New York\tUSA\tOslo\tNorway")[0].questions[0][0] == "New York"


@pytest.mark.parametrize("line", ["a b c", "a b c d e", "a\tb\t\td", "a,b,c,"])
def test_a_line_that_is_no_question_is_named(line: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"questions\.txt:3: four words"):
        read(tmp_path, f": s\r\na b c d\r\n{line}\r\n")


@pytest.mark.parametrize("content", ["", "\n\n", "# only this\n", ": a section\n"])
def test_a_file_without_questions_is_refused(content: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no questions"):
        read(tmp_path, content)


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "absent"):
        with pytest.raises(InputError, match=path.name):
            read_analogies(str(path))
    for content in (b": s\na b c \xff\n", b"\0" * 50, b"\xff\xfea\0"):
        with pytest.raises(InputError, match="questions"):
            read(tmp_path, content)


def test_real_files_are_read_whole(shared_data: Path) -> None:
    google = read_analogies(str(shared_data / "eval" / "questions-words.txt"))
    assert [len(section.questions) for section in google][:3] == [506, 4524, 866]
    assert (len(google), sum(len(section.questions) for section in google)) == (14, 19544)
    chinese = read_analogies(str(shared_data / "eval" / "zh-analogies-ca-translated.txt"))
    assert [section.name for section in chinese] == [
        "capital-common-countries", "city-in-state", "family",
    ]  # fmt: skip
    assert sum(len(section.questions) for section in chinese) == 953
    assert "\\r" not in repr(chinese)
