"""Several processes on one cache."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from latentcli.store.cache import Cache
from latentcli.store.pointers import names, read_pointer
from latentcli.store.runs import find, mark_latest, run_ids
from latentcli.store.verify import verify
from tests.conftest import ROOT, SAMPLES, Run, program_environment
from tests.store.small_runs import number_of, publish_small

EMBED = ("embed", str(SAMPLES / "tales.txt"), "--threads", "1", "--epochs", "300")


@contextmanager
def started(cache: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """The program at work; killed at the end if need be."""
    process = subprocess.Popen(
        [sys.executable, "-m", "latentcli", *arguments],
        env=program_environment(cache),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def wait_for(happens: Callable[[], bool]) -> None:
    """Wait until something is the case."""
    for _ in range(1200):
        if happens():
            return
        time.sleep(0.05)
    pytest.fail("it did not happen within a minute")


@contextmanager
def stopped_in_training(cache: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A trainer that holds its lock and has files in its scratch directory, and stands still."""
    with started(cache, *arguments) as trainer:
        wait_for(lambda: any((cache / "locks").glob("*")) and any(cache.glob("tmp/*/*")))
        trainer.send_signal(signal.SIGSTOP)
        yield trainer


@pytest.mark.slow
def test_two_that_train_the_same_give_the_same_answer(cache: Path) -> None:  # fault 16
    with started(cache, *EMBED) as first, started(cache, *EMBED) as second:
        answers = [process.communicate() for process in (first, second)]
    assert [first.returncode, second.returncode] == [0, 0], answers
    assert answers[0][0] == answers[1][0]
    assert len(run_ids(Cache(cache))) == 2  # the corpus and the embedding
    assert list(verify(Cache(cache))) == []


@pytest.mark.slow
def test_two_that_train_differently_are_both_kept_and_latest_is_the_last_to_finish(
    latent: Run, cache: Path
) -> None:  # fault 17
    latest = cache / "latest" / "embedding"
    with stopped_in_training(cache, *EMBED, "--name", "slow") as slow:
        quick = latent(*EMBED, "--dim", "5", "--name", "quick")
        assert read_pointer(latest) == quick.stdout.split("\t")[0]
        slow.send_signal(signal.SIGCONT)
        answer, errors = slow.communicate()
    assert slow.returncode == 0, errors
    store = Cache(cache)
    assert names(store) == {"slow": answer.split("\t")[0], "quick": quick.stdout.split("\t")[0]}
    assert read_pointer(latest) == names(store)["slow"]
    assert list(verify(store)) == []


@pytest.mark.slow
def test_collecting_leaves_a_trainers_scratch_files_alone(latent: Run, cache: Path) -> None:
    with stopped_in_training(cache, *EMBED) as trainer:  # fault 19
        before = sorted(cache.glob("tmp/**/*"))
        assert latent("cache", "gc").returncode == 0
        assert sorted(cache.glob("tmp/**/*")) == before
        trainer.send_signal(signal.SIGCONT)
        _, errors = trainer.communicate()
    assert trainer.returncode == 0, errors
    assert latent("neighbors", "king").returncode == 0


@pytest.mark.slow
def test_who_waits_for_a_trainer_is_told_may_give_up_and_takes_over_from_the_dead(
    cache: Path,
) -> None:  # fault 21
    with stopped_in_training(cache, *EMBED) as trainer:
        for end in (signal.SIGINT, signal.SIGKILL):
            with started(cache, *EMBED) as waiter:
                assert waiter.stderr is not None
                told = next(line for line in waiter.stderr if "another process" in line)
                assert f"waiting for it (process {trainer.pid} on " in told
                (waiter if end == signal.SIGINT else trainer).send_signal(end)
                _, errors = waiter.communicate()
            assert waiter.returncode == (130 if end == signal.SIGINT else 0), errors
            assert "Traceback" not in errors
    assert list(verify(Cache(cache))) == []
    assert list((cache / "locks").iterdir()) == []


REPUBLISH = """
import sys
from pathlib import Path
from latentcli.store.cache import Cache
from latentcli.store.runs import mark_latest
from tests.store.small_runs import publish_small
cache = Cache(Path(sys.argv[1]))
for number in range(2, 1000):
    mark_latest(cache, publish_small(cache, number % 50))
"""


def test_a_reader_gets_one_whole_run_while_latest_changes(cache: Path) -> None:  # fault 18
    store = Cache(cache)
    mark_latest(store, publish_small(store, 1))
    seen = set()
    with subprocess.Popen([sys.executable, "-c", REPUBLISH, cache], cwd=ROOT) as publisher:
        try:
            while publisher.poll() is None and len(seen) < 30:
                seen.add(number_of(find(store, "latest", "embedding")))
        finally:
            publisher.kill()
    assert len(seen) > 10


def test_a_reader_that_resolved_latest_keeps_its_run(cache: Path) -> None:  # fault 18
    store = Cache(cache)
    mark_latest(store, publish_small(store, 1))
    reader = find(store, "latest", "embedding")
    mark_latest(store, publish_small(store, 2))
    assert number_of(reader) == 1
    assert number_of(find(store, "latest")) == 2
