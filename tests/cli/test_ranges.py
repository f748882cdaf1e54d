"""Numbers out of range are refused at once, with the range that is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import SAMPLES, Run

# Faults 75 to 79. The corpus does not exist: the number is refused before anything is read.
OUT_OF_RANGE = {
    ("topics", "--k"): ["0", "-1", "1000000000"],
    ("topics", "--max-df"): ["nan"],
    ("topics", "--alpha"): ["0", "1e-50"],
    ("topics", "--held-out"): ["0", "1", "nan"],
    ("evaluate", "--top"): ["1", "1001"],
    ("evaluate", "--restrict-vocab"): ["0"],
    ("evaluate", "--seed"): ["-1"],
    ("embed", "--dim"): ["0", "-1", "1000000000"],
    ("embed", "--window"): ["0"],
    ("embed", "--negative"): ["0"],
    ("embed", "--epochs"): ["0"],
    ("embed", "--threads"): ["0"],
    ("embed", "--learning-rate"): ["1e9", "nan", "inf"],
    ("embed", "--min-count"): ["-1"],
    ("embed", "--seed"): ["-1", "18446744073709551616"],
    ("neighbors", "-n"): ["0", "-1", "1000000000"],
}


@pytest.mark.parametrize(
    ("name", "option", "value"),
    [(*command, value) for command, values in OUT_OF_RANGE.items() for value in values],
)
def test_a_number_out_of_range_is_refused_with_the_range(
    name: str, option: str, value: str, latent: Run, cache: Path
) -> None:
    answer = latent(name, "nosuch.txt", option, value)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert f"'{option}'" in answer.stderr
    assert "is not in the range" in answer.stderr and " to " in answer.stderr
    assert not cache.exists()


@pytest.mark.parametrize("value", ["1.5", "", "nan"])
def test_what_is_not_a_whole_number_is_refused(value: str, latent: Run) -> None:
    answer = latent("topics", "nosuch.txt", "--k", value)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "'--k'" in answer.stderr and "valid int" in answer.stderr


def test_more_topics_than_documents_are_refused_and_nothing_is_stored(on_copy: Run) -> None:
    before = on_copy("models").stdout
    answer = on_copy("topics", SAMPLES / "notices.jsonl", "--k", "401")
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "--k 401" in answer.stderr and "from 1 to 400" in answer.stderr
    assert on_copy("models").stdout == before


def test_more_topics_than_words_are_refused(on_copy: Run) -> None:
    answer = on_copy("topics", SAMPLES / "notices.jsonl", "--k", "8", "--keep-n", "7")
    assert answer.returncode == 2
    assert "from 1 to 7" in answer.stderr


def test_one_topic_is_a_model_whose_share_is_1(on_copy: Run) -> None:
    answer = on_copy("topics", SAMPLES / "notices.jsonl", "--k", "1", "--iterations", "1")
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.startswith("0\t1.000000\t")


def test_more_neighbours_than_words_are_all_words_but_the_query(asked: Run) -> None:
    n_words = int(asked("show", "tales", "--json").stdout.split('"norms": "<f4 ')[1].split('"')[0])
    assert len(asked("neighbors", "king", "-n", "1000000").stdout.splitlines()) == n_words - 1
