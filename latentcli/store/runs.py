"""Runs: publishing, finding, listing, naming and removing them."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from latentcli.errors import DamagedArtefact, LatentError, MachineError, RequestError
from latentcli.formats.artefact import (
    MANIFEST,
    Artefact,
    Manifest,
    canonical_json,
    read_manifest,
)
from latentcli.formats.digest import sha256
from latentcli.formats.files import sync_directory
from latentcli.store.cache import Cache
from latentcli.store.pointers import (
    checked_name,
    is_name,
    names,
    pointers_to,
    read_pointer,
    write_pointer,
)
from latentcli.store.staging import staging

if TYPE_CHECKING:
    from latentcli.corpus.strings import Strings
    from latentcli.formats.writing import Array, ArrayFile

Request = Mapping[str, Any]
_HEX = re.compile(r"[0-9a-f]{4,64}")

# The algorithm of a corpus that is made from another.
_PHRASES = "phrases"

# The pointer in ``latest`` for the kinds that are models.
_ANY_MODEL = "model"

# What to run where there is no run of a kind yet.
_MAKERS = {
    "corpus": "latent corpus CORPUS",
    "embedding": "latent embed CORPUS",
    "topic-model": "latent topics CORPUS",
}


class RunSummary(NamedTuple):
    """A run as ``latent models`` lists it; ``bytes`` counts its files, ``created`` is UTC."""

    id: str
    name: str
    kind: str
    algorithm: str
    created: str
    bytes: int
    corpus: str


def request_digest(request: Request) -> str:
    """Return the sha256 of a request's canonical JSON."""
    return sha256(canonical_json(request)).hexdigest()


def publish(
    cache: Cache,
    request: Request,
    description: Mapping[str, Any],
    invocation: Mapping[str, Any],
    arrays: Mapping[str, Array | ArrayFile],
    strings: Mapping[str, Strings],
) -> Artefact:
    """Write a run and make it the answer to ``request``; readers see all of it or nothing."""
    from latentcli.formats.writing import write_artefact

    with staging(cache) as folder:
        manifest = write_artefact(folder, description, invocation, arrays, strings)
        target = cache.runs / manifest["id"]
        _move_into_place(cache, folder, target)
    run = Artefact(target)
    remember(cache, request, run)
    return run


def _move_into_place(cache: Cache, folder: Path, target: Path) -> None:
    try:
        os.rename(folder, target)
    except OSError as error:
        if error.errno not in (errno.EEXIST, errno.ENOTEMPTY):
            raise
        try:
            if not Artefact(target).problems():
                return  # the same content, published before
        except DamagedArtefact:
            pass
        _discard(cache, target)
        os.rename(folder, target)
    sync_directory(target.parent)


def answer(cache: Cache, request: Request) -> Artefact | None:
    """Return the run that answers a request, if there is a sound one."""
    try:
        run_id = read_pointer(cache.root / "requests" / request_digest(request))
        return open_run(cache, run_id) if run_id else None
    except DamagedArtefact:
        return None


def remember(cache: Cache, request: Request, run: Artefact) -> None:
    """Make a published run the answer to another request, too."""
    write_pointer(cache, cache.root / "requests" / request_digest(request), run.id)


def open_run(cache: Cache, run_id: str) -> Artefact:
    """Open a published run.

    Raises DamagedArtefact where it is gone, or is not what its place says, too; MachineError where
    runs cannot be looked at.
    """
    folder = cache.runs / run_id
    if not os.path.lexists(folder):
        cache.check_readable()
        raise DamagedArtefact(
            f"run {run_id[:12]} is not in {cache.runs}, though a pointer leads to it",
            "'latent cache gc' removes the pointer; then make the run again",
        )
    run = Artefact(folder)
    if run.id != run_id:
        raise DamagedArtefact(
            f"corrupt run {run_id[:12]}: its manifest says that it is {run.id[:12]}",
            f"run 'latent remove {run_id[:12]}' and make it again",
        )
    return run


