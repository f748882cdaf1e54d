from __future__ import annotations

import threading
from pathlib import Path

import pytest

from latentcli.store.cache import Cache
from latentcli.store.gc import collect
from latentcli.store.locks import new_locked
from latentcli.store.pointers import read_pointer
from latentcli.store.runs import give_name, mark_latest, publish
from latentcli.store.staging import staging
from latentcli.store.verify import verify
from tests.conftest import Run
from tests.store.small_runs import number_of, publish_small


@pytest.fixture
def store(cache: Path) -> Cache:
    """A cache with one run, the latest, named ``small``."""
    made = Cache(cache)
    run = publish_small(made, 1)
    mark_latest(made, run)
    give_name(made, run.id, "small")
    return made


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


def test_the_program_says_what_it_collected(latent: Run, store: Cache) -> None:
    leave_behind(store)
    done = latent("cache", "gc")
    assert done.returncode == 0
    assert done.stdout.splitlines()[0] == "tmp/half-built\t1000"
    assert list(store.tmp.iterdir()) == []
