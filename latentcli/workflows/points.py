"""The words, documents or topics of a model as points: what is mapped, clustered, walked between.

Words of a mixture model stand by their topics, p(topic | word); a topic by its words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.errors import InputError, RequestError
from latentcli.formats.artefact import Artefact
from latentcli.formats.models import EMBEDDING, TOPIC_MODEL, open_embedding, open_topic_model
from latentcli.models.document_space import COSINE, HELLINGER
from latentcli.models.points import DOCUMENTS, EUCLIDEAN, KINDS, METRICS, TOPICS, WORDS, Points
from latentcli.models.topic_model import MixtureModel, TopicModel
from latentcli.observer import SILENT, Observer
from latentcli.queries.ranking import top_words
from latentcli.store.cache import Cache
from latentcli.wording import counted, there_are
from latentcli.workflows.find import chosen_run
from latentcli.workflows.kept_documents import document_space

Rows = npt.NDArray[np.int64]
_WORDS_OF_TOPIC = 3


class Wanted(NamedTuple):
    """Which points: None for ``kind``: words of an embedding, documents of a topic model.

    ``n``: the so many first words, which are the most frequent ones, or so many documents, evenly
    from the whole corpus. ``metric`` None: cosine, or Hellinger's distance for distributions.
    ``most``: of a kind, so many where ``n`` is None, and ``why``, noted where there are more.
    """

    kind: str | None = None
    n: int | None = None
    metric: str | None = None
    most: Mapping[str, int] | None = None
    why: Mapping[str, str] | None = None


def open_points(
    cache: Cache, ref: str | None, wanted: Wanted, observer: Observer = SILENT
) -> tuple[Artefact, Points]:
    """Open the model that ``ref`` means, and its points; those without a direction are noted.

    Raises RequestError for what the model does not have, InputError where no point is left.
    """
    if wanted.kind is not None and wanted.kind not in KINDS:
        raise RequestError(f"--of {wanted.kind}: no such points", there_are(KINDS))
    if wanted.metric is not None and wanted.metric not in METRICS:
        raise RequestError(f"no metric '{wanted.metric}'", there_are(METRICS))
    run = chosen_run(cache, ref, None, observer)
    if run.kind not in (EMBEDDING, TOPIC_MODEL):
        raise RequestError(f"'{ref}' is a {run.kind}", "choose a topic model or an embedding")
    kind = wanted.kind or (WORDS if run.kind == EMBEDDING else DOCUMENTS)
    found = points_of(cache, run, kind, observer)
    if wanted.metric is not None:
        found = _measured_by(found, wanted.metric)
    if wanted.n is not None:
        return run, _chosen(found, wanted.n, observer)
    why = (wanted.why or {}).get(kind, "")
    return run, _chosen(found, (wanted.most or {}).get(kind), observer, why)


def check_apart(points: Points) -> None:
    """Raise InputError where all points are at one place."""
    vectors = points.placed()
    if len(vectors) > 1 and (vectors == vectors[0]).all():
        raise InputError(
            f"all {len(vectors):,} {points.kind} are at one place: there is nothing to tell apart",
            "see 'latent neighbors' for what the model knows of one",
        )


def check_clusters(option: str, n: int, points: Points) -> None:
    """Raise RequestError where more clusters are asked for than there are points."""
    if n > len(points):
        raise RequestError(
            f"{option} {n:,}: more clusters than {points.kind}", f"there are {len(points):,}"
        )


def points_of(cache: Cache, run: Artefact, kind: str, observer: Observer = SILENT) -> Points:
    """Return all words, documents or topics of a run, zero vectors among them."""
    if kind == DOCUMENTS:
        return _documents(cache, run, observer)
    if run.kind == EMBEDDING:
        if kind == TOPICS:
            raise RequestError("an embedding has no topics", "name a topic model with --model")
        model = open_embedding(run)
        rows = np.arange(len(model.words))
        return Points(kind, model.words, model.vectors, COSINE, rows, model.term_counts)
    topics = open_topic_model(run)
    return _topics(topics) if kind == TOPICS else _words_of_topics(topics)


def _documents(cache: Cache, run: Artefact, observer: Observer) -> Points:
    space, _ = document_space(cache, run, observer)
    vectors = np.asarray(space.vectors)
    labels = None if space.labels is None else list(space.labels)
    rows = np.arange(len(vectors))
    found = Points(DOCUMENTS, space.document_ids, vectors, space.similarity, rows, labels=labels)
    if run.kind == EMBEDDING:
        return found
    model = open_topic_model(run)
    lengths = np.asarray(model.doc_lengths, np.int64)
    leading = vectors.argmax(axis=1) if isinstance(model, MixtureModel) else None
    return replace(found, counts=lengths, topics=leading)


def _topics(model: TopicModel) -> Points:
    if not isinstance(model, MixtureModel):
        raise RequestError(
            "LSI's topics are the axes of its space: none is nearer than another",
            "models of other algorithms have topics that can be compared",
        )
    rows = np.arange(model.n_topics)
    first = top_words(model, _WORDS_OF_TOPIC)
    names = [f"{topic} {' '.join(model.words[int(i)] for i in first[topic])}" for topic in rows]
    vectors = np.sqrt(model.topic_word_probabilities()).astype(np.float32)
    tokens = np.rint(model.shares() * np.asarray(model.doc_lengths).sum()).astype(np.int64)
    return Points(TOPICS, names, vectors, HELLINGER, rows, tokens, topics=rows)


def _words_of_topics(model: TopicModel) -> Points:
    rows, counts = np.arange(len(model.words)), np.asarray(model.term_counts, np.int64)
    if not isinstance(model, MixtureModel):
        vectors = (model.term_topic * model.singular_values).astype(np.float32)
        return _by_frequency(Points(WORDS, model.words, vectors, COSINE, rows, counts))
    joint = model.topic_word_probabilities() * model.shares()[:, None]
    totals = joint.sum(axis=0)
    given_word = (joint / np.where(totals > 0, totals, 1)).T
    vectors = np.ascontiguousarray(np.sqrt(given_word), np.float32)
    leading = given_word.argmax(axis=1)
    return _by_frequency(
        Points(WORDS, model.words, vectors, HELLINGER, rows, counts, topics=leading)
    )


def _by_frequency(points: Points) -> Points:
    assert points.counts is not None
    return points.selected(np.argsort(-points.counts, kind="stable"))


def _measured_by(points: Points, metric: str) -> Points:
    if metric == HELLINGER and points.metric != HELLINGER:
        raise RequestError(
            f"Hellinger's distance is one of distributions, which these {points.kind} are not",
            f"leave --metric out, or take {COSINE} or {EUCLIDEAN}",
        )
    return replace(points, metric=metric)


def _chosen(points: Points, n: int | None, observer: Observer, why: str = "") -> Points:
    """Return the points that can be compared, and so many of them as are wanted.

    ``why``: what is noted of the number if it leaves any out.
    """
    places = np.arange(len(points))
    if points.metric != EUCLIDEAN or points.kind == DOCUMENTS:
        places = np.flatnonzero(np.asarray(points.vectors).any(axis=1))
        if missing := len(points) - len(places):
            one = counted(missing, points.noun)
            observer.note(f"left out, since the model knows nothing of them: {one}")
    if not len(places):
        raise InputError(f"there are no {points.kind} that the model knows anything of")
    if n is not None and n < len(places):
        if why:
            observer.note(why)
        even = points.kind == DOCUMENTS
        which = f"{n:,} of {len(places):,} {points.kind}, "
        observer.note(which + ("taken evenly" if even else "the first ones"))
        places = places[np.linspace(0, len(places) - 1, n).astype(np.int64)] if even else places[:n]
    whole = len(places) == len(points)
    return points if whole else points.selected(places)
