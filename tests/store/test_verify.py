from __future__ import annotations

import threading
from pathlib import Path

from latentcli.store.cache import Cache
from latentcli.store.runs import give_name, mark_latest, remove
from latentcli.store.verify import verify
from tests.conftest import Run
from tests.store.small_runs import publish_small


def test_an_empty_cache_is_sound(tmp_path: Path) -> None:
    assert list(verify(Cache(tmp_path / "nowhere"))) == []


def test_a_cache_in_use_is_sound_at_every_moment(cache: Path) -> None:
    store = Cache(cache)
    done = threading.Event()

    def publish_and_remove() -> None:
        try:
            for number in range(25):
                run = publish_small(store, number)
                mark_latest(store, run)
                give_name(store, run.id, "name")
                if number % 2:
                    remove(store, run.id)
        finally:
            done.set()

    worker = threading.Thread(target=publish_and_remove)
    worker.start()
    problems = []
    while not done.is_set():
        problems += verify(store)
    worker.join()
    assert problems == []


def test_all_problems_are_listed_not_the_first_alone(latent: Run, cache: Path) -> None:
    store = Cache(cache)
    runs = [publish_small(store, number) for number in range(3)]
    for run in runs[:2]:
        (run.folder / "vocabulary.txt").write_text("")
    (runs[1].folder / "extra").touch()
    (store.root / "names" / "lost").write_text("0" * 64)
    done = latent("cache", "verify")
    assert done.returncode == 3
    assert {line.split("\t")[0] for line in done.stdout.splitlines()} == {
        runs[0].id, runs[1].id, "names/lost",
    }  # fmt: skip
