"""Held-out perplexity by document completion (Wallach et al. 2009, section 5.2).

Of a document that the model never saw, every other token tells its topics, and the model predicts
the rest: p(w | d) = sum over topics k of theta[d, k] phi[k, w]. Tokens that are not in the model's
vocabulary are left out, and counted.
"""

from __future__ import annotations

from math import exp
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.corpus.counts import CountMatrix, counted
from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.mask import masked_blocks
from latentcli.corpus.strings import Strings
from latentcli.models.topic_model import Doubles, MixtureModel
from latentcli.queries.inference import infer_topics

Rows = npt.NDArray[np.int64]

_BATCH_NUMBERS = 1 << 21


class Completion(NamedTuple):
    """How well documents were completed.

    ``documents`` had tokens to score, ``scored`` in all, of which ``impossible`` had probability 0;
    ``log_likelihood`` is that of the others. ``unknown`` tokens are not in the vocabulary.
    """

    log_likelihood: float
    documents: int
    scored: int
    impossible: int
    unknown: int

    @property
    def perplexity(self) -> float | None:
        """The perplexity per token; None where it is infinite, or nothing was scored."""
        return None if self.impossible else self.perplexity_of_possible

    @property
    def perplexity_of_possible(self) -> float | None:
        """The perplexity of the tokens that have a probability; None where there are none."""
        possible = self.scored - self.impossible
        return exp(-self.log_likelihood / possible) if possible else None


def complete_documents(model: MixtureModel, corpus: EncodedCorpus, threads: int = 1) -> Completion:
    """Complete each document of a corpus, whose words are looked up in the model's vocabulary."""
    given, rest = halves(corpus, model.words)
    theta = infer_topics(model, given, threads).weights
    p = probabilities(theta, model.topic_word_probabilities(), rest)
    possible = p > 0
    scored = int(rest.counts.sum())
    return Completion(
        log_likelihood=float(rest.counts[possible] @ np.log(p[possible])),
        documents=int(np.count_nonzero(np.diff(rest.starts))),
        scored=scored,
        impossible=int(rest.counts[~possible].sum()),
        unknown=corpus.n_tokens - scored - int(given.counts.sum()),
    )


def halves(corpus: EncodedCorpus, words: Strings) -> tuple[CountMatrix, CountMatrix]:
    """Return the counts of each document's first, third, fifth ... known token, and of the rest."""
    known = {word: row for row, word in enumerate(words)}
    rows = np.array([known.get(word, -1) for word in corpus.vocabulary.words], np.int64)
    kept = np.flatnonzero(rows >= 0)
    terms = rows[kept].astype(np.uint32)
    sides: tuple[list[tuple[Rows, npt.NDArray[np.uint32]]], ...] = ([], [])
    for block in masked_blocks(corpus, kept):
        lengths = np.diff(block.offsets)
        odd = (np.arange(len(block.token_ids)) - np.repeat(block.offsets[:-1], lengths)) % 2
        for side, of_side in enumerate((lengths + 1 >> 1, lengths >> 1)):
            offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(of_side)])
            sides[side].append((offsets, terms[block.token_ids[odd == side]]))
    first, second = (counted(side, len(words)) for side in sides)
    return first, second


def probabilities(theta: Doubles, phi: Doubles, counts: CountMatrix) -> Doubles:
    """Return p(term | document) of each pair of a count matrix: float64 (n_pairs,)."""
    document = np.repeat(np.arange(counts.n_docs), np.diff(counts.starts))
    by_term = np.ascontiguousarray(phi.T)
    found = np.empty(len(counts.terms))
    size = max(1, _BATCH_NUMBERS // phi.shape[0])
    for start in range(0, len(found), size):
        pairs = slice(start, start + size)
        weights = theta[document[pairs]]
        found[pairs] = np.einsum("ij,ij->i", weights, by_term[counts.terms[pairs]])
    return found
