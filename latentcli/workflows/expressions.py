"""Questions that may be expressions of words, looked up in an embedding; no NumPy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from latentcli.observer import Observer
from latentcli.queries.expressions import Expression, Term, check_term, terms
from latentcli.queries.neighbours import Target
from latentcli.queries.words import Found, unknown_words
from latentcli.workflows.ask import look_up, note_composed, note_unknown

if TYPE_CHECKING:
    from latentcli.models.word_vectors import Asked


def known_targets(
    model: Asked, queries: Sequence[str], metric: str, observer: Observer
) -> list[Target]:
    """Look up words and expressions; those with unknown words are noted.

    Raises NothingFound where all have unknown words, RequestError for a malformed expression.
    """
    known: list[Target] = []
    words: list[Found] = []
    unknown: list[str] = []
    for query in queries:
        parts = expression_terms(model, query)
        written = parts or [Term(1.0, query)]
        found = [(weight, look_up(model, word, observer)) for weight, word in written]
        there = [(weight, word) for weight, word in found if word is not None]
        if len(there) < len(found):
            pairs = zip(written, found, strict=True)
            unknown += [term.word for term, (_, word) in pairs if word is None]
            continue
        words += [word for _, word in there]
        expression = Expression(query.strip(), tuple(there), unit=metric == "cosine")
        known.append(expression if parts else there[0][1])
    if not known:
        raise unknown_words(model, unknown)
    note_unknown(model, unknown, observer)
    note_composed(words, observer)
    return known


def expression_terms(model: Asked, query: str) -> list[Term] | None:
    """Return the terms of an expression; None for a word, and for what the model has as a word.

    Raises RequestError for a malformed expression.
    """
    if query in model.words or query.strip() in model.words:
        return None
    found = terms(query)
    for term in found or ():
        if term.word not in model.words:
            check_term(query, term.word)
    return found
