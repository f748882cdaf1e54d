"""The odd one out of a set of words: the one that has least of what they have in common."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from latentcli import kernels
from latentcli.queries.directions import mean_direction
from latentcli.queries.words import Found

if TYPE_CHECKING:
    from latentcli.models.word_vectors import Asked

# Of two words each is as far from their mean as the other.
LEAST_WORDS = 3


class OddWord(NamedTuple):
    """A word of the set asked about, and its similarity to the whole set."""

    query: str
    word: str
    similarity: float


def odd_one_out(model: Asked, words: Sequence[Found]) -> list[OddWord]:
    """Return the words, the odd one first.

    ``similarity`` is the cosine of the word's vector and the mean of all the words' unit vectors:
    the definition of gensim's ``doesnt_match``. Ties go in the order given.
    """
    mean = array("d", mean_direction([word.vector(model) for word in words]))
    query = " ".join(word.word for word in words)
    rows = [OddWord(query, word.word, kernels.cosine(word.vector(model), mean)) for word in words]
    return sorted(rows, key=lambda row: row.similarity)
