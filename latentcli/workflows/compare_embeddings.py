"""Two embeddings side by side: how far they agree on which words are near, and where not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from latentcli.errors import RequestError
from latentcli.evaluation.neighbour_overlap import Overlap, neighbour_overlap, shared_nearest
from latentcli.formats.artefact import Artefact
from latentcli.formats.models import open_embedding
from latentcli.observer import Observer
from latentcli.wording import counted
from latentcli.workflows.compare import Compared, ComparisonRequest, Summary

# Bands of frequency: from so many occurrences on.
_BANDS = (1, 10, 100, 1_000, 10_000)

LEAST, MOST = "least", "most"


class WordPair(NamedTuple):
    """A word of both embeddings, and which of its nearest words are the same in both.

    ``relation``: whether it is among those that agree least or most; ``occurrences``: of the word
    in the first's corpus, None where that is not known.
    """

    a: str
    b: str
    similarity: float
    relation: str
    occurrences: int | None
    in_both: list[str]
    only_in_a: list[str]
    only_in_b: list[str]


def compare_embeddings(
    run_a: Artefact, run_b: Artefact, request: ComparisonRequest, observer: Observer
) -> Compared:
    """Compare the nearest words of words that both have; RequestError for fewer than two."""
    a, b = open_embedding(run_a), open_embedding(run_b)
    found = neighbour_overlap(a, b, request.neighbors, request.words)
    if len(found.words) < 2:
        raise RequestError(
            f"the two embeddings have {counted(len(found.words), 'word')} in common",
            "are they of the same language and word rule?",
        )
    summary = list(_summary(run_a, run_b, found))
    for line in summary:
        observer.note(f"{line.relation}: overlap {line.similarity:.4f}, {line.detail}")
    return Compared(list(_rows((run_a, run_b), found, request)), summary)


def _summary(run_a: Artefact, run_b: Artefact, found: Overlap) -> Iterator[Summary]:
    same = all(
        run_a.manifest["files"][path]["sha256"] == run_b.manifest["files"][path]["sha256"]
        for path in ("vocabulary.txt", "arrays/vectors.npy")
    )
    chance = f"chance: {found.chance:.2g}"
    ids = run_a.id, run_b.id
    detail = f"{counted(len(found.words), 'word')}; {chance}"
    yield Summary(*ids, float(found.overlap.mean()), "identical" if same else "different", detail)
    if found.counts is None:  # of imported vectors
        return
    for low, high in zip(_BANDS, (*_BANDS[1:], None), strict=True):
        there = (found.counts >= low) & (found.counts < (high or np.inf))
        if there.any():
            band = f"seen {low:,} to {high - 1:,} times" if high else f"seen {low:,} times or more"
            detail = f"{counted(int(there.sum()), 'word')}; {chance}"
            yield Summary(*ids, float(found.overlap[there].mean()), band, detail)


def _rows(
    runs: tuple[Artefact, Artefact], found: Overlap, request: ComparisonRequest
) -> Iterator[WordPair]:
    """Yield the words that agree least, then those that agree most, the frequent first in ties.

    Where nobody knows how frequent they are, ties go in the order of the first embedding.
    """
    ranks = np.arange(len(found.words)) if found.counts is None else -found.counts
    least, most = np.lexsort((ranks, found.overlap)), np.lexsort((ranks, -found.overlap))
    n = min(request.n, len(found.words) // 2)
    a, b = (open_embedding(run) for run in runs)
    for places, relation in ((least[:n], LEAST), (most[:n], MOST)):
        words = [found.words[int(place)] for place in places]
        near = shared_nearest(a, b, words, request.neighbors)
        for place, word, (first, second) in zip(places, words, near, strict=True):
            yield WordPair(
                word, word, float(found.overlap[place]), relation,
                None if found.counts is None else int(found.counts[place]),
                *_parted(first, second),
            )  # fmt: skip


def _parted(first: Sequence[str], second: Sequence[str]) -> tuple[list[str], list[str], list[str]]:
    return (
        [word for word in first if word in second],
        [word for word in first if word not in second],
        [word for word in second if word not in first],
    )
