"""kill -9 at any moment loses nothing that was published."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from latentcli.store.cache import Cache
from latentcli.store.verify import verify
from tests.conftest import ROOT, SAMPLES, Run, program_environment
from tests.store.golden import golden_cache


def kill(*arguments: str | Path) -> str:
    """Run the killing program and return what it says."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.store.killing", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_a_kill_at_any_step_leaves_the_old_state_or_the_new(cache: Path) -> None:
    # faults 2, 3 and 4; the states between rename and `latest` are among those it must see.
    assert "publish_second" in kill("steps", cache)


@pytest.mark.slow
def test_two_hundred_kills_at_random_moments_lose_nothing(cache: Path) -> None:  # faults 2 and 4
    assert "200 kills" in kill("random", cache, "200")


def wait_for(happens: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    """Wait until something is the case, while the process lives."""
    for _ in range(1200):
        if happens():
            return
        assert process.poll() is None, "it ended too soon"
        time.sleep(0.05)
    pytest.fail("it did not happen within a minute")


@pytest.mark.slow
def test_a_trainer_that_was_killed_leaves_no_run_and_is_cleaned_up_after(
    latent: Run, cache: Path
) -> None:  # fault 1
    golden_cache(cache)
    assert latent("corpus", SAMPLES / "tales.txt").returncode == 0
    before = latent("models").stdout
    command = [sys.executable, "-m", "latentcli", "-q", "embed", "--epochs", "10000"]
    with subprocess.Popen(command, env=program_environment(cache)) as trainer:
        try:  # until it has written the text that gensim reads
            wait_for(lambda: any(cache.glob("tmp/*/*")), trainer)
        finally:
            trainer.kill()
    assert any((cache / "locks").iterdir())
    assert latent("models").stdout == before
    assert latent("neighbors", "harbour").returncode == 0
    assert latent("embed", "--epochs", "1").returncode == 0
    assert latent("cache", "gc").returncode == 0
    assert [*(cache / "tmp").iterdir(), *(cache / "locks").iterdir()] == []
    assert list(verify(Cache(cache))) == []
