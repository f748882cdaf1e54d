"""Words on the axis between two poles; no NumPy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from latentcli.errors import InputError, NothingFound
from latentcli.observer import SILENT, Observer
from latentcli.queries.axis import Projected, ends, projected
from latentcli.queries.axis import axis as between
from latentcli.queries.words import Found, check_query
from latentcli.store.cache import Cache
from latentcli.workflows.ask import check_words, known_words, open_model

if TYPE_CHECKING:
    from latentcli.models.word_vectors import Asked

# Of the rarer words vectors say little, and they would stand at the ends of every axis.
FREQUENT_WORDS = 20_000


def axis(
    cache: Cache,
    poles: tuple[str, str],
    words: Sequence[str] | None = None,
    ref: str | None = None,
    n: int = 20,
    restrict_vocab: int = FREQUENT_WORDS,
    observer: Observer = SILENT,
) -> list[Projected]:
    """Return words by their place on the axis from the first pole to the second.

    These are ``words``, or the ``n`` nearest to either end among the first ``restrict_vocab`` of
    the model. A pole is a word, or several with commas between them. Raises NothingFound where no
    word, or none of a pole, is known.
    """
    for pole in poles:
        check_query(pole)
    if words is not None:
        check_words(words)
    model = open_model(cache, ref, observer)
    first, second = (_pole(model, pole, observer) for pole in poles)
    along = between(model, first, second)
    if words is not None:
        return projected(model, along, known_words(model, words, observer, compose=True))
    if restrict_vocab < len(model.words):
        observer.note(
            f"of the first {restrict_vocab:,} of {len(model.words):,} words (--restrict-vocab)"
        )
    but = {row for word in (*first, *second) for row in word.rows}
    found = ends(model, along, n, restrict_vocab, but)
    if not found:
        raise NothingFound("the model has no words but those of the poles")
    return found


def _pole(model: Asked, pole: str, observer: Observer) -> list[Found]:
    """Look up the words of a pole; one with a comma in it may be a word of the model itself."""
    if pole.strip() in model.words:
        return known_words(model, [pole], observer)
    words = [word for word in pole.split(",") if word.strip()]
    if not words:
        raise InputError(f"pole '{pole}': no word between the commas")
    return known_words(model, words, observer, compose=True)
