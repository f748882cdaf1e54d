from __future__ import annotations

import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from latentcli.errors import DamagedArtefact, MachineError
from latentcli.store.cache import Cache
from latentcli.store.gc import collect
from latentcli.store.locks import new_locked
from latentcli.store.pointers import read_pointer
from latentcli.store.runs import give_name, mark_latest, open_run, publish, run_ids
from latentcli.store.staging import staging
from latentcli.store.verify import verify
from tests.conftest import NOBODY, Run
from tests.store.small_runs import number_of, publish_small


@pytest.fixture
def store(cache: Path) -> Cache:
    """A cache with one run, the latest, named ``small``."""
    made = Cache(cache)
    run = publish_small(made, 1)
    mark_latest(made, run)
    give_name(made, run.id, "small")
    return made


@pytest.fixture
def closable(store: Cache) -> Iterator[Cache]:
    """A copy that is a user's whom permissions bind, as whom the test goes on."""
    user = os.geteuid()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copytree(store.root, Path(folder, "cache")))
        if user == 0:
            for path in (Path(folder), copy, *copy.rglob("*")):
                os.chown(path, NOBODY, NOBODY)
            os.seteuid(NOBODY)
        try:
            yield Cache(copy)
        finally:
            os.seteuid(user)


def everything(root: Path) -> dict[str, bytes]:
    """All files below a directory."""
    return {
        str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


def leave_behind(store: Cache) -> None:
    """What deaths at various moments leave."""
    (store.tmp / "half-built").mkdir()
    (store.tmp / "half-built" / "tokens").write_bytes(b"x" * 1000)
    (store.tmp / "half-built.lock").touch()
    (store.tmp / "half-removed" / "arrays").mkdir(parents=True)
    (store.tmp / "half-written.pointer").write_text("abc")
    (store.tmp / "alone.lock").touch()
    (store.tmp / "link").symlink_to(store.runs)
    (store.root / "locks" / "request.lock").write_text("process 1 on mars, yesterday")


def test_what_the_dead_left_goes_and_nothing_else(store: Cache) -> None:
    (store.root / "reports" / "page.html").write_text("a report")
    before = everything(store.root)
    leave_behind(store)
    assert dict(collect(store))["tmp/half-built"] == 1000
    assert everything(store.root) == before
    assert list(store.tmp.iterdir()) == []
    assert list(collect(store)) == []


def test_what_can_be_made_again_goes(store: Cache) -> None:
    (store.root / "derived" / "abc").mkdir()
    (store.root / "derived" / "abc" / "index").write_bytes(b"x" * 10)
    assert list(collect(store)) == [("derived/abc", 10)]


def test_what_a_living_process_is_building_stays(store: Cache) -> None:  # fault 19
    with staging(store) as folder:
        (folder / "tokens").write_text("half of them")
        list(collect(store))
        assert (folder / "tokens").read_text() == "half of them"
    assert list(store.tmp.iterdir()) == []


def test_a_pointer_that_is_being_written_stays(store: Cache) -> None:
    path, handle = new_locked(store.tmp, ".pointer")
    with open(handle, "w"):
        list(collect(store))
        assert path.exists()
    list(collect(store))
    assert not path.exists()


def test_a_reader_keeps_its_run(store: Cache) -> None:  # fault 19
    reader = publish_small(store, 2)
    mapped = reader.array("vectors")
    list(collect(store))
    assert (mapped == 2).all()
    assert number_of(reader) == 2


def test_collecting_while_others_publish_loses_nothing(store: Cache) -> None:  # fault 19
    done = threading.Event()

    def collect_on() -> None:
        while not done.is_set():
            list(collect(store))

    collector = threading.Thread(target=collect_on)
    collector.start()
    try:
        runs = [publish_small(store, number) for number in range(40)]
    finally:
        done.set()
        collector.join()
    assert [number_of(run) for run in runs] == list(range(40))
    assert list(verify(store)) == []
    assert list(store.tmp.iterdir()) == []


def test_a_failure_while_publishing_leaves_no_temporary(store: Cache) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        publish(store, {"n": 1}, {"loss": float("inf")}, {}, {}, {})
    assert list(store.tmp.iterdir()) == []
    assert len(list(store.runs.iterdir())) == 1


def test_a_request_whose_run_is_gone_is_forgotten(store: Cache) -> None:
    [request] = (store.root / "requests").iterdir()
    request.write_text("0" * 64 + "\n")
    list(collect(store))
    assert read_pointer(request) is None


@pytest.mark.parametrize("mode", [0o000, 0o600, 0o300])
def test_where_runs_cannot_be_looked_at_none_is_missing_and_nothing_is_removed(
    mode: int, closable: Cache
) -> None:
    (closable.root / "derived" / "index").write_text("of a run")
    [run_id] = run_ids(closable)
    before = everything(closable.root)
    closable.runs.chmod(mode)
    try:
        asked: list[Callable[[], object]] = [
            lambda: list(collect(closable)),
            lambda: run_ids(closable),
        ]
        # A run that is named is found in a folder that can be entered, if not listed.
        asked += [lambda: open_run(closable, run_id)] if mode != 0o300 else []
        for ask in asked:
            with pytest.raises(MachineError, match="runs: permission denied") as raised:
                ask()
            assert not isinstance(raised.value, DamagedArtefact) and raised.value.exit_code == 3
    finally:
        closable.runs.chmod(0o700)
    assert everything(closable.root) == before


def test_the_program_says_what_it_collected(latent: Run, store: Cache) -> None:
    leave_behind(store)
    done = latent("cache", "gc")
    assert done.returncode == 0
    assert done.stdout.splitlines()[0] == "tmp/half-built\t1000"
    assert list(store.tmp.iterdir()) == []
