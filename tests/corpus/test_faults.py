"""Bad inputs through the program: one message, the right exit code, and no run left behind."""

from __future__ import annotations

import gzip
import os
import pty
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import NOBODY, Run, program_environment

Write = Callable[[str, bytes | str], Path]
Done = subprocess.CompletedProcess[str]


def assert_refused(done: Done, *parts: str) -> None:
    """The program ended with 2 and one message of at most two lines, and answered nothing."""
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    lines = [line for line in done.stderr.splitlines() if not line.startswith("note: ")]
    assert lines[0].startswith("error: ")
    assert len(lines) <= 2
    for part in parts:
        assert part in "\n".join(lines)


def answered(done: Done) -> dict[str, str]:
    """The one row of the answer by column."""
    assert done.returncode == 0, done.stderr
    columns = ("id", "name", "documents", "tokens", "types", "bytes")
    [row] = done.stdout.splitlines()
    return dict(zip(columns, row.split("\t"), strict=True))


@pytest.mark.parametrize("content", ["", " \t \u3000", "\n\n\r\n\n", "1 2 3 ... !?"])
def test_a_corpus_without_tokens_is_refused_and_leaves_no_run(
    content: str, latent: Run, written: Write, cache: Path
) -> None:
    # fault 51
    assert_refused(latent("corpus", written("empty.txt", content)), "no tokens")
    assert latent("models").stdout == ""
    assert list((cache / "tmp").iterdir()) == list((cache / "runs").iterdir()) == []


def test_a_corpus_of_rare_words_only_is_refused_with_a_count_that_would_do(
    latent: Run, written: Write
) -> None:
    # fault 52
    path = written("rare.txt", "each word here comes only once\n")
    done = latent("embed", path, "--min-count", "5")
    assert_refused(done, "0 of 6 words kept with --min-count 5", "--min-count 1")


def test_overlong_words_are_said_to_be_left_out(latent: Run, written: Write) -> None:
    # fault 54
    done = latent("corpus", written("long.txt", f"one {'x' * 2_000_000} two {'y' * 300}\n"))
    assert answered(done)["tokens"] == "2"
    assert "note: left out" in done.stderr
    assert "of more than 256 characters" in done.stderr


def test_an_undecodable_byte_is_named_or_replaced_and_counted(
    latent: Run, written: Write
) -> None:
    # fault 55
    path = written("latin.txt", b"good line\nna\xefve caf\xe9\nlast \xff line\n")
    assert_refused(latent("corpus", path), f"{path}:2: byte 12", "--encoding-errors replace")
    done = latent("corpus", path, "--encoding-errors", "replace")
    assert answered(done)["documents"] == "3"
    [note] = [line for line in done.stderr.splitlines() if "U+FFFD" in line]
    assert "3" in note
    assert answered(latent("corpus", path, "--encoding", "latin-1"))["tokens"] == "7"


def test_wide_text_is_refused_with_the_option_that_reads_it(latent: Run, written: Write) -> None:
    # faults 56 and 57
    path = written("wide.txt", "the king and the queen".encode("utf-16"))
    assert_refused(latent("corpus", path), "looks like UTF-16", "--encoding utf-16")
    assert answered(latent("corpus", path, "--encoding", "utf-16"))["types"] == "4"


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_make_no_difference(end: str, latent: Run, written: Write) -> None:
    # fault 58
    text = "one two\n\nthree\u2028four\x85five\x0csix\n"
    expected = answered(latent("corpus", written("lf.txt", text)))
    found = answered(latent("corpus", written("other.txt", text.replace("\n", end))))
    for column in ("documents", "tokens", "types"):
        assert found[column] == expected[column]


def test_a_binary_file_is_refused_and_a_compressed_one_without_a_suffix_read(
    latent: Run, written: Write
) -> None:
    # faults 59 and 72
    picture = written("corpus/a.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    assert_refused(latent("corpus", picture), "looks binary", "a.png")
    assert_refused(latent("corpus", picture.parent), "looks binary", "corpus/a.png")
    assert answered(latent("corpus", written("packed", gzip.compress(b"a text"))))["tokens"] == "2"


def test_paths_that_cannot_be_read_are_refused_with_the_reason(
    latent: Run, tmp_path: Path, written: Write
) -> None:
    # fault 60
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "loop").symlink_to("loop")
    for name, reason in (
        ("missing.txt", "no such file or directory"),
        ("dangling", "no such file or directory"),
        ("loop", "too many levels of symbolic links"),
    ):
        assert_refused(latent("corpus", tmp_path / name), f"{tmp_path}/{name}: {reason}")


def test_what_may_not_be_read_is_refused_with_the_reason(written: Write, tmp_path: Path) -> None:
    # fault 60
    if os.geteuid() != 0:
        NotImplemented
    secret, inside = written("secret.txt", "text"), written("folder/secret.txt", "text")
    closed = written("closed/file.txt", "text").parent


def test_a_directory_is_read_whatever_the_format(latent: Run, tmp_path: Path, written: Write) -> None:
    # fault 60
    written("corpus/a.txt", "one\ntwo\n")
    written("corpus/b.txt", "three\n")
    assert answered(latent("corpus", tmp_path / "corpus"))["documents"] == "2"
    assert answered(latent("corpus", tmp_path / "corpus", "--format", "lines"))["documents"] == "3"
