"""The vectors of words as numbers, for other programs; no NumPy."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from latentcli.observer import SILENT, Observer
from latentcli.queries.directions import unit as at_unit_length
from latentcli.store.cache import Cache
from latentcli.workflows.ask import check_words, known_words, open_model


class NumberedWord(NamedTuple):
    """A word and its vector: float32 (dim,)."""

    word: str
    vector: array[float]


def vector(
    cache: Cache,
    words: Sequence[str],
    ref: str | None = None,
    unit: bool = False,
    observer: Observer = SILENT,
) -> Iterator[NumberedWord]:
    """Yield the vector of each word, raw or at ``unit`` length.

    Unknown words among known ones are noted; raises NothingFound where none is known.
    """
    check_words(words)
    model = open_model(cache, ref, observer)
    for word in known_words(model, words, observer, compose=True):
        numbers = word.vector(model)
        yield NumberedWord(word.word, array("f", at_unit_length(numbers) if unit else numbers))
