"""Train what a question needs of models more, one after another; those in the cache are found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from latentcli.formats.artefact import Artefact
from latentcli.observer import Observer
from latentcli.store.cache import Cache
from latentcli.store.runs import answer
from latentcli.wording import counted
from latentcli.workflows.training import Job, Train, run_of


class Member(NamedTuple):
    """One of the models: how notes call it, and the job that trains it."""

    name: str
    job: Job


def train_missing(
    cache: Cache,
    members: Sequence[Member],
    train: Callable[[Job, Observer], Train],
    noun: str,
    how_long: Callable[[Sequence[Job]], str],
    observer: Observer,
) -> list[Artefact]:
    """Return the runs of all members; those that are not in the cache are trained, and kept.

    ``noun``: what one is; ``how_long`` says what training those that are missing takes.
    """
    found = [answer(cache, member.job.request()) for member in members]
    missing = [m.job for m, there in zip(members, found, strict=True) if there is None]
    _say_what_is_missing(noun, len(found) - len(missing), missing, how_long, observer)
    runs: list[Artefact] = []
    n_trained = 0
    for member, there in zip(members, found, strict=True):
        if there is None:
            told = _Part(observer, member.name, f"training {noun}s", n_trained, len(missing))
            there = run_of(cache, member.job, train(member.job, told), told)
            n_trained += 1
        runs.append(there)
    return runs


def _say_what_is_missing(
    noun: str,
    n_kept: int,
    missing: Sequence[Job],
    how_long: Callable[[Sequence[Job]], str],
    observer: Observer,
) -> None:
    if not missing:
        observer.note(f"nothing to train: {counted(n_kept, noun)} in the cache")
        return
    there = f"; {n_kept} {'is' if n_kept == 1 else 'are'} in the cache" if n_kept else ""
    observer.note(f"{counted(len(missing), noun)} to train{how_long(missing)}{there}")


def training_seconds(run: Artefact) -> float | None:
    """Return how long a model's training took; None where that is not known."""
    if run.manifest.get("resumed"):
        return None
    seconds: float | None = run.manifest["invocation"].get("seconds", {}).get("train")
    return seconds


def duration(seconds: float) -> str:
    """Return a time as notes say it.

    >>> duration(1.23), duration(45), duration(600), duration(9000)
    ('1.2 s', '45 s', '10 min', '2.5 h')
    """
    if seconds < 100:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes / 60:.1f} h"


class _Part(Observer):
    """Tells of one model's training as a part of all."""

    def __init__(self, observer: Observer, name: str, stage: str, place: int, n_parts: int) -> None:
        self._observer, self._name, self._stage = observer, name, stage
        self._place, self._n_parts = place, n_parts

    def note(self, text: str) -> None:
        self._observer.note(f"{self._name}: {text}")

    def progress(self, stage: str, done: float, total: float | None = None) -> None:
        part = done / total if total else 0
        self._observer.progress(self._stage, self._place + part, self._n_parts)
