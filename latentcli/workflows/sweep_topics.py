"""How many topics: models of several numbers of topics and seeds, judged side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.held_out import without_documents
from latentcli.engines import find_engine
from latentcli.errors import RequestError
from latentcli.evaluation.alignment import stability, topic_similarities
from latentcli.evaluation.perplexity import complete_documents
from latentcli.formats.models import open_topic_model
from latentcli.kernels import usable_cores
from latentcli.models.topic_model import MixtureModel, NmfModel, TopicModel
from latentcli.observer import SILENT, Observer
from latentcli.reports.curves import Curves, Setting, Shown, Spread
from latentcli.store.cache import Cache
from latentcli.wording import counted
from latentcli.workflows.held_out import held_out_documents
from latentcli.workflows.reading import CorpusRequest
from latentcli.workflows.sweep import (
    Swept,
    Trained,
    jobs_of,
    judged,
    mean_of,
    settings_of,
    spread,
    train_all,
    typed_command,
)
from latentcli.workflows.topic_request import ONLY_FOR, TopicsRequest, check
from latentcli.workflows.topics import JUDGED_WORDS, Material, material, topic_job, trained_run
from latentcli.workflows.training import Job, TrainingOptions

_MEASURES = (
    Shown(
        "coherence",
        1,
        f"Mean NPMI of the {JUDGED_WORDS} most probable words of a topic in the documents trained "
        "on, over topics. Few topics are of frequent words, which meet often; with many, some are "
        "made of rare or chance company.",
    ),
    Shown(
        "exclusivity",
        1,
        "How far the top words are their topic's own. It falls where topics share words: where "
        "they are more than the corpus has themes.",
    ),
    Shown(
        "perplexity",
        -1,
        "As unsure as among so many equally likely words, of documents never trained on. Where it "
        "falls, more topics still explain more; where it rises again, they fit noise. Comparable "
        "within this sweep only.",
    ),
    Shown(
        "stability",
        1,
        "Mean similarity (1 minus the Jensen-Shannon distance) of the topics of two seeds that "
        "belong together. One topic is always stable; look for a number of topics after which it "
        "drops.",
    ),
)


@dataclass(frozen=True)
class TopicSweep:
    """Which numbers of topics, of which algorithms, by how many seeds from the request's on.

    ``request``: all else; its ``held_out`` documents are the same for all models.
    """

    ks: Sequence[int]
    algorithms: Sequence[str] = ("lda",)
    seeds: int = 3
    request: TopicsRequest = field(default_factory=lambda: TopicsRequest(held_out=0.1))


class SweptTopics(NamedTuple):
    """The figures of one setting: means over its seeds, of which there are ``seeds``.

    ``pareto`` is yes where no other setting is as good in all and better in one. ``models``: the
    beginnings of the runs' ids.
    """

    setting: str
    coherence: float | None
    exclusivity: float | None
    perplexity: float | None
    stability: float | None
    pareto: str
    seeds: int
    models: list[str]


def sweep_topics(
    cache: Cache,
    corpus_request: CorpusRequest,
    wanted: TopicSweep,
    options: TrainingOptions | None = None,
    observer: Observer = SILENT,
) -> Swept:
    """Train the models that the cache does not have, and return the figures of each setting.

    None of them becomes the latest.
    """
    options = replace(options or TrainingOptions(), latest=False, name="")
    requests = _requests(wanted, options)
    found = material(cache, corpus_request, wanted.request, observer, options.threads)
    settings = [
        (f"{algorithm} k={k}" if len(requests) > 1 else f"k={k}", algorithm, k)
        for algorithm in requests
        for k in sorted(set(wanted.ks))
    ]

    def job_of(algorithm: str, k: int, seed: int) -> Job:
        request = replace(requests[algorithm], k=k, seed=seed)
        return topic_job(found, request, options, observer)

    first = wanted.request.seed
    seeds = range(first, first + wanted.seeds)
    members = jobs_of(settings, seeds, job_of, observer)
    trained = train_all(
        cache, members, lambda job, within: trained_run(cache, job, found.kept, within), observer
    )
    unseen = _unseen(found)
    figures = judged(trained, lambda each: _judged(each, unseen), observer)
    done = settings_of(trained, _MEASURES, figures)
    return Swept([_row(setting) for setting in done], _curves(done, found, wanted, list(requests)))


def _requests(wanted: TopicSweep, options: TrainingOptions) -> dict[str, TopicsRequest]:
    """Return what is asked of each algorithm: of the options, those that it knows."""
    requests = {}
    for algorithm in dict.fromkeys(wanted.algorithms):
        requests[algorithm] = _known_to(algorithm, wanted)
        check(requests[algorithm])
        find_engine(algorithm, options.engine)
    if not requests:
        raise RequestError("no algorithm named", "try -a lda,plsa")
    return requests


def _known_to(algorithm: str, wanted: TopicSweep) -> TopicsRequest:
    """Return the request without the options that are for another algorithm of the sweep."""
    foreign: dict[str, Any] = {
        name: None
        for name, _, only in ONLY_FOR
        if algorithm not in only and set(only) & set(wanted.algorithms)
    }
    return replace(wanted.request, algorithm=algorithm, **foreign)


def _unseen(found: Material) -> EncodedCorpus | None:
    record = found.mask.get("held_out")
    if record is None:
        return None
    rows = held_out_documents(found.whole, record)
    trained_on = np.setdiff1d(np.arange(found.whole.n_docs), rows)
    return without_documents(found.whole, trained_on)


def _judged(each: Trained, unseen: EncodedCorpus | None) -> dict[str, Spread | None]:
    models = [open_topic_model(run) for run in each.runs]
    metrics = [run.manifest["metrics"] for run in each.runs]
    return {
        "coherence": spread([of["mean_coherence"] for of in metrics]),
        "exclusivity": spread([float(np.mean(of["exclusivity"])) for of in metrics]),
        "perplexity": spread([_perplexity(model, unseen) for model in models]),
        "stability": spread(
            [stability(topic_similarities(a, b)) for a, b in combinations(models, 2)]
        ),
    }


def _perplexity(model: TopicModel, unseen: EncodedCorpus | None) -> float | None:
    """Return the perplexity of the documents held out; None where words have no probability."""
    if unseen is None or not isinstance(model, MixtureModel):
        return None
    if isinstance(model, NmfModel) and model.loss == "frobenius":
        return None
    return complete_documents(model, unseen, usable_cores()).perplexity


def _row(setting: Setting) -> SweptTopics:
    return SweptTopics(
        setting.name,
        mean_of(setting, "coherence"),
        mean_of(setting, "exclusivity"),
        mean_of(setting, "perplexity"),
        mean_of(setting, "stability"),
        "yes" if setting.pareto else "no",
        setting.seeds,
        list(setting.models),
    )


def _curves(
    settings: Sequence[Setting], found: Material, wanted: TopicSweep, algorithms: Sequence[str]
) -> Curves:
    held_out = found.mask.get("held_out")
    noun = "document" if found.mask["chunk"] is None else "part"  # of documents that were cut
    facts = [
        ("corpus", found.corpus.name),
        (f"{noun}s", f"{found.corpus.n_docs:,}"),
        ("words", f"{len(found.kept):,}"),
        ("algorithm", ", ".join(algorithms)),
        ("seeds", counted(wanted.seeds, "seed")),
        ("held out", "none" if held_out is None else counted(held_out["documents"], noun)),
    ]
    title = f"How many topics? {found.corpus.name}"
    return Curves(title, "topics", _MEASURES, settings, facts, typed_command())
