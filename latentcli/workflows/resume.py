"""Train a stored model further: more sweeps of a topic model, more epochs of an embedding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.held_out import without_documents
from latentcli.corpus.mask import Rows
from latentcli.corpus.strings import Strings
from latentcli.engines import Engine, find_engine, resuming
from latentcli.engines.parameters import (
    EMBEDDING_PARAMETERS,
    LdaParameters,
    SeededLdaParameters,
)
from latentcli.errors import DamagedArtefact, RequestError
from latentcli.formats.artefact import Artefact
from latentcli.formats.models import (
    EMBEDDING,
    TOPIC_MODEL,
    embedding_parts,
    open_embedding,
    open_topic_model,
)
from latentcli.kernels import usable_cores, usable_threads
from latentcli.observer import SILENT, Observer
from latentcli.queries.ranking import PROBABILITY, check_ranking
from latentcli.store.cache import Cache
from latentcli.workflows.embed import EmbedAnswer, embedded
from latentcli.workflows.find import chosen_run
from latentcli.workflows.held_out import held_out_documents
from latentcli.workflows.reference_corpus import own_corpus
from latentcli.workflows.topics import JUDGED_WORDS, Fitted, Topic, describe, model_run
from latentcli.workflows.training import Job, Parts, TrainingOptions, run_of


class _Stopped(NamedTuple):
    """A run to go on with: its engine, the corpus as it was cut, and the rows of its words."""

    run: Artefact
    engine: Engine
    corpus: EncodedCorpus
    kept: Rows


def resume_topics(
    cache: Cache,
    ref: str,
    iterations: int | None = None,
    options: TrainingOptions | None = None,
    n_words: int = JUDGED_WORDS,
    observer: Observer = SILENT,
    rank_by: str = PROBABILITY,
) -> list[Topic]:
    """Train a topic model further and return the topics of the new one.

    ``iterations`` None: until it has converged again. Raises RequestError where its engine cannot
    go on, and where the corpus is no longer in the cache.
    """
    options = options or TrainingOptions()
    run, engine, corpus, kept = _stopped(cache, ref, TOPIC_MODEL)
    check_ranking(rank_by, run.manifest["algorithm"])
    parameters = replace(_lda_parameters(run.manifest["parameters"]), iterations=iterations)
    job = _job(run, engine, corpus, parameters, options, usable_threads(options.threads))

    def fit(scratch: Path) -> Fitted:
        model, metrics = open_topic_model(run), run.manifest["metrics"]
        fitted: Fitted = engine.load().resume(
            model, metrics, corpus, kept, parameters, job.threads, scratch, observer
        )
        return fitted

    return describe(model_run(cache, job, kept, fit, observer), n_words, rank_by)


def resume_embedding(
    cache: Cache,
    ref: str,
    epochs: int | None = None,
    options: TrainingOptions | None = None,
    observer: Observer = SILENT,
) -> EmbedAnswer:
    """Train an embedding for so many epochs more (None: as many as it had); return the new one.

    Raises RequestError as ``resume_topics`` does.
    """
    options = options or TrainingOptions()
    run, engine, corpus, kept = _stopped(cache, ref, EMBEDDING)
    before = EMBEDDING_PARAMETERS[run.manifest["algorithm"]](**run.manifest["parameters"])
    parameters = replace(before, epochs=before.epochs + (epochs or before.epochs))
    threads = options.threads or usable_cores()
    job = _job(run, engine, corpus, parameters, options, threads)

    def train(scratch: Path) -> tuple[Parts, Mapping[str, Any]]:
        model, metrics = open_embedding(run), run.manifest["metrics"]
        trained = engine.load().resume(
            model, metrics, corpus, kept, parameters, job.threads, scratch, observer
        )
        return embedding_parts(trained.model), trained.metrics

    return embedded(cache, run_of(cache, job, train, observer))


def _job(
    run: Artefact,
    engine: Engine,
    corpus: EncodedCorpus,
    parameters: Any,
    options: TrainingOptions,
    threads: int,
) -> Job:
    algorithm, mask = run.manifest["algorithm"], run.manifest["mask"]
    return Job(
        run.kind, algorithm, engine, options, threads, corpus, parameters, mask, resumed=run.id
    )


def _lda_parameters(record: Mapping[str, Any]) -> LdaParameters:
    if "seeds" not in record:
        return LdaParameters(**record)
    seeds = tuple((name, tuple(words)) for name, words in record["seeds"])
    return SeededLdaParameters(**{**record, "seeds": seeds})


def _stopped(cache: Cache, ref: str, kind: str) -> _Stopped:
    run = chosen_run(cache, ref, kind, SILENT)
    algorithm, name = run.manifest["algorithm"], run.manifest["engine"]
    engine = find_engine(algorithm, name)
    if not engine.resumes:
        raise RequestError(
            f"'{ref}' is {algorithm} by {name}, which cannot be trained further",
            f"what can: {', '.join(resuming())}",
        )
    corpus = own_corpus(cache, run.manifest)
    if corpus is None:
        raise RequestError(
            f"the corpus of {run.id[:12]} is no longer in the cache",
            "encode it again as it was: 'latent corpus FILE' (with the same --phrases, if any)",
        )
    held_out = run.manifest["mask"].get("held_out")
    if held_out is not None:
        corpus = without_documents(corpus, held_out_documents(corpus, held_out))
    return _Stopped(run, engine, corpus, _rows(run, corpus.vocabulary.words))


def _rows(run: Artefact, words: Strings) -> Rows:
    """Return the rows of a model's words in its corpus."""
    rows = {word: row for row, word in enumerate(words)}
    try:
        kept: Rows = np.array([rows[word] for word in run.strings("vocabulary")], np.int64)
    except KeyError:
        raise DamagedArtefact(f"corrupt run {run.id[:12]}: a word is not its corpus's") from None
    return kept
