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

from tests.conftest import Run, program_environment

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


def test_nothing_but_overlong_words_is_said_to_be_that(latent: Run, written: Write) -> None:
    # fault 54
    done = latent("corpus", written("long.txt", "x" * 3_000_000))
    assert_refused(done, "no tokens in 1 document: left out 3 words of more than 256 characters")


@pytest.mark.parametrize("place", [5, 100_000, 2_000_000])
@pytest.mark.parametrize("name", ["text.txt", "table.csv", "records.jsonl"])
def test_a_nul_is_refused_wherever_it_stands(
    name: str, place: int, latent: Run, written: Write
) -> None:
    # fault 59
    line = {"text.txt": "a word\n", "table.csv": "text\n", "records.jsonl": '{"text": "a"}\n'}[name]
    text = (line * (place // len(line) + 1)).encode()
    data = text[:place] + b"\0" + text[place:]
    number = 1 + text[:place].count(b"\n")
    done = latent("corpus", written(name, data))
    assert_refused(done, f"{name}:{number}: byte {place} is NUL: looks binary", "--encoding")
    if name != "text.txt":
        return
    replaced = latent("corpus", written(name, data), "--encoding-errors", "replace")
    assert replaced.returncode == 0, replaced.stderr


@pytest.mark.parametrize("command", ["corpus", "infer"])
def test_an_endless_stream_of_no_text_is_refused_at_once(command: str, trained_cache: Path) -> None:
    # fault 61
    with open("/dev/zero", "rb") as zeros:
        done = subprocess.run(
            [sys.executable, "-m", "latentcli", command, "-"],
            stdin=zeros, capture_output=True, text=True, timeout=60, check=False,
            env=program_environment(trained_cache),
        )  # fmt: skip
    assert_refused(done, "stdin:1: byte 0 is NUL: looks binary")
    assert list((trained_cache / "tmp").iterdir()) == []


def test_an_undecodable_byte_is_named_or_replaced_and_counted(latent: Run, written: Write) -> None:
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


# Starts a program as root without root's power to open what it has no permission for, where it is
# run by root. (Another user might not even reach the interpreter, as under /root.)
UNPRIVILEGED = """
import ctypes, os, sys
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, PR_CAPBSET_DROP = 1, 2, 24
if os.geteuid() == 0:
    for capability in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
        if ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, capability, 0, 0, 0):
            sys.exit("cannot drop privileges")
os.execv(sys.argv[1], sys.argv[1:])
"""


@pytest.mark.parametrize("name", ["secret.txt", "folder", "mixed"])
def test_what_may_not_be_read_is_refused_with_the_reason(
    name: str, cache: Path, tmp_path: Path, written: Write
) -> None:
    # fault 60
    written("folder/inside.txt", "text")
    written("mixed/readable.txt", "text")
    closed = [written("secret.txt", "text"), written("mixed/secret.txt", "text")]
    for path in (*closed, tmp_path / "folder"):
        path.chmod(0)
    program = [sys.executable, "-m", "latentcli", "corpus", str(tmp_path / name)]
    done = subprocess.run(
        [sys.executable, "-c", UNPRIVILEGED, *program],
        capture_output=True,
        text=True,
        env=program_environment(cache),
        timeout=60,
    )
    (tmp_path / "folder").chmod(0o700)
    assert_refused(done, f"{tmp_path}/{name}", "permission denied")


def test_a_directory_is_read_whatever_the_format(
    latent: Run, tmp_path: Path, written: Write
) -> None:
    # fault 60
    written("corpus/a.txt", "one\ntwo\n")
    written("corpus/b.txt", "three\n")
    assert answered(latent("corpus", tmp_path / "corpus"))["documents"] == "2"
    assert answered(latent("corpus", tmp_path / "corpus", "--format", "lines"))["documents"] == "3"


def test_streams_are_read_like_the_file_they_carry(
    latent: Run, written: Write, tmp_path: Path
) -> None:
    # fault 61
    text = "one two\nthree\n" * 20_000
    expected = answered(latent("corpus", written("text.txt", text)))
    os.mkfifo(tmp_path / "pipe")
    feeder = threading.Thread(target=(tmp_path / "pipe").write_text, args=[text])
    feeder.start()
    streams = [
        latent("corpus", tmp_path / "pipe"),
        latent("corpus", "-", stdin=text),
        latent("corpus", "/dev/stdin", stdin=text),
    ]
    feeder.join()
    assert [answered(done)["id"] for done in streams] == [expected["id"]] * 3


def on_a_terminal(typed: bytes, cache: Path, *arguments: str) -> Done:
    """Run the program with a terminal as its standard input."""
    ours, theirs = pty.openpty()
    try:
        os.write(ours, typed)
        return subprocess.run(
            [sys.executable, "-m", "latentcli", *arguments],
            stdin=theirs,
            capture_output=True,
            text=True,
            env=program_environment(cache),
            timeout=60,
        )
    finally:
        os.close(ours)
        os.close(theirs)


def test_a_terminal_without_a_corpus_gets_a_hint_and_no_silence(cache: Path) -> None:
    # fault 62
    assert_refused(on_a_terminal(b"", cache, "corpus"), "no corpus named", "'-'")
    done = on_a_terminal(b"some typed words\n\x04", cache, "corpus", "-")
    assert answered(done)["tokens"] == "3"
    assert "Ctrl-D" in done.stderr


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("with space", "with space"),
        ("new\nline", "new\\nline"),
        (b"\xff\xfe bytes", "\\\\xff\\\\xfe bytes"),
        ("\x1b]0;title\x07", None),
        ("x" * 255, "x" * 255),
        ("\U0001f451", "\U0001f451"),
    ],
)
def test_any_file_name_is_read_and_printed_safely(
    name: str | bytes, shown: str | None, latent: Run, tmp_path: Path
) -> None:
    # fault 65
    path = os.fsdecode(os.path.join(os.fsencode(tmp_path), os.fsencode(name)))
    with open(path, "w") as out:
        out.write("some words")
    row = answered(latent("corpus", path))
    assert row["tokens"] == "2"
    assert shown is None or row["name"] == shown
    failed = latent("corpus", f"{path[:-3]}???")
    assert_refused(failed, "no such file")
    printed = failed.stderr.replace("\n", "")
    assert printed.isprintable()
    printed.encode()


