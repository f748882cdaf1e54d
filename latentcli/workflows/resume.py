"""Train a stored model further: more sweeps of a topic model, more epochs of an embedding."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from latentcli.engines import find_engine, resuming
from latentcli.engines.parameters import Parameters, recorded_parameters
from latentcli.errors import RequestError
from latentcli.formats.models import EMBEDDING, TOPIC_MODEL
from latentcli.kernels import usable_cores, usable_threads
from latentcli.observer import SILENT, Observer
from latentcli.queries.ranking import PROBABILITY, check_ranking
from latentcli.store.cache import Cache
from latentcli.workflows.corpus_text import own_digest
from latentcli.workflows.embed import EmbedAnswer, embedded
from latentcli.workflows.find import chosen_run
from latentcli.workflows.recorded import Recorded, fitting, recorded, training
from latentcli.workflows.topics import JUDGED_WORDS, Topic, describe, model_run
from latentcli.workflows.training import TrainingOptions, run_of


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
    stopped = _stopped(cache, ref, TOPIC_MODEL)
    check_ranking(rank_by, stopped.run.manifest["algorithm"])
    before: Any = _parameters(stopped)
    parameters = replace(before, iterations=iterations)
    job = stopped.job(parameters, usable_threads(options.threads), options, stopped.run.id)
    fit = fitting(job, stopped.kept, stopped.run, observer)
    return describe(model_run(cache, job, stopped.kept, fit, observer), n_words, rank_by)


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
    stopped = _stopped(cache, ref, EMBEDDING)
    before: Any = _parameters(stopped)
    parameters = replace(before, epochs=before.epochs + (epochs or before.epochs))
    job = stopped.job(parameters, options.threads or usable_cores(), options, stopped.run.id)
    train = training(cache, job, stopped.kept, stopped.run, observer)
    return embedded(cache, run_of(cache, job, train, observer))


def _parameters(stopped: Recorded) -> Parameters:
    manifest = stopped.run.manifest
    return recorded_parameters(manifest["algorithm"], manifest["parameters"])


def _stopped(cache: Cache, ref: str, kind: str) -> Recorded:
    run = chosen_run(cache, ref, kind, SILENT)
    own_digest(run.manifest)  # says so, if the run was imported
    if "aligned" in run.manifest:
        raise RequestError(
            f"'{ref}' was turned into another's space, and cannot be trained further",
            f"what it was made from can: {run.manifest['aligned']['from'][:12]}",
        )
    algorithm, name = run.manifest["algorithm"], run.manifest["engine"]
    if not find_engine(algorithm, name).resumes:
        raise RequestError(
            f"'{ref}' is {algorithm} by {name}, which cannot be trained further",
            f"what can: {', '.join(resuming())}",
        )
    for drawn in ("resample", "permutation"):
        if drawn in run.manifest["mask"]:
            raise RequestError(
                f"'{ref}' was trained on a {drawn} of its corpus",
                "name the model that it was made for",
            )
    return recorded(cache, run)
