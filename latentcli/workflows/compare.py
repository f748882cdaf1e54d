"""Compare two models of one kind: what they have in common, and what is of one alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from latentcli.errors import RequestError
from latentcli.formats.artefact import Artefact
from latentcli.formats.models import TOPIC_MODEL
from latentcli.formats.word_vectors import EMBEDDING
from latentcli.observer import SILENT, Observer
from latentcli.store.cache import Cache
from latentcli.workflows.find import chosen_run

_CALLED = {TOPIC_MODEL: "a topic model", EMBEDDING: "an embedding"}


@dataclass(frozen=True)
class ComparisonRequest:
    """What of two models to show.

    ``n``: how many words of each topic, or how many words whose neighbours agree least and most;
    ``neighbors``: how many nearest words are compared; ``words``: for how many words, at most.
    """

    n: int = 10
    neighbors: int = 10
    words: int = 2_000


class Summary(NamedTuple):
    """Two runs, by their ids, how similar they are, and on what that stands."""

    a: str
    b: str
    similarity: float
    relation: str
    detail: str


class Compared(NamedTuple):
    """The parts of two models side by side, and the whole in a line or several."""

    rows: Sequence[Any]
    summary: list[Summary]


def compare(
    cache: Cache,
    a: str,
    b: str,
    request: ComparisonRequest | None = None,
    observer: Observer = SILENT,
) -> Compared:
    """Compare two topic models, or two embeddings; raise RequestError for anything else."""
    request = request or ComparisonRequest()
    first, second = (chosen_run(cache, ref, None, observer) for ref in (a, b))
    for ref, run in ((a, first), (b, second)):
        if run.kind not in _CALLED:
            raise RequestError(
                f"'{ref}' is a run of kind {run.kind}: there are no topics or vectors to compare",
                "name two topic models or two embeddings: 'latent models' lists them",
            )
    if first.kind != second.kind:
        raise RequestError(
            f"'{a}' is {_CALLED[first.kind]}, '{b}' {_CALLED[second.kind]}: they do not compare",
            "name two topic models or two embeddings: 'latent models' lists them",
        )
    return _compared(cache, first, second, request, observer)


def _compared(
    cache: Cache, a: Artefact, b: Artefact, request: ComparisonRequest, observer: Observer
) -> Compared:
    if a.kind == EMBEDDING:
        from latentcli.workflows.compare_embeddings import compare_embeddings

        return compare_embeddings(a, b, request, observer)
    from latentcli.workflows.compare_topics import compare_topics

    return compare_topics(cache, a, b, request, observer)
