"""Models as plain tables (RFC 4180, but lines end at LF), for spreadsheets, pandas and R.

An embedding has a line a word: the word and its numbers. A topic model is tidy (Wickham 2014): a
line for each topic and word, and in another table for each document and topic.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, BinaryIO

import numpy as np

from latentcli.models.embedding import Embedding
from latentcli.models.topic_model import LsiModel, TopicModel


def write_embedding(model: Embedding, out: BinaryIO) -> None:
    """Write ``word,count,d0,d1 ...``; counts that are not known are empty."""
    header = ["word", "count", *(f"d{i}" for i in range(model.dim))]
    known = model.term_counts
    counts = [""] * len(model.words) if known is None else known.tolist()
    rows = (
        [word, count, *map(str, row)]
        for word, count, row in zip(model.words, counts, model.vectors, strict=True)
    )
    _write(chain([header], rows), out)


def write_topic_words(model: TopicModel, out: BinaryIO) -> None:
    """Write ``topic,word,weight``: p(word | topic), or for LSI what the word has in the topic.

    Words that a topic does not have at all are left out.
    """
    _write(chain([["topic", "word", "weight"]], topic_words(model)), out)


def write_document_topics(model: TopicModel, out: BinaryIO) -> None:
    """Write ``document,topic,weight``: the topic's part in the document, or LSI's coordinate."""
    _write(chain([["document", "topic", "weight"]], document_topics(model)), out)


def topic_words(model: TopicModel) -> Iterator[tuple[int, str, float]]:
    """Yield topic, word and weight, words by falling weight."""
    if isinstance(model, LsiModel):
        table: Any = model.term_topic.T
    else:
        table = model.topic_word_probabilities()
    for topic, weights in enumerate(table):
        order = np.argsort(-weights, kind="stable")
        for row in order[weights[order] != 0].tolist():
            yield topic, model.words[row], _shortest(weights[row])


def document_topics(model: TopicModel) -> Iterator[tuple[str, int, float]]:
    """Yield document, topic and weight."""
    table = model.document_vectors if isinstance(model, LsiModel) else model.doc_topic
    for document, weights in zip(model.document_ids, table, strict=True):
        for topic, weight in enumerate(weights):
            yield document, topic, _shortest(weight)


def _shortest(weight: Any) -> float:
    """Return the number with the digits that float32 needs."""
    return float(str(np.float32(weight)))


def _write(rows: Iterable[Sequence[object]], out: BinaryIO) -> None:
    text = io.TextIOWrapper(out, "utf-8", newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    text.flush()
    text.detach()
