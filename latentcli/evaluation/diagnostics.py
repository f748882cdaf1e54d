"""The diagnostics of a topic that MALLET writes (its TopicModelDiagnostics; Mimno et al. 2011).

MALLET counts the topic that its last sample gave to each token. A model here holds shares, so
counts are expectations and may be fractions: of tokens in documents, ``document_tokens``; of words
in topics, ``topic_word`` less LDA's eta.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.corpus.counts import CountMatrix
from latentcli.models.topic_model import Doubles, LdaModel, MixtureModel
from latentcli.queries.ranking import Rows, positive_weights
from latentcli.queries.topics import document_tokens

# MALLET's prior of words in a topic, which smooths its coherence, for models without one.
_BETA = 0.01
# Half a token or more of a topic is one; a document has at least that much of those it has.
_ONE = 0.5
_COUNTED_SHARE = 0.3
_MOST, _SOME = 0.5, 0.02


class Diagnostic(NamedTuple):
    """A figure of a topic, under MALLET's name for it; None where it needs the missing corpus."""

    measure: str
    value: float | None


def diagnostics(
    model: MixtureModel, topic: int, top: Rows, counts: CountMatrix | None
) -> list[Diagnostic]:
    """Return MALLET's diagnostics of a topic, judged by its words ``top``, int64 (n_top,).

    ``counts`` has a row for each document and a column for each of these words, in their order.
    """
    words = _word_counts(model, topic)
    documents = document_tokens(model)
    own = documents[:, topic]
    present = own >= _ONE
    n_present = int(present.sum())
    shares = model.doc_topic[:, topic][present]
    together = None if counts is None else _codocuments(model, topic, top, counts)
    vocabulary = words / max(words.sum(), 1e-300)
    corpus = np.asarray(model.term_counts, np.float64)
    tokens = float(own.sum())
    lengths = [len(model.words[int(row)]) for row in top]
    found = {
        "tokens": tokens,
        "document_entropy": _entropy(own),
        "word-length": sum(lengths) / len(lengths),
        "coherence": None if together is None else _coherence(together, _beta(model)),
        "uniform_dist": _divergence(vocabulary, np.full(len(words), 1 / len(words))),
        "corpus_dist": _divergence(vocabulary, corpus / corpus.sum()),
        "eff_num_words": 1 / float((vocabulary**2).sum()) if tokens else None,
        "token-doc-diff": (
            None if together is None else _discrepancy(words[top], np.diag(together))
        ),
        "rank_1_docs": _ratio(int((documents.argmax(axis=1) == topic)[present].sum()), n_present),
        "allocation_ratio": _ratio(int((shares >= _MOST).sum()), int((shares >= _SOME).sum())),
        "allocation_count": _ratio(int((shares >= _COUNTED_SHARE).sum()), n_present),
        "exclusivity": _exclusivity(model, topic, top),
    }
    return [Diagnostic(measure, value) for measure, value in found.items()]


def _word_counts(model: MixtureModel, topic: int) -> Doubles:
    """Return how often each word is of a topic, up to a factor: float64 (n_terms,)."""
    weights = np.asarray(model.topic_word[topic], np.float64)
    return np.maximum(weights - float(model.eta[0]), 0) if isinstance(model, LdaModel) else weights


def _beta(model: MixtureModel) -> float:
    return float(model.eta[0]) if isinstance(model, LdaModel) else _BETA


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _entropy(counts: Doubles) -> float:
    """Return the entropy, in nats, of the document that a token of the topic is from."""
    shares = counts[counts > 0] / max(counts.sum(), 1e-300)
    return abs(float((shares * np.log(shares)).sum()))


def _divergence(p: Doubles, q: Doubles) -> float:
    """Return the Kullback-Leibler divergence of p from q, in nats."""
    has = (p > 0) & (q > 0)
    return float((p[has] * np.log(p[has] / q[has])).sum())


def _codocuments(
    model: MixtureModel, topic: int, top: Rows, counts: CountMatrix
) -> npt.NDArray[np.int64]:
    """Count the documents that have two of a topic's words in that topic: int64 (n_top, n_top).

    A document has a word in a topic where as many of its occurrences as p(topic | document, word)
    gives to the topic come to half a token or more. The diagonal counts single words.
    """
    document = np.repeat(np.arange(counts.n_docs), np.diff(counts.starts))
    seen = np.asarray(model.doc_lengths)[document] > 0  # not held out
    weights = positive_weights(model)[:, top]
    has = np.zeros((counts.n_docs, len(top)), np.int64)
    for word in range(len(top)):
        of_word = seen & (counts.terms == word)
        joint = model.doc_topic[document[of_word]] * weights[:, word]
        share = joint[:, topic] / np.maximum(joint.sum(axis=1), 1e-300)
        has[document[of_word], word] = counts.counts[of_word] * share >= _ONE
    together: npt.NDArray[np.int64] = has.T @ has
    return together


def _exclusivity(model: MixtureModel, topic: int, top: Rows) -> float:
    """Return the mean of the words' p(word | topic) over its sum in all topics."""
    weights = positive_weights(model)[:, top]
    return float((weights[topic] / np.maximum(weights.sum(axis=0), 1e-300)).mean())


def _coherence(together: npt.NDArray[np.int64], beta: float) -> float:
    """Return the sum over pairs of log (D(w, v) + beta) / (D(v) + beta), v the more frequent."""
    alone = np.diag(together)
    rows, columns = np.tril_indices(len(together), -1)
    ratio = (together[rows, columns] + beta) / (alone[columns] + beta)
    return float(np.log(ratio).sum())


def _discrepancy(words: Doubles, documents: npt.NDArray[np.int64]) -> float | None:
    """Return the Jensen-Shannon divergence of words by tokens and by documents, in nats."""
    if not words.sum() or not documents.sum():
        return None
    p, q = words / words.sum(), documents / documents.sum()
    return (_divergence(p, (p + q) / 2) + _divergence(q, (p + q) / 2)) / 2
