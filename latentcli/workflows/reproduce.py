"""Train a run again from its record, apart from the cache, and compare what comes out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.engines import Engine, find_engine
from latentcli.engines.parameters import recorded_parameters
from latentcli.errors import (
    DamagedArtefact,
    LatentError,
    MachineError,
    NotTheSame,
    RequestError,
)
from latentcli.formats.artefact import Artefact, canonical_json
from latentcli.formats.corpus import KIND as CORPUS
from latentcli.formats.corpus import PHRASES
from latentcli.formats.digest import sha256
from latentcli.formats.writing import write_artefact
from latentcli.kernels import usable_cores
from latentcli.observer import SILENT, Observer
from latentcli.store.cache import Cache
from latentcli.store.runs import open_run
from latentcli.store.staging import scratch
from latentcli.wording import counted
from latentcli.workflows.corpus_text import own_digest
from latentcli.workflows.find import chosen_run
from latentcli.workflows.provenance import changed_since
from latentcli.workflows.recorded import recorded, training
from latentcli.workflows.training import Job, TrainingOptions, trained_parts

_BLOCK = 1 << 20
_NAMED = 4


class Comparison(NamedTuple):
    """An array or text of a run, and the one that training again gave.

    ``max_difference`` is the largest absolute difference of two numbers, and ``differing`` the
    share of them that differ; None for texts and for arrays of different shapes. ``expected`` and
    ``found`` begin the sha256 of each; empty: there is none.
    """

    array: str
    identical: bool
    max_difference: float | None
    differing: float | None
    expected: str
    found: str


class Reproduction(NamedTuple):
    """What came of it; ``failure`` says why it is not what the record promised."""

    rows: list[Comparison]
    failure: LatentError | None


def reproduce(
    cache: Cache, ref: str, threads: int | None = None, observer: Observer = SILENT
) -> Reproduction:
    """Train a run again as its record says and compare every file with it.

    ``threads`` None: as many as it had. Nothing in the cache is changed. Raises DamagedArtefact for
    a run whose bytes are no longer those that were written, RequestError for one that this version
    cannot train again, or whose corpus, or the run that it goes on from, is gone.
    """
    run = chosen_run(cache, ref, None, observer)
    engine = _engine(run)
    _check_sound(run)
    found = recorded(cache, run)
    manifest = run.manifest
    parameters = recorded_parameters(manifest["algorithm"], manifest["parameters"])
    resumed = manifest.get("resumed", "")
    before = _before(cache, resumed, observer) if resumed else None
    wanted = threads or manifest.get("threads") or usable_cores()
    job = found.job(parameters, wanted, TrainingOptions(), resumed)
    changed = _changed(manifest, job)
    if changed:
        observer.note(f"not as it was then: {'; '.join(changed)}")
    with scratch(cache) as folder, scratch(cache) as target:
        train = training(cache, job, found.kept, before, observer)
        (arrays, strings), metrics = trained_parts(job, train, folder)
        write_artefact(target, job.description(metrics), {}, arrays, strings)
        again = Artefact(target)
        rows = list(_compared(run, again))
    return Reproduction(rows, _verdict(run, rows, changed, engine, observer))


def _engine(run: Artefact) -> Engine:
    """Return what trained a run; RequestError where nothing here can do it again."""
    short, manifest = run.id[:12], run.manifest
    if run.kind == CORPUS:
        how = "--phrases --retrain" if manifest["algorithm"] == PHRASES else "--retrain"
        raise RequestError(
            f"{short} is a corpus, whose source is not in the cache",
            f"'latent corpus FILE {how}' encodes it again: the same text gives the same id",
        )
    if "engine" not in manifest or "parameters" not in manifest:
        raise RequestError(
            f"{short} was not trained by latent: there is nothing to do again",
            "'latent cache verify' tells whether it is as it was stored",
        )
    own_digest(manifest)  # says so, if the run was imported
    engine = find_engine(manifest["algorithm"], manifest["engine"])
    then = str(manifest["revision"]).split("-")[0]
    if then != str(engine.revision):
        raise RequestError(
            f"{short} was trained by revision {then} of {manifest['algorithm']} by {engine.name}; "
            f"here is revision {engine.revision}, which trains otherwise",
            f"reproduce it with {manifest['written_by']}, or train it anew: its parameters are in "
            f"'latent show {short}'",
        )
    return engine


def _check_sound(run: Artefact) -> None:
    problems = run.problems()
    if problems:
        raise DamagedArtefact(
            f"corrupt run {run.id[:12]}: {'; '.join(problems)}",
            f"it cannot be compared: run 'latent remove {run.id[:12]}' and train it anew",
        )


def _before(cache: Cache, run_id: str, observer: Observer) -> Artefact:
    """Open the run that a resumed one goes on from."""
    if not (cache.runs / run_id).is_dir():
        raise RequestError(
            f"it goes on from {run_id[:12]}, which is no longer in the cache",
            "train that one again as it was; the same bytes give the same id",
        )
    before = open_run(cache, run_id)
    _check_sound(before)
    observer.note(
        f"it goes on from {run_id[:12]} as that is stored; 'latent reproduce {run_id[:12]}' "
        "trains that one again"
    )
    return before


def _changed(manifest: Mapping[str, Any], job: Job) -> list[str]:
    changed = changed_since(manifest, *job.engine.packages)
    then = manifest.get("threads")
    if then and then != job.threads:
        changed.append(f"threads were {then}, are {job.threads}")
    return changed


def _compared(run: Artefact, again: Artefact) -> Iterator[Comparison]:
    files = run.manifest["files"], again.manifest["files"]
    for path in dict.fromkeys([*files[0], *files[1]]):
        expected, found = (entries.get(path, {}).get("sha256", "") for entries in files)
        difference, share = _difference(run, again, path, same=expected == found)
        name = path.removeprefix("arrays/").removesuffix(".npy")
        yield Comparison(
            name, expected == found, difference, share, expected[:12], found[:12]
        )  # fmt: skip
    digests = [_metrics_digest(artefact.manifest) for artefact in (run, again)]
    same = digests[0] == digests[1]
    yield Comparison("metrics", same, None, None, digests[0][:12], digests[1][:12])


def _metrics_digest(manifest: Mapping[str, Any]) -> str:
    return str(sha256(canonical_json(manifest["metrics"])).hexdigest())


def _difference(
    run: Artefact, again: Artefact, path: str, same: bool
) -> tuple[float | None, float | None]:
    """Return the largest difference of two arrays, and the share of their numbers that differ."""
    name = path.removeprefix("arrays/").removesuffix(".npy")
    if not path.endswith(".npy") or not (run.has(name) and again.has(name)):
        return None, None
    if same:
        return 0.0, 0.0
    a, b = run.array(name), again.array(name)
    if a.shape != b.shape or not a.size:
        return None, None
    return largest_difference(a.reshape(-1), b.reshape(-1))


def largest_difference(
    a: npt.NDArray[Any], b: npt.NDArray[Any]
) -> tuple[float | None, float | None]:
    """Return max |a - b| and the share of places that differ, for two arrays (n,).

    The first is None where a number stands beside what is none. Two NaNs are alike.
    """
    largest, differing = 0.0, 0
    for start in range(0, len(a), _BLOCK):
        x, y = (part[start : start + _BLOCK].astype(np.float64) for part in (a, b))
        unequal = (x != y) & ~(np.isnan(x) & np.isnan(y))
        differing += int(np.count_nonzero(unequal))
        if unequal.any():
            largest = max(largest, float(np.abs(x[unequal] - y[unequal]).max()), key=_nan_last)
    return (largest if np.isfinite(largest) else None), differing / len(a)


def _nan_last(value: float) -> float:
    return np.inf if np.isnan(value) else value


def _verdict(
    run: Artefact,
    rows: list[Comparison],
    changed: list[str],
    engine: Engine,
    observer: Observer,
) -> LatentError | None:
    promise = run.manifest["reproducible"]
    promised, depends = promise["bytes"], promise["depends_on"]
    short = run.id[:12]
    differing = [row for row in rows if not row.identical]
    if not differing:
        said = f"its record promised that, depending on {depends}"
        if not promised:
            said = "its record did not promise that"
        files = counted(len(rows) - 1, "file")
        observer.note(f"identical: {files} and the metrics of {short}; {said}")
        return None
    message = f"{short} came out otherwise: {_named(differing)}"
    if not promised:
        return NotTheSame(
            message, "its record did not promise identity: with --threads 1 a run can be repeated"
        )
    if changed:
        return NotTheSame(
            message, f"its record promised identity only as long as these are the same: {depends}"
        )
    return MachineError(
        message,
        f"its record promised identity and all that it depends on is as it was ({depends}): "
        "a fault of latent or of this machine",
    )


def _named(rows: list[Comparison]) -> str:
    named = [
        row.array + (f" by up to {row.max_difference:.3g}" if row.max_difference else "")
        for row in rows[:_NAMED]
    ]
    more = [f"{len(rows) - _NAMED} more"] if len(rows) > _NAMED else []
    return ", ".join(named + more)
