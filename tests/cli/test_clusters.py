"""``latent cluster``, ``project`` and ``dimension`` as they are typed."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.cli.terminal import on_terminal
from tests.conftest import Run

CLUSTER = ("cluster", "-m", "notices", "-n", "8", "--members", "3")


def test_clusters_are_answers_and_what_they_are_worth_is_a_note(asked: Run) -> None:
    answer = asked(*CLUSTER)
    assert answer.returncode == 0, answer.stderr
    rows = [line.split("\t") for line in answer.stdout.splitlines()]
    assert [row[0] for row in rows] == [str(number) for number in range(8)]
    sizes = [int(row[1]) for row in rows]
    assert sum(sizes) == 400 and sizes == sorted(sizes, reverse=True)
    assert {len(row[2].split(" ")) for row in rows} == {3}
    for note in ("note: silhouette 0.", "note: agreement with labels, 400 documents: normalised"):
        assert note in answer.stderr


def test_each_point_goes_on_through_a_pipe_with_its_cluster(asked: Run) -> None:
    rows = [line.split("\t") for line in asked(*CLUSTER, "--each", "-q").stdout.splitlines()]
    clusters = [json.loads(line) for line in asked(*CLUSTER, "--json").stdout.splitlines()]
    for found in clusters:
        members = {name for name, cluster in rows if cluster == str(found["cluster"])}
        assert len(members) == found["size"] and set(found["members"]) <= members


def test_noise_has_no_number(asked: Run) -> None:
    question = ("cluster", "-m", "notices", "-a", "hdbscan", "--min-size", "5")
    answer = asked(*question, "--each", "--json")
    assert answer.returncode == 0, answer.stderr
    numbers = [json.loads(line)["cluster"] for line in answer.stdout.splitlines()]
    assert f"note: noise: {numbers.count(None)} of 400 documents" in answer.stderr
    assert asked(*question, "--each").stdout.count("\t\n") == numbers.count(None) > 0


def test_the_answer_does_not_depend_on_the_number_of_threads(asked: Run) -> None:
    for question in (CLUSTER, ("dimension", "tales", "--json")):
        answers = {
            asked(*question, env={"OMP_NUM_THREADS": n, "OPENBLAS_NUM_THREADS": n}).stdout
            for n in ("1", "2")
        }
        assert len(answers) == 1


def test_dimension_takes_its_model_either_way(asked: Run) -> None:
    named, by_option = (asked("dimension", *ref) for ref in (("tales",), ("-m", "tales")))
    assert named.returncode == 0 and by_option.stdout == named.stdout
    assert by_option.stderr == named.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("cluster", "-m", "notices", "-n", "401"), 2, "more clusters than documents"),
        (("cluster", "-m", "notices", "-n", "0"), 2, "is not in the range"),
        (("cluster", "-m", "notices", "--limit", "1"), 2, "only 1 of the documents"),
        (("cluster", "-m", "tales", "--of", "topics"), 2, "has no topics"),
        (("cluster", "-m", "tales", "--of", "letters"), 2, "no such points"),
        (("cluster", "-m", "notices", "-a", "ward"), 2, "no algorithm 'ward'"),
        (("cluster", "-m", "notices", "-a", "hdbscan", "-n", "3"), 2, "finds by itself"),
        (("cluster", "-m", "notices", "-a", "hdbscan", "--min-size", "401"), 1, "all are noise"),
        (("cluster", "-m", "nosuch"), 2, "nosuch"),
        (("dimension", "tales", "-n", "1"), 2, "nothing to measure"),
        (("dimension", "tales", "--of", "letters"), 2, "no such points"),
        (("dimension", "tales", "-m", "tales"), 2, "leave REF or --model out"),
        (("project", "-m", "tales", "-o", "/proc/folder"), 2, "no folder can be made there"),
        (("project", "-m", "tales", "-o", "-"), 2, "name a folder"),
        (("project", "-m", "tales", "-o", "nosuch/folder"), 2, "there is no folder"),
    ],
)
def test_bad_requests_are_refused(
    arguments: tuple[str, ...], code: int, message: str, asked: Run
) -> None:
    answer = asked(*arguments)
    assert (answer.returncode, answer.stdout) == (code, "")
    assert message in answer.stderr and "Traceback" not in answer.stderr


def test_the_spectrum_is_drawn_on_a_terminal_and_never_in_a_pipe(
    trained_cache: Path, asked: Run
) -> None:
    screen = on_terminal(trained_cache, "dimension", "tales", "-q", columns=120)
    assert screen.returncode == 0
    for heading in ("share of variance left by n components", "singular value of the nth"):
        assert heading in screen.text
    assert any(0x2800 < ord(character) < 0x2900 for character in screen.text)
    plain = on_terminal(trained_cache, "dimension", "tales", "-q", env={"TERM": "dumb"})
    assert "share of variance left" in plain.text and plain.text.isascii()
    piped = asked("dimension", "tales").stdout
    assert "participation_ratio\t" in piped and "left by n components" not in piped


def test_every_component_is_printed_when_asked_for(asked: Run) -> None:
    lines = asked("dimension", "tales", "--spectrum", "--json").stdout.splitlines()
    rows = [json.loads(line) for line in lines]
    assert [row["component"] for row in rows] == list(range(1, 101))
    assert sum(row["share"] for row in rows) == pytest.approx(1)
    assert rows[-1]["left"] == pytest.approx(0, abs=1e-9)


def test_paths_of_the_projectors_files_are_printed(asked: Run, tmp_path: Path) -> None:
    answer = asked("project", "-m", "notices", "-o", "seen", "--clusters", "4", cwd=tmp_path)
    assert answer.returncode == 0, answer.stderr
    paths = answer.stdout.split()
    assert sorted(map(os.path.basename, paths)) == sorted(os.listdir(tmp_path / "seen"))
    assert all((tmp_path / path).is_file() for path in paths)
