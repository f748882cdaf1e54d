"""Train a topic model and describe its topics."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np

from latentcli.corpus.counts import count_matrix
from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.mask import Rows
from latentcli.engines import find_engine
from latentcli.evaluation.topics import exclusivity, npmi_coherence
from latentcli.formats.artefact import Artefact
from latentcli.formats.models import TOPIC_MODEL, open_topic_model, topic_model_parts
from latentcli.kernels import usable_threads
from latentcli.models.topic_model import MixtureModel, TopicModel
from latentcli.observer import SILENT, Observer
from latentcli.queries.ranking import (
    PROBABILITY,
    check_ranking,
    positive_weights,
    top_words,
)
from latentcli.store.cache import Cache
from latentcli.workflows.corpus import load_corpus
from latentcli.workflows.find import chosen_run
from latentcli.workflows.held_out import hold_out
from latentcli.workflows.reading import CorpusRequest
from latentcli.workflows.seeds import Seeds, known_seeds
from latentcli.workflows.topic_corpus import (
    cut_documents,
    kept_words,
    n_with_words,
    within_corpus,
)
from latentcli.workflows.topic_request import TopicsRequest, check, parameters_of, topics_of
from latentcli.workflows.training import Job, Parts, Train, TrainingOptions, run_of

# Coherence and exclusivity are of this many top words.
JUDGED_WORDS = 10
# A topic with a smaller part of an even share is nearly empty.
_EMPTY = 0.05


class Topic(NamedTuple):
    """One topic: its share of the corpus, NPMI coherence, exclusivity, and top words.

    Coherence and exclusivity are of the 10 most probable words, however ``words`` are ranked;
    ``seeds`` names the line of seed words that the topic was given, if it was.
    """

    topic: int
    share: float
    coherence: float | None
    exclusivity: float | None
    words: list[str]
    seeds: str = ""


def topics(
    cache: Cache,
    corpus_request: CorpusRequest,
    request: TopicsRequest | None = None,
    options: TrainingOptions | None = None,
    n_words: int = JUDGED_WORDS,
    observer: Observer = SILENT,
    rank_by: str = PROBABILITY,
) -> list[Topic]:
    """Train a topic model on a corpus, or find it in the cache, and return its topics."""
    request, options = request or TopicsRequest(), options or TrainingOptions()
    check(request)
    check_ranking(rank_by, request.algorithm)
    find_engine(request.algorithm, options.engine)
    found = material(cache, corpus_request, request, observer, options.threads)
    job = topic_job(found, request, options, observer)
    return describe(trained_run(cache, job, found.kept, observer), n_words, rank_by)


class Material(NamedTuple):
    """What topic models are made of, whatever their algorithm, topics and seed.

    ``corpus``: cut, and without the documents held out; ``whole``: with these; ``kept``: the rows
    of its words; ``mask``: the record of all that.
    """

    corpus: EncodedCorpus
    whole: EncodedCorpus
    kept: Rows
    mask: Mapping[str, Any]


def material(
    cache: Cache,
    corpus_request: CorpusRequest,
    request: TopicsRequest,
    observer: Observer,
    threads: int | None = None,
) -> Material:
    """Return the documents and words that a request trains on."""
    corpus, _ = load_corpus(cache, corpus_request, observer, threads)
    whole, chunk = cut_documents(corpus, request.chunk, observer)
    corpus, held_out = hold_out(
        whole, request.held_out, request.seed, observer,
        "documents" if chunk is None else "parts of documents",
    )  # fmt: skip
    kept, mask = kept_words(corpus, request.mask, observer)
    return Material(corpus, whole, kept, {**mask, "chunk": chunk, **held_out, "terms": len(kept)})


def topic_job(
    found: Material, request: TopicsRequest, options: TrainingOptions, observer: Observer
) -> Job:
    """Return the job of training what is asked for; RequestError where the corpus is too small."""
    engine = find_engine(request.algorithm, options.engine)
    request = within_corpus(request, found.corpus, found.kept)
    seeds: Seeds = ()
    if request.seed_words is not None:
        words = found.corpus.vocabulary.selected(found.kept).words
        k = topics_of(request)
        seeds = known_seeds(request.seed_words, words, found.corpus.tokenizer, k, observer)
    return Job(
        TOPIC_MODEL,
        request.algorithm,
        engine,
        options,
        usable_threads(options.threads),
        found.corpus,
        parameters_of(request, engine.name, seeds),
        found.mask,
    )


def trained_run(cache: Cache, job: Job, kept: Rows, observer: Observer) -> Artefact:
    """Return the run that answers a job: from the cache, or trained by its engine."""

    def fit(scratch: Path) -> Fitted:
        fitted: Fitted = job.engine.load().train(
            job.corpus, kept, job.parameters, job.threads, scratch, observer
        )
        return fitted

    return model_run(cache, job, kept, fit, observer)


class Fitted(Protocol):
    """What engines give."""

    @property
    def model(self) -> TopicModel:
        """The model, its topics as the engine has them."""

    @property
    def metrics(self) -> dict[str, Any]:
        """How it went."""


def model_run(
    cache: Cache, job: Job, kept: Rows, fit: Callable[[Path], Fitted], observer: Observer
) -> Artefact:
    """Return the run that answers a job: from the cache, or of what ``fit`` gives."""
    run = run_of(cache, job, topic_training(job, kept, fit, observer), observer)
    _say_how_it_went(run, len(kept), observer)
    return run


def topic_training(
    job: Job, kept: Rows, fit: Callable[[Path], Fitted], observer: Observer
) -> Train:
    """Return what makes the parts and metrics of a topic model's run of what ``fit`` gives."""

    def train(scratch: Path) -> tuple[Parts, Mapping[str, Any]]:
        fitted = fit(scratch)
        order = np.argsort(-fitted.model.shares(), kind="stable").tolist()
        model = fitted.model.ordered()
        if job.algorithm == "hdp":
            observer.note(f"{model.n_topics} topics found: a first guess at their number")
        elif model.n_topics < job.parameters.k:
            why = "the corpus has rank" if job.algorithm == "lsi" else "the corpus fills"
            observer.note(f"{why} {model.n_topics}: fewer topics than --k")
        metrics = {**fitted.metrics, **_quality(model, job.corpus, kept)}
        names = [name for name, _ in getattr(job.parameters, "seeds", ())]
        if names:
            metrics["seeds"] = [names[line] if line < len(names) else "" for line in order]
        return topic_model_parts(model), metrics

    return train


