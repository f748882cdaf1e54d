"""``latent sweep``: interrupted and taken up again, drawn on a terminal alone, refused clearly."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.terminal import on_terminal
from tests.conftest import SAMPLES, Run, program_environment, run_latent

NOTICES = SAMPLES / "notices.jsonl"
SWEEP = ("sweep", NOTICES, "--k", "2,3,4,5", "--seeds", "3", "-a", "lsi")
SMALL = ("sweep", NOTICES, "--k", "2,4", "--seeds", "2", "-a", "plsa", "--iterations", "5")


@pytest.fixture(scope="module")
def swept_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    cache = tmp_path_factory.mktemp("sweep") / "cache"
    assert run_latent(cache, *SMALL).returncode == 0
    return cache


def _answered(cache: Path) -> int:
    """Return how many requests have their answer in the cache."""
    requests = cache / "requests"
    return len(os.listdir(requests)) if requests.is_dir() else 0


def _stopped(cache: Path, number: signal.Signals, n_answers: int) -> int:
    """Start a sweep, end it when there are so many answers, and return its exit code."""
    with subprocess.Popen(
        [sys.executable, "-m", "latentcli", *map(os.fspath, SWEEP)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=program_environment(cache),
    ) as program:
        while program.poll() is None and _answered(cache) < n_answers:
            time.sleep(0.01)
        program.send_signal(number)
        out, told = program.communicate(timeout=60)
    assert out == b"" and b"Traceback" not in told
    return program.returncode


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)]
)
def test_an_interrupted_sweep_trains_only_what_is_missing(
    number: signal.Signals, code: int, cache: Path, latent: Run
) -> None:
    assert _stopped(cache, number, n_answers=4) == code  # the corpus and three models
    before = _answered(cache) - 1
    again = latent(*SWEEP)
    found = re.search(
        r"12 models, (\d+) of them in the cache already, (\d+) to train", again.stderr
    )
    assert again.returncode == 0 and found is not None, again.stderr
    assert int(found[1]) == before >= 3
    assert again.stderr.count(": trained ") == int(found[2]) > 0
    assert "12 of them in the cache already, 0 to train" in (third := latent(*SWEEP)).stderr
    assert third.stdout == again.stdout
    assert latent("cache", "verify").returncode == 0
    assert latent("cache", "gc").returncode == 0
    assert not list((cache / "tmp").iterdir())


def test_curves_are_drawn_on_a_terminal_and_never_in_a_pipe(swept_cache: Path) -> None:
    screen = on_terminal(swept_cache, *SMALL, "-q", columns=120)
    assert screen.returncode == 0
    for measure in ("coherence", "exclusivity", "perplexity", "stability"):
        assert re.search(rf"{measure} \((higher|lower) is better\)", screen.text)
    assert re.search("[\u2801-\u28ff]", screen.text) and "●" in screen.text
    piped = run_latent(swept_cache, *SMALL, "-q").stdout
    assert len(piped.splitlines()) == 2 and piped.isascii()
    as_json = on_terminal(swept_cache, *SMALL, "-q", "--json", columns=120)
    assert len(as_json.text.splitlines()) == 2


def test_a_plain_terminal_gets_plain_curves(swept_cache: Path) -> None:
    shown = on_terminal(swept_cache, *SMALL, "-q", columns=100, env={"TERM": "dumb"}).text
    assert "perplexity (lower is better)" in shown
    assert shown.isascii()
    coloured = on_terminal(swept_cache, *SMALL, "-q", columns=100).raw
    assert re.search(r"\x1b\[(\d+;)*3[0-7]", coloured)
    plain = on_terminal(swept_cache, *SMALL, "-q", columns=100, env={"NO_COLOR": "1"}).raw
    assert not re.search(r"\x1b\[(\d+;)*[39][0-7]", plain)


@pytest.mark.parametrize("columns", [1, 20, 30, 60, 80])
def test_no_curve_is_wider_than_the_terminal(columns: int, swept_cache: Path) -> None:
    screen = on_terminal(swept_cache, *SMALL, "-q", columns=columns)
    assert screen.returncode == 0
    drawn = [line for line in screen.text.splitlines() if "│" in line]
    assert all(len(line) <= columns for line in drawn)
    assert bool(drawn) == (columns >= 30)


def test_the_page_goes_to_a_file_or_to_stdout(swept_cache: Path, tmp_path: Path) -> None:
    path = tmp_path / "sweep.html"
    rows = run_latent(swept_cache, *SMALL, "-o", path)
    assert len(rows.stdout.splitlines()) == 2
    assert f"the page with the curves: {path}" in rows.stderr
    page = run_latent(swept_cache, *SMALL, "-o", "-").stdout
    assert page.startswith("<!DOCTYPE html>")
    assert page.count("<circle") - 2 == path.read_text().count("<circle") - 2 == 4 * 2


def test_where_the_page_cannot_go_is_told_before_anything_is_trained(latent: Run) -> None:
    done = latent(*SMALL, "-o", "/nowhere/at/all.html")
    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no folder" in done.stderr and "trained" not in done.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "over numbers of topics or of dimensions"),
        (("--k", "2", "--dim", "5"), "over numbers of topics or of dimensions"),
        (("--k", "2,x"), "--k 2,x: whole numbers from 1"),
        (("--k", "0,5"), "--k 0,5: whole numbers from 1"),
        (("--k", ","), "whole numbers from 1"),
        (("--dim", "5,9999999999"), "whole numbers from 1 to 4,096"),
        (("--k", "3", "--window", "4"), "--window: for --dim only"),
        (("--dim", "3", "--min-df", "4"), "--min-df: for --k only"),
        (("--dim", "3", "--held-out", "0.2"), "--held-out: for --k only"),
        (("--k", "3", "-a", "word2vec"), "no algorithm 'word2vec' for topics"),
        (("--dim", "3", "-a", "lda"), "no algorithm 'lda' for embeddings"),
        (("--k", "3", "--seeds", "0"), "not in the range"),
        (("--k", "100000"), "must be from 1 to"),
    ],
)
def test_what_cannot_be_swept_is_refused(
    options: tuple[str, ...], said: str, trained_cache: Path
) -> None:
    done = run_latent(trained_cache, "sweep", NOTICES, *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr and "Traceback" not in done.stderr
