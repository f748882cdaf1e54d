"""Seed words: topics that are told some of their words beforehand, by an asymmetric prior.

The prior of a seed word in its topic is eta and so many tokens more (Lu, Ott, Cardie and Tsou
2011; Watanabe and Zhou 2022). A Dirichlet prior is made of tokens that were seen before any other,
so these pseudo-tokens are kept in the counts of words in topics, and the sampler knows nothing of
them. Their number is a multiple of how often the word occurs, so that the same weight means the
same for rare and frequent words, and for small and large corpora.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.corpus.strings import Strings
from latentcli.engines.parameters import LdaParameters, SeededLdaParameters

Rows = npt.NDArray[np.int64]

_MOST_TOKENS = 1 << 28  # of a word in a topic: tables hold int32


class PseudoTokens(NamedTuple):
    """Pseudo-token counts of some words in some topics, each pair once: all int64 (n_pairs,)."""

    terms: Rows
    topics: Rows
    counts: Rows

    def totals(self, k: int) -> Rows:
        """Return the pseudo-tokens of each topic: int64 (k,)."""
        totals: Rows = np.bincount(self.topics, self.counts, minlength=k).astype(np.int64)
        return totals

    def add_to(self, word_topic: npt.NDArray[Any], factor: float = 1) -> None:
        """Add them, ``factor`` times, to a table (n_terms, n_topics or more)."""
        word_topic[self.terms, self.topics] += (self.counts * factor).astype(word_topic.dtype)


NO_SEEDS = PseudoTokens(*(np.zeros(0, np.int64) for _ in range(3)))


def pseudo_tokens(parameters: LdaParameters, words: Strings, term_counts: Rows) -> PseudoTokens:
    """Return the pseudo-tokens of the parameters' seed words; topic t is that of line t.

    ``words`` are the model's, with their ``term_counts``; seeds that are not among them count
    nothing.
    """
    if not isinstance(parameters, SeededLdaParameters):
        return NO_SEEDS
    pairs = {
        (row, topic)
        for topic, (_, seeds) in enumerate(parameters.seeds)
        for row in map(words.find, seeds)
        if row is not None
    }
    terms, topics = np.array(sorted(pairs), np.int64).reshape(-1, 2).T
    weighted = np.rint(parameters.seed_weight * term_counts[terms]).astype(np.int64)
    return PseudoTokens(terms, topics, np.clip(weighted, 1, _MOST_TOKENS))
