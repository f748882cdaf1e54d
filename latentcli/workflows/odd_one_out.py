"""Which of some words does not belong to the others; no NumPy."""

from __future__ import annotations

from collections.abc import Sequence

from latentcli.errors import InputError, NothingFound, RequestError
from latentcli.observer import SILENT, Observer
from latentcli.queries.odd_one_out import LEAST_WORDS, OddWord
from latentcli.queries.odd_one_out import odd_one_out as ranked
from latentcli.queries.words import Found, check_query, shortened, unknown_words
from latentcli.store.cache import Cache
from latentcli.wording import counted
from latentcli.workflows.ask import look_up, note_composed, note_unknown, open_model


def odd_one_out(
    cache: Cache,
    sets: Sequence[Sequence[str]],
    ref: str | None = None,
    observer: Observer = SILENT,
) -> list[OddWord]:
    """Return the words of each set, the odd one first.

    Unknown words are noted; a set with fewer than three known ones is left out with a note. Raises
    NothingFound where no set is left, RequestError for a set of fewer than three words.
    """
    if not sets:
        raise InputError("no sets of words", "give three words or more a line on standard input")
    for words in sets:
        _check(words)
    model = open_model(cache, ref, observer)
    unknown: list[str] = []
    known: list[list[Found]] = []
    for words in sets:
        found = [(word, look_up(model, word, observer)) for word in words]
        unknown += [word for word, one in found if one is None]
        known.append([one for _, one in found if one is not None])
    answered = [there for there in known if len(there) >= LEAST_WORDS]
    if not answered:
        raise _too_few(unknown_words(model, unknown))
    note_unknown(model, unknown, observer)
    for given, there in zip(sets, known, strict=True):
        if len(there) < LEAST_WORDS:
            observer.note(
                f"'{shortened(' '.join(given))}': {counted(len(there), 'known word')}, of which "
                "none can be odd"
            )
    note_composed([word for there in answered for word in there], observer)
    return [row for there in answered for row in ranked(model, there)]


def _too_few(unknown: NothingFound) -> NothingFound:
    """Return the error for unknown words that leave no set large enough."""
    few = f"{LEAST_WORDS} known words are needed for one to be odd"
    return NothingFound(f"{unknown.message}; {few}", unknown.hint)


def _check(words: Sequence[str]) -> None:
    for word in words:
        check_query(word)
    if len(words) < LEAST_WORDS:
        raise RequestError(
            f"{counted(len(words), 'word')} given: of fewer than three none is the odd one",
            "name three words or more, or '-' to read sets from standard input",
        )
