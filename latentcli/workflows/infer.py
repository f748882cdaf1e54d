"""Topics, or vectors, of new documents under a stored model."""

from __future__ import annotations

import os
from collections import namedtuple
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.corpus.counting import Counted
from latentcli.corpus.counts import CountMatrix, count_words
from latentcli.corpus.phrases import join_phrases
from latentcli.corpus.sources import Fingerprint
from latentcli.corpus.strings import Strings
from latentcli.corpus.tokenizers import TokenizerSettings
from latentcli.errors import InputError, NothingFound, RequestError
from latentcli.formats.artefact import Artefact
from latentcli.formats.models import EMBEDDING, TOPIC_MODEL, open_embedding, open_topic_model
from latentcli.kernels import usable_cores
from latentcli.models.embedding import Embedding
from latentcli.models.subword_embedding import SubwordEmbedding, extended
from latentcli.models.topic_model import MixtureModel, NmfModel, TopicModel
from latentcli.observer import SILENT, Observer
from latentcli.queries.inference import infer_topics, infer_vectors
from latentcli.store.cache import Cache
from latentcli.store.staging import scratch
from latentcli.wording import counted
from latentcli.workflows.find import chosen_run
from latentcli.workflows.reading import CorpusRequest, Reading, byte_progress, left_out, open_inputs

_NAMED_EMPTY = 5
_BATCH_DOCS = 4096  # of documents whose phrases are joined
_ROUNDING = 1e-9
# Of topics that are worth a row.
MIN_WEIGHT = 0.01

Weights = npt.NDArray[np.float64]
# Of a batch: each document's id, and its row of weights, or None where no word of it is known.
Rows = Iterator[tuple[str, Weights | None]]
# Which words are counted, of all those that documents have.
Choose = Callable[[Strings], Strings]


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
    min_weight: float | None = None,
    observer: Observer = SILENT,
) -> Iterator[DocumentTopic | DocumentVector]:
    """Yield the topics of each document by falling weight, or its vector under an embedding.

    At most ``n`` topics of weight ``min_weight`` (None: 0.01) or more (in magnitude, for LSI) for
    each document; under an embedding, RequestError for either. Documents without any known word
    are noted and have one row, without a topic; NothingFound is raised at the end where there is
    no other.
    """
    run = _chosen(cache, request, ref, observer)
    if run.kind == EMBEDDING:
        if n is not None or min_weight is not None:
            raise RequestError(
                f"'{ref or run.id[:12]}' is an embedding: documents have one vector, no topics",
                "leave out -n and --min-weight, or name a topic model",
            )
        rows = document_rows(cache, request, run, observer)
        return (DocumentVector(i, None if row is None else row.tolist()) for i, row in rows)
    _topic_model(run, ref)
    rows = document_rows(cache, request, run, observer)
    return _topics(rows, n, MIN_WEIGHT if min_weight is None else min_weight)


def document_rows(
    cache: Cache, request: CorpusRequest, run: Artefact, observer: Observer = SILENT
) -> Rows:
    """Yield the id of each document, and what the run makes of it: float64.

    Its proportions of topics, under LSI coordinates, under an embedding the mean vector; None where
    no word of it is known, as ``infer`` has it.
    """
    if run.kind != EMBEDDING:
        return _mixtures(cache, request, run, open_topic_model(run), observer)
    space = _Space(open_embedding(run), observer)
    if space.model.term_counts is None:
        observer.note("how frequent its words are is not known: all weigh the same")
    return _inferred(
        cache, request, run, space.model.tokenizer, space.model.words, space.vectors, observer,
        choose=space.composing() if isinstance(space.model, SubwordEmbedding) else None,
    )  # fmt: skip


