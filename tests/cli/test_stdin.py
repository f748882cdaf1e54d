"""Standard input is read only for ``-``; text that waits there unasked for is pointed out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.cli.terminal import Terminal
from tests.conftest import SAMPLES, Run, program_environment

TRAINERS = ("embed", "topics", "corpus", "infer")


@pytest.mark.parametrize("name", TRAINERS)
def test_text_on_stdin_that_no_dash_asks_for_is_refused_with_the_advice(
    name: str, asked: Run
) -> None:
    answer = asked(name, stdin="some text\n")
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "text on standard input" in answer.stderr and "add '-'" in answer.stderr


def test_a_file_on_stdin_is_text_that_waits_too(
    trained_cache: Path, shell: Shell, tmp_path: Path
) -> None:
    answer = shell(f"latent corpus <{SAMPLES}/tales.txt", trained_cache, tmp_path)
    assert answer.returncode == 2
    assert "add '-'" in answer.stderr


def test_an_empty_pipe_and_the_null_device_are_no_text(on_copy: Run) -> None:
    used_last = on_copy("corpus", SAMPLES / "notices.jsonl").stdout
    for nothing in ("", None):  # None: /dev/null
        answer = on_copy("corpus", stdin=nothing)
        assert answer.returncode == 0, answer.stderr
        assert answer.stdout == used_last


def test_an_open_pipe_without_text_is_not_waited_for(trained_cache: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "latentcli", "neighbors", "king", "-q"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=program_environment(trained_cache),
    ) as program:
        assert program.stdout is not None
        assert program.stdout.read().startswith(b"king\t")


def test_text_on_stdin_beside_a_corpus_or_words_is_left_alone(on_copy: Run) -> None:
    assert on_copy("corpus", SAMPLES / "tales.txt", stdin="other text\n").returncode == 0
    answer = on_copy("neighbors", "king", "-n", "1", stdin="queen\n")
    assert answer.stdout.startswith("king\t") and answer.stdout.count("\n") == 1


def test_a_dash_reads_the_same_corpus_as_the_file(latent: Run, tmp_path: Path) -> None:
    text = (SAMPLES / "tales.txt").read_text()[:20_000]
    (tmp_path / "tales.txt").write_text(text)
    figures = [
        latent("corpus", source, "--format", "paragraphs", stdin=text).stdout.split("\t")[2:]
        for source in (tmp_path / "tales.txt", "-")
    ]
    assert figures[0] == figures[1] != []


def test_stdin_can_be_read_only_once(latent: Run) -> None:
    answer = latent("corpus", "-", "-", stdin="text\n")
    assert answer.returncode == 2
    assert "only once" in answer.stderr


@pytest.mark.parametrize("name", ["neighbors", "similarity", "odd-one-out", "vector"])
def test_a_dash_without_words_is_refused(name: str, asked: Run) -> None:
    for nothing in ("", "\n \n"):
        answer = asked(name, "-", stdin=nothing)
        assert (answer.returncode, answer.stdout) == (2, "")


def test_words_from_stdin_lose_byte_order_mark_spaces_and_line_ends(asked: Run) -> None:
    answer = asked("neighbors", "-", "-n", "1", stdin="\ufeffking \r\n\r\n queen\r\n".encode())
    assert [line.split("\t")[0] for line in answer.stdout.splitlines()] == ["king", "queen"]


# Fault 62.
def test_a_dash_on_a_terminal_says_how_to_end_the_text(tmp_path: Path) -> None:
    with Terminal(tmp_path / "cache", "corpus", "-") as terminal:
        terminal.wait_for("Ctrl-D")
        terminal.type("the king and the queen\n\x04")
        screen = terminal.finish()
    assert screen.returncode == 0, screen.text
    assert "stdin" in screen.text


def test_a_command_without_a_corpus_on_a_terminal_does_not_wait(tmp_path: Path) -> None:
    with Terminal(tmp_path / "cache", "embed") as terminal:
        screen = terminal.finish()
    assert screen.returncode == 2
    assert "no corpus named" in screen.text