def stored_topics(
    cache: Cache,
    ref: str | None,
    n_words: int = JUDGED_WORDS,
    rank_by: str = PROBABILITY,
    observer: Observer = SILENT,
) -> list[Topic]:
    """Return the topics of the model that ``ref`` means."""
    return describe(chosen_run(cache, ref, TOPIC_MODEL, observer), n_words, rank_by)


def describe(run: Artefact, n_words: int = JUDGED_WORDS, rank_by: str = PROBABILITY) -> list[Topic]:
    """Return the topics of a stored model, in the order of their numbers.

    Only the words depend on the ranking; the figures are of the most probable ones.
    """
    model = open_topic_model(run)
    metrics = run.manifest["metrics"]
    top = top_words(model, n_words, rank_by)
    shares, seeds = metrics["share"], metrics.get("seeds") or [""] * model.n_topics
    figures = zip(shares, metrics["coherence"], metrics["exclusivity"], seeds, strict=True)
    return [
        Topic(number, share, coherence, exclusive, _words(model, number, top[number]), named)
        for number, (share, coherence, exclusive, named) in enumerate(figures)
    ]


def _words(model: TopicModel, topic: int, rows: Rows) -> list[str]:
    """Return words without those of probability 0, which fill up the list of a small topic."""
    if isinstance(model, MixtureModel):
        rows = rows[np.asarray(model.topic_word[topic])[rows] > 0]
    return [model.words[int(row)] for row in rows]


def _quality(model: TopicModel, corpus: EncodedCorpus, kept: Rows) -> dict[str, Any]:
    top = top_words(model, JUDGED_WORDS)
    counts = count_matrix(corpus, kept)
    coherence = npmi_coherence(top, counts, n_with_words(corpus))
    told = coherence[np.isfinite(coherence)]
    return {
        "terms": len(kept),
        "share": model.shares().tolist(),
        "coherence": [float(value) if np.isfinite(value) else None for value in coherence],
        "exclusivity": exclusivity(top, positive_weights(model)).tolist(),
        "mean_coherence": float(told.mean()) if len(told) else None,
    }


def _say_how_it_went(run: Artefact, n_terms: int, observer: Observer) -> None:
    manifest = run.manifest
    metrics = manifest["metrics"]
    held_out = manifest.get("mask", {}).get("held_out", {})
    n_docs = manifest["corpus"]["documents"] - held_out.get("documents", 0)
    what = f"{n_docs:,} documents, {n_terms:,} terms"
    if "converged" in metrics:
        state = "converged" if metrics["converged"] else "stopped before it converged"
        went = f"{state} after {metrics['passes']} passes"
        if "beta" in metrics:
            went += f", tempered at beta {metrics['beta']:.3g}"
    elif "passes" in metrics:
        went = "1 pass" if metrics["passes"] == 1 else f"{metrics['passes']} passes"
    else:
        went = f"captured {metrics['captured_energy']:.1%} of the energy"
    mean = metrics["mean_coherence"]
    coherence = "no coherence: the top words are in every document"
    if mean is not None:
        coherence = f"coherence {mean:.3f}"
    observer.note(f"{what}; {went}; {coherence}")
    _say_which_are_empty(manifest["algorithm"], metrics["share"], observer)


def _say_which_are_empty(algorithm: str, shares: Sequence[float], observer: Observer) -> None:
    """Note topics that have next to nothing of the corpus; LSI's shares are none of it."""
    least = _EMPTY / len(shares)
    empty = [topic for topic, share in enumerate(shares) if share < least]
    if empty and algorithm != "lsi":
        which = f"topic {empty[0]} has" if len(empty) == 1 else f"{len(empty)} topics have"
        observer.note(
            f"{which} next to nothing of the corpus (less than {least:.2%} each): "
            "try a smaller --k, or another --seed"
        )
