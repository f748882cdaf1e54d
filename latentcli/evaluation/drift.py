"""Which words moved between two aligned embeddings, more than chance would have them move.

The distance of a word's two vectors is the greater the rarer the word is, and differs from word to
word, whether or not anything changed (Dubossarsky, Weinshall and Grossman 2017). So a distance is
judged by those that the same word has where documents were dealt out by chance, for words as
frequent; and the standardised distances of all words under chance are the null distribution.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import erfc, sqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.evaluation.false_discoveries import adjusted

Doubles = npt.NDArray[np.float64]

# A word is judged by more permutations than these, since each is judged by the others.
LEAST_PERMUTATIONS = 3
# What is usual for a word's frequency is the median over so many words next in frequency, or over
# a twentieth of them where they are few.
_BAND, _BANDS = 500, 20
# A deviation that makes a normal distribution's median absolute deviation 1 (Rousseeuw and Croux).
_MAD = 1.4826
# A cosine of 1 to the last bit has no logarithm of its distance.
_LEAST_DISTANCE = 1e-9


class Distances(NamedTuple):
    """Cosine distances of words in one pair of models, and how often the words occur there.

    Both float64 (n_words,); NaN for words that one of the two models does not have. A word counts
    as it does in the corpus in which it is rarer.
    """

    distance: Doubles
    frequency: Doubles


class Moved(NamedTuple):
    """What is to be said of each word, float64 (n_words,); NaN where it cannot be judged.

    ``expected``: the distance that chance gives it; ``excess``: how far beyond that it moved, in
    deviations; ``p``: how often chance goes as far; ``q``: the false discovery rate at which it
    passes among all.
    """

    expected: Doubles
    excess: Doubles
    p: Doubles
    q: Doubles


class Usual(NamedTuple):
    """The usual log distance by log frequency, and its spread: points between which lines go.

    float64 (n_points,) each.
    """

    frequency: Doubles
    centre: Doubles
    spread: Doubles

    def standardised(self, distances: Distances) -> Doubles:
        """Return how far log distances are from what is usual, in its spreads."""
        frequency = np.log(distances.frequency)
        spread = np.interp(frequency, self.frequency, self.spread)
        away = _log(distances.distance) - np.interp(frequency, self.frequency, self.centre)
        found: Doubles = away / spread
        return found

    def distance(self, standardised: Doubles, frequency: Doubles) -> Doubles:
        """Return the distances that are so far from what is usual for words so frequent."""
        frequency = np.log(frequency)
        spread = np.interp(frequency, self.frequency, self.spread)
        found: Doubles = np.exp(
            np.interp(frequency, self.frequency, self.centre) + standardised * spread
        )
        return found


def moved_beyond_chance(observed: Distances, permuted: Sequence[Distances]) -> Moved:
    """Judge words by permutations of the documents, of which each gives as many distances.

    Log distances are taken from the usual ones for the words' frequency, over all permutations,
    and then, word by word, from their mean over the permutations, in their deviations, to which
    the median deviation of all words is added so that no small one decides (as in Tusher,
    Tibshirani and Chu 2001). A permutation's own are standardised by the others. p is the share of
    all words' standardised distances in all permutations that are as large, these counted in.
    Words without an observed distance play no part.
    """
    there = np.isfinite(observed.distance)
    permuted = [Distances(*(np.where(there, part, np.nan) for part in each)) for each in permuted]
    known = np.array([np.isfinite(each.distance) for each in permuted])
    every = Distances(*(np.concatenate([each[i] for each in permuted]) for i in (0, 1)))
    usual = usual_distances(every)
    null = np.array([usual.standardised(each) for each in permuted])
    judged = there & (known.sum(axis=0) > LEAST_PERMUTATIONS)
    mean, deviation = _moments(null)
    floor = float(np.median(deviation[judged])) if judged.any() else 1.0
    excess = (usual.standardised(observed) - mean) / (deviation + floor)
    others = [_moments(np.delete(null, number, axis=0)) for number in range(len(null))]
    chance = np.array([(own - m) / (d + floor) for own, (m, d) in zip(null, others, strict=True)])
    chance = np.where(judged, chance, np.nan)
    expected = usual.distance(mean, observed.frequency)
    return _judged(judged, expected, excess, _pooled_p(excess, chance[np.isfinite(chance)]))


def moved_beyond_others(observed: Distances) -> Moved:
    """Judge words by the others of their frequency alone: a weaker test than permutations.

    How far a word is from the usual log distance, in robust deviations, is taken for normal.
    """
    judged = np.isfinite(observed.distance)
    usual = usual_distances(observed)
    excess = usual.standardised(observed)
    p = np.array([0.5 * erfc(z / sqrt(2)) if np.isfinite(z) else np.nan for z in excess])
    expected = usual.distance(np.zeros(len(excess)), observed.frequency)
    return _judged(judged, expected, excess, p)


def usual_distances(distances: Distances) -> Usual:
    """Return the medians and robust deviations of log distances by frequency."""
    there = np.flatnonzero(np.isfinite(distances.distance))
    order = there[np.argsort(distances.frequency[there], kind="stable")]
    n_bands = max(1, min(len(order) // _BAND, 200), min(len(order) // _BANDS, _BANDS))
    points = []
    for band in np.array_split(order, n_bands):
        logs = _log(distances.distance[band])
        centre = float(np.median(logs))
        spread = _MAD * float(np.median(np.abs(logs - centre)))
        points.append((float(np.log(distances.frequency[band]).mean()), centre, max(spread, 1e-6)))
    return Usual(*np.array(points).T)


def _moments(null: Doubles) -> tuple[Doubles, Doubles]:
    """Return the mean and the standard deviation of each column, as far as there are numbers."""
    there = np.isfinite(null)
    n = there.sum(axis=0)
    mean = np.where(there, null, 0).sum(axis=0) / np.maximum(n, 1)
    squares = np.where(there, (null - mean) ** 2, 0).sum(axis=0)
    deviation = np.sqrt(squares / np.maximum(n - 1, 1))
    return np.where(n > 0, mean, np.nan), np.where(n > 1, deviation, np.nan)


def _pooled_p(excess: Doubles, chance: Doubles) -> Doubles:
    """Return the share of chance's figures that are as large, the one judged counted in."""
    rising = np.sort(chance)
    as_large = len(rising) - np.searchsorted(rising, excess, side="left")
    p: Doubles = (1 + as_large) / (1 + len(rising))
    return p


def _judged(judged: npt.NDArray[np.bool_], expected: Doubles, excess: Doubles, p: Doubles) -> Moved:
    q = np.full(len(p), np.nan)
    q[judged] = adjusted(p[judged])
    expected, excess, p = (np.where(judged, each, np.nan) for each in (expected, excess, p))
    return Moved(expected, excess, p, q)


def _log(distance: Doubles) -> Doubles:
    found: Doubles = np.log(np.maximum(distance, _LEAST_DISTANCE))
    return found
