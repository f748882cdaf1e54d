"""``align`` and ``drift`` as they are typed: columns, exit codes, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import SAMPLES, Run, run_latent

COLUMNS = "word drift p q expected count_a count_b neighbors_a neighbors_b".split()


@pytest.fixture(scope="module")
def halves(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache with embeddings of every other tale; tests leave these as they are."""
    folder = tmp_path_factory.mktemp("halves")
    tales = (SAMPLES / "tales.txt").read_text(encoding="utf-8").split("\n\n")
    for name, half in (("odd", tales[::2]), ("even", tales[1::2])):
        path = folder / f"{name}.txt"
        path.write_text("\n\n".join(half), encoding="utf-8")
        done = run_latent(
            folder / "cache", "embed", path, "--name", name, "--threads", "1", "--epochs", "5",
            "--dim", "20",
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    return folder / "cache"


@pytest.fixture
def asked_halves(halves: Path) -> Run:
    return lambda *arguments, **options: run_latent(halves, *arguments, **options)


def test_an_aligned_embedding_answers_by_its_name_and_is_not_the_latest(asked_halves: Run) -> None:
    answer = asked_halves("align", "odd", "even", "--name", "turned", "--json")
    assert answer.returncode == 0 and "words shared: mean cosine" in answer.stderr
    [row] = map(json.loads, answer.stdout.splitlines())
    assert list(row) == ["id", "name", "algorithm", "words", "dim", "corpus"]
    assert (row["name"], row["algorithm"], row["dim"]) == ("turned", "procrustes", 20)
    assert "even.txt" in asked_halves("neighbors", "king").stderr  # the latest that was trained
    by_name = [asked_halves("neighbors", "king", "-m", m).stdout for m in ("even", "turned")]
    words = [[line.split("\t")[1] for line in told.splitlines()] for told in by_name]
    assert words[0] == words[1]  # a rotation changes no cosine


def test_the_words_that_are_asked_for_are_told_of_in_their_order(asked_halves: Run) -> None:
    answer = asked_halves("drift", "odd", "even", "queen", "king", "--permutations", "0", "--json")
    rows = list(map(json.loads, answer.stdout.splitlines()))
    assert [row["word"] for row in rows] == ["queen", "king"]
    assert all(list(row) == COLUMNS and 0 <= row["drift"] <= 2 for row in rows)
    piped = asked_halves("drift", "odd", "even", "-", "--permutations", "0", stdin="queen\nking\n")
    assert [line.split("\t")[0] for line in piped.stdout.splitlines()] == ["queen", "king"]


def test_words_too_rare_have_no_figure_of_chance(asked_halves: Run) -> None:
    answer = asked_halves(
        "drift", "odd", "even", "king", "--permutations", "0", "--least", "1000", "--json"
    )
    [row] = map(json.loads, answer.stdout.splitlines())
    assert row["p"] is row["q"] is row["expected"] is None and row["drift"] > 0
    assert "too rare to be judged" in answer.stderr and "--least 1000" in answer.stderr


def test_where_nothing_moved_the_exit_code_is_1(asked_halves: Run) -> None:
    answer = asked_halves("drift", "odd", "even", "--permutations", "0", "--alpha", "1e-9")
    assert (answer.returncode, answer.stdout) == (1, "")
    assert "error: no word moved more than chance" in answer.stderr and "--all" in answer.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("drift", "odd", "odd"), "are one embedding"),
        (("drift", "odd", "even", "--permutations", "3"), "too few to judge"),
        (("drift", "odd", "even", "king", "-n", "3"), "for the words that moved most"),
        (("align", "odd", "nosuch"), "no such"),
    ],
)
def test_what_has_no_answer_ends_with_2(
    arguments: tuple[str, ...], said: str, asked_halves: Run
) -> None:
    answer = asked_halves(*arguments)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr.startswith("error: ") and said in answer.stderr