class _Space:
    """An embedding; one with n-grams takes the unknown words of the documents up."""

    def __init__(self, model: Embedding, observer: Observer) -> None:
        self.model, self._observer = model, observer

    def vectors(self, counts: CountMatrix) -> Weights:
        """Return the vectors of counted documents."""
        return infer_vectors(self.model, counts)

    def composing(self) -> Choose:
        """Return what chooses the words: the model's, and those that it can compose."""
        model = self.model
        assert isinstance(model, SubwordEmbedding)

        def choose(words: Strings) -> Strings:
            self.model = extended(model, words)
            more = len(self.model.words) - len(model.words)
            if more:
                self._observer.note(
                    f"composed vectors of {counted(more, 'word')} that the model does not have"
                )
            return self.model.words

        return choose


def infer_wide(
    cache: Cache,
    request: CorpusRequest,
    ref: str | None = None,
    proportions: bool = False,
    observer: Observer = SILENT,
) -> Iterator[Any]:
    """Yield for each document one row: ``id``, and every topic's weight as ``topic_0`` ...

    Weights are None where no word of the document is known. Raises RequestError for an embedding
    and, where they must be ``proportions``, for LSI; and else as ``infer``.
    """
    run = _chosen(cache, request, ref, observer)
    if run.kind == EMBEDDING:
        raise RequestError(
            f"'{ref or run.id[:12]}' is an embedding: documents have no topics under it",
            "name a topic model, or ask without --wide and --mallet for vectors",
        )
    model = _topic_model(run, ref)
    if proportions and not isinstance(model, MixtureModel):
        raise RequestError(
            f"'{ref or run.id[:12]}' is LSI: a document has coordinates there, not proportions",
            "--wide has them",
        )
    row_type: Any = namedtuple  # mypy wants the names to be known
    wide = row_type("DocumentTopics", ["id", *(f"topic_{k}" for k in range(model.n_topics))])
    nothing = [None] * model.n_topics
    rows = _mixtures(cache, request, run, model, observer)
    return (wide(i, *(nothing if row is None else row.tolist())) for i, row in rows)


def _chosen(cache: Cache, request: CorpusRequest, ref: str | None, observer: Observer) -> Artefact:
    if not request.inputs:
        raise RequestError("no documents named", "name a file or directory, or '-' for stdin")
    named = ref or os.environ.get("LATENT_MODEL", "").strip()
    return chosen_run(cache, ref, None if named not in ("", "latest") else TOPIC_MODEL, observer)


def _topic_model(run: Artefact, ref: str | None) -> TopicModel:
    if run.kind != TOPIC_MODEL:
        raise RequestError(f"'{ref}' is a {run.kind}", "choose a topic model or an embedding")
    return open_topic_model(run)


def _mixtures(
    cache: Cache, request: CorpusRequest, run: Artefact, model: TopicModel, observer: Observer
) -> Rows:
    unsettled = sweeps = 0

    def weights(counts: CountMatrix) -> Weights:
        nonlocal unsettled, sweeps
        inferred = infer_topics(model, counts, usable_cores())
        unsettled += inferred.convergence.unsettled
        sweeps = max(sweeps, inferred.convergence.sweeps)
        return inferred.weights

    told = _telling(model)
    yield from _inferred(cache, request, run, model.tokenizer, model.words, weights, observer, told)
    if unsettled:
        observer.note(f"{counted(unsettled, 'document')} had not settled after {sweeps} sweeps")


def _telling(model: TopicModel) -> npt.NDArray[np.bool_] | None:
    """Mark the words that say something of a document's topics: (n_terms,); None: all do.

    In NMF some have no weight, or are in no topic but for what rounding left.
    """
    if not isinstance(model, NmfModel):
        return None
    most = model.topic_word.max(axis=0)
    telling: npt.NDArray[np.bool_] = (most > _ROUNDING * most.max()) & (model.idf > 0)
    return telling


