"""Small models and corpora, made in memory, for tests to ask things of."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from gensim.models import KeyedVectors
from scipy.optimize import linear_sum_assignment

from latentcli.corpus.counts import CountMatrix
from latentcli.corpus.documents import Document
from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.encoder import encode
from latentcli.corpus.strings import Strings
from latentcli.corpus.tokenizers import TokenizerSettings
from latentcli.models.embedding import Embedding, lengths
from latentcli.models.topic_model import LdaModel, LsiModel, MixtureModel
from latentcli.observer import Observer


class Notes(Observer):
    """An observer that keeps what it is told."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def note(self, text: str) -> None:
        self.lines.append(text)

    def __contains__(self, part: str) -> bool:
        return any(part in line for line in self.lines)


def embedding(
    vectors: npt.ArrayLike,
    words: Sequence[str] | None = None,
    counts: Sequence[int] | None = None,
    tokenizer: TokenizerSettings | None = None,
) -> Embedding:
    """An embedding of words w0, w1 ... unless they are given."""
    rows = np.asarray(vectors, np.float32)
    return Embedding(
        words=Strings.of(words or [f"w{i}" for i in range(len(rows))]),
        vectors=rows,
        norms=lengths(rows),
        term_counts=np.asarray(range(len(rows), 0, -1) if counts is None else counts, np.int64),
        tokenizer=tokenizer or TokenizerSettings(),
    )


def random_embedding(n_terms: int, dim: int, seed: int = 1) -> Embedding:
    """Vectors of very different lengths around a centre that is not the origin."""
    draw = np.random.default_rng(seed)
    return embedding((draw.normal(size=(n_terms, dim)) + 0.3) * draw.gamma(2, size=(n_terms, 1)))


def keyed_vectors(model: Embedding) -> KeyedVectors:
    """gensim's own object with the same vectors."""
    vectors = KeyedVectors(model.dim)
    vectors.add_vectors(list(model.words), np.array(model.vectors))
    return vectors


def counts_of(dense: npt.ArrayLike) -> CountMatrix:
    """The sparse counts of a dense matrix (n_docs, n_terms)."""
    table = np.asarray(dense)
    documents, terms = np.nonzero(table)
    starts = np.searchsorted(documents, np.arange(len(table) + 1)).astype(np.int64)
    found = table[documents, terms].astype(np.int32)
    return CountMatrix(starts, terms.astype(np.int32), found, table.shape[1])


def bags(counts: CountMatrix) -> list[list[tuple[int, int]]]:
    """The same counts as gensim wants them."""
    pairs = list(zip(counts.terms.tolist(), counts.counts.tolist(), strict=True))
    return [pairs[a:b] for a, b in zip(counts.starts, counts.starts[1:], strict=False)]


def encoded(texts: Sequence[str], scratch: Path) -> EncodedCorpus:
    """The corpus that has these texts as documents, numbered from 1."""
    documents = (Document(str(i), text) for i, text in enumerate(texts, 1))
    return encode(documents, TokenizerSettings(), scratch).corpus


class Planted(NamedTuple):
    """Documents drawn from known topics: ``topics`` (k, n_terms), ``proportions`` (n_docs, k)."""

    texts: list[str]
    topics: npt.NDArray[np.float64]
    proportions: npt.NDArray[np.float64]
    tokens: list[npt.NDArray[np.int64]]

    def counts(self) -> CountMatrix:
        n_terms = self.topics.shape[1]
        return counts_of([np.bincount(tokens, minlength=n_terms) for tokens in self.tokens])


def planted(n_docs: int = 400, k: int = 5, n_terms: int = 200, length: int = 80) -> Planted:
    """Draw a corpus by the generative process of latent Dirichlet allocation."""
    draw = np.random.default_rng(7)
    topics = draw.dirichlet(np.full(n_terms, 0.05), k)
    proportions = draw.dirichlet(np.full(k, 0.1), n_docs)
    tokens = [draw.choice(n_terms, length, p=mixture @ topics) for mixture in proportions]
    texts = [" ".join(f"w{token}" for token in document) for document in tokens]
    return Planted(texts, topics, proportions, tokens)


def by_planted_word(model: MixtureModel, world: Planted) -> npt.NDArray[np.float64]:
    """p(word | topic) with the columns where the planted topics have them."""
    found = np.zeros((model.n_topics, world.topics.shape[1]))
    found[:, [int(word[1:]) for word in model.words]] = model.topic_word_probabilities()
    return found


def matched(model: MixtureModel, world: Planted) -> npt.NDArray[np.float64]:
    """The cosine of each planted topic and the one found that is matched to it."""
    found, true = (
        topics / np.linalg.norm(topics, axis=1, keepdims=True)
        for topics in (by_planted_word(model, world), world.topics)
    )
    cosines = found @ true.T
    return np.asarray(cosines[linear_sum_assignment(-cosines)])


def planted_lda(world: Planted, strength: float = 1000.0) -> LdaModel:
    """The model that knows the planted topics, with uneven priors."""
    k, n_terms = world.topics.shape
    return LdaModel(
        words=Strings.of(f"w{i}" for i in range(n_terms)),
        term_counts=world.counts().term_counts(),
        doc_lengths=world.counts().doc_lengths(),
        document_ids=Strings.of(str(i) for i in range(1, len(world.tokens) + 1)),
        tokenizer=TokenizerSettings(),
        topic_word=(world.topics * strength + 0.01).astype(np.float32),
        alpha=np.linspace(0.05, 0.3, k),
        eta=np.array([0.01]),
        doc_topic=world.proportions.astype(np.float32),
    )


def mixture(topic_word: npt.ArrayLike, term_counts: Sequence[int] | None = None) -> MixtureModel:
    """Topics of words w0, w1 ..., trained on two documents of ten tokens."""
    weights = np.array(topic_word, np.float32)
    return MixtureModel(
        words=Strings.of(f"w{i}" for i in range(weights.shape[1])),
        term_counts=np.array(term_counts if term_counts else [1] * weights.shape[1]),
        doc_lengths=np.array([10, 10]),
        document_ids=Strings.of(["1", "2"]),
        tokenizer=TokenizerSettings(),
        topic_word=weights,
        doc_topic=np.full((2, len(weights)), 1 / len(weights), np.float32),
    )


def lsi() -> LsiModel:
    """Two topics of the words a, b and c."""
    return LsiModel(
        words=Strings.of("abc"),
        term_counts=np.array([5, 4, 3]),
        doc_lengths=np.array([6, 6]),
        document_ids=Strings.of(["1", "2"]),
        tokenizer=TokenizerSettings(),
        term_topic=np.array([[0.6, -0.7], [0.8, 0.1], [0.0, 0.7]], np.float32),
        singular_values=np.array([2.0, 1.0]),
        idf=np.ones(3),
        document_vectors=np.array([[1, 0], [1, 1]], np.float32),
    )
