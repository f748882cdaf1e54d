"""The words that moved between two embeddings, beyond what chance would have them move."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from latentcli.errors import NothingFound, RequestError
from latentcli.evaluation.drift import (
    LEAST_PERMUTATIONS,
    Distances,
    Moved,
    moved_beyond_chance,
    moved_beyond_others,
)
from latentcli.evaluation.procrustes import Turned, turned
from latentcli.formats.artefact import Artefact
from latentcli.formats.models import EMBEDDING, open_embedding
from latentcli.models.embedding import Embedding
from latentcli.models.word_vectors import Space
from latentcli.observer import SILENT, Observer
from latentcli.queries.neighbours import neighbours
from latentcli.queries.words import Found
from latentcli.store.cache import Cache
from latentcli.wording import counted
from latentcli.workflows.ask import check_words, known_words, space_of
from latentcli.workflows.find import chosen_run
from latentcli.workflows.permutations import permuted_models
from latentcli.workflows.reference_corpus import own_corpus

# So many that one word alone can pass at 0.05, though some permutations do not know every word.
PERMUTATIONS = 22
# Rarer words go so far by chance, now and then, that they would hide what moved.
LEAST_COUNT = 10
_NAMED = 5


@dataclass(frozen=True)
class DriftRequest:
    """Which words to show, and how to judge them.

    ``words``: these; none: those that moved most beyond chance, of which ``n``; ``all``: whether
    those count, too, that did not pass at the false discovery rate ``alpha``. ``permutations``
    None: so many as are usual, where the corpora allow it; 0: none. ``align_by``: by how many of
    the most frequent words the spaces are aligned; None: by all. ``neighbors``: so many of each.
    ``least``: words that occur less often in one of the corpora are not judged.
    """

    words: Sequence[str] = ()
    n: int = 20
    all: bool = False
    alpha: float = 0.05
    permutations: int | None = None
    align_by: int | None = None
    neighbors: int = 5
    least: int = LEAST_COUNT


class DriftingWord(NamedTuple):
    """A word of both embeddings, and how far it moved: a cosine distance, from 0 to 2.

    ``p``: how often chance moves words as far beyond what is expected of them; ``q``: the false
    discovery rate at which the word passes; ``expected``: the distance that chance gives it. All
    None for a word that is too rare to be judged. Counts are None where they are not known.
    """

    word: str
    drift: float
    p: float | None
    q: float | None
    expected: float | None
    count_a: int | None
    count_b: int | None
    neighbors_a: list[str]
    neighbors_b: list[str]


def drift(
    cache: Cache,
    a: str,
    b: str,
    request: DriftRequest | None = None,
    observer: Observer = SILENT,
) -> Iterator[DriftingWord]:
    """Return words with their drift, the surest first, or those asked for, in their order.

    Raises NothingFound where no word moved more than chance would have it, or none that is asked
    for is in both; RequestError where the two cannot be compared.
    """
    request = request or DriftRequest()
    if request.permutations is not None and 0 < request.permutations <= LEAST_PERMUTATIONS:
        raise RequestError(
            f"--permutations {request.permutations}: too few to judge a word by",
            f"{LEAST_PERMUTATIONS + 1} are the fewest; 0 judges words by others of their frequency",
        )
    runs = _Runs(*(_unturned(cache, chosen_run(cache, ref, EMBEDDING, observer)) for ref in (a, b)))
    if runs.a.id == runs.b.id:
        raise RequestError(f"'{a}' and '{b}' are one embedding", "name two")
    pair = _Pair(runs, request.align_by, request.least)
    _say_how_well(pair.turned, observer)
    asked = _asked(pair, request.words, observer)
    moved, how = _judged(cache, pair, request, observer)
    passed = int(np.count_nonzero(moved.q <= request.alpha))
    _say_how_many(moved, passed, request, how, observer)
    shown = asked
    if not request.words:
        surest = np.argsort(-np.nan_to_num(moved.excess, nan=-np.inf), kind="stable")
        shown = surest[: request.n if request.all else min(request.n, passed)].tolist()
        if not shown:
            raise NothingFound(
                f"no word moved more than chance would have it, at a false discovery rate of "
                f"{request.alpha:g} ({how})",
                "--all shows those that moved most nevertheless",
            )
    return pair.rows(cache, shown, moved, request.neighbors)


class _Runs(NamedTuple):
    a: Artefact
    b: Artefact


class _Pair:
    """Two embeddings, aligned, and their common words, numbered."""

    def __init__(self, runs: _Runs, align_by: int | None, least: int) -> None:
        self.runs, self._align_by, self._least = runs, align_by, least
        self.a, self.b = (open_embedding(run) for run in runs)
        self.turned = turned(self.a, self.b, align_by)
        self.words = [self.a.words[row] for row in self.turned.in_a.tolist()]
        self.numbers = {word: number for number, word in enumerate(self.words)}

    def observed(self) -> Distances:
        """Return the distances of the two embeddings themselves; NaN for words too rare."""
        found = _distances(self.a, self.b, self.turned, self.numbers)
        if self.a.term_counts is None or self.b.term_counts is None:
            return found
        often = np.where(found.frequency >= self._least, 1, np.nan)
        return Distances(*(often * figures for figures in found))

    def permuted(self, a: Artefact, b: Artefact) -> Distances:
        """Return the distances of the same words in two other embeddings, aligned alike."""
        first, second = open_embedding(a), open_embedding(b)
        found = turned(first, second, self._align_by)
        return _distances(first, second, found, self.numbers)

    def rows(
        self, cache: Cache, numbers: Sequence[int], moved: Moved, n_neighbors: int
    ) -> Iterator[DriftingWord]:
        """Yield words with their drift and their neighbours in either embedding."""
        spaces = [space_of(cache, run) for run in self.runs]
        for number in numbers:
            row_a, row_b = int(self.turned.in_a[number]), int(self.turned.in_b[number])
            word = self.words[number]
            yield DriftingWord(
                word,
                1 - float(self.turned.cosines[number]),
                _figure(moved.p[number]),
                _figure(moved.q[number]),
                _figure(moved.expected[number]),
                _count(self.a, row_a),
                _count(self.b, row_b),
                _nearest(spaces[0], Found(word, row_a), n_neighbors),
                _nearest(spaces[1], Found(word, row_b), n_neighbors),
            )


def _distances(a: Embedding, b: Embedding, found: Turned, numbers: Mapping[str, int]) -> Distances:
    """Return the distances of the words that are numbered; NaN for those that one has not."""
    distance, frequency = (np.full(len(numbers), np.nan) for _ in range(2))
    rarer = np.minimum(_frequencies(a)[found.in_a], _frequencies(b)[found.in_b])
    places = np.array([numbers.get(a.words[row], -1) for row in found.in_a.tolist()], np.int64)
    there = places >= 0
    distance[places[there]] = 1 - found.cosines[there]
    frequency[places[there]] = rarer[there]
    return Distances(distance, frequency)


def _frequencies(model: Embedding) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return how often words occur, or, where nobody knows, what falls with their rows."""
    if model.term_counts is None:
        return 1 / np.arange(1.0, len(model.words) + 1)
    return np.maximum(np.asarray(model.term_counts, np.float64), 1)


