"""Analogies: how often the word that is to c as b is to a is the one expected.

3CosAdd takes the word x with the largest cos(x, b) - cos(x, a) + cos(x, c) (Mikolov, Yih and Zweig
2013), 3CosMul that with the largest cos(x, b) cos(x, c) / (cos(x, a) + 1e-6), cosines moved to
between 0 and 1 (Levy and Goldberg 2014). The three words of the question are no answers, whatever
their case.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.evaluation.known_words import KnownWords, unit_vectors
from latentcli.models.embedding import Embedding

Rows = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

METHODS = ("3cosadd", "3cosmul")

_EPSILON = 1e-6
# Numbers at once: the cosines of all words asked for with a block of words; a block's scores.
_COSINES = 1 << 22
_SCORES = 1 << 18


class Solved(NamedTuple):
    """Of ``asked`` questions, those whose words are all known, and those answered rightly.

    ``right`` counts by method, in the order of METHODS.
    """

    asked: int
    covered: int
    right: tuple[int, ...]


def solve(
    model: Embedding,
    questions: Sequence[Sequence[tuple[str, str, str, str]]],
    limit: int,
    tell: Callable[[float, float], None] = lambda done, total: None,
) -> list[Solved]:
    """Solve the questions of each section, with the first ``limit`` words of the model.

    ``tell`` hears how many words of how many have been looked at.
    """
    known = KnownWords(model, limit)
    looked_up = [
        (section, [known.find(word) for word in question])
        for section, of_section in enumerate(questions)
        for question in of_section
    ]
    covered = [(section, rows) for section, rows in looked_up if None not in rows]
    section = np.array([section for section, _ in covered], np.int64)
    rows = np.array([rows for _, rows in covered], np.int64).reshape(-1, 4)
    answers = _answers(unit_vectors(model, len(known)), rows[:, :3], known.first, tell)
    right = [known.first[answer] == rows[:, 3] for answer in answers]
    return [
        Solved(
            len(of_section),
            int(np.count_nonzero(section == number)),
            tuple(int(np.count_nonzero(found[section == number])) for found in right),
        )
        for number, of_section in enumerate(questions)
    ]


def _answers(
    units: Floats, asked: Rows, first: Rows, tell: Callable[[float, float], None]
) -> list[Rows]:
    """Return the row of each question's answer, int64 (n_questions,), by each method.

    All that a score needs is the cosines of the words asked for with each word: one matrix
    product for a block of words. Logarithms make 3CosMul the same sum as 3CosAdd.
    """
    words, place = np.unique(asked, return_inverse=True)
    a, b, c = place.reshape(asked.shape).T
    excluded = _variants(asked, first)
    best = [np.full(len(asked), -np.inf, np.float32) for _ in METHODS]
    answers = [np.zeros(len(asked), np.int64) for _ in METHODS]
    size = max(1, _COSINES // max(1, len(words)))
    for start in range(0, len(units) if len(asked) else 0, size):
        tell(start, len(units))
        cosines = units[words] @ units[start : start + size].T
        shifted = np.maximum((1 + cosines) / 2, 0)
        with np.errstate(divide="ignore"):
            sides = ((cosines, cosines), (np.log(shifted), np.log(shifted + np.float32(_EPSILON))))
        chunk = max(1, _SCORES // cosines.shape[1])
        for begin in range(0, len(asked), chunk):
            some = slice(begin, begin + chunk)
            at = excluded[some] - start
            question, column = np.nonzero((at >= 0) & (at < cosines.shape[1]))
            for method, (plus, minus) in enumerate(sides):
                scores = plus[b[some]]
                scores += plus[c[some]]
                scores -= minus[a[some]]
                scores[question, at[question, column]] = -np.inf
                nearest = scores.argmax(axis=1)
                found = scores[np.arange(len(scores)), nearest]
                better = found > best[method][some]
                best[method][some][better] = found[better]
                answers[method][some][better] = nearest[better] + start
    return answers


def _variants(asked: Rows, first: Rows) -> Rows:
    """Return the rows of each question's words in any case, padded with -1."""
    order = np.argsort(first, kind="stable")
    begin = np.searchsorted(first[order], asked)
    n = np.searchsorted(first[order], asked, side="right") - begin
    most = int(n.max(initial=1))
    step = np.arange(most)
    places = np.minimum(begin[..., None] + step, len(order) - 1)
    rows = np.where(step < n[..., None], order[places], -1)
    found: Rows = rows.reshape(len(asked), asked.shape[1] * most)
    return found
