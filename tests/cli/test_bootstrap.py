"""``latent neighbors --bootstrap``: in pipes, on a terminal, interrupted and killed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal, on_terminal
from tests.conftest import SAMPLES, run_latent

COLUMNS = "query word similarity mean low high share resamples"
ASKED = ("neighbors", "king", "-n", "3", "--threads", "1", "--bootstrap")


@pytest.fixture(scope="module")
def resampled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache with a small embedding and three models of resamples."""
    cache = tmp_path_factory.mktemp("resampled") / "cache"
    how = ("--dim", "8", "--epochs", "2", "--threads", "1")
    for arguments in (("embed", SAMPLES / "tales.txt", *how), (*ASKED, "3")):
        done = run_latent(cache, *arguments)
        assert done.returncode == 0, done.stderr
    return cache


def test_a_pipe_gets_a_line_for_each_neighbour(resampled: Path) -> None:
    done = run_latent(resampled, *ASKED, "3")
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    assert len(lines) >= 3
    assert {len(line) for line in lines} == {8}
    assert {line[0] for line in lines} == {"king"}
    assert "nothing to train: 3 resamples in the cache" in done.stderr
    assert "low and high are the least and the largest of 3" in done.stderr
    assert run_latent(resampled, *ASKED, "3", "-q").stderr == ""


def test_json_has_the_columns_and_the_figures_of_the_pipe(resampled: Path) -> None:
    objects = [json.loads(line) for line in run_latent(resampled, *ASKED, "3", "--json").stdout
               .splitlines()]  # fmt: skip
    assert {" ".join(found) for found in objects} == {COLUMNS}
    for found in objects:
        assert found["low"] <= found["mean"] <= found["high"]
        assert found["share"] in (0, 1 / 3, 2 / 3, 1)
    piped = run_latent(resampled, *ASKED, "3").stdout
    assert [line.split("\t")[1] for line in piped.splitlines()] == [f["word"] for f in objects]


def test_a_terminal_gets_a_table_with_these_headings(resampled: Path) -> None:
    screen = on_terminal(resampled, *ASKED, "3", "-q", columns=120)
    assert screen.returncode == 0
    assert screen.text.splitlines()[0].split() == COLUMNS.split()


def test_without_it_the_answer_is_the_contracts(resampled: Path) -> None:
    plain = run_latent(resampled, "neighbors", "king", "-n", "3", "--json", "-q").stdout
    assert [list(json.loads(line)) for line in plain.splitlines()] == [
        ["query", "word", "similarity"]
    ] * 3


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--bootstrap", "0"), "0 is not in the range"),
        (("--bootstrap", "3", "--metric", "euclidean"), "with --bootstrap, cosines are compared"),
        (("king - man", "--bootstrap", "3"), "'king - man' is an expression: --bootstrap"),
        (("--threads", "2"), "--threads: without --bootstrap, nothing is trained"),
    ],
)
def test_what_makes_no_sense_is_refused(given: tuple[str, ...], said: str, resampled: Path) -> None:
    done = run_latent(resampled, "neighbors", "king", *given)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A cache with an embedding whose resamples take a while, and what is said of three."""
    cache = tmp_path_factory.mktemp("undisturbed") / "cache"
    how = ("--dim", "40", "--epochs", "12", "--threads", "1")
    assert run_latent(cache, "embed", SAMPLES / "tales.txt", *how).returncode == 0
    other = Path(shutil.copytree(cache, cache.with_name("other")))
    return cache, run_latent(other, *ASKED, "3").stdout


@pytest.mark.slow
@pytest.mark.parametrize("way", ["interrupted", "killed"])
def test_what_is_missing_is_trained_by_the_next_call(
    way: str, undisturbed: tuple[Path, str], tmp_path: Path
) -> None:
    """With the answer of a call that nothing disturbed."""
    cache = Path(shutil.copytree(undisturbed[0], tmp_path / "cache"))
    with Terminal(cache, *ASKED, "3") as terminal:
        terminal.wait_for("resample 1: trained")
        if way == "killed":
            terminal.process.kill()
        else:
            terminal.press_ctrl_c()
        screen = terminal.finish(timeout=20)
    assert screen.returncode == (-9 if way == "killed" else 130)
    assert "Traceback" not in screen.text
    done = run_latent(cache, *ASKED, "3")
    assert done.returncode == 0, done.stderr
    assert "2 resamples to train" in done.stderr and "; 1 is in the cache" in done.stderr
    assert "resample 1:" not in done.stderr
    assert done.stdout == undisturbed[1]
    assert run_latent(cache, "cache", "verify").returncode == 0
