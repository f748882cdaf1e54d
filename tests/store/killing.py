"""Kills processes that work on a cache, again and again, and looks at what they leave.

    python -m tests.store.killing steps CACHE       at each step of each operation, in turn
    python -m tests.store.killing random CACHE N    at N random moments of random operations

Prints what it did; ends with an AssertionError where something published is lost or broken. A
program of its own, because it forks: the children need import nothing.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from latentcli.errors import RequestError
from latentcli.formats.artefact import Artefact
from latentcli.store.cache import Cache
from latentcli.store.gc import collect
from latentcli.store.pointers import read_pointer
from latentcli.store.runs import find, give_name, mark_latest, remove, run_ids
from latentcli.store.verify import verify
from tests.store.small_runs import number_of, publish_small

POINTERS = ("latest/embedding", "names/small")


def forked(child: Callable[[], None], kill_after: float | None = None) -> bool:
    """Run ``child`` in a fork, killed after some seconds if given; tell whether it was killed."""
    pid = os.fork()
    if pid == 0:
        try:
            child()
            os._exit(0)
        finally:
            sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
            os._exit(1)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(pid, signal.SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert status in (0, -signal.SIGKILL), "the child failed by itself"
    return status != 0


def check_sound(cache: Cache) -> None:
    """Every run is whole and is what its words say; every pointer leads to one, or is not there."""
    assert list(verify(cache)) == []
    for run_id in run_ids(cache):
        number_of(Artefact(cache.runs / run_id))
    for ref in ("latest", "small"):
        with suppress(RequestError):
            number_of(find(cache, ref, "embedding"))


def check_tidy(cache: Cache) -> None:
    """Collecting leaves no temporary and no lock, and harms nothing."""
    before = run_ids(cache)
    list(collect(cache))
    assert [*cache.tmp.iterdir(), *(cache.root / "locks").iterdir()] == []
    assert run_ids(cache) == before
    check_sound(cache)


# Each step.


def publish_second(cache: Cache) -> None:
    run = publish_small(cache, 2)
    mark_latest(cache, run)
    give_name(cache, run.id, "small")


def remove_all(cache: Cache) -> None:
    for run_id in run_ids(cache):
        remove(cache, run_id)


def collect_all(cache: Cache) -> None:
    list(collect(cache))


# What each operation has done by and by: (runs, the latest, the one named small), by number.
BEFORE = ({1}, 1, 1)
STATES = {
    publish_second: [BEFORE, ({1, 2}, 1, 1), ({1, 2}, 2, 1), ({1, 2}, 2, 2)],
    remove_all: [BEFORE, ({1}, None, 1), ({1}, None, None), (set(), None, None)],
    collect_all: [BEFORE],
}


def kill_at_each_step(root: Path) -> None:
    """Kill each operation at its first step, at its second, and so on until it ends unkilled."""
    for operation, states in STATES.items():
        seen = list(killed_states(root, operation))
        assert all(state in states for state in seen), seen
        assert all(state in seen for state in states), "the steps are not fine enough"
        sys.stdout.write(f"{operation.__name__}: {len(seen) - 1} kills\n")


def killed_states(root: Path, operation: Callable[[Cache], None]) -> Iterator[object]:
    """Yield what each kill leaves, having checked that the operation can be done again."""
    killed, step = True, 0
    while killed:
        step += 1
        cache = prepared(root)
        killed = forked(lambda: dying(step, operation, cache))  # noqa: B023
        check_sound(cache)
        yield state_of(cache)
        check_tidy(cache)
        operation(cache)
        assert state_of(cache) == STATES[operation][-1]


def dying(step: int, operation: Callable[[Cache], None], cache: Cache) -> None:
    """Die at the n-th event that Python audits: an open, rename, mkdir, unlink, lock ..."""
    left = [step]

    def count(event: str, _: object) -> None:
        if event.startswith(("open", "os.", "shutil.", "fcntl.")):
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    operation(cache)


def prepared(root: Path) -> Cache:
    """A cache with one run, the latest, that has a name; and what a death left."""
    shutil.rmtree(root, ignore_errors=True)
    cache = Cache(root)
    run = publish_small(cache, 1)
    mark_latest(cache, run)
    give_name(cache, run.id, "small")
    for folder in (cache.tmp / "half-built", cache.root / "derived" / run.id):
        folder.mkdir()
        (folder / "tokens").touch()
    (cache.tmp / "half-built.lock").touch()
    return cache


def state_of(cache: Cache) -> tuple[set[int], int | None, int | None]:
    """The numbers of the runs that are there, of the latest, and of the one called small."""
    numbers = {run_id: number_of(Artefact(cache.runs / run_id)) for run_id in run_ids(cache)}
    latest, named = (read_pointer(cache.root / pointer) for pointer in POINTERS)
    return set(numbers.values()), numbers.get(latest or ""), numbers.get(named or "")


# Random moments.


class Expected:
    """What may be in the cache, as far as a worker said what it began and what it ended.

    ``runs``: the ids that must be there (True), may be (None); ``pointers``: the ids that each
    may hold, None for no pointer.
    """

    def __init__(self) -> None:
        self.runs: dict[str, bool | None] = {}
        self.pointers: dict[str, set[str | None]] = {pointer: {None} for pointer in POINTERS}

    def note(self, line: str) -> None:
        """Take one line of a worker: begin or end, what, which run."""
        when, what, run_id = line.split()
        if what in POINTERS:
            held = self.pointers[what]
            self.pointers[what] = {run_id} if when == "end" else held | {run_id}
        elif what == "publish":
            self.runs[run_id] = True
        elif when == "begin":
            self.runs[run_id] = None
            for held in self.pointers.values():
                if run_id in held:
                    held.add(None)
        else:
            del self.runs[run_id]
            self.pointers = {
                pointer: {None if held == run_id else held for held in ids}
                for pointer, ids in self.pointers.items()
            }

    def settle(self, cache: Cache) -> None:
        """Check the cache, and take for certain what it holds."""
        there = set(run_ids(cache))
        lost = [run_id for run_id, sure in self.runs.items() if sure and run_id not in there]
        assert not lost, f"published, and lost: {lost}"
        self.runs = dict.fromkeys(there, True)
        for pointer, allowed in self.pointers.items():
            held = read_pointer(cache.root / pointer)
            assert held in allowed, f"{pointer} holds {held}, not one of {allowed}"
            self.pointers[pointer] = {held}


def work(cache: Cache, seed: int, report: int) -> None:
    """Publish, mark, name, remove and collect for ever, saying so on the pipe ``report``."""
    draw = random.Random(seed)

    def say(when: str, what: str, run_id: str) -> None:
        os.write(report, f"{when} {what} {run_id}\n".encode())

    while True:
        run = publish_small(cache, draw.randrange(1, 1000))
        say("end", "publish", run.id)
        say("begin", POINTERS[0], run.id)
        mark_latest(cache, run)
        say("end", POINTERS[0], run.id)
        say("begin", POINTERS[1], run.id)
        give_name(cache, run.id, "small")
        say("end", POINTERS[1], run.id)
        for run_id in draw.sample(run_ids(cache), max(0, len(run_ids(cache)) - 4)):
            say("begin", "remove", run_id)
            remove(cache, run_id)
            say("end", "remove", run_id)
        if draw.random() < 0.3:
            list(collect(cache))


def kill_at_random(root: Path, n_kills: int) -> None:
    """Kill a worker after 0 to 60 ms, look at the cache, start another."""
    cache, expected, draw, midway = Cache(root), Expected(), random.Random(1), 0
    cache.ensure()
    for number in range(n_kills):
        receive, report = os.pipe()
        assert forked(lambda: work(cache, number, report), draw.uniform(0, 0.06))  # noqa: B023
        os.close(report)
        with open(receive) as lines:
            for line in lines:
                expected.note(line)
        expected.settle(cache)
        check_sound(cache)
        midway += any(cache.tmp.iterdir())
    check_tidy(cache)
    sys.stdout.write(f"{n_kills} kills, {midway} of them with work under way in tmp\n")
    assert midway > n_kills / 20, "the kills came at no interesting moment"


if __name__ == "__main__":
    if sys.argv[1] == "steps":
        kill_at_each_step(Path(sys.argv[2]))
    else:
        kill_at_random(Path(sys.argv[2]), int(sys.argv[3]))
