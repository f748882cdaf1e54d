"""Topics, or vectors, of new documents under a stored model."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from latentcli.corpus.counts import CountMatrix, count_documents
from latentcli.corpus.strings import Strings
from latentcli.corpus.tokenizers import TokenizerSettings
from latentcli.errors import InputError, NothingFound, RequestError
from latentcli.formats.models import EMBEDDING, TOPIC_MODEL, open_embedding, open_topic_model
from latentcli.kernels import usable_cores
from latentcli.observer import SILENT, Observer
from latentcli.queries.inference import infer_topics, infer_vectors
from latentcli.store.cache import Cache
from latentcli.store.staging import scratch
from latentcli.workflows.find import chosen_run
from latentcli.workflows.reading import CorpusRequest, open_inputs

_NAMED_EMPTY = 5


class DocumentTopic(NamedTuple):
    """A topic of a document and its weight; both None where no word of it is known."""

    id: str
    topic: int | None
    weight: float | None


class DocumentVector(NamedTuple):
    """The vector of a document; None where no word of it is known."""

    id: str
    vector: list[float] | None


def infer(
    cache: Cache,
    request: CorpusRequest,
    ref: str | None = None,
    n: int | None = None,
    min_weight: float = 0.01,
    observer: Observer = SILENT,
) -> Iterator[DocumentTopic | DocumentVector]:
    """Yield the topics of each document by falling weight, or its vector under an embedding.

    At most ``n`` topics of weight ``min_weight`` or more (in magnitude, for LSI) for each
    document. Documents without any known word are noted and have one row, without a topic.
    """
    named = ref or os.environ.get("LATENT_MODEL", "").strip()
    run = chosen_run(cache, ref, None if named not in ("", "latest") else TOPIC_MODEL, observer)
    if run.kind == EMBEDDING:
        embedding = open_embedding(run)
        ids, counts = _count(cache, request, embedding.tokenizer, embedding.words, observer)
        return _vectors(ids, counts, infer_vectors(embedding, counts))
    if run.kind != TOPIC_MODEL:
        raise RequestError(f"'{ref}' is a {run.kind}", "choose a topic model or an embedding")
    model = open_topic_model(run)
    ids, counts = _count(cache, request, model.tokenizer, model.words, observer)
    inferred = infer_topics(model, counts, usable_cores())
    went = inferred.convergence
    if went.unsettled:
        observer.note(f"{went.unsettled} documents had not settled after {went.sweeps} sweeps")
    return _topics(ids, counts, inferred.weights, n, min_weight)


def _count(
    cache: Cache,
    request: CorpusRequest,
    tokenizer: TokenizerSettings,
    words: Strings,
    observer: Observer,
) -> tuple[list[str], CountMatrix]:
    if not request.inputs:
        raise RequestError("no documents named", "name a file or directory, or '-' for stdin")
    with scratch(cache) as folder:
        reading = open_inputs(request, folder, observer)
        ids, counts = count_documents(reading.documents(), tokenizer, words)
    reading.report(observer)
    if not ids:
        raise InputError("no documents in the input")
    empty = [ids[i] for i in np.flatnonzero(np.diff(counts.starts) == 0)]
    if len(empty) == len(ids):
        raise NothingFound(f"no known words in any of {len(ids)} documents")
    if empty:
        named = ", ".join(empty[:_NAMED_EMPTY]) + (" ..." if len(empty) > _NAMED_EMPTY else "")
        observer.note(f"{len(empty)} of {len(ids)} documents have no known words: {named}")
    return ids, counts


def _topics(
    ids: list[str],
    counts: CountMatrix,
    weights: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    n: int | None,
    min_weight: float,
) -> Iterator[DocumentTopic]:
    known = np.diff(counts.starts) > 0
    for document, document_id in enumerate(ids):
        if not known[document]:
            yield DocumentTopic(document_id, None, None)
            continue
        row = weights[document]
        for topic in np.argsort(-np.abs(row), kind="stable")[:n].tolist():
            if abs(row[topic]) >= min_weight:
                yield DocumentTopic(document_id, topic, float(row[topic]))


def _vectors(
    ids: list[str],
    counts: CountMatrix,
    vectors: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
) -> Iterator[DocumentVector]:
    known = np.diff(counts.starts) > 0
    for document_id, has_words, vector in zip(ids, known, vectors, strict=True):
        yield DocumentVector(document_id, vector.tolist() if has_words else None)
