"""Write the points of a model for the TensorFlow Embedding Projector."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import NamedTuple

from latentcli.errors import RequestError
from latentcli.formats.artefact import Artefact
from latentcli.formats.directories import replacing_directory
from latentcli.formats.projector import (
    CONFIG,
    FILES,
    METADATA,
    TENSORBOARD_CONFIG,
    VECTORS,
    Column,
    write_config,
    write_metadata,
    write_tensorboard_config,
    write_vectors,
)
from latentcli.models.points import DOCUMENTS, TOPICS, WORDS, Points
from latentcli.observer import SILENT, Observer
from latentcli.store.cache import Cache
from latentcli.wording import counted
from latentcli.workflows.export import default_target
from latentcli.workflows.points import Wanted, check_clusters, open_points

# Which the Projector draws by t-SNE at most; it draws some more by other means.
_MOST = {WORDS: 10_000, DOCUMENTS: 10_000}


class Projected(NamedTuple):
    """A file that was written."""

    path: str


def project(
    cache: Cache,
    ref: str | None = None,
    wanted: Wanted | None = None,
    clusters: int | None = None,
    out: Path | None = None,
    seed: int = 1,
    observer: Observer = SILENT,
) -> list[Projected]:
    """Write a folder of vectors, metadata and configuration, whole or not at all.

    With ``clusters`` points are put into so many by k-means, a column of the metadata. Without
    ``out`` the folder is in the current one, under the model's name. Raises RequestError where the
    Projector cannot show the points, and where something else is in the way.
    """
    wanted = (wanted or Wanted())._replace(most=_MOST)
    run, points = open_points(cache, ref, wanted, observer)
    dim = points.vectors.shape[1]
    if dim < 2:
        raise RequestError(f"vectors of {dim} dimension: the Projector wants 2 at least")
    check_clusters("--clusters", clusters or 0, points)
    target = out or default_target(cache, run, "-projector")
    columns = _columns(points, clusters, seed)
    name, shape = _title(run, points), points.vectors.shape
    writers = {
        VECTORS: partial(write_vectors, points.vectors),
        METADATA: partial(write_metadata, columns),
        CONFIG: partial(write_config, name, shape),
        TENSORBOARD_CONFIG: partial(write_tensorboard_config, name, shape),
    }
    with replacing_directory(target, FILES) as folder:
        for file, write in writers.items():
            with open(folder / file, "wb") as stream:
                write(stream)
    return [Projected(os.fspath(target / file)) for file in FILES]


def _columns(points: Points, clusters: int | None, seed: int) -> list[Column]:
    """Return what is known of each point: a column for each that any point has."""
    found = [Column(points.noun, points.names)]
    if points.counts is not None:
        found.append(Column("count", points.counts))
    if points.labels is not None and any(points.labels):
        found.append(Column("label", points.labels))
    if points.topics is not None and points.kind != TOPICS:
        found.append(Column("topic", points.topics))
    if clusters is not None:
        from latentcli.queries.clusters import kmeans

        found.append(Column("cluster", kmeans(points.placed(), clusters, seed)))
    return found


def _title(run: Artefact, points: Points) -> str:
    corpus = run.manifest["invocation"].get("corpus_name") or run.id[:12]
    return f"{counted(len(points), points.kind.removesuffix('s'))} of {corpus}"