def mark_latest(cache: Cache, run: Artefact) -> None:
    """Make the run the latest of its kind, and a model the latest model."""
    for kind in [run.kind] if run.kind == "corpus" else [run.kind, _ANY_MODEL]:
        path = cache.root / "latest" / kind
        with contextlib.suppress(DamagedArtefact):
            if read_pointer(path) == run.id:
                continue
        cache.ensure()
        write_pointer(cache, path, run.id)


def give_name(cache: Cache, run_id: str, name: str) -> str | None:
    """Name a run; return the id of the run that had the name before, if another had it."""
    before = names(cache).get(checked_name(name))
    cache.ensure()
    write_pointer(cache, cache.root / "names" / name, run_id)
    return before if before != run_id else None


def drop_names(cache: Cache, run_id: str, but: str) -> None:
    """Take all names from a run except ``but``."""
    for name, held in names(cache).items():
        if held == run_id and name != but:
            (cache.root / "names" / name).unlink(missing_ok=True)


def find(cache: Cache, ref: str, kind: str | None = None) -> Artefact:
    """Open the run that ``ref`` means: ``latest``, a name, an id's beginning, or a directory.

    Raises RequestError where there is none, where several fit, or where it is not of ``kind``.
    """
    if ref == "latest":
        return _latest(cache, kind)
    run_id = _meant(cache, ref)
    if run_id is not None:
        run = open_run(cache, run_id)
    elif os.path.isfile(os.path.join(ref, MANIFEST)):  # False for what cannot be a path
        run = Artefact(Path(ref))
    else:
        known = sorted(names(cache))
        hint = f"names are {', '.join(known[:8])}" if known else "see 'latent models'"
        raise RequestError(f"no such model: '{ref[:255]}'", hint)
    if kind is not None and run.kind != kind:
        raise wrong_kind(ref, run, kind)
    return run


def wrong_kind(ref: str, run: Artefact, kind: str) -> RequestError:
    """Return the error for a run that is not of the kind that is wanted."""
    return RequestError(
        f"'{ref}' is a run of kind {run.kind}, not {kind}",
        f"make one with '{_MAKERS.get(kind, 'latent')}', or name another",
    )


def is_known(cache: Cache, ref: str) -> bool:
    """Tell whether ``ref`` is a name, or the beginning of an id, in this cache."""
    return _meant(cache, ref) is not None


def _latest(cache: Cache, kind: str | None) -> Artefact:
    kinds = [kind] if kind else ["embedding", "topic-model"]
    run_id = read_pointer(cache.root / "latest" / (kind or _ANY_MODEL))
    if run_id is not None:
        return open_run(cache, run_id)
    newest = max(
        (
            summary(manifest, "")
            for manifest in all_runs(cache)
            if manifest.get("kind") in kinds and not _is_derived(manifest)
        ),
        key=lambda row: (row.created, row.id),
        default=None,
    )
    if newest is None:
        what = "model" if kind is None else kind.replace("-", " ")
        makers = " or ".join(f"'{_MAKERS[kind]}'" for kind in kinds)
        raise RequestError(f"no {what} yet in {cache.root}", f"make one with {makers}")
    return open_run(cache, newest.id)


def _is_derived(manifest: Manifest) -> bool:
    """Tell whether a run was made for another's sake, so that it is never the latest."""
    return manifest.get("algorithm") == _PHRASES or bool(_derivation(manifest))


def _derivation(manifest: Manifest) -> str:
    """Return what a model of another's corpus is, or of its vectors; empty: one of its own."""
    mask = manifest.get("mask", {})
    if "aligned" in manifest:
        return f"aligned to {manifest['aligned']['to'][:12]}"
    if "resample" in mask:
        return f"resample {mask['resample']['number']}"
    if "permutation" in mask:
        return f"permutation {mask['permutation']['number']}, part {mask['permutation']['part']}"
    return ""


