"""Pipes that close early, streams that are closed, files and terminals side by side."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.cli.terminal import Terminal
from tests.conftest import SAMPLES, Run, program_environment


# Fault 89: all words with 1,000 neighbours each, about a million rows.
def test_head_ends_a_million_rows_quietly(trained_cache: Path, asked: Run) -> None:
    words = asked("export", "tales", "-o", "-").stdout.splitlines()[1:]
    with subprocess.Popen(
        [sys.executable, "-m", "latentcli", "neighbors", "-", "-n", "1000", "-q"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=program_environment(trained_cache),
    ) as program:
        assert program.stdin and program.stdout and program.stderr
        program.stdin.write("".join(line.split(" ")[0] + "\n" for line in words).encode())
        program.stdin.close()
        assert program.stdout.readline().count(b"\t") == 2
        program.stdout.close()
        assert program.stderr.read() == b""
    assert program.returncode == 0


@pytest.mark.parametrize(
    "command",
    [
        "latent neighbors king -q",
        "latent neighbors king -q --as table",
        "latent export tales -o - -q",
        "latent --version",
        "latent --help",
    ],
)
def test_a_reader_that_has_gone_is_no_fault(
    command: str, trained_cache: Path, shell: Shell, tmp_path: Path
) -> None:
    script = f"{{ sleep 0.2; {command}; echo $? >code; }} | :; cat code"
    answer = shell(script, trained_cache, tmp_path)
    assert (answer.stdout, answer.stderr) == ("0\n", "")


# Fault 90.
def test_a_closed_stdout_is_an_error(trained_cache: Path, shell: Shell, tmp_path: Path) -> None:
    for command in ("neighbors king", "export tales -o -"):
        answer = shell(f"latent {command} >&-", trained_cache, tmp_path)
        assert answer.returncode == 3
        assert "standard output is closed" in answer.stderr
        assert "Traceback" not in answer.stderr


def test_a_closed_stderr_loses_notes_only(
    trained_cache: Path, near_king: str, shell: Shell, tmp_path: Path
) -> None:
    answer = shell("latent neighbors king 2>&-", trained_cache, tmp_path)
    assert (answer.returncode, answer.stdout) == (0, near_king)
    assert shell("latent neighbors kingg 2>&-", trained_cache, tmp_path).returncode == 1


def test_a_closed_stdin_matters_only_where_it_is_to_be_read(
    trained_cache: Path, shell: Shell, tmp_path: Path
) -> None:
    assert shell("latent neighbors king <&-", trained_cache, tmp_path).returncode == 0
    for command in ("neighbors -", "infer -"):
        answer = shell(f"latent {command} <&-", trained_cache, tmp_path)
        assert (answer.returncode, answer.stdout) == (2, "")
        assert "standard input is closed" in answer.stderr


def test_all_streams_closed_is_an_error_and_no_crash(
    trained_cache: Path, shell: Shell, tmp_path: Path
) -> None:
    answer = shell("latent neighbors king <&- >&- 2>&-", trained_cache, tmp_path)
    assert answer.returncode == 3


# Fault 95.
def test_a_file_gets_neither_colours_nor_progress_while_the_terminal_does(
    copied_cache: Path, tmp_path: Path
) -> None:
    question = ("corpus", SAMPLES / "tales.txt", "--retrain")
    with (tmp_path / "answer").open("wb") as out:
        with Terminal(copied_cache, *question, stdout=out.fileno()) as terminal:
            screen = terminal.finish()
    assert "encoding, MB" in screen.text and "\x1b[" in screen.raw
    answer = (tmp_path / "answer").read_text()
    assert answer.count("\n") == 1 and answer.count("\t") == 5
    assert "\x1b" not in answer and "\r" not in answer


def test_a_pipe_gets_no_escape_sequences_on_either_stream(copied_cache: Path, on_copy: Run) -> None:
    answer = on_copy("corpus", SAMPLES / "tales.txt", "--retrain")
    assert not set("\x1b\r") & set(answer.stdout + answer.stderr)


@pytest.mark.parametrize("form", ["tsv", "csv", "json"])
def test_a_narrow_window_cuts_nothing_in_a_pipe(form: str, asked: Run) -> None:
    question = ("infer", SAMPLES / "tongues" / "de", "-m", "tales", "--as", form)
    wide, narrow = (asked(*question, env={"COLUMNS": columns}) for columns in ("500", "20"))
    assert wide.stdout == narrow.stdout != ""
