"""How far topics agree with labels that people gave to documents."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.int64]


class Agreement(NamedTuple):
    """Normalised mutual information and purity, both from 0 to 1."""

    nmi: float
    purity: float


def agreement(topics: Rows, labels: Rows) -> Agreement:
    """Compare a topic and a label for each document, int64 (n_docs,), from 0 up.

    Mutual information is divided by the mean of the two entropies (Manning, Raghavan and Schütze
    2008, 16.3). Purity is the share of documents that have the commonest label of their topic.
    """
    table = np.zeros((topics.max() + 1, labels.max() + 1))
    np.add.at(table, (topics, labels), 1)
    joint = table / len(topics)
    topic, label = joint.sum(axis=1), joint.sum(axis=0)
    entropies = _entropy(topic) + _entropy(label)
    information = entropies - _entropy(joint.ravel())
    nmi = 2 * information / entropies if entropies else 1.0
    return Agreement(float(max(0.0, nmi)), float(table.max(axis=1).sum() / len(topics)))


def _entropy(p: npt.NDArray[np.float64]) -> float:
    some = p[p > 0]
    return float(-(some * np.log(some)).sum())
