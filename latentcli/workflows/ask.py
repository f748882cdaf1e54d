"""Ask an embedding: nearest neighbours, analogies, similarities."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from latentcli.errors import InputError, NothingFound, RequestError
from latentcli.formats.artefact import Artefact
from latentcli.formats.word_vectors import EMBEDDING, open_word_vectors
from latentcli.models.word_vectors import Space, WordVectors
from latentcli.observer import SILENT, Observer
from latentcli.queries.analogy import analogy as solve_analogy
from latentcli.queries.neighbours import METRICS, DistantNeighbor, Neighbor, Target, neighbours
from latentcli.queries.similarity import Similarity
from latentcli.queries.similarity import similarity as measure_similarity
from latentcli.queries.words import (
    Found,
    check_query,
    find_or_compose,
    find_word,
    shortened,
    spelling_hint,
    unknown_words,
)
from latentcli.store.cache import Cache
from latentcli.store.derived import scan_index
from latentcli.wording import counted, there_are
from latentcli.workflows.find import chosen_run

if TYPE_CHECKING:
    from latentcli.models.word_vectors import Asked

_NAMED_UNKNOWN = 5


def open_model(cache: Cache, ref: str | None, observer: Observer) -> WordVectors:
    """Open the embedding that ``ref`` means; None: the latest, and the observer is told which."""
    return open_word_vectors(chosen_run(cache, ref, EMBEDDING, observer))


def open_space(cache: Cache, ref: str | None, observer: Observer) -> Space:
    """Open the embedding that ``ref`` means, to be searched."""
    return space_of(cache, chosen_run(cache, ref, EMBEDDING, observer))


def space_of(cache: Cache, run: Artefact) -> Space:
    """Open an embedding's run, to be searched."""
    model = open_word_vectors(run)
    return Space(model, scan_index(cache, run, model.vectors))


def neighbors(
    cache: Cache,
    words: Sequence[str],
    ref: str | None = None,
    n: int = 10,
    metric: str = "cosine",
    observer: Observer = SILENT,
) -> Iterator[Neighbor | DistantNeighbor]:
    """Yield the nearest words of each word, or of each expression of words.

    What has unknown words is noted among what has none; raises NothingFound where all has.
    """
    if metric not in METRICS:
        raise RequestError(f"no metric '{metric}'", there_are(METRICS))
    check_words(words)
    model, index = open_space(cache, ref, observer)
    return neighbours(model, _targets(model, words, metric, observer), n, metric, index)


def _targets(
    model: Asked, queries: Sequence[str], metric: str, observer: Observer
) -> Sequence[Target]:
    """Look up words, and expressions of words if there may be any, whose parser takes time."""
    if any(len(query.split()) > 1 for query in queries):
        from latentcli.workflows.expressions import known_targets

        return known_targets(model, queries, metric, observer)
    try:
        return known_words(model, queries, observer, compose=True)
    except NothingFound as error:
        from latentcli.queries.expressions import spaces_wanted

        hint = f"{error.hint} {spaces_wanted(queries)}".strip()
        raise NothingFound(error.message, hint) from None


def check_words(words: Sequence[str]) -> None:
    """Raise InputError where there are no words, RequestError where one is empty."""
    if not words:
        raise InputError("no words to look up", "give one a line on standard input")
    for word in words:
        check_query(word)


def known_words(
    model: Asked, words: Sequence[str], observer: Observer, compose: bool = False
) -> list[Found]:
    """Look words up; unknown ones are noted, NothingFound is raised where none is known.

    ``compose``: vectors of unknown words, where the model has n-grams, and that is noted too.
    """
    looked_up = [(word, look_up(model, word, observer, compose)) for word in words]
    unknown = [word for word, found in looked_up if found is None]
    known = [found for _, found in looked_up if found is not None]
    if not known:
        raise unknown_words(model, unknown)
    note_unknown(model, unknown, observer)
    note_composed(known, observer)
    return known


def note_composed(words: Sequence[Found], observer: Observer) -> None:
    """Note which words' vectors are composed, some by name, and of how many n-grams."""
    composed = {word.word: word.composed for word in words if word.composed is not None}
    for word, parts in list(composed.items())[:_NAMED_UNKNOWN]:
        observer.note(
            f"'{shortened(word)}' is not among the model's words: its vector is composed of "
            f"{counted(parts.known, 'n-gram')}"
            + (f" ({parts.ngrams - parts.known} more are unknown)" * (parts.known < parts.ngrams))
        )
    if len(composed) > _NAMED_UNKNOWN:
        observer.note(f"and {counted(len(composed) - _NAMED_UNKNOWN, 'more composed vector')}")


def look_up(model: Asked, word: str, observer: Observer, compose: bool = True) -> Found | None:
    """Look a word up; imported words have no rule, so that another spelling is worth a note."""
    found = find_or_compose(model, word) if compose else find_word(model, word)
    if found is not None and model.imported and found.word != word.strip():
        observer.note(f"'{shortened(word)}' is '{shortened(found.word)}' among the imported words")
    return found


def note_unknown(model: Asked, unknown: Sequence[str], observer: Observer) -> None:
    """Note which words are unknown, some by name with the nearest spellings."""
    for word in unknown[:_NAMED_UNKNOWN]:
        hint = spelling_hint(model, word)
        observer.note(f"unknown word '{shortened(word)}'" + (f"; {hint}" if hint else ""))
    if len(unknown) > _NAMED_UNKNOWN:
        observer.note(f"and {len(unknown) - _NAMED_UNKNOWN} more unknown words")


def analogy(
    cache: Cache,
    a: str,
    b: str,
    c: str,
    ref: str | None = None,
    n: int = 10,
    observer: Observer = SILENT,
) -> Sequence[Neighbor]:
    """Answer "a is to b as c is to ?"; raises NothingFound where a word is unknown."""
    for word in (a, b, c):
        check_query(word)
    model, index = open_space(cache, ref, observer)
    found = [look_up(model, word, observer) for word in (a, b, c)]
    first, second, third = found
    if first is None or second is None or third is None:
        missing = [word for word, one in zip((a, b, c), found, strict=True) if one is None]
        raise unknown_words(model, missing)
    note_composed([first, second, third], observer)
    return solve_analogy(model, first, second, third, n, index)


def similarity(
    cache: Cache,
    pairs: Iterable[tuple[str, str]],
    ref: str | None = None,
    observer: Observer = SILENT,
) -> list[Similarity]:
    """Measure pairs of words; a pair with an unknown word is left out with a note.

    Raises NothingFound where no pair is left.
    """
    pairs = list(pairs)
    if not pairs:
        raise InputError("no pairs of words", "give two words a line on standard input")
    for pair in pairs:
        for word in pair:
            check_query(word)
    model = open_model(cache, ref, observer)
    answers: list[Similarity] = []
    unknown: list[str] = []
    known: list[Found] = []
    for a, b in pairs:
        first, second = look_up(model, a, observer), look_up(model, b, observer)
        if first is None or second is None:
            unknown += [word for word, found in ((a, first), (b, second)) if found is None]
        else:
            known += [first, second]
            answers.append(measure_similarity(model, first, second))
    if not answers:
        raise unknown_words(model, unknown)
    note_unknown(model, unknown, observer)
    note_composed(known, observer)
    return answers
