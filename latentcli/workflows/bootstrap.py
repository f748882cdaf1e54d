"""Nearest neighbours with what models of resampled documents say of them, trained where missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from latentcli.corpus.encoded import EncodedCorpus, documents_with_words
from latentcli.corpus.mask import frequent
from latentcli.corpus.resample import (
    Resample,
    drawn_with_replacement,
    resampled,
)
from latentcli.engines import find_engine
from latentcli.engines.parameters import recorded_parameters
from latentcli.errors import InputError, NothingFound, RequestError
from latentcli.formats.artefact import Artefact
from latentcli.formats.models import EMBEDDING, embedding_parts
from latentcli.kernels import usable_cores
from latentcli.models.word_vectors import Space
from latentcli.observer import SILENT, Observer
from latentcli.queries.resampled_neighbours import (
    ENOUGH_FOR_PERCENTILES,
    ResampledNeighbor,
    resampled_neighbours,
)
from latentcli.queries.words import Found, find_or_compose, find_word, shortened
from latentcli.store.cache import Cache
from latentcli.store.runs import answer
from latentcli.wording import counted
from latentcli.workflows.ask import check_words, known_words, space_of
from latentcli.workflows.corpus_text import own_digest
from latentcli.workflows.expressions import expression_terms
from latentcli.workflows.find import chosen_run
from latentcli.workflows.reference_corpus import needed_corpus
from latentcli.workflows.training import Job, Parts, Train, TrainingOptions, run_of

if TYPE_CHECKING:
    from latentcli.models.word_vectors import Asked

_FEW_DOCUMENTS = 30
_NAMED = 5


def bootstrap_neighbors(
    cache: Cache,
    words: Sequence[str],
    n_resamples: int,
    ref: str | None = None,
    n: int = 10,
    threads: int | None = None,
    observer: Observer = SILENT,
) -> Iterator[ResampledNeighbor]:
    """Return, for each word, its nearest words and what ``n_resamples`` resamples say of them.

    Models of resamples are trained as the model was, and kept. Raises NothingFound where no word is
    known, RequestError where the model cannot be trained again or its corpus cannot be resampled.
    """
    check_words(words)
    run = chosen_run(cache, ref, EMBEDDING, observer)
    _check(run)
    base = space_of(cache, run)
    known = _known(base.model, words, observer)
    jobs = _jobs(cache, run, n_resamples, threads, observer)
    spaces = [space_of(cache, each) for each in _trained(cache, run, jobs, observer)]
    _say_what_is_missing(spaces, known, observer)
    _say_interval(n_resamples, observer)
    return (row for query in known for row in resampled_neighbours(base, spaces, query, n))


def _known(model: Asked, words: Sequence[str], observer: Observer) -> list[Found]:
    """Look up words; those whose vectors could only be composed are noted, or all there is."""
    for word in words:
        if expression_terms(model, word):
            raise RequestError(
                f"'{shortened(word)}' is an expression: --bootstrap judges neighbours of words",
                "leave one of the two out",
            )
    composed = [w for w in words if not find_word(model, w) and find_or_compose(model, w)]
    told = [
        f"'{shortened(word)}' is not among the model's words, and --bootstrap composes no vectors"
        for word in composed[:_NAMED]
    ]
    if len(composed) == len(words):
        raise NothingFound(told[0], "leave out --bootstrap, and its vector is composed of n-grams")
    for line in told:
        observer.note(line)
    return known_words(model, [word for word in words if word not in composed], observer)


def _jobs(
    cache: Cache, run: Artefact, n_resamples: int, threads: int | None, observer: Observer
) -> list[Job]:
    manifest = run.manifest
    corpus = needed_corpus(cache, run)
    _check_documents(corpus, observer)
    parameters = recorded_parameters(manifest["algorithm"], manifest["parameters"])
    base = Job(
        EMBEDDING,
        manifest["algorithm"],
        find_engine(manifest["algorithm"], manifest["engine"]),
        TrainingOptions(latest=False),
        threads or usable_cores(),
        corpus,
        parameters,
        manifest["mask"],
    )
    return [_of_resample(base, Resample(n, parameters.seed)) for n in range(1, n_resamples + 1)]


def _of_resample(base: Job, resample: Resample) -> Job:
    """Return the job of training on a resample: a seed of its own, all else as the model's."""
    seed = (resample.seed + resample.number) % 2**32
    return replace(
        base,
        parameters=replace(base.parameters, seed=seed),
        mask={**base.mask, "resample": resample._asdict()},
    )


