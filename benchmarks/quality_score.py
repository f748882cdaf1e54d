"""The yardstick of ``quality.py``: what a model's topics and documents are worth."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.corpus.counts import CountMatrix
from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.mask import Rows
from latentcli.corpus.strings import Strings
from latentcli.corpus.tokenizers import TokenizerSettings
from latentcli.evaluation.coherence import coherence
from latentcli.evaluation.labels import agreement
from latentcli.evaluation.perplexity import probabilities
from latentcli.evaluation.topics import diversity, npmi_coherence
from latentcli.models.topic_model import LdaModel
from latentcli.queries.inference import infer_lda

Numbers = npt.NDArray[np.float64]
N_WORDS = 10
_DIVERSITY_WORDS = 25
# What a model that knows no prior leaves to words that a topic lacks.
_UNIGRAM = 0.05


class Held(NamedTuple):
    """The halves of the held-out documents."""

    given: CountMatrix
    scored: CountMatrix


@dataclass(frozen=True)
class Judged:
    """What was trained on, of the words ``kept``, with its labels; and documents held out."""

    corpus: EncodedCorpus
    kept: Rows
    counts: CountMatrix
    labels: Rows
    held: Held

    def facts(self) -> dict[str, int]:
        """Return the corpus's sizes."""
        return {
            "documents": self.counts.n_docs,
            "terms": self.counts.n_terms,
            "tokens": int(self.counts.counts.sum()),
            "labels": int(self.labels.max()) + 1,
            "held_out": self.held.given.n_docs,
        }

    @cached_property
    def unigram(self) -> Numbers:
        """p(word) in the training documents."""
        found: Numbers = self.counts.term_counts() / self.counts.counts.sum()
        return found


def scores(algorithm: str, model: dict[str, Any], judged: Judged) -> dict[str, float]:
    """Return all measures of a model; perplexity only where it is a mixture of topics."""
    topic_word = model["topic_word"].astype(np.float64)
    weights = model["doc_topic"].astype(np.float64)
    top = np.argsort(-topic_word, axis=1, kind="stable")
    best = top[:, :N_WORDS]
    rows = [judged.kept[topic] for topic in best]
    row = {
        "npmi": float(npmi_coherence(best, judged.counts).mean()),
        "c_v": float(coherence(rows, judged.corpus, ("c_v",), judged.kept)["c_v"].mean()),
        "diversity": diversity(top[:, :_DIVERSITY_WORDS].tolist()) or 0.0,
    }
    if algorithm == "lsi":
        weights = np.abs(weights)
    elif algorithm != "nmf-frobenius":
        topics = topic_word / np.maximum(topic_word.sum(axis=1), 1e-300)[:, None]
        alpha = model.get("alpha")
        if alpha is None:
            sums = np.maximum(weights.sum(axis=1, keepdims=True), 1e-300)
            share = judged.counts.doc_lengths() @ (weights / sums)
            alpha = share / share.sum()
            topics = (1 - _UNIGRAM) * topics + _UNIGRAM * judged.unigram
        row["perplexity"] = perplexity(topics, np.asarray(alpha, np.float64), judged.held)
    filled = np.flatnonzero(judged.counts.doc_lengths())
    agrees = agreement(weights[filled].argmax(axis=1), judged.labels[filled])
    row |= {"nmi": agrees.nmi, "purity": agrees.purity}
    return {name: round(value, 4) for name, value in row.items()}


def perplexity(topics: Numbers, alpha: Numbers, held: Held) -> float:
    """Return the perplexity of the scored halves, given the others: document completion."""
    n_terms = topics.shape[1]
    model = LdaModel(
        words=Strings.of([str(i) for i in range(n_terms)]),
        term_counts=np.zeros(n_terms, np.int64),
        doc_lengths=np.zeros(0, np.int64),
        document_ids=Strings.of([]),
        tokenizer=TokenizerSettings(),
        topic_word=topics.astype(np.float32),
        doc_topic=np.zeros((0, len(topics)), np.float32),
        alpha=np.maximum(alpha, 1e-6),
        eta=np.array([0.0]),
    )
    shares, _ = infer_lda(model, held.given, threads=2)
    p = probabilities(shares, topics, held.scored)
    found = held.scored.counts @ np.log(np.maximum(p, 1e-300))
    return float(np.exp(-found / held.scored.counts.sum()))
