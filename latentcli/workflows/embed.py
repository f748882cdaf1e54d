"""Train word embeddings."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.mask import default_min_count, frequent
from latentcli.engines import EMBEDDING_ALGORITHMS, Engine, find_engine
from latentcli.engines.parameters import FastTextParameters, Word2VecParameters
from latentcli.errors import InputError, RequestError
from latentcli.formats.artefact import Artefact
from latentcli.formats.models import EMBEDDING, embedding_parts
from latentcli.kernels import usable_cores
from latentcli.observer import SILENT, Observer
from latentcli.store.cache import Cache
from latentcli.store.derived import scan_index
from latentcli.store.pointers import name_of
from latentcli.wording import there_are
from latentcli.workflows.corpus import load_corpus
from latentcli.workflows.reading import CorpusRequest
from latentcli.workflows.training import Job, Parts, TrainingOptions, run_of

# Below this many tokens in all epochs together, vectors stay near their random start.
_ENOUGH_TOKENS = 8_000_000
_MOST_EPOCHS = 150
_FEW_TOKENS = 20_000
# Some three to five times as many as a vocabulary has different n-grams: one in ten or so shares
# its vector with another, as among the fastText program's two million.
_BUCKETS_A_WORD = 50


@dataclass(frozen=True)
class EmbedRequest:
    """What to train; ``min_count`` and ``epochs`` None: chosen by the size of the corpus.

    ``buckets`` None: those of the parameters, or fewer for a small vocabulary; fasttext only.
    """

    algorithm: str = "word2vec"
    parameters: Word2VecParameters = Word2VecParameters()
    min_count: int | None = None
    epochs: int | None = None
    buckets: int | None = None


class EmbedAnswer(NamedTuple):
    """A trained embedding: ``words`` vectors of ``dim`` dimensions."""

    id: str
    name: str
    algorithm: str
    words: int
    dim: int
    corpus: str


def embed(
    cache: Cache,
    corpus_request: CorpusRequest,
    request: EmbedRequest | None = None,
    options: TrainingOptions | None = None,
    observer: Observer = SILENT,
) -> EmbedAnswer:
    """Train an embedding on a corpus, or find it in the cache.

    Raises RequestError or InputError where no word is left to train.
    """
    request, options = request or EmbedRequest(), options or TrainingOptions()
    checked_engine(request.algorithm, options.engine)
    corpus, _ = load_corpus(cache, corpus_request, observer, options.threads)
    job = embedding_job(corpus, request, options, observer)
    return embedded(cache, embedding_run(cache, job, observer))


def checked_engine(algorithm: str, name: str | None) -> Engine:
    """Return an engine for embeddings; RequestError where there is none."""
    if algorithm not in EMBEDDING_ALGORITHMS:
        raise RequestError(
            f"no algorithm '{algorithm}' for embeddings", there_are(EMBEDDING_ALGORITHMS)
        )
    return find_engine(algorithm, name)


def embedding_job(
    corpus: EncodedCorpus, request: EmbedRequest, options: TrainingOptions, observer: Observer
) -> Job:
    """Return the job of training what is asked for; InputError where no word is left."""
    engine = checked_engine(request.algorithm, options.engine)
    min_count = request.min_count
    if min_count is None:
        min_count = default_min_count(corpus.n_tokens)
        if min_count < 5:
            observer.note(f"small corpus ({corpus.n_tokens:,} tokens): --min-count {min_count}")
    epochs = request.epochs
    if epochs is None:
        wanted = math.ceil(_ENOUGH_TOKENS / corpus.n_tokens)
        epochs = min(max(wanted, request.parameters.epochs), _MOST_EPOCHS)
        if epochs > request.parameters.epochs:
            observer.note(f"small corpus ({corpus.n_tokens:,} tokens): --epochs {epochs}")
    kept = frequent(corpus.vocabulary, min_count)
    if len(kept) < 2:
        raise InputError(
            f"{len(kept)} of {len(corpus.vocabulary)} words kept with --min-count {min_count}",
            "try --min-count 1" if min_count > 1 else "give more text",
        )
    if corpus.n_tokens < _FEW_TOKENS:
        observer.note(
            f"{corpus.n_tokens:,} tokens are few: expect rough neighbours; more text helps most"
        )
    parameters = replace(request.parameters, epochs=epochs)
    if isinstance(parameters, FastTextParameters):
        parameters = replace(
            parameters, buckets=request.buckets or _buckets(parameters, len(kept), observer)
        )
    return Job(
        EMBEDDING,
        request.algorithm,
        engine,
        options,
        options.threads or usable_cores(),
        corpus,
        parameters,
        {"min_count": min_count},
    )


def embedding_run(cache: Cache, job: Job, observer: Observer) -> Artefact:
    """Return the run that answers a job: from the cache, or trained by its engine."""
    kept = frequent(job.corpus.vocabulary, job.mask["min_count"])

    def train(scratch: Path) -> tuple[Parts, Mapping[str, Any]]:
        trained = job.engine.load().train(
            job.corpus, kept, job.parameters, job.threads, scratch, observer
        )
        return embedding_parts(trained.model), trained.metrics

    return run_of(cache, job, train, observer)


def _buckets(parameters: FastTextParameters, n_words: int, observer: Observer) -> int:
    """Return into how many buckets the n-grams of so many words are hashed."""
    buckets = min(parameters.buckets, _BUCKETS_A_WORD * n_words)
    if buckets < parameters.buckets:
        observer.note(f"small vocabulary ({n_words:,} words): --buckets {buckets}")
    return buckets


def embedded(cache: Cache, run: Artefact) -> EmbedAnswer:
    """Return the answer that a trained run is, its scan index made."""
    scan_index(cache, run, run.buffer("vectors"))
    words, dim = run.manifest["files"]["arrays/vectors.npy"]["shape"]
    corpus = run.manifest["invocation"]["corpus_name"]
    return EmbedAnswer(
        run.id, name_of(cache, run.id), run.manifest["algorithm"], words, dim, corpus
    )