def _judged(
    cache: Cache, pair: _Pair, request: DriftRequest, observer: Observer
) -> tuple[Moved, str]:
    """Judge all words; return also by what."""
    n = PERMUTATIONS if request.permutations is None else request.permutations
    if request.permutations is None and (why := _unpermuted(cache, pair.runs)):
        observer.note(
            f"{why}: words are judged by others of their frequency, a weaker test than "
            "permutations of the documents, which knows nothing of how much training itself "
            "leaves to chance"
        )
        n = 0
    if not n:
        return moved_beyond_others(pair.observed()), "by the words' own spread"
    together = math.ceil(1 / (request.alpha * n))
    if together > 1:
        observer.note(
            f"{counted(n, 'permutation')}: fewer than {together} words that moved cannot pass at "
            f"{request.alpha:g}; with --permutations {math.ceil(1.1 / request.alpha)} one can"
        )
    models = permuted_models(cache, *pair.runs, n, observer)
    distances = [pair.permuted(*each) for each in models]
    return moved_beyond_chance(pair.observed(), distances), counted(n, "permutation")


def _unpermuted(cache: Cache, runs: _Runs) -> str:
    """Say why documents cannot be dealt anew; empty where they can."""
    for run in runs:
        manifest = run.manifest
        if "corpus" not in manifest or "engine" not in manifest:
            return f"{run.id[:12]} was not trained by latent"
        if own_corpus(cache, manifest) is None:
            return f"the corpus of {run.id[:12]} is no longer in the cache"
    return ""


def _unturned(cache: Cache, run: Artefact) -> Artefact:
    """Return what an embedding was before it was aligned: how it was trained is known of that.

    Where that is gone, the turned vectors answer as well.
    """
    while (aligned := run.manifest.get("aligned")) is not None:
        try:
            run = chosen_run(cache, aligned["from"], EMBEDDING, SILENT)
        except RequestError:
            break
    return run


def _asked(pair: _Pair, words: Sequence[str], observer: Observer) -> list[int]:
    """Return the numbers of the words that are asked for; NothingFound where both have none."""
    if not words:
        return []
    check_words(words)
    known = [found.word for found in known_words(pair.a, words, observer)]
    missing = [word for word in known if word not in pair.numbers]
    if len(missing) == len(known):
        raise NothingFound(f"'{missing[0]}' is not among the words of the second embedding")
    for word in missing[:_NAMED]:
        observer.note(f"'{word}' is not among the words of the second embedding")
    return [pair.numbers[word] for word in known if word in pair.numbers]


def _say_how_well(found: Turned, observer: Observer) -> None:
    observer.note(
        f"{counted(len(found.in_a), 'word')} shared: mean cosine {found.before:.4f} before, "
        f"{found.after:.4f} after aligning"
    )


def _say_how_many(
    moved: Moved, passed: int, request: DriftRequest, how: str, observer: Observer
) -> None:
    n_judged = int(np.count_nonzero(np.isfinite(moved.q)))
    if n_judged < len(moved.q):
        rare = counted(len(moved.q) - n_judged, "word")
        observer.note(
            f"too rare to be judged, there or in permutations: {rare} (--least {request.least})"
        )
    if passed:
        observer.note(
            f"{passed:,} of {counted(n_judged, 'word')} moved more than chance would have it, at "
            f"a false discovery rate of {request.alpha:g} ({how})"
        )


def _nearest(space: Space, word: Found, n: int) -> list[str]:
    return [near.word for near in neighbours(space.model, [word], n, "cosine", space.scan_index)]


def _count(model: Embedding, row: int) -> int | None:
    return None if model.term_counts is None else int(model.term_counts[row])


def _figure(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
