"""Every exit code of the contract, and how an error is told; 130 and 143: test_signals.py."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import SAMPLES, Run, program_environment

WRONG_REQUESTS = [
    ("nosuch",),
    ("neighbors",),
    ("neighbors", "--nosuch", "king"),
    ("neighbors", "king", "-m", "nosuch"),
    ("neighbors", "king", "--metric", "manhattan"),
    ("analogy", "man", "king"),
    ("similarity", "king"),
    ("embed", "nosuch.txt"),
    ("embed", SAMPLES / "tales.txt", "--engine", "nosuch"),
    ("topics", SAMPLES / "notices.jsonl", "-a", "nosuch"),
    ("corpus", SAMPLES / "tales.txt", "--format", "nosuch"),
    ("export", "tales", "--to", "nosuch"),
    ("rename", "tales", "latest"),
    ("remove", "nosuch"),
    ("cache",),
]


@pytest.mark.parametrize("arguments", WRONG_REQUESTS, ids=lambda given: " ".join(map(str, given)))
def test_2_for_a_wrong_request_told_in_one_or_two_lines(
    arguments: tuple[str, ...], asked: Run
) -> None:
    answer = asked(*arguments)
    lines = [line for line in answer.stderr.splitlines() if not line.startswith("note: ")]
    assert (answer.returncode, answer.stdout) == (2, "")
    assert 1 <= len(lines) <= 2
    assert lines[0].startswith("error: ")


def test_2_and_the_help_for_no_command_at_all(latent: Run) -> None:
    answer = latent()
    assert answer.returncode == 2
    assert "Usage: latent" in answer.stdout and "error: no command" in answer.stderr


@pytest.mark.parametrize(
    "question",
    [("neighbors", "kingg"), ("analogy", "man", "kingg", "woman"), ("similarity", "king", "kingg")],
    ids=lambda question: question[0],
)
def test_1_for_an_unknown_word_and_the_nearest_spellings(
    question: tuple[str, ...], asked: Run
) -> None:
    answer = asked(*question)
    assert (answer.returncode, answer.stdout) == (1, "")
    assert "'kingg'" in answer.stderr and "did you mean king" in answer.stderr


def test_0_for_an_answer_where_some_words_are_known_and_the_others_are_named(asked: Run) -> None:
    answer = asked("neighbors", "king", "kingg", "queen", "-n", "1")
    assert answer.returncode == 0
    assert [line.split("\t")[0] for line in answer.stdout.splitlines()] == ["king", "queen"]
    assert "'kingg'" in answer.stderr


def test_3_for_a_damaged_run(on_copy: Run, copied_cache: Path) -> None:
    [vectors] = copied_cache.glob("runs/*/arrays/vectors.npy")
    vectors.write_bytes(vectors.read_bytes()[:1000])
    answer = on_copy("neighbors", "king", "-q")
    assert (answer.returncode, answer.stdout) == (3, "")
    assert "vectors.npy" in answer.stderr and "latent remove" in answer.stderr


def test_3_for_a_cache_that_cannot_be_made(tmp_path: Path, latent: Run) -> None:
    (tmp_path / "file").touch()
    answer = latent("--cache-dir", tmp_path / "file", "corpus", SAMPLES / "tales.txt")
    assert (answer.returncode, answer.stdout) == (3, "")
    assert "--cache-dir" in answer.stderr and "Traceback" not in answer.stderr


FULL = Path("/dev/full")


# Fault 8.
@pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("form", ["tsv", "table"])
def test_3_where_standard_output_is_full(form: str, trained_cache: Path) -> None:
    with FULL.open("w") as full:
        answer = subprocess.run(
            [sys.executable, "-m", "latentcli", "neighbors", "king", "--as", form, "-q"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=program_environment(trained_cache),
            check=False,
        )
    assert answer.returncode == 3
    assert "no space left" in answer.stderr.lower() and "Traceback" not in answer.stderr


@pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full here")
def test_3_where_the_page_of_a_map_does_not_go_out(trained_cache: Path) -> None:
    with FULL.open("w") as full:
        answer = subprocess.run(
            [sys.executable, "-m", "latentcli", "map", "-n", "60", "--method", "pca", "-o", "-"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=program_environment(trained_cache),
            check=False,
        )
    assert answer.returncode == 3
    assert "standard output: no space left" in answer.stderr and "Traceback" not in answer.stderr


def test_debug_adds_the_traceback(asked: Run) -> None:
    answer = asked("--debug", "neighbors", "kingg")
    assert answer.returncode == 1
    assert "Traceback" in answer.stderr and "error: unknown word" in answer.stderr
