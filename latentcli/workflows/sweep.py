"""Train the members of a sweep, one after another, and set their figures side by side.

Each member is a run of its own in the cache: a sweep that was interrupted, asked for again, trains
what is missing.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from latentcli.errors import InputError, LatentError, RequestError
from latentcli.evaluation.pareto import pareto_set
from latentcli.formats.artefact import Artefact
from latentcli.formats.files import write_content
from latentcli.observer import Observer
from latentcli.reports.curves import Curves, Setting, Shown, Spread
from latentcli.store.cache import Cache
from latentcli.store.runs import answer
from latentcli.wording import counted
from latentcli.workflows.training import Job

# Digits of an id that are shown.
_ID_DIGITS = 12


class Swept(NamedTuple):
    """What a sweep answers: its rows, and the same to be drawn."""

    rows: Sequence[Any]
    curves: Curves


@dataclass(frozen=True)
class Member:
    """One model of a sweep: its setting's ``name``, the ``curve`` that this is on, and where."""

    name: str
    curve: str
    at: int
    seed: int
    job: Job


class Trained(NamedTuple):
    """The models of one setting."""

    name: str
    curve: str
    at: int
    runs: list[Artefact]


def jobs_of(
    settings: Sequence[tuple[str, str, int]],
    seeds: Sequence[int],
    job_of: Callable[[str, int, int], Job],
    observer: Observer,
) -> list[Member]:
    """Return the members of all settings (name, curve, at); those that cannot be are named.

    Raises what the last of these raised where there are no others.
    """
    members: list[Member] = []
    failed: LatentError | None = None
    for name, curve, at in settings:
        try:
            members += [Member(name, curve, at, seed, job_of(curve, at, seed)) for seed in seeds]
        except (RequestError, InputError) as error:
            observer.note(f"{name} is left out: {error.message}")
            failed = error
    if not members and failed is not None:
        raise failed
    return members


def train_all(
    cache: Cache,
    members: Sequence[Member],
    run: Callable[[Job, Observer], Artefact],
    observer: Observer,
) -> list[Trained]:
    """Train what the cache does not have, and return the models by setting.

    A member that fails for want of data or memory is named and left out, not so where the machine
    or the cache fails. Raises what the last one raised where all fail.
    """
    missing = [
        member
        for member in members
        if member.job.options.retrain or answer(cache, member.job.request()) is None
    ]
    found = len(members) - len(missing)
    known = f"{found:,} of them in the cache already, {len(missing):,} to train"
    observer.note(f"{counted(len(members), 'model')}, {known}")
    shared = _Shared(observer, sum(member.at for member in missing))
    settings: dict[str, Trained] = {}
    failed: Exception | None = None
    for member in members:
        within = shared.part(member) if member in missing else Observer()
        try:
            trained = run(member.job, within)
        except (RequestError, InputError, MemoryError) as error:
            what = error.message if isinstance(error, LatentError) else "not enough memory"
            observer.note(f"{member.name} seed {member.seed} is left out: {what}")
            failed = error
            continue
        setting = Trained(member.name, member.curve, member.at, [])
        settings.setdefault(member.name, setting).runs.append(trained)
    if not settings and failed is not None:
        raise failed
    return list(settings.values())


class _Shared:
    """One bar for all members, each of which has a part as large as its ``at``."""

    def __init__(self, observer: Observer, total: int) -> None:
        self.observer, self.total, self.done = observer, total, 0.0

    def part(self, member: Member) -> Observer:
        """Return what one member is to tell its progress."""
        part = _Part(self, member, self.done)
        self.done += member.at
        return part


class _Part(Observer):
    """Passes notes on with the member's name; the progress of its stages only ever grows."""

    def __init__(self, shared: _Shared, member: Member, before: float) -> None:
        self._shared, self._member, self._before = shared, member, before
        self._share = 0.0

    def note(self, text: str) -> None:
        """Pass a note on."""
        self._shared.observer.note(f"{self._member.name} seed {self._member.seed}: {text}")

    def progress(self, stage: str, done: float, total: float | None = None) -> None:
        """Add the member's share to what was done before it."""
        if total:
            self._share = max(self._share, min(1.0, done / total))
        done_in_all = self._before + self._share * self._member.at
        self._shared.observer.progress("sweep", done_in_all, self._shared.total)


def spread(values: Sequence[float | None]) -> Spread | None:
    """Return the mean, the least and the most of figures; None where one of them is missing."""
    known = [value for value in values if value is not None]
    if not values or len(known) < len(values):
        return None
    return Spread(sum(known) / len(known), min(known), max(known))


def judged(
    trained: Sequence[Trained],
    judge: Callable[[Trained], Mapping[str, Spread | None]],
    observer: Observer,
) -> list[Mapping[str, Spread | None]]:
    """Return the figures of each setting."""
    figures = []
    for number, each in enumerate(trained):
        observer.progress("judging, settings", number, len(trained))
        figures.append(judge(each))
    observer.progress("judging, settings", len(trained), len(trained))
    return figures


def settings_of(
    trained: Sequence[Trained],
    measures: Sequence[Shown],
    figures: Sequence[Mapping[str, Spread | None]],
) -> list[Setting]:
    """Return the settings with their figures, those of the Pareto set marked."""
    means = [
        [None if (found := of.get(shown.name)) is None else found.mean for shown in measures]
        for of in figures
    ]
    best = pareto_set(means, [shown.better for shown in measures])
    return [
        Setting(
            each.name,
            each.curve,
            each.at,
            len(each.runs),
            pareto,
            [run.id[:_ID_DIGITS] for run in each.runs],
            {name: value for name, value in of.items() if value is not None},
        )
        for each, of, pareto in zip(trained, figures, best, strict=True)
    ]


def write_page(curves: Curves, out: Path | BinaryIO) -> None:
    """Write the page of a sweep to a file or a stream."""
    from latentcli.reports.sweep import page

    content = page(curves)
    if isinstance(out, Path):
        write_content(out, content)
    else:
        out.write(content)


def typed_command() -> str:
    """Return the command line, for a person to repeat."""
    arguments = (argument.encode("utf-8", "replace").decode() for argument in sys.argv[1:])
    return "latent " + shlex.join(arguments)


def mean_of(setting: Setting, measure: str) -> float | None:
    """Return a figure of a setting, None where it has none."""
    return setting.figures[measure].mean if measure in setting.figures else None