def test_a_file_whose_name_looks_like_an_option_is_read(
    latent: Run, written: Write, tmp_path: Path
) -> None:
    # fault 65
    written("--help", "some words")
    for arguments in (("--", "--help"), ("./--help",)):
        assert answered(latent("corpus", *arguments, cwd=tmp_path))["name"] == "--help"


@pytest.mark.parametrize(
    "text",
    [
        "\u200b\u202e\u2066hidden\u2069 \ufeff\ufffe\U000e0041",
        "z\u0336\u0301" * 1000 + " word",
        "z" + "\u0301\u0323" * 1_000_000 + " word",
        "e\u0301 \u00e9 \u212b \ufb01 word",
        "\x1b[31mred\x1b]8;;http://x\x07link\x9b word",
    ],
)
def test_hostile_text_is_encoded(text: str, latent: Run, written: Write) -> None:
    # fault 67
    assert int(answered(latent("corpus", written("hostile.txt", text)))["tokens"]) >= 1


def test_compressed_files_cut_short_are_refused(
    latent: Run, written: Write, shared_data: Path
) -> None:
    # fault 72
    data = gzip.compress(b"some words\n" * 100_000)
    path = written("cut.txt.gz", data[: len(data) // 2])
    assert_refused(latent("corpus", path), "cut.txt.gz: the compressed data end too early")
    named_gz = shared_data / "nasty/text8-truncated-zip-named.gz"
    assert_refused(latent("corpus", named_gz), "named.gz: not a readable zip archive")


def test_a_bad_record_is_refused_by_line_or_skipped_and_counted(
    latent: Run, written: Write
) -> None:
    # fault 73
    rows = ['{"text": "first"}', "{broken", '{"text": 3}', '{"other": "x", "y": "z"}']
    path = written("bad.jsonl", "\n".join([*rows, '{"text": "last"}']))
    assert_refused(latent("corpus", path), f"{path}:2: not valid JSON", "--skip-invalid")
    done = latent("corpus", path, "--skip-invalid")
    assert answered(done)["documents"] == "2"
    assert f"skipped 3 invalid records, the first: {path}:2:" in done.stderr


@pytest.mark.parametrize(
    ("text", "documents", "tokens"),
    [
        ("one document", "1", "2"),
        ("word", "1", "1"),
        ("same same\n" * 30, "30", "60"),
        ("first\n\n\n\nlast\n", "5", "2"),
    ],
)
def test_odd_corpora_are_counted_line_by_line(
    text: str, documents: str, tokens: str, latent: Run, written: Write
) -> None:
    # fault 74
    found = answered(latent("corpus", written("odd.txt", text), "--format", "lines"))
    assert (found["documents"], found["tokens"]) == (documents, tokens)