def _check(run: Artefact) -> None:
    manifest = run.manifest
    if "resample" in manifest.get("mask", {}):
        raise RequestError(
            f"{run.id[:12]} is of a resample itself", "name the model that it was made for"
        )
    if "engine" not in manifest or "parameters" not in manifest:
        raise RequestError(
            f"{run.id[:12]} was not trained by latent, and cannot be trained on resamples",
            "leave out --bootstrap, or train an embedding with 'latent embed CORPUS'",
        )
    own_digest(manifest)  # says so, if the run was imported


def _check_documents(corpus: EncodedCorpus, observer: Observer) -> None:
    n_docs = len(documents_with_words(corpus))
    if n_docs < 2:
        raise RequestError(
            f"{corpus.name or 'the corpus'} is one document: there is nothing to resample",
            "train on smaller documents: 'latent embed FILE --format paragraphs' (or lines)",
        )
    if n_docs < _FEW_DOCUMENTS:
        observer.note(
            f"{counted(n_docs, 'document')} are few to resample: expect wide intervals; smaller "
            "documents help (--format paragraphs or lines)"
        )


def _trained(
    cache: Cache, run: Artefact, jobs: Sequence[Job], observer: Observer
) -> list[Artefact]:
    """Return the runs of all resamples; those that are not in the cache are trained."""
    found = [answer(cache, job.request()) for job in jobs]
    n_missing = sum(each is None for each in found)
    _say_how_long(run, len(jobs), n_missing, observer)
    runs: list[Artefact] = []
    n_trained = 0
    for job, there in zip(jobs, found, strict=True):
        if there is None:
            told = _Part(observer, len(runs) + 1, n_trained, n_missing)
            there = run_of(cache, job, resample_training(job, told), told)
            n_trained += 1
        runs.append(there)
    return runs


def resample_training(job: Job, observer: Observer) -> Train:
    """Return what trains a job's embedding on the resample that its mask names."""
    resample, min_count = Resample(**job.mask["resample"]), job.mask["min_count"]

    def train(scratch: Path) -> tuple[Parts, Mapping[str, Any]]:
        drawn = drawn_with_replacement(job.corpus, resample)
        corpus = resampled(job.corpus, drawn, scratch)
        kept = frequent(corpus.vocabulary, min_count)
        if len(kept) < 2:
            raise InputError(
                f"{counted(len(kept), 'word')} left in resample {resample.number} with "
                f"--min-count {min_count}",
                "train the model with a smaller one, or on more text",
            )
        engine = job.engine.load()
        trained = engine.train(corpus, kept, job.parameters, job.threads, scratch, observer)
        return embedding_parts(trained.model), trained.metrics

    return train


def _say_how_long(run: Artefact, n_resamples: int, n_missing: int, observer: Observer) -> None:
    kept = n_resamples - n_missing
    if not n_missing:
        observer.note(f"nothing to train: {counted(kept, 'resample')} in the cache")
        return
    seconds = run.manifest["invocation"].get("seconds", {}).get("train")
    there = f"; {kept} {'is' if kept == 1 else 'are'} in the cache" if kept else ""
    how_long = ""
    if seconds and not run.manifest.get("resumed"):
        threads = counted(run.manifest.get("threads") or 1, "thread")
        how_long = (
            f": about {_time(seconds * n_missing)} ({n_missing} x the {_time(seconds)} that "
            f"the model took on {threads})"
        )
    observer.note(f"{counted(n_missing, 'resample')} to train{how_long}{there}")


def _time(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes / 60:.1f} h"


def _say_what_is_missing(
    spaces: Sequence[Space], known: Sequence[Found], observer: Observer
) -> None:
    n = len(spaces)
    rare = {
        query.word: sum(space.model.words.find(query.word) is None for space in spaces)
        for query in known
    }
    for word, without in [pair for pair in rare.items() if pair[1]][:_NAMED]:
        what = "what is said of it is from the others" if without < n else "nothing is said of it"
        observer.note(f"'{word}' is too rare in {without} of {n} resamples: {what}")


def _say_interval(n_resamples: int, observer: Observer) -> None:
    if n_resamples < ENOUGH_FOR_PERCENTILES:
        observer.note(
            f"low and high are the least and the largest of {n_resamples}; from --bootstrap "
            f"{ENOUGH_FOR_PERCENTILES} on, the 2.5th and 97.5th percentiles"
        )


class _Part(Observer):
    """Tells of one resample's training as a part of all."""

    def __init__(self, observer: Observer, number: int, place: int, n_parts: int) -> None:
        self._observer, self._number, self._place, self._n_parts = observer, number, place, n_parts

    def note(self, text: str) -> None:
        self._observer.note(f"resample {self._number}: {text}")

    def progress(self, stage: str, done: float, total: float | None = None) -> None:
        part = done / total if total else 0
        self._observer.progress("training resamples", self._place + part, self._n_parts)
