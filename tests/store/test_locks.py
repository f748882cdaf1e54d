from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from latentcli.store.cache import Cache
from latentcli.store.gc import collect
from latentcli.store.locks import try_lock, waiting_lock

HOLD = """
import sys, time
from pathlib import Path
from latentcli.store.locks import waiting_lock
with waiting_lock(Path(sys.argv[1]), print):
    print("held", flush=True)
    time.sleep(600)
"""


@contextmanager
def held_by_another(path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the lock; killed at the end."""
    command = [sys.executable, "-c", HOLD, os.fspath(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_a_held_lock_is_not_given_twice_and_is_free_when_its_holder_is_killed(
    tmp_path: Path,
) -> None:  # fault 21
    path = tmp_path / "lock"
    with held_by_another(path) as process:
        assert try_lock(path) is None
        process.send_signal(signal.SIGKILL)
        process.wait()
        handle = try_lock(path)
        assert handle is not None
        os.close(handle)


def test_a_file_that_a_dead_process_left_is_no_lock(tmp_path: Path) -> None:
    path = tmp_path / "lock"  # fault 21: the pid in it is alive, but not its holder
    path.write_text(f"process {os.getpid()} on another-host, 2020-01-01 00:00:00")
    told: list[str] = []
    with waiting_lock(path, told.append):
        assert told == []
    assert not path.exists()


def test_who_waits_is_told_for_whom_and_goes_on_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "lock"  # fault 21
    told: list[str] = []
    with held_by_another(path) as process:

        def kill_when_waited_for(holder: str) -> None:
            told.append(holder)
            process.kill()

        with waiting_lock(path, kill_when_waited_for):
            assert [f"process {process.pid} on {os.uname().nodename}" in told[0]] == [True]
    assert not path.exists()


def test_one_at_a_time_even_while_a_collector_removes_lock_files(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    cache.ensure()
    path = cache.root / "locks" / "request.lock"
    inside: list[int] = []
    seen: list[int] = []

    def work(number: int) -> None:
        for _ in range(50):
            with waiting_lock(path, lambda _: None):
                inside.append(number)
                time.sleep(0.0005)  # let the others try
                seen.append(len(inside))
                inside.remove(number)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for worker in workers:
        worker.start()
    while any(worker.is_alive() for worker in workers):
        list(collect(cache))
    assert seen == [1] * 200
    assert not path.exists()
