"""Expressions of words, as ``king - man + woman`` or ``2 * king - man``: their terms and vector.

Terms are words at unit length, as in an analogy (Mikolov, Yih and Zweig 2013), which is the
expression ``b - a + c``. Operators stand between spaces, since words may have such signs in them.
"""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from latentcli.errors import RequestError
from latentcli.queries.directions import combined, unit
from latentcli.queries.words import Found, shortened

if TYPE_CHECKING:
    from latentcli.models.word_vectors import Asked

_SIGNS = {"+": 1.0, "-": -1.0, "\u2212": -1.0}  # the last as it is printed
_TIMES = "*"
_HINT = "as in 'king - man + 2 * woman', with spaces around operators and without parentheses"
# Of a sum of unit vectors so short that float32 leaves nothing of its direction.
_NOTHING = 1e-6
# Shorter, its numbers are so small that float32 has few digits for them, or none.
_SHORTEST = 1e-30
_LARGEST_WEIGHT = 1e9


class Term(NamedTuple):
    """A word of an expression, as it is written there, and its weight."""

    weight: float
    word: str


class Expression(NamedTuple):
    """An expression as it was given, in ``word``, and its words with their weights.

    ``unit``: the words count at unit length, else as long as they are.
    """

    word: str
    parts: tuple[tuple[float, Found], ...]
    unit: bool = True

    @property
    def rows(self) -> Collection[int]:
        """The rows of its words, which are left out of its neighbours."""
        return {row for _, found in self.parts for row in found.rows}

    def vector(self, model: Asked) -> list[float]:
        """Return the sum: float (dim,).

        Raises RequestError where the terms cancel out, or the sum is beyond float32.
        """
        vectors = [(weight, found.vector(model)) for weight, found in self.parts]
        total = combined(
            (weight, unit(vector) if self.unit else vector) for weight, vector in vectors
        )
        weights = math.fsum(abs(weight) for weight, _ in vectors)
        length = math.hypot(*total)
        if self.unit and length <= max(_NOTHING * weights, _SHORTEST):
            raise RequestError(
                f"'{shortened(self.word)}': its terms cancel out, and nothing is nearest to zero"
            )
        if not all(map(math.isfinite, array("f", total))):
            raise RequestError(f"'{shortened(self.word)}': the sum of its terms is too long")
        return total


def terms(text: str) -> list[Term] | None:
    """Return the terms of an expression; None for a text that has no operator between spaces.

    Raises RequestError for one that has, but is no expression.

    >>> terms("2 * king - new york")
    [Term(weight=2.0, word='king'), Term(weight=-1.0, word='new york')]
    """
    tokens = text.split()
    if len(tokens) < 2 or not any(token in _SIGNS or token == _TIMES for token in tokens):
        return None
    groups = _parted(tokens, _SIGNS)
    if not groups[0][1]:  # a sign before the first term
        del groups[0]
    return [_term(text, sign, words) for sign, words in groups]


def _parted(tokens: Sequence[str], operators: Collection[str]) -> list[tuple[str, list[str]]]:
    """Return what stands between operators, each with the operator before it; first "+"."""
    groups: list[tuple[str, list[str]]] = [("+", [])]
    for token in tokens:
        if token in operators:
            groups.append((token, []))
        else:
            groups[-1][1].append(token)
    return groups


def _term(text: str, sign: str, tokens: list[str]) -> Term:
    if not tokens:
        raise _malformed(text, f"no word behind '{sign}'")
    factors = [" ".join(factor) for _, factor in _parted(tokens, _TIMES)]
    if not all(factors):
        raise _malformed(text, f"'{_TIMES}' wants a number before it and a word behind it")
    words = [factor for factor in factors if _number(factor) is None] or [factors[-1]]
    if len(words) > 1:
        raise _malformed(text, f"'{shortened(words[0])}' is no number")
    factors.remove(words[0])
    weight = math.prod(number for each in factors if (number := _number(each)) is not None)
    if not abs(weight) <= _LARGEST_WEIGHT:
        raise _malformed(text, f"{weight:g} is too large a weight")
    return Term(_SIGNS[sign] * weight, words[0])


def _number(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def check_term(text: str, word: str) -> None:
    """Raise RequestError for a word of an expression that has an operator stuck to it.

    The word rule of a model would drop what is no letter, so that ``2*king`` would be *king*.
    """
    for token in word.split():
        if re.search(r"^[-+*(]|[-+*)]$|[+*()]", token):
            raise _malformed(text, f"'{shortened(token)}' is no word of the model")


def spaces_wanted(words: Iterable[str]) -> str:
    """Return what to say of unknown words that may be expressions without spaces, or nothing."""
    if any(re.search(r"\w[-+*]+\w", word) for word in words):
        return "(An expression has spaces around its signs: 'king - man'.)"
    return ""


def _malformed(text: str, why: str) -> RequestError:
    return RequestError(f"expression '{shortened(text)}': {why}", _HINT)
