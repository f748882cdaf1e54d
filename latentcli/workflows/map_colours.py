"""How the points of a map can be coloured: by cluster, label, topic; new ones stand apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from latentcli.errors import RequestError
from latentcli.formats.artefact import Artefact
from latentcli.formats.models import open_topic_model
from latentcli.models.points import TOPICS, Points
from latentcli.queries.ranking import top_words
from latentcli.wording import there_are

FREQUENCY = "frequency"
COLOURS = ("cluster", "label", "topic", FREQUENCY)
NEW, OLD = "new", "on the map"
_WORDS_OF_TOPIC = 3

Rows = npt.NDArray[np.int64]
Colourings = dict[str, Sequence[str]]


def colourings(
    run: Artefact, points: Points, clusters: Rows | None, new: Points | None, first: str | None
) -> Colourings:
    """Return the categories of each point by the name of the colouring, the new ones last.

    The ``first`` stands first, None: new and old, else clusters, labels, topics. Raises
    RequestError where there is none of that name.
    """
    found: Colourings = {}
    n_new = 0 if new is None else len(new)
    if n_new:
        found["placed"] = [OLD] * len(points) + [NEW] * n_new
    if clusters is not None:
        found["cluster"] = _with_new(_names_of_clusters(points, clusters), n_new)
    if points.labels is not None and any(points.labels):
        found["label"] = _with_new(points.labels, n_new)
    if points.topics is not None and points.kind != TOPICS:
        name = _names_of_topics(run)
        topics = [points.topics, *([new.topics] if new is not None else [])]
        found["topic"] = [name(int(k)) for part in topics if part is not None for k in part]
    return found if first is None else _begun_by(first, found, points)


def _with_new(categories: Sequence[str], n_new: int) -> list[str]:
    """Return the categories, and for new points one more, by a name that none of them has."""
    name, taken = NEW, set(categories)
    while name in taken:
        name = f"{name}, placed"
    return [*categories, *[name] * n_new]


def _begun_by(first: str, found: Colourings, points: Points) -> Colourings:
    if first == FREQUENCY and points.counts is not None:
        return found
    if first not in found:
        known = [*found, *([FREQUENCY] if points.counts is not None else [])]
        raise RequestError(
            f"--colour {first}: these {points.kind} have none",
            "add --clusters N" if first == "cluster" else there_are(known) if known else "",
        )
    return {first: found[first], **found}


def _names_of_topics(run: Artefact) -> Callable[[int], str]:
    model = open_topic_model(run)
    rows = top_words(model, _WORDS_OF_TOPIC)
    words = [" ".join(model.words[int(row)] for row in topic) for topic in rows]
    names = [f"{topic} {of}" for topic, of in enumerate(words)]
    return names.__getitem__


def _names_of_clusters(points: Points, clusters: Rows) -> list[str]:
    """Return the name of each point's cluster: its number, and its most central member."""
    from latentcli.queries.clusters import most_central

    central = most_central(points.placed(), clusters, 1)
    names = [f"{cluster} {points.names[int(of[0])]}" for cluster, of in enumerate(central)]
    return [names[int(cluster)] for cluster in clusters]
