"""Where the tokens of one model's topics go in another's: shares, splits and merges.

Topics of two models are joined by the tokens that both give to them, as Fukuyama, Sankaran and
Symul (2023) join them by the documents; what is more than half of a topic decides.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from latentcli.corpus.counts import CountMatrix
from latentcli.evaluation.alignment import Rows
from latentcli.models.topic_model import Doubles, LsiModel, MixtureModel

MAJORITY = 0.5

# How many figures are held at once.
_CELLS = 1 << 23


class Flow(NamedTuple):
    """``a_in_b`` [i, j]: which share of topic i of the first is in topic j of the second.

    ``b_in_a`` [i, j]: which share of topic j of the second is in topic i of the first. Both float64
    (k_a, k_b): rows of the one sum to 1, and columns of the other.
    """

    a_in_b: Doubles
    b_in_a: Doubles

    def splits(self) -> list[tuple[int, int]]:
        """Return (i, j) for each part j of a topic i that is split.

        Two or more topics of the second, most of each from topic i, hold most of it together.
        """
        return _parted(self.b_in_a, self.a_in_b)

    def merges(self) -> list[tuple[int, int]]:
        """Return (i, j) for each topic i that is part of a topic j merged from several."""
        return [(i, j) for j, i in _parted(self.a_in_b.T, self.b_in_a.T)]


def flow_of_tokens(
    a: MixtureModel,
    b: MixtureModel,
    counts: CountMatrix,
    rows: tuple[Rows, Rows],
    documents: Rows,
    tell: Callable[[float], None] = lambda done: None,
) -> Flow:
    """Return how topics flow by the tokens of documents that both models have.

    ``counts`` are of the words whose rows in each model are ``rows`` int64 (n_common,); row d of
    them is document ``documents[d]`` of both. Each token is shared out among the topics of a model
    by p(topic | document, word), proportional to p(word | topic) p(topic | document).
    """
    words = [
        np.ascontiguousarray(model.topic_word_probabilities()[:, of].T)
        for model, of in zip((a, b), rows, strict=True)
    ]
    joint = np.zeros((a.n_topics, b.n_topics))
    size = max(1, _CELLS // (a.n_topics + b.n_topics))
    document = np.repeat(documents, np.diff(counts.starts))
    for start in range(0, len(counts.terms), size):
        part = slice(start, start + size)
        first, second = (
            _shared_out(of_words[counts.terms[part]] * model.doc_topic[document[part]])
            for model, of_words in zip((a, b), words, strict=True)
        )
        joint += (first * counts.counts[part, None]).T @ second
        tell(min(1.0, (start + size) / len(counts.terms)))
    return _flow(joint)


def flow_of_words(a: MixtureModel, b: MixtureModel, rows: tuple[Rows, Rows]) -> Flow:
    """Return how topics flow by the words that both models have: for models of other documents.

    Each occurrence of a word, as many as both corpora have together, is shared out by
    p(topic | word), proportional to p(word | topic) and the topic's share.
    """
    parts = [
        _shared_out((model.shares()[:, None] * model.topic_word_probabilities())[:, of].T)
        for model, of in zip((a, b), rows, strict=True)
    ]
    counts = [
        np.asarray(model.term_counts, np.float64)[of] / max(1, int(model.term_counts.sum()))
        for model, of in zip((a, b), rows, strict=True)
    ]
    return _flow((parts[0] * (counts[0] + counts[1])[:, None]).T @ parts[1])


def flow_of_axes(cosines: Doubles) -> Flow:
    """Return how LSI's axes flow: the squared cosine, an axis's part in the direction of another.

    ``cosines`` float64 (k_a, k_b), as ``topic_similarities`` gives them for LSI.
    """
    return Flow(cosines**2, cosines**2)


def common_rows(a: MixtureModel | LsiModel, b: MixtureModel | LsiModel) -> tuple[Rows, Rows]:
    """Return the rows in each model of the words that both have, in the order of the first."""
    known = {word: row for row, word in enumerate(b.words)}
    pairs = [(row, known[word]) for row, word in enumerate(a.words) if word in known]
    both = np.array(pairs, np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def _shared_out(weights: Doubles) -> Doubles:
    """Return rows that sum to 1, or to 0 where there is no weight."""
    sums = weights.sum(axis=1, keepdims=True)
    shares: Doubles = weights / np.where(sums > 0, sums, 1)
    return shares


def _flow(joint: Doubles) -> Flow:
    return Flow(_shared_out(joint), _shared_out(joint.T).T)


def _parted(within: Doubles, of_whole: Doubles) -> list[tuple[int, int]]:
    """Return (whole, part) for each whole that has several parts, which together are most of it.

    ``within`` [i, j]: the share of part j that is in whole i.
    """
    found = []
    for whole in range(len(within)):
        parts = np.flatnonzero(within[whole] > MAJORITY)
        if len(parts) > 1 and of_whole[whole, parts].sum() > MAJORITY:
            found += [(whole, int(part)) for part in parts]
    return found
