"""What embedding and topic training share: ask the cache, else train and publish."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from latentcli.corpus.encoded import EncodedCorpus
from latentcli.engines import Engine
from latentcli.formats.artefact import Artefact
from latentcli.formats.corpus import tokenizer_record
from latentcli.formats.writing import Array
from latentcli.observer import Observer
from latentcli.store.cache import Cache
from latentcli.store.locks import waiting_lock
from latentcli.store.runs import answer, mark_latest, publish, request_digest
from latentcli.store.staging import staging
from latentcli.workflows.corpus import named
from latentcli.workflows.provenance import Stopwatch, instruction_set, invocation, versions


@dataclass(frozen=True)
class TrainingOptions:
    """How to train, beside the algorithm's own parameters.

    ``engine`` None: the algorithm's default; ``threads`` None: all cores. ``latest``: whether the
    run becomes the latest of its kind, as one that was asked for.
    """

    engine: str | None = None
    threads: int | None = None
    name: str = ""
    retrain: bool = False
    latest: bool = True


@dataclass(frozen=True)
class Job:
    """A resolved training request; ``resumed``: the id of the run that is trained further."""

    kind: str
    algorithm: str
    engine: Engine
    options: TrainingOptions
    threads: int
    corpus: EncodedCorpus
    parameters: Any
    mask: Mapping[str, Any]
    resumed: str = ""

    def request(self) -> dict[str, Any]:
        """Return what the request's digest is taken of."""
        resumed = {"resumed": self.resumed} if self.resumed else {}
        return {
            **resumed,
            "kind": self.kind,
            "algorithm": self.algorithm,
            "engine": self.engine.name,
            "revision": self.engine.full_revision(),
            "parameters": asdict(self.parameters),
            "corpus": self.corpus.digest,
            "tokenizer": tokenizer_record(self.corpus.tokenizer),
            "mask": dict(self.mask),
            "deterministic": self.deterministic,
        }

    @property
    def deterministic(self) -> bool:
        """Whether one seed always gives the same bytes."""
        return self.threads == 1 or not self.engine.depends_on_threads

    def description(self, metrics: Mapping[str, Any]) -> dict[str, Any]:
        """Return the manifest's record of the run."""
        depends = "the seed, the versions of the libraries, the instruction set and BLAS's threads"
        if not self.deterministic:
            depends += "; not reproducible with several threads"
        return {
            **self.request(),
            "seed": self.parameters.seed,
            "threads": self.threads if self.engine.depends_on_threads else None,
            "instruction_set": instruction_set(),
            "reproducible": {"bytes": self.deterministic, "depends_on": depends},
            "corpus": {
                "digest": self.corpus.digest,
                "documents": self.corpus.n_docs,
                "tokens": self.corpus.n_tokens,
            },
            "versions": versions(*self.engine.packages),
            "metrics": dict(metrics),
        }


Parts = tuple[Mapping[str, Array], Mapping[str, Any]]
Train = Callable[[Path], tuple[Parts, Mapping[str, Any]]]


def run_of(cache: Cache, job: Job, train: Train, observer: Observer) -> Artefact:
    """Return the run that answers a job: from the cache, or trained by ``train`` and published.

    ``train`` gets a scratch directory and returns the model's parts and metrics.
    """
    request = job.request()
    run = None if job.options.retrain else answer(cache, request)
    if run is None:
        run = _trained(cache, job, request, train, observer)
    else:
        observer.note(f"{job.algorithm}: {run.id[:12]} is in the cache already (--retrain trains)")
    if job.options.latest:
        mark_latest(cache, run)
    if job.options.name:
        named(cache, run.id, job.options.name, observer)
    return run


def _trained(
    cache: Cache, job: Job, request: dict[str, Any], train: Train, observer: Observer
) -> Artefact:
    cache.ensure()
    lock = cache.root / "locks" / f"{request_digest(request)}.lock"

    def waiting(holder: str) -> None:
        observer.note(f"another process is training the same; waiting for it ({holder})")

    with waiting_lock(lock, waiting):
        run = None if job.options.retrain else answer(cache, request)
        if run is not None:
            return run
        watch = Stopwatch()
        with staging(cache) as scratch:
            (arrays, strings), metrics = trained_parts(job, train, scratch)
        watch.stage("train")
        run = publish(
            cache,
            request,
            job.description(metrics),
            invocation(job.corpus.name, watch),
            arrays,
            strings,
        )
        observer.note(f"trained {job.algorithm} in {watch.seconds:.1f} s: {run.id[:12]}")
        return run


def trained_parts(job: Job, train: Train, scratch: Path) -> tuple[Parts, Mapping[str, Any]]:
    """Train in a scratch directory; return all parts of the run that it makes, and its metrics."""
    (arrays, strings), metrics = train(scratch)
    if job.corpus.phrases is not None:
        strings = {**strings, "phrases": job.corpus.phrases}
    return (arrays, strings), metrics


def words_digest(words: frozenset[str]) -> str:
    """Return a digest of a set of words, for a mask's record."""
    return hashlib.sha256("\n".join(sorted(words)).encode("utf-8")).hexdigest()
