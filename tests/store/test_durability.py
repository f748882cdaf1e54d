"""What is published has reached the disk before a reader can see it (fault 5)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from latentcli.store.cache import Cache
from latentcli.store.runs import mark_latest, remove
from tests.store.small_runs import publish_small


class Journal:
    """The order of fsync and rename calls; files by inode, which a rename does not change."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.events: list[tuple[str, Any]] = []
        fsync, rename, replace = os.fsync, os.rename, os.replace

        def record_fsync(handle: int) -> None:
            fsync(handle)
            self.events.append(("fsync", os.fstat(handle).st_ino))

        def record_rename(source: Path, target: Path) -> None:
            rename(source, target)
            self.events.append(("rename", Path(target)))

        def record_replace(source: Path, target: Path) -> None:
            replace(source, target)
            self.events.append(("rename", Path(target)))

        monkeypatch.setattr(os, "fsync", record_fsync)
        monkeypatch.setattr(os, "rename", record_rename)
        monkeypatch.setattr(os, "replace", record_replace)

    def renamed(self, target: Path) -> int:
        """When something got this name."""
        return self.events.index(("rename", target))

    def synced(self, path: Path) -> list[int]:
        """When a file or directory was flushed."""
        event = ("fsync", path.stat().st_ino)
        return [when for when, what in enumerate(self.events) if what == event]


@pytest.fixture
def store(cache: Path) -> Cache:
    """A cache that is there."""
    made = Cache(cache)
    made.ensure()
    return made


def test_every_byte_of_a_run_is_flushed_before_it_gets_its_name(
    store: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(monkeypatch)
    run = publish_small(store, 1)
    published = journal.renamed(run.folder)
    for path in (run.folder, *run.folder.rglob("*")):
        assert min(journal.synced(path)) < published, path
    assert max(journal.synced(store.runs)) > published


def test_a_run_is_on_the_disk_before_a_pointer_leads_to_it(
    store: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(monkeypatch)
    run = publish_small(store, 1)
    mark_latest(store, run)
    [request] = (store.root / "requests").iterdir()
    for pointer in (request, store.root / "latest" / "embedding"):
        pointed = journal.renamed(pointer)
        assert min(journal.synced(store.runs)) < pointed
        assert min(journal.synced(pointer)) < pointed
        assert max(journal.synced(pointer.parent)) > pointed


def test_a_removed_run_goes_in_one_step_after_its_pointers(
    store: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = publish_small(store, 1)
    mark_latest(store, run)
    journal = Journal(monkeypatch)
    remove(store, run.id)
    [(_, grave)] = [event for event in journal.events if event[0] == "rename"]
    assert grave.parent == store.tmp
    for pointers in ("latest", "requests"):
        assert min(journal.synced(store.root / pointers)) < journal.renamed(grave)
    assert max(journal.synced(store.runs)) > journal.renamed(grave)
