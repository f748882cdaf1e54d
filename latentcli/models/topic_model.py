"""Topic models: mixtures such as latent Dirichlet allocation, and latent semantic indexing.

Topics are ordered by falling share, topic 0 the largest, in every array alike.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from latentcli.corpus.counts import CountMatrix
from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.mask import Rows
from latentcli.corpus.strings import Strings
from latentcli.corpus.tokenizers import TokenizerSettings

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class TrainedOn:
    """What all topic models keep of their corpus.

    ``term_counts`` int64 (n_terms,): occurrences of each word in the masked corpus;
    ``doc_lengths`` int64 (n_docs,): its tokens by document; ``document_ids``: n_docs strings;
    ``tokenizer``: the rule that made the words, through which new documents pass too.
    """

    words: Strings
    term_counts: Counts
    doc_lengths: Counts
    document_ids: Strings
    tokenizer: TokenizerSettings


def trained_on(corpus: EncodedCorpus, kept: Rows, counts: CountMatrix) -> dict[str, Any]:
    """Return the fields of TrainedOn, for a model of the words ``kept`` of a corpus, ``counts``."""
    return {
        "words": corpus.vocabulary.selected(kept).words,
        "term_counts": counts.term_counts(),
        "doc_lengths": counts.doc_lengths(),
        "document_ids": corpus.document_ids,
        "tokenizer": corpus.tokenizer,
    }


@dataclass(frozen=True)
class MixtureModel(TrainedOn):
    """Topics as distributions over words, documents as mixtures of topics.

    ``topic_word`` float32 (n_topics, n_terms): not negative, not normalised; ``doc_topic`` float32
    (n_docs, n_topics): rows sum to 1.
    """

    topic_word: Floats
    doc_topic: Floats

    @property
    def n_topics(self) -> int:
        """The number of topics."""
        return int(self.topic_word.shape[0])

    def topic_word_probabilities(self) -> Doubles:
        """Return p(word | topic): float64 (n_topics, n_terms), rows sum to 1."""
        weights = self.topic_word.astype(np.float64)
        normalised: Doubles = weights / weights.sum(axis=1, keepdims=True)
        return normalised

    def shares(self) -> Doubles:
        """Return each topic's share of the corpus's tokens: float64 (n_topics,), sums to 1."""
        tokens = self.doc_lengths.astype(np.float64) @ self.doc_topic.astype(np.float64)
        total = tokens.sum()
        share: Doubles = tokens / total if total else np.full(self.n_topics, 1 / self.n_topics)
        return share

    def ordered(self) -> Self:
        """Return the same model with its topics by falling share."""
        return self.permuted(np.argsort(-self.shares(), kind="stable"))

    def permuted(self, order: Counts) -> Self:
        """Return the same model with its topics in another order, int64 (n_topics,)."""
        return replace(
            self,
            topic_word=np.ascontiguousarray(self.topic_word[order]),
            doc_topic=np.ascontiguousarray(self.doc_topic[:, order]),
        )


@dataclass(frozen=True)
class LdaModel(MixtureModel):
    """Latent Dirichlet allocation (Blei, Ng and Jordan 2003).

    ``topic_word`` holds mean counts plus the prior, or the variational lambda; ``alpha`` float64
    (n_topics,) and ``eta`` float64 (1,) are the Dirichlet priors. Training can go on from
    ``topic_order`` int32 (n_topics,), the numbers that the topics had in training, and, after Gibbs
    sampling, ``token_topic`` uint16 (n_tokens,), that number for each token's topic (tokens in the
    order of documents, in one by rising term).
    """

    alpha: Doubles
    eta: Doubles
    token_topic: npt.NDArray[np.uint16] | None = None
    topic_order: npt.NDArray[np.int32] | None = None

    def permuted(self, order: Counts) -> Self:
        """Return the same model with its topics in another order, int64 (n_topics,)."""
        numbers = None if self.topic_order is None else self.topic_order[order]
        return replace(super().permuted(order), alpha=self.alpha[order], topic_order=numbers)


@dataclass(frozen=True)
class PlsaModel(MixtureModel):
    """Probabilistic latent semantic analysis (Hofmann 1999).

    ``topic_word`` holds p(word | topic), ``doc_topic`` p(topic | document); ``beta`` float64 (1,)
    is the inverse temperature at which it was trained: 1 unless EM was tempered.
    """

    beta: Doubles


@dataclass(frozen=True)
class NmfModel(MixtureModel):
    """Non-negative matrix factorisation (Lee and Seung 1999) of the weighted counts.

    ``topic_word`` holds the second factor, in the scale of the weights; ``doc_topic`` the part
    that each topic has in a document's weight; ``idf`` float64 (n_terms,): the global term weights,
    or ones for raw counts. ``loss`` is what was least: "frobenius" or "kl".
    """

    idf: Doubles
    weighting: str = "tfidf"
    loss: str = "frobenius"


@dataclass(frozen=True)
class LsiModel(TrainedOn):
    """Latent semantic indexing (Deerwester et al. 1990): a truncated SVD of the weighted counts.

    ``term_topic`` float32 (n_terms, n_topics): left singular vectors U; ``singular_values``
    float64 (n_topics,); ``idf`` float64 (n_terms,): the global term weights, or ones for raw
    counts; ``document_vectors`` float32 (n_docs, n_topics): U^T of each weighted document.
    Signs are the engines' choice (``engines/lsi.py``).
    """

    term_topic: Floats
    singular_values: Doubles
    idf: Doubles
    document_vectors: Floats
    weighting: str = "tfidf"

    @property
    def n_topics(self) -> int:
        """The number of topics."""
        return int(self.term_topic.shape[1])

    def shares(self) -> Doubles:
        """Return s^2 / sum of s^2: each topic's part of the captured energy."""
        energy = self.singular_values**2
        share: Doubles = energy / energy.sum()
        return share

    def ordered(self) -> Self:
        """Return the same model: singular values fall already."""
        return self


TopicModel = MixtureModel | LsiModel
