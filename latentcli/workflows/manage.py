"""What the cache holds: list, show, rename, remove, verify, collect."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from latentcli.errors import RequestError
from latentcli.formats.artefact import read_manifest
from latentcli.formats.corpus import KIND as CORPUS
from latentcli.formats.corpus import content_digest
from latentcli.observer import SILENT, Observer
from latentcli.store.cache import Cache
from latentcli.store.gc import Collected, collect
from latentcli.store.pointers import names
from latentcli.store.runs import (
    RunSummary,
    all_runs,
    drop_names,
    list_runs,
    run_id_of,
    run_ids,
    summary,
)
from latentcli.store.runs import remove as remove_run
from latentcli.store.verify import Problem, verify
from latentcli.workflows.corpus import named
from latentcli.workflows.find import chosen_run


class RunDetails(NamedTuple):
    """A run's row in ``latent models``, and the rest of its record."""

    id: str
    name: str
    kind: str
    algorithm: str
    created: str
    bytes: int
    corpus: str
    engine: str
    parameters: dict[str, Any]
    mask: dict[str, Any]
    metrics: dict[str, Any]
    tokenizer: dict[str, Any]
    reproducible: dict[str, Any]
    seconds: dict[str, float]
    versions: dict[str, str]
    arrays: dict[str, str]
    resumed: str
    phrases: dict[str, Any]


def models(cache: Cache) -> list[RunSummary]:
    """List all runs, oldest first."""
    return list_runs(cache)


def show(cache: Cache, ref: str, observer: Observer = SILENT) -> RunDetails:
    """Return a run's record."""
    run = chosen_run(cache, ref, None, observer)
    manifest = run.manifest
    row = _row(cache, run.id) or summary(manifest, "")
    return RunDetails(
        **row._asdict(),
        engine=manifest.get("engine", ""),
        parameters=manifest.get("parameters", {}),
        mask=manifest.get("mask", {}),
        metrics=manifest.get("metrics") or manifest.get("figures", {}),
        tokenizer=manifest["tokenizer"],
        reproducible=manifest["reproducible"],
        seconds=manifest["invocation"].get("seconds", {}),
        versions=manifest["versions"],
        arrays={
            path.removeprefix("arrays/").removesuffix(".npy"): _shape(entry)
            for path, entry in manifest["files"].items()
            if path.endswith(".npy")
        },
        resumed=manifest.get("resumed", ""),
        phrases=manifest.get("phrases", {}),
    )


def _shape(entry: dict[str, Any]) -> str:
    return f"{entry['dtype']} {'x'.join(map(str, entry['shape']))}"


def _row(cache: Cache, run_id: str) -> RunSummary | None:
    return next((row for row in list_runs(cache) if row.id == run_id), None)


def rename(cache: Cache, ref: str, name: str, observer: Observer = SILENT) -> RunSummary:
    """Give a run a name in place of those that it has."""
    run = chosen_run(cache, ref, None, observer)
    if run.id not in run_ids(cache):
        raise RequestError(f"'{ref}' is not in this cache", "only what is there has a name")
    named(cache, run.id, name, observer)
    drop_names(cache, run.id, but=name)
    row = _row(cache, run.id)
    return row or RunSummary(run.id, name, run.kind, "", "", run.bytes, "")


def remove(cache: Cache, ref: str, observer: Observer = SILENT) -> RunSummary:
    """Remove a run, damaged or not; what was made from a removed corpus is named and stays."""
    run_id = run_id_of(cache, ref)
    row = _row(cache, run_id) or RunSummary(run_id, "", "damaged", "", "", 0, "")
    depending = _depending_on(cache, run_id) if row.kind == CORPUS else []
    remove_run(cache, run_id)
    if depending:
        observer.note(f"what was made from it stays: {', '.join(depending)}")
    return row


def _depending_on(cache: Cache, corpus_id: str) -> list[str]:
    digest = content_digest(read_manifest(cache.runs / corpus_id)["files"])
    called = {run_id: name for name, run_id in names(cache).items()}
    return [
        called.get(manifest["id"], manifest["id"][:12])
        for manifest in all_runs(cache)
        if manifest.get("parent") == digest
        or (isinstance(manifest.get("corpus"), dict) and manifest["corpus"]["digest"] == digest)
    ]


def verify_cache(cache: Cache) -> Iterator[Problem]:
    """Check every byte of the cache."""
    return verify(cache)


def collect_garbage(cache: Cache) -> Iterator[Collected]:
    """Remove what dead processes left and what can be made again."""
    return collect(cache)
