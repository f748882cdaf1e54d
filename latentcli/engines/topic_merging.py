"""Fewer topics out of more: those that are most alike become one.

EM that begins with as many topics as are wanted often ends with one topic split between two, and
two others mixed in one, and finds no way out (Ueda et al. 2000 on mixtures). Begun with some
topics more, each of those that are there gets one of its own; the rest are merged, two at a time,
where the likelihood loses least by it: n_a KL(a | ab) + n_b KL(b | ab), as in agglomerative
information bottleneck (Slonim and Tishby 2000).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Doubles = npt.NDArray[np.float64]

_MOST_WORDS = 5000  # the first are the most frequent, and say enough
_WORK = 1 << 28
_LEAST = 1e-3  # of a word in a topic: its logarithm is that of a number


def merged_topics(word_topic: npt.NDArray[np.int32] | Doubles, k: int) -> Doubles:
    """Return ``k`` topics, float64 (n_terms, k), of more, (n_terms, n_topics) not negative."""
    topics = np.array(word_topic.T, np.float64)
    n_topics = len(topics)
    if n_topics <= k:
        return topics.T
    n_words = max(16, min(_MOST_WORDS, _WORK // n_topics**2))
    seen = topics[:, :n_words] + _LEAST
    own = _content(seen)
    losses = np.full((n_topics, n_topics), np.inf)
    for topic in range(n_topics - 1):
        losses[topic, topic + 1 :] = _losses(seen, own, topic)[topic + 1 :]
    for _ in range(n_topics - k):
        one, other = divmod(int(losses.argmin()), n_topics)
        topics[one] += topics[other]
        seen[one] += seen[other]
        own[one] = _content(seen[one : one + 1])[0]
        losses[other], losses[:, other] = np.inf, np.inf
        topics[other] = -1
        there = np.flatnonzero(topics[:, 0] >= 0)
        found = _losses(seen, own, one)
        before, after = there[there < one], there[there > one]
        losses[before, one], losses[one, after] = found[before], found[after]
    left: Doubles = topics[topics[:, 0] >= 0].T
    return left


def _content(topics: Doubles) -> Doubles:
    """Return the likelihood of each topic's tokens under the topic itself."""
    totals = topics.sum(axis=1)
    content: Doubles = (topics * np.log(topics)).sum(axis=1) - totals * np.log(totals)
    return content


def _losses(topics: Doubles, own: Doubles, topic: int) -> Doubles:
    """Return what is lost of the likelihood where a topic is merged with each other one."""
    losses: Doubles = own[topic] + own - _content(topics + topics[topic])
    return losses
