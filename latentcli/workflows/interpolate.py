"""What lies between two words, two documents or two topics; NumPy where topics are mixed."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple, cast

from latentcli.errors import RequestError
from latentcli.formats.artefact import Artefact
from latentcli.formats.word_vectors import EMBEDDING
from latentcli.models.document_space import HELLINGER, DocumentSpace
from latentcli.observer import SILENT, Observer
from latentcli.queries.directions import combined
from latentcli.queries.interpolation import Arc, StepWord, arc, steps, words_between
from latentcli.queries.questions import row_of
from latentcli.queries.search import nearest_documents
from latentcli.queries.words import NO_ROW, check_query, shortened, unknown_words
from latentcli.store.cache import Cache
from latentcli.wording import there_are
from latentcli.workflows.ask import look_up, note_composed, space_of
from latentcli.workflows.find import chosen_run
from latentcli.workflows.kept_documents import (
    document_space,
    nothing_known_of,
    unknown_documents,
)

if TYPE_CHECKING:
    from latentcli.models.topic_model import LsiModel, MixtureModel

# As in models/points.py, which loads NumPy.
WORDS, DOCUMENTS, TOPICS = KINDS = ("words", "documents", "topics")
_TOPIC_MODEL = "topic-model"


class Walk(NamedTuple):
    """From where to where, in how many steps, and how many words or documents at each.

    ``of`` None: words of an embedding, documents of a topic model; ``show`` None: words, but for
    documents that are points among others.
    """

    a: str
    b: str
    n_steps: int = 7
    n: int = 3
    of: str | None = None
    show: str | None = None


class StepDocument(NamedTuple):
    """A document near a step, how similar it is, and its label."""

    step: int
    document: str
    similarity: float
    t: float
    label: str | None


class StepMixtureWord(NamedTuple):
    """A word of the mixture of topics at a step, and its probability there."""

    step: int
    word: str
    probability: float
    t: float


Rows = Iterator[StepWord | StepDocument | StepMixtureWord]


def interpolate(
    cache: Cache, walk: Walk, ref: str | None = None, observer: Observer = SILENT
) -> Rows:
    """Yield what is nearest to each step of the way, the two ends counted in.

    Vectors go along the arc between them; mixtures of topics are mixed, in a straight line. Raises
    NothingFound for an unknown end, RequestError where there is no way.
    """
    for end in (walk.a, walk.b):
        check_query(end)
    for option, choice, choices in (("of", walk.of, KINDS), ("show", walk.show, KINDS[:2])):
        if choice is not None and choice not in choices:
            raise RequestError(f"--{option} {choice}: no such choice", there_are(choices))
    run = _chosen(cache, ref, walk.of, observer)
    of = walk.of or (WORDS if run.kind == EMBEDDING else DOCUMENTS)
    if of != DOCUMENTS and walk.show == DOCUMENTS:
        raise RequestError(f"--show documents: there are none between {of}", "leave it out")
    between = {WORDS: _words, DOCUMENTS: _documents, TOPICS: _topics}[of]
    return between(cache, run, walk, observer)


def _chosen(cache: Cache, ref: str | None, of: str | None, observer: Observer) -> Artefact:
    named = ref is not None or os.environ.get("LATENT_MODEL", "").strip()
    if of == WORDS or (of is None and not named):
        return chosen_run(cache, ref, EMBEDDING, observer)
    run = chosen_run(cache, ref, _TOPIC_MODEL if of == TOPICS else None, observer)
    if run.kind not in (EMBEDDING, _TOPIC_MODEL):
        raise RequestError(f"'{ref}' is a {run.kind}", "choose a topic model or an embedding")
    return run


def _words(cache: Cache, run: Artefact, walk: Walk, observer: Observer) -> Rows:
    model, index = space_of(cache, run)
    ends = [look_up(model, word, observer) for word in (walk.a, walk.b)]
    known = [end for end in ends if end is not None]
    if len(known) < 2:
        pairs = zip((walk.a, walk.b), ends, strict=True)
        raise unknown_words(model, [word for word, end in pairs if end is None])
    a, b = known
    _check_apart(a.word, b.word)
    note_composed(known, observer)
    way = arc(a.vector(model), b.vector(model))
    return words_between(model, way, steps(walk.n_steps, a.row, b.row), walk.n, index)


def _documents(cache: Cache, run: Artefact, walk: Walk, observer: Observer) -> Rows:
    space, _ = document_space(cache, run, observer)
    a, b = _rows_of(space, walk)
    if space.similarity == HELLINGER:
        mixture = _mixture(run)
        theta = [mixture.doc_topic[row].tolist() for row in (a, b)]
        if walk.show == DOCUMENTS:
            return _nearest(space, walk, (a, b), lambda t: _roots(_mixed(theta, t)))
        return _mixture_words(mixture, walk, theta)
    way = arc(row_of(space.vectors, a), row_of(space.vectors, b))
    if walk.show != WORDS:
        return _nearest(space, walk, (a, b), way.at)
    if run.kind != EMBEDDING:
        return _lsi_words(run, walk, way)
    model, index = space_of(cache, run)
    return words_between(model, way, steps(walk.n_steps, NO_ROW, NO_ROW), walk.n, index)


def _lsi_words(run: Artefact, walk: Walk, way: Arc) -> Iterator[StepWord]:
    from latentcli.formats.models import open_topic_model
    from latentcli.queries.topics import words_of_direction

    model = cast("LsiModel", open_topic_model(run))
    for step in steps(walk.n_steps, NO_ROW, NO_ROW):
        for word, similarity in words_of_direction(model, way.at(step.t), walk.n):
            yield StepWord(step.number, word, similarity, step.t)


def _rows_of(space: DocumentSpace, walk: Walk) -> tuple[int, int]:
    found = {end: space.document_ids.find(end) for end in (walk.a, walk.b)}
    unknown = [end for end, row in found.items() if row is None]
    if unknown:
        raise unknown_documents(space.document_ids, unknown)
    _check_apart(walk.a, walk.b)
    a, b = (row for row in found.values() if row is not None)
    for end, row in ((walk.a, a), (walk.b, b)):
        if not any(row_of(space.vectors, row)):
            raise nothing_known_of(end)
    return a, b


def _nearest(
    space: DocumentSpace, walk: Walk, ends: tuple[int, int], at: Callable[[float], list[float]]
) -> Iterator[StepDocument]:
    for step in steps(walk.n_steps, *ends):
        for row, similarity in nearest_documents(space, at(step.t), walk.n, step.but):
            label = (space.labels[row] or None) if space.labels is not None else None
            yield StepDocument(step.number, space.document_ids[row], similarity, step.t, label)


def _topics(cache: Cache, run: Artefact, walk: Walk, observer: Observer) -> Rows:
    from latentcli.queries.topics import check_topic

    if run.manifest["algorithm"] == "lsi":
        raise RequestError(
            "LSI's topics are axes with two poles, not distributions over words: a mixture of two "
            "has no words of its own",
            "--of documents goes between documents of its space; other algorithms' topics mix",
        )
    model = _mixture(run)
    numbers = [_number(end) for end in (walk.a, walk.b)]
    for number in numbers:
        check_topic(model, number)
    _check_apart(*map(str, numbers))
    pure = [[float(topic == number) for topic in range(model.n_topics)] for number in numbers]
    return _mixture_words(model, walk, pure)


def _number(topic: str) -> int:
    if not topic.strip().isdecimal():
        raise RequestError(f"'{topic}' is no number of a topic", "'latent topics' prints them")
    return int(topic)


def _mixture_words(
    model: MixtureModel, walk: Walk, theta: list[list[float]]
) -> Iterator[StepMixtureWord]:
    import numpy as np

    from latentcli.queries.topics import mixture_words

    for step in steps(walk.n_steps, NO_ROW, NO_ROW):
        for word, probability in mixture_words(model, np.array(_mixed(theta, step.t)), walk.n):
            yield StepMixtureWord(step.number, word, probability, step.t)


def _mixed(theta: list[list[float]], t: float) -> list[float]:
    """Return the topic shares of the mixture: (1 - t) of the first and t of the second."""
    return combined(zip((1 - t, t), theta, strict=True))


def _roots(theta: list[float]) -> list[float]:
    return [math.sqrt(share) for share in theta]


def _mixture(run: Artefact) -> MixtureModel:
    from latentcli.formats.models import open_topic_model

    return cast("MixtureModel", open_topic_model(run))  # LSI's has been told from it


def _check_apart(a: str, b: str) -> None:
    if a == b:
        raise RequestError(f"both ends are '{shortened(a)}': there is no way between them")
