"""The forms in which MALLET 2 (McCallum 2002) tells the topics of documents, words and tokens.

- doc-topics (``--output-doc-topics``): a line for each document with its number from 0, its name,
  and the proportion of every topic, between tabs; ``infer-topics`` says first what follows. A
  document whose topics are not known has nothing in place of them, where MALLET has the prior's.
- topic-keys (``--output-topic-keys``): a topic's number, its alpha, and its first words.
- topic-word-weights (``--topic-word-weights-file``): topic, word, and its count with the prior.
- state (``--output-state``): gzipped; after the priors a line for each token: the document's number
  and name, the token's place in it, the word's number, the word, and the topic.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from latentcli.corpus.bags import Bags
from latentcli.models.topic_model import LdaModel, MixtureModel

HEADER = "#doc name topic proportion ...\n"
_SEPARATORS = str.maketrans({"\t": " ", "\n": " ", "\r": " "})


def doc_topics(rows: Iterable[Sequence[str | float | None]], header: str = HEADER) -> Iterator[str]:
    """Yield the lines, with their ends, of rows that each have an id and a weight for each topic.

    White space in an id that would end a column or line becomes a space.
    """
    yield header
    for number, (name, *weights) in enumerate(rows):
        cells = ["" if weight is None else repr(weight) for weight in weights]
        yield "\t".join([str(number), str(name).translate(_SEPARATORS), *cells]) + "\n"


def write_doc_topics(model: MixtureModel, out: BinaryIO) -> None:
    """Write the topics of the documents trained on, without a header, as ``train-topics`` does."""
    rows = zip(model.document_ids, model.doc_topic.astype(str), strict=True)
    shortest: Iterable[Sequence[str | float]] = (
        [name, *map(float, weights)] for name, weights in rows
    )
    for line in doc_topics(shortest, header=""):
        out.write(line.encode())


def write_topic_keys(model: MixtureModel, top: npt.NDArray[np.int64], out: BinaryIO) -> None:
    """Write each topic's alpha and top words, whose rows are ``top`` (n_topics, n_top).

    Without a prior, the topic's share stands for alpha.
    """
    weights = model.alpha if isinstance(model, LdaModel) else model.shares()
    for topic, rows in enumerate(top):
        words = " ".join(model.words[int(row)] for row in rows)
        out.write(f"{topic}\t{float(weights[topic]):.5f}\t{words}\n".encode())


def write_topic_word_weights(model: MixtureModel, out: BinaryIO) -> None:
    """Write ``topic_word``, all words of each topic in the order of their numbers."""
    words = list(model.words)
    for topic, weights in enumerate(model.topic_word.astype(str)):
        lines = [f"{topic}\t{w}\t{weight}\n" for w, weight in zip(words, weights, strict=True)]
        out.write("".join(lines).encode())


def write_state(model: LdaModel, bags: Bags, out: BinaryIO) -> None:
    """Write the topic of every token of the corpus trained on, in the order of the text.

    A word's occurrences in one document are exchangeable: their topics are dealt out in order.
    """
    with gzip.GzipFile(fileobj=out, mode="wb", mtime=0, filename="") as packed:
        packed.write(b"#doc source pos typeindex type topic\n")
        alpha = " ".join(repr(float(a)) for a in model.alpha)
        packed.write(f"#alpha : {alpha}\n#beta : {float(model.eta[0])!r}\n".encode())
        for line in _state_lines(model, bags):
            packed.write(line.encode())


def _state_lines(model: LdaModel, bags: Bags) -> Iterator[str]:
    assert model.token_topic is not None and model.topic_order is not None
    numbers = np.argsort(model.topic_order)  # of the topics as the sampler called them
    words = list(bags.words)
    terms = {word: term for term, word in enumerate(words)}
    first = 0
    for document, (name, _, tokens) in enumerate(bags.documents()):
        ids = np.array([terms[word] for word in tokens], np.int64)
        by_term = np.argsort(ids, kind="stable")
        topics = np.empty(len(ids), np.int64)
        topics[by_term] = numbers[model.token_topic[first : first + len(ids)]]
        first += len(ids)
        source = name.translate(_SEPARATORS).replace(" ", "_")
        pairs = zip(ids.tolist(), topics.tolist(), strict=True)
        yield "".join(
            f"{document} {source} {place} {term} {words[term]} {topic}\n"
            for place, (term, topic) in enumerate(pairs)
        )
