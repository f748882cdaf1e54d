"""How many dimensions: embeddings of several sizes and seeds, judged side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import NamedTuple

from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.mask import frequent
from latentcli.engines.parameters import Word2VecParameters
from latentcli.evaluation.neighbour_overlap import neighbour_overlap
from latentcli.evaluation.pip_loss import Dimensionality, dimensionality
from latentcli.evaluation.word_similarity import rank_correlation
from latentcli.formats.models import open_embedding
from latentcli.formats.word_pairs import read_pairs
from latentcli.models.embedding import Embedding
from latentcli.observer import SILENT, Observer
from latentcli.reports.curves import Curves, Setting, Shown, Spread
from latentcli.store.cache import Cache
from latentcli.wording import counted
from latentcli.workflows.corpus import load_corpus
from latentcli.workflows.embed import (
    EmbedRequest,
    checked_engine,
    embedding_job,
    embedding_run,
    note_lost_order,
)
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
from latentcli.workflows.training import Job, TrainingOptions

_NEIGHBOURS = 10
_ASKED_WORDS = 300_000

_MEASURES = (
    Shown(
        "similarity",
        1,
        "Spearman's rank correlation of cosines with people's ratings of pairs of words.",
    ),
    Shown(
        "overlap",
        1,
        f"The share of the {_NEIGHBOURS} nearest words that two seeds have in common. In few "
        "dimensions many words are about as near, so that chance decides.",
    ),
    Shown(
        "pip_loss",
        -1,
        "What is lost of the inner products that the corpus would give without noise (Yin and "
        "Shen 2018), estimated from the corpus, not from the models: too few dimensions lose "
        "signal, too many add noise. No dimension at all loses 1.",
    ),
)


@dataclass(frozen=True)
class EmbeddingSweep:
    """Which numbers of dimensions, by how many seeds from the request's on.

    ``request``: all else; ``similarity``: a file of rated pairs of words; ``parameters``: of
    algorithms that have not the request's.
    """

    dims: Sequence[int]
    algorithms: Sequence[str] = ("word2vec",)
    seeds: int = 3
    request: EmbedRequest = field(default_factory=EmbedRequest)
    similarity: str | None = None
    parameters: Mapping[str, Word2VecParameters] = field(default_factory=dict)


class SweptEmbeddings(NamedTuple):
    """The figures of one setting: means over its seeds, of which there are ``seeds``.

    ``pareto`` is yes where no other setting is as good in all and better in one. ``models``: the
    beginnings of the runs' ids.
    """

    setting: str
    similarity: float | None
    overlap: float | None
    pip_loss: float | None
    pareto: str
    seeds: int
    models: list[str]


def sweep_embeddings(
    cache: Cache,
    corpus_request: CorpusRequest,
    wanted: EmbeddingSweep,
    options: TrainingOptions | None = None,
    observer: Observer = SILENT,
) -> Swept:
    """Train the embeddings that the cache does not have, and return the figures of each setting.

    None of them becomes the latest.
    """
    options = replace(options or TrainingOptions(), latest=False, name="")
    algorithms = list(dict.fromkeys(wanted.algorithms))
    for algorithm in algorithms:
        checked_engine(algorithm, options.engine)
    pairs = read_pairs(wanted.similarity)[0] if wanted.similarity is not None else None
    corpus, source = load_corpus(cache, corpus_request, observer, options.threads)
    note_lost_order(source, observer)
    settings = [
        (f"{algorithm} dim={dim}" if len(algorithms) > 1 else f"dim={dim}", algorithm, dim)
        for algorithm in algorithms
        for dim in sorted(set(wanted.dims))
    ]
    told: set[str] = set()

    def job_of(algorithm: str, dim: int, seed: int) -> Job:
        own = wanted.parameters.get(algorithm, wanted.request.parameters)
        parameters = replace(own, dim=dim, seed=seed)
        request = replace(wanted.request, algorithm=algorithm, parameters=parameters)
        return embedding_job(corpus, request, options, _Once(observer, told))

    first = wanted.request.parameters.seed
    members = jobs_of(settings, range(first, first + wanted.seeds), job_of, observer)
    trained = train_all(
        cache, members, lambda job, within: embedding_run(cache, job, within), observer
    )
    losses = _losses(corpus, members[0].job, observer)
    figures = judged(trained, lambda each: _judged(each, pairs, losses), observer)
    done = settings_of(trained, _MEASURES, figures)
    return Swept([_row(setting) for setting in done], _curves(done, corpus, wanted, losses))


class _Once(Observer):
    """Passes each note on the first time only."""

    def __init__(self, observer: Observer, told: set[str]) -> None:
        self._observer, self._told = observer, told

    def note(self, text: str) -> None:
        """Pass a note on."""
        if text not in self._told:
            self._told.add(text)
            self._observer.note(text)


def _losses(corpus: EncodedCorpus, job: Job, observer: Observer) -> Dimensionality | None:
    """Estimate what each number of dimensions loses, from the words that the models have."""
    found = dimensionality(
        corpus,
        frequent(corpus.vocabulary, job.mask["min_count"]),
        job.parameters.window,
        job.parameters.seed,
        lambda done, total: observer.progress(
            "counting pairs, million tokens", done / 1e6, total / 1e6
        ),
    )
    if found is None:
        observer.note(
            "no PIP loss: the halves of the corpus differ so much that noise hides all signal"
        )
    else:
        observer.note(
            f"the PIP loss is least at {counted(found.best, 'dimension')}, by the co-occurrences "
            f"of the {found.n_words:,} most frequent words"
        )
    return found


def _judged(
    each: Trained,
    pairs: Sequence[tuple[str, str, float]] | None,
    losses: Dimensionality | None,
) -> dict[str, Spread | None]:
    models = [open_embedding(run) for run in each.runs]
    loss = None
    if losses is not None and each.at <= losses.n_words:
        loss = float(losses.loss[each.at])
    return {
        "similarity": spread([_similarity(model, pairs) for model in models]),
        "overlap": spread(
            [
                float(neighbour_overlap(a, b, _NEIGHBOURS).overlap.mean())
                for a, b in combinations(models, 2)
            ]
        ),
        "pip_loss": spread([loss]),
    }


def _similarity(model: Embedding, pairs: Sequence[tuple[str, str, float]] | None) -> float | None:
    return None if pairs is None else rank_correlation(model, pairs, _ASKED_WORDS).rho


def _row(setting: Setting) -> SweptEmbeddings:
    return SweptEmbeddings(
        setting.name,
        mean_of(setting, "similarity"),
        mean_of(setting, "overlap"),
        mean_of(setting, "pip_loss"),
        "yes" if setting.pareto else "no",
        setting.seeds,
        list(setting.models),
    )


def _curves(
    settings: Sequence[Setting],
    corpus: EncodedCorpus,
    wanted: EmbeddingSweep,
    losses: Dimensionality | None,
) -> Curves:
    facts = [
        ("corpus", corpus.name),
        ("tokens", f"{corpus.n_tokens:,}"),
        ("algorithm", ", ".join(dict.fromkeys(wanted.algorithms))),
        ("seeds", counted(wanted.seeds, "seed")),
    ]
    background: dict[str, Mapping[int, float]] = {}
    if losses is not None:
        facts.append(("least PIP loss", counted(losses.best, "dimension")))
        background["pip_loss"] = dict(enumerate(losses.loss.tolist()))
    title = f"How many dimensions? {corpus.name}"
    return Curves(title, "dimensions", _MEASURES, settings, facts, typed_command(), background)
