"""Topic models made by hand, for tests of the page."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from latentcli.corpus.strings import Strings
from latentcli.corpus.tokenizers import TokenizerSettings
from latentcli.models.topic_model import LdaModel


def lda_model(
    topic_word: np.ndarray, doc_topic: np.ndarray, doc_lengths: np.ndarray, words: Sequence[str]
) -> LdaModel:
    n_topics = len(topic_word)
    return LdaModel(
        words=Strings.of(words),
        term_counts=np.ones(len(words), np.int64),
        doc_lengths=np.asarray(doc_lengths, np.int64),
        document_ids=Strings.of(str(number) for number in range(len(doc_lengths))),
        tokenizer=TokenizerSettings(),
        topic_word=np.asarray(topic_word, np.float32),
        alpha=np.full(n_topics, 0.1),
        eta=np.array([0.01]),
        doc_topic=np.asarray(doc_topic, np.float32),
    )


def random_model(n_topics: int, n_terms: int, n_docs: int = 200, seed: int = 1) -> LdaModel:
    """Topics and documents drawn from Dirichlet distributions, as LDA would have it."""
    random = np.random.default_rng(seed)
    lengths = random.integers(20, 200, n_docs)
    topic_word = random.gamma(0.1, 1, (n_topics, n_terms)) * lengths.sum() / n_topics + 0.01
    doc_topic = random.dirichlet(np.full(n_topics, 0.3), n_docs)
    words = [f"word{number}" for number in range(n_terms)]
    return lda_model(topic_word, doc_topic, lengths, words).ordered()


def planted_model(words_of: Sequence[Sequence[str]], count: float = 40) -> LdaModel:
    """One topic for each list of words, its words' counts falling; topics' shares fall too."""
    words = [word for topic in words_of for word in topic]
    topic_word = np.full((len(words_of), len(words)), 0.01)
    place = 0
    for topic, own in enumerate(words_of):
        for rank in range(len(own)):
            topic_word[topic, place] = count * (1 - rank / (len(own) + 1))
            place += 1
    doc_topic = np.eye(len(words_of))
    lengths = [len(words_of) * 40 - 10 * topic for topic in range(len(words_of))]
    return lda_model(topic_word, doc_topic, np.array(lengths), words)
