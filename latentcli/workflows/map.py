"""Map words, documents or topics: points of a plane, or of space, by one of the layouts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.errors import RequestError
from latentcli.formats.artefact import Artefact, canonical_json
from latentcli.formats.digest import sha256
from latentcli.kernels import usable_cores
from latentcli.layouts import Layout, check_number, find_layout, place
from latentcli.layouts.settings import LayoutSettings
from latentcli.models.points import DOCUMENTS, TOPICS, WORDS, Points
from latentcli.observer import SILENT, Observer
from latentcli.reports.map_view import MapView
from latentcli.store.cache import Cache
from latentcli.wording import counted
from latentcli.workflows.map_colours import colourings
from latentcli.workflows.map_layout import positions_of
from latentcli.workflows.placing import new_documents
from latentcli.workflows.points import Wanted, check_apart, check_clusters, open_points
from latentcli.workflows.reading import CorpusRequest

# So many are mapped where nothing else is said: of more words a map takes minutes, of more
# documents a page is slow.
MOST = {WORDS: 20_000, DOCUMENTS: 50_000, TOPICS: 50_000}
_ID_DIGITS = 12
_NAME_DIGITS = 8

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class MapRequest:
    """What is mapped, and how.

    ``clusters``: so many by k-means, 0: none; ``colour``: by which of COLOURS a picture is coloured
    and a page begins; None: the first that there is. ``new``: documents to be placed on the map.
    """

    wanted: Wanted = Wanted()
    layout: LayoutSettings = field(default_factory=LayoutSettings)
    clusters: int = 0
    colour: str | None = None
    new: CorpusRequest | None = None


class MapPoint(NamedTuple):
    """A point of a map; what is not known of it is None. ``placed``: it was not there before."""

    name: str
    x: float
    y: float
    z: float | None
    count: int | None  # type: ignore[assignment]  # a column, not tuple's method
    topic: int | None
    label: str | None
    cluster: int | None
    placed: bool


class Map(NamedTuple):
    """A map as it is drawn, and the points that it is of, the ``new`` ones last.

    ``clusters`` int64 (n,) of those that are not new; ``name``: what files of it are called.
    """

    view: MapView
    points: Points
    new: Points | None
    clusters: Rows | None
    colour: str | None
    name: str


def make_map(
    cache: Cache, ref: str | None, request: MapRequest, observer: Observer = SILENT
) -> Map:
    """Lay the points of a model out, or find the map of them, and say how far to trust it.

    Raises RequestError for what the model does not have and the layout cannot do.
    """
    layout = find_layout(request.layout.method)
    request.layout.check()
    limit = f"{layout.title} takes {layout.most:,} points at most{layout.since()}"
    run, points = open_points(cache, ref, _wanted(request, layout, limit), observer)
    check_number(layout, len(points))
    check_apart(points)
    new = None
    if request.new is not None:
        if points.kind != DOCUMENTS:
            raise RequestError(f"--place: documents go on a map of documents, not of {points.kind}")
        new = new_documents(cache, request.new, run, points, observer)
    clusters = _clusters(points, request)
    colours = colourings(run, points, clusters, new, request.colour)
    found = positions_of(cache, run, points, request.layout, observer)
    positions, notes = found.positions, found.notes
    if new is not None:
        added = place(points.placed(), positions, new.placed(), request.layout, usable_cores())
        positions = np.concatenate([positions, added])
        notes = [*notes, f"{counted(len(new), 'new document')} {layout.placing}"]
    for note in notes:
        observer.note(note)
    names = [*points.names, *(new.names if new is not None else ())]
    title, weights = _title(run, points, layout), _weights(points, new)
    view = MapView(title, points.kind, names, positions, weights, colours, notes, len(new or ()))
    name = _name(run, points, request, found.digest, new)
    return Map(view, points, new, clusters, request.colour, name)


def coordinates(made: Map) -> Iterator[MapPoint]:
    """Yield the points of a map, the new ones last."""
    rows = iter(made.view.positions.tolist())
    for points, clusters in ((made.points, made.clusters), (made.new, None)):
        if points is None:
            continue
        for i, name in enumerate(points.names):
            x, y, *z = next(rows)
            yield MapPoint(
                name, x, y, z[0] if z else None,
                _at(points.counts, i), _at(points.topics, i),
                (points.labels[i] or None) if points.labels is not None else None,
                _at(clusters, i), points is made.new,
            )  # fmt: skip


def _at(values: Any, place: int) -> int | None:
    return None if values is None else int(values[place])


def _wanted(request: MapRequest, layout: Layout, limit: str) -> Wanted:
    """Return which points: not more than the layout can do, and the ``limit`` to tell of it."""
    wanted = request.wanted
    if wanted.n is not None:
        check_number(layout, wanted.n)
    if wanted.kind is None and request.new is not None:
        wanted = wanted._replace(kind=DOCUMENTS)
    most = {kind: min(most, layout.most) for kind, most in MOST.items()}
    return wanted._replace(most=most, why={k: limit for k in most if MOST[k] > layout.most})


def _clusters(points: Points, request: MapRequest) -> Rows | None:
    if not request.clusters:
        return None
    check_clusters("--clusters", request.clusters, points)
    from latentcli.queries.clusters import kmeans

    return kmeans(points.placed(), request.clusters, request.layout.seed)


def _weights(points: Points, new: Points | None) -> npt.NDArray[np.float64] | None:
    """Return how much each point weighs: new ones as much as the heaviest, so that they show."""
    if points.counts is None:
        return None
    counts = np.asarray(points.counts, np.float64)
    return np.concatenate([counts, np.full(0 if new is None else len(new), counts.max())])


def _title(run: Artefact, points: Points, layout: Layout) -> str:
    corpus = run.manifest["invocation"].get("corpus_name", "")
    of = f" of {corpus}" if corpus else ""
    kind = points.kind if len(points) > 1 else points.noun
    model = f"{run.manifest['algorithm']} {run.id[:_ID_DIGITS]}"
    return f"{len(points):,} {kind}{of} by {layout.title} ({model})"


def _name(
    run: Artefact, points: Points, request: MapRequest, digest: str, new: Points | None
) -> str:
    """Return a name for files of a map that tells it from other maps."""
    added = [] if new is None else [list(new.names), sha256(new.vectors.tobytes()).hexdigest()]
    whole = canonical_json([digest, request.clusters, request.colour, added])
    own = sha256(whole).hexdigest()[:_NAME_DIGITS]
    return f"{run.id[:_ID_DIGITS]}-{points.kind}-{request.layout.method}-{own}"
