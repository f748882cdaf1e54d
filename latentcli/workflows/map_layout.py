"""Where the points of a map lie: made once, kept beside the run, and found again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.formats.artefact import Artefact, canonical_json
from latentcli.formats.digest import sha256
from latentcli.kernels import usable_cores
from latentcli.layouts import Layout, find_layout, lay_out
from latentcli.layouts.settings import LayoutSettings
from latentcli.models.points import Points
from latentcli.observer import Observer
from latentcli.store.cache import Cache
from latentcli.store.derived import keep_map, kept_map
from latentcli.wording import counted
from latentcli.workflows.provenance import Stopwatch, instruction_set

Floats = npt.NDArray[np.float32]

_KIND = "map"
_DEPENDS = "the seed, the versions of the libraries, the instruction set and BLAS's kernels"


class Placed(NamedTuple):
    """``positions`` float32 (n, dims); the ``digest`` of what they answer; what to say of them."""

    positions: Floats
    digest: str
    notes: list[str]


def positions_of(
    cache: Cache, run: Artefact, points: Points, settings: LayoutSettings, observer: Observer
) -> Placed:
    """Return the map of points by a layout: the kept one, else a new one, which is kept."""
    layout = find_layout(settings.method)
    vectors = np.ascontiguousarray(points.placed(), np.float32)
    request = {
        "vectors": hashlib.sha256(vectors.data).hexdigest(),
        "shape": list(vectors.shape),
        "settings": asdict(settings),
        "revision": layout.revision,
        "versions": layout.versions(),
    }
    digest = sha256(canonical_json(request)).hexdigest()
    kept = kept_map(cache, run, digest)
    if kept is not None:
        observer.note("the map is in the cache already")
        positions: Floats = kept.array("positions")
        record: Mapping[str, Any] = kept.manifest
    else:
        positions, record = _made(vectors, layout, settings, observer)
        description = {"kind": _KIND, **request, **record}
        keep_map(cache, run, digest, description, {"positions": positions})
    return Placed(positions, digest, _notes(layout, settings, points, record))


def _made(
    vectors: Floats, layout: Layout, settings: LayoutSettings, observer: Observer
) -> tuple[Floats, dict[str, Any]]:
    from latentcli.evaluation.trustworthiness import trustworthiness

    watch = Stopwatch()
    laid = lay_out(vectors, settings, usable_cores(), observer)
    observer.note(f"{layout.title} of {counted(len(vectors), 'point')} in {watch.seconds:.1f} s")
    trust = trustworthiness(vectors, laid.positions, settings.seed)
    return laid.positions, {
        "chosen": dict(laid.chosen),
        "trustworthiness": trust._asdict(),
        "instruction_set": instruction_set(),
        "reproducible": {"bytes": True, "depends_on": _DEPENDS},
    }


def _notes(
    layout: Layout, settings: LayoutSettings, points: Points, record: Mapping[str, Any]
) -> list[str]:
    """Return what a person should know of a map: its making, its trustworthiness, its reading."""
    chosen = dict(record["chosen"])
    explained = chosen.pop("explained", None)
    parts = [f"{name.removeprefix('lle_')} {_shown(value)}" for name, value in chosen.items()]
    if explained is not None:
        parts.append(f"{sum(explained):.1%} of the variance")
    versions = ", ".join(f"{package} {layout.versions()[package]}" for package in layout.packages)
    by = f" by {versions}" if versions else ""
    made = ", ".join([f"{layout.title}{by}", *parts, f"{points.metric} distances"])
    trust = record["trustworthiness"]
    of = trust["points"]
    sample = "" if of == len(points) else f" of a sample of {counted(of, 'point')}"
    trusted = (
        f"trustworthiness {trust['value']:.3f} of at most 1{sample}, "
        f"{counted(trust['neighbours'], 'neighbour')} each (Venna and Kaski 2001)"
    )
    return [f"{made}, seed {settings.seed}", trusted, layout.reading]


def _shown(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