def _inferred(
    cache: Cache,
    request: CorpusRequest,
    run: Artefact,
    tokenizer: TokenizerSettings,
    words: Strings,
    infer_batch: Callable[[CountMatrix], Weights],
    observer: Observer,
    telling: npt.NDArray[np.bool_] | None = None,
    choose: Choose | None = None,
) -> Rows:
    """Yield each document's row, as they are read; then say what there was to say of them.

    A document has none without words of the model, of those that are ``telling``. ``choose`` is
    asked for the words when all documents have been read, in place of ``words``.
    """
    n_docs = n_empty = overlong = 0
    named: list[str] = []
    with scratch(cache) as folder:
        reading = open_inputs(request, folder, observer)
        seen = Fingerprint()
        tell = byte_progress(reading.sources, observer)("inferring, MB")
        batches: Iterator[Counted] = reading.counted(seen, tokenizer, words, usable_cores())
        phrases = run.strings("phrases") if run.has_strings("phrases") else None
        if phrases is not None or choose is not None:
            chosen = choose or (lambda _: words)
            batches = _as_a_whole(reading, seen, phrases, tokenizer, chosen, folder, tell)
        for batch in batches:
            empty = np.diff(_of(batch.counts, telling)) == 0
            rows = infer_batch(batch.counts)
            for document, (document_id, row) in enumerate(zip(batch.ids, rows, strict=True)):
                yield document_id, None if empty[document] else row
            n_docs += len(batch.ids)
            n_empty += int(np.count_nonzero(empty))
            room = _NAMED_EMPTY - len(named)
            named += [batch.ids[i] for i in np.flatnonzero(empty)[:room].tolist()]
            overlong = batch.overlong
            tell(seen.bytes)
    reading.report(observer)
    if not n_docs:
        raise InputError("no documents in the input")
    if overlong:
        observer.note(left_out(overlong))
    if n_empty == n_docs:
        raise NothingFound(f"no known words in any of {counted(n_docs, 'document')}")
    if n_empty:
        shown = ", ".join(named) + (" ..." if n_empty > len(named) else "")
        have = "has" if n_empty == 1 else "have"
        observer.note(f"{n_empty:,} of {n_docs:,} documents {have} no known words: {shown}")


def _as_a_whole(
    reading: Reading,
    seen: Fingerprint,
    phrases: Strings | None,
    tokenizer: TokenizerSettings,
    choose: Choose,
    folder: Path,
    tell: Callable[[int], None],
) -> Iterator[Counted]:
    """Yield documents, joined by a model's phrases, if any, before words are chosen and counted.

    All are read before the first is answered: their tokens lie on disk, their counts in memory.
    """
    encoded = reading.encoded(
        seen, tokenizer, folder, lambda n_tokens: tell(seen.bytes), usable_cores()
    )
    corpus = encoded.corpus
    if phrases is not None:
        corpus = join_phrases(corpus, phrases, folder)
    ids, counts = list(corpus.document_ids), count_words(corpus, choose(corpus.vocabulary.words))
    for first in range(0, len(ids), _BATCH_DOCS):
        batch = slice(first, min(first + _BATCH_DOCS, len(ids)))
        yield Counted(ids[batch], counts.rows(first, batch.stop), encoded.overlong_words)


def _of(counts: CountMatrix, telling: npt.NDArray[np.bool_] | None) -> npt.NDArray[np.int64]:
    """Return how many pairs of telling words come before each row: int64 (n_docs + 1,)."""
    if telling is None:
        return counts.starts
    before = np.concatenate([np.zeros(1, np.int64), np.cumsum(telling[counts.terms])])
    return before[counts.starts]


def _topics(rows: Rows, n: int | None, min_weight: float) -> Iterator[DocumentTopic]:
    for document_id, row in rows:
        if row is None:
            yield DocumentTopic(document_id, None, None)
            continue
        for topic in np.argsort(-np.abs(row), kind="stable")[:n].tolist():
            if abs(row[topic]) >= min_weight:
                yield DocumentTopic(document_id, topic, float(row[topic]))
