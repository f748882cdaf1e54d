"""What a run was trained on and how, found again from its record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.mask import Rows
from latentcli.engines import Engine, find_engine
from latentcli.formats.artefact import Artefact
from latentcli.formats.models import EMBEDDING, embedding_parts, open_embedding, open_topic_model
from latentcli.observer import Observer
from latentcli.store.cache import Cache
from latentcli.workflows.bootstrap import resample_training
from latentcli.workflows.permutations import part_training
from latentcli.workflows.reference_corpus import needed_corpus, training_corpus
from latentcli.workflows.topics import topic_training
from latentcli.workflows.training import Job, Parts, Train, TrainingOptions

Fit = Callable[[Path], Any]


class Recorded(NamedTuple):
    """A run, its engine, the corpus as it was trained on, and the rows of the model's words."""

    run: Artefact
    engine: Engine
    corpus: EncodedCorpus
    kept: Rows

    def job(self, parameters: Any, threads: int, options: TrainingOptions, resumed: str) -> Job:
        """Return the job of training on the same corpus and words, by the same engine."""
        algorithm, mask = self.run.manifest["algorithm"], self.run.manifest["mask"]
        return Job(
            self.run.kind, algorithm, self.engine, options, threads, self.corpus, parameters,
            mask, resumed,
        )  # fmt: skip


def recorded(cache: Cache, run: Artefact) -> Recorded:
    """Find what a run was trained on; RequestError where its corpus is no longer in the cache."""
    engine = find_engine(run.manifest["algorithm"], run.manifest["engine"])
    if "permutation" in run.manifest["mask"]:  # whose words are not those of its corpus alone
        return Recorded(run, engine, needed_corpus(cache, run), np.zeros(0, np.int64))
    return Recorded(run, engine, *training_corpus(cache, run))


def fitting(job: Job, kept: Rows, before: Artefact | None, observer: Observer) -> Fit:
    """Return what fits a job's model: from the start, or from where the run ``before`` ended."""

    def fit(scratch: Path) -> Any:
        engine = job.engine.load()
        rest = (job.corpus, kept, job.parameters, job.threads, scratch, observer)
        if before is None:
            return engine.train(*rest)
        model = open_embedding(before) if job.kind == EMBEDDING else open_topic_model(before)
        return engine.resume(model, before.manifest["metrics"], *rest)

    return fit


def training(
    cache: Cache, job: Job, kept: Rows, before: Artefact | None, observer: Observer
) -> Train:
    """Return what trains a job's run, as ``fitting`` does."""
    if "permutation" in job.mask:
        return part_training(cache, job, observer)
    if "resample" in job.mask:
        return resample_training(job, observer)
    fit = fitting(job, kept, before, observer)
    if job.kind != EMBEDDING:
        return topic_training(job, kept, fit, observer)

    def train(scratch: Path) -> tuple[Parts, Mapping[str, Any]]:
        trained = fit(scratch)
        return embedding_parts(trained.model), trained.metrics

    return train