def _meant(cache: Cache, ref: str) -> str | None:
    """Return the id that a name, or the beginning of an id, means."""
    if is_name(ref) and (run_id := read_pointer(cache.root / "names" / ref)) is not None:
        return run_id
    return _id_beginning(cache, ref) if _HEX.fullmatch(ref) else None


def _id_beginning(cache: Cache, beginning: str) -> str | None:
    ids = [run_id for run_id in run_ids(cache) if run_id.startswith(beginning)]
    if len(ids) > 1:
        raise RequestError(
            f"'{beginning}' fits {len(ids)} runs: {', '.join(i[:12] for i in ids[:4])}",
            "give more digits",
        )
    return ids[0] if ids else None


def run_ids(cache: Cache) -> list[str]:
    """Return the ids of all published runs; MachineError where they cannot be looked at."""
    cache.check_readable()
    return sorted(os.listdir(cache.runs)) if cache.runs.is_dir() else []


def list_runs(cache: Cache) -> list[RunSummary]:
    """Return a row for every run, oldest first.

    A damaged one has the kind ``damaged``; one of a newer format, ``unreadable``.
    """
    called: dict[str, list[str]] = {}
    for name, run_id in names(cache).items():
        called.setdefault(run_id, []).append(name)
    rows = []
    for run_id in run_ids(cache):
        name = ",".join(called.get(run_id, []))
        try:
            rows.append(summary(read_manifest(cache.runs / run_id), name))
        except LatentError as error:
            kind = "damaged" if isinstance(error, DamagedArtefact) else "unreadable"
            rows.append(RunSummary(run_id, name, kind, "", "", 0, ""))
    return sorted(rows, key=lambda row: (row.created, row.id))


def summary(manifest: Manifest, name: str) -> RunSummary:
    """Return the row of one run; a model of a resample, say, says so with its corpus."""
    invocation = manifest["invocation"]
    derivation = _derivation(manifest)
    return RunSummary(
        id=manifest["id"],
        name=name,
        kind=manifest.get("kind", ""),
        algorithm=manifest.get("algorithm", ""),
        created=invocation.get("created", ""),
        bytes=sum(entry["bytes"] for entry in manifest["files"].values()),
        corpus=invocation.get("corpus_name", "") + (f" ({derivation})" if derivation else ""),
    )


def remove(cache: Cache, run_id: str) -> None:
    """Remove a run and its reports, the pointers first, so that none is ever left dangling."""
    if not (cache.runs / run_id).exists():
        raise RequestError(f"no run {run_id[:12]} in this cache")
    cache.ensure()
    for pointer in pointers_to(cache, run_id):
        pointer.unlink(missing_ok=True)
        sync_directory(pointer.parent)
    _discard(cache, cache.runs / run_id)
    for pointer in pointers_to(cache, run_id):  # written by another process meanwhile
        pointer.unlink(missing_ok=True)
    shutil.rmtree(cache.root / "derived" / run_id, ignore_errors=True)
    for page in cache.reports.glob(f"{run_id[:12]}-*"):
        page.unlink(missing_ok=True)


def _discard(cache: Cache, folder: Path) -> None:
    grave = cache.tmp / os.urandom(8).hex()
    try:
        os.rename(folder, grave)
    except PermissionError:
        raise MachineError(f"{folder}: no permission to remove it") from None
    sync_directory(folder.parent)
    shutil.rmtree(grave, ignore_errors=True)


def run_id_of(cache: Cache, ref: str) -> str:
    """Return the id that ``ref`` means, for a run that may be damaged; RequestError if none."""
    if ref == "latest":
        return _latest(cache, None).id
    run_id = _meant(cache, ref)
    if run_id is None:
        raise RequestError(f"no such run in this cache: '{ref}'", "see 'latent models'")
    return run_id


def all_runs(cache: Cache) -> Iterator[Manifest]:
    """Yield the manifests of all sound runs."""
    for run_id in run_ids(cache):
        with contextlib.suppress(LatentError):
            yield read_manifest(cache.runs / run_id)
