"""Interrupted, terminated, hung up, stopped, orphaned: what is left is a sound cache.

A terminal reads its end only once every process that holds it has gone; so ``finish`` fails where
a worker process is left behind.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.terminal import Screen, Terminal
from tests.conftest import SAMPLES, Run, program_environment

ENDLESS = {
    "embed": ("embed", SAMPLES / "tales.txt", "--epochs", "10000", "--threads", "2"),
    "topics": (
        *("topics", SAMPLES / "notices.jsonl", "--k", "10"),
        *("--iterations", "100000", "--threads", "2"),
    ),
}
# What the bar shows once training is under way, in all the processes that take part.
UNDER_WAY = {"embed": "/s", "topics": "1/100,000"}

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _hang_ups_are_heard() -> Iterator[None]:
    """Also where the tests run under ``nohup``, which children would inherit."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


def _runs(cache: Path) -> list[str]:
    return sorted(os.listdir(cache / "runs"))


def _leaves_nothing(screen: Screen, before: list[str], run: Run, cache: Path) -> None:
    """Check that there is no traceback, no new run, and after ``gc`` no temporary file."""
    assert "Traceback" not in screen.text and "Error" not in screen.text
    assert _runs(cache) == before
    assert run("cache", "verify").returncode == 0
    assert run("cache", "gc").returncode == 0
    assert not list((cache / "tmp").iterdir())


# Faults 91 and 92.
@pytest.mark.parametrize(
    ("name", "number", "code"),
    [
        ("embed", signal.SIGINT, 130),
        ("topics", signal.SIGINT, 130),
        ("topics", signal.SIGTERM, 143),
        ("topics", signal.SIGHUP, 129),
    ],
)
def test_a_signal_ends_training_and_leaves_nothing_behind(
    name: str, number: signal.Signals, code: int, on_copy: Run, copied_cache: Path
) -> None:
    before = _runs(copied_cache)
    with Terminal(copied_cache, *ENDLESS[name]) as terminal:
        terminal.wait_for(UNDER_WAY[name])
        if number == signal.SIGINT:
            terminal.press_ctrl_c()
        else:
            terminal.process.send_signal(number)
        screen = terminal.finish(timeout=20)
    assert screen.returncode == code
    _leaves_nothing(screen, before, on_copy, copied_cache)


def test_a_second_interrupt_ends_it_too(on_copy: Run, copied_cache: Path) -> None:
    before = _runs(copied_cache)
    with Terminal(copied_cache, *ENDLESS["topics"]) as terminal:
        terminal.wait_for(UNDER_WAY["topics"])
        terminal.press_ctrl_c()
        terminal.press_ctrl_c()
        screen = terminal.finish(timeout=20)
    assert screen.returncode == 130
    _leaves_nothing(screen, before, on_copy, copied_cache)


def test_an_interrupt_while_a_corpus_is_read_ends_with_130(
    on_copy: Run, copied_cache: Path
) -> None:
    """An endless corpus comes in through standard input."""
    before = _runs(copied_cache)
    with subprocess.Popen(
        [sys.executable, "-m", "latentcli", "corpus", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=program_environment(copied_cache),
    ) as program:
        assert program.stdin is not None
        program.stdin.write((SAMPLES / "tales.txt").read_bytes())
        program.stdin.flush()
        while program.poll() is None and not list((copied_cache / "tmp").iterdir()):
            time.sleep(0.02)
        program.send_signal(signal.SIGINT)
        out, told = program.communicate(timeout=20)
    assert (program.returncode, out) == (130, b"")
    _leaves_nothing(Screen(told.decode(), 130), before, on_copy, copied_cache)


# Fault 93.
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the workers are not told")
def test_the_workers_go_when_their_parent_is_killed(on_copy: Run, copied_cache: Path) -> None:
    before = _runs(copied_cache)
    with Terminal(copied_cache, *ENDLESS["topics"], "--engine", "gensim") as terminal:
        terminal.wait_for(UNDER_WAY["topics"])
        terminal.process.kill()
        screen = terminal.finish(timeout=20)
    assert screen.returncode == -signal.SIGKILL
    _leaves_nothing(screen, before, on_copy, copied_cache)


def test_training_goes_on_after_a_stop_and_a_hang_up_that_is_ignored(copied_cache: Path) -> None:
    """As under ``nohup``, whose children inherit that SIGHUP is ignored."""
    question = ("embed", SAMPLES / "tales.txt", "--epochs", "2000", "--dim", "5", "--threads", "2")
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        terminal = Terminal(copied_cache, *question)
    finally:
        signal.signal(signal.SIGHUP, before)
    with terminal:
        terminal.wait_for(UNDER_WAY["embed"])
        for number in (signal.SIGSTOP, signal.SIGCONT, signal.SIGHUP):
            os.killpg(terminal.process.pid, number)
        screen = terminal.finish()
    assert screen.returncode == 0, screen.text
