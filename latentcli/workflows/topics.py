"""Train a topic model and describe its topics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.corpus.counts import count_matrix
from latentcli.corpus.encoded import EncodedCorpus, chunked
from latentcli.corpus.mask import Rows, topical
from latentcli.corpus.stopwords import stop_words
from latentcli.engines import TOPIC_ALGORITHMS, find_engine
from latentcli.engines.parameters import WEIGHTINGS, LdaParameters, LsiParameters
from latentcli.errors import InputError, RequestError
from latentcli.evaluation.topics import exclusivity, npmi_coherence
from latentcli.formats.artefact import Artefact
from latentcli.formats.models import TOPIC_MODEL, open_topic_model, topic_model_parts
from latentcli.kernels import usable_threads
from latentcli.models.topic_model import LdaModel, TopicModel
from latentcli.observer import SILENT, Observer
from latentcli.store.cache import Cache
from latentcli.workflows.corpus import load_corpus
from latentcli.workflows.reading import CorpusRequest
from latentcli.workflows.training import Job, Parts, TrainingOptions, run_of, words_digest

# Coherence and exclusivity are of this many top words.
JUDGED_WORDS = 10
_FEW_DOCS = 50
_SMALL_CORPUS_DOCS = 1000
_CHUNK_TOKENS = 1000
# Where the native engine begins to fit the priors of LDA.
_ALPHA_SUM = 2
_ETA = 0.05


@dataclass(frozen=True)
class MaskOptions:
    """Which words a topic model is made of; None: chosen by the size of the corpus."""

    stopwords: str | None = None
    min_df: int | None = None
    max_df: float = 0.5
    keep_n: int | None = None


@dataclass(frozen=True)
class TopicsRequest:
    """What to train; None: chosen by the algorithm (``iterations``: until it has converged)."""

    algorithm: str = "lda"
    k: int = 20
    alpha: float | None = None
    eta: float | None = None
    iterations: int | None = None
    weighting: str = "tfidf"
    seed: int = 1
    chunk: int | None = None
    mask: MaskOptions = field(default_factory=MaskOptions)


class Topic(NamedTuple):
    """One topic: its share of the corpus, NPMI coherence, exclusivity, and top words.

    Coherence and exclusivity are of the top 10 words.
    """

    topic: int
    share: float
    coherence: float | None
    exclusivity: float | None
    words: list[str]


def topics(
    cache: Cache,
    corpus_request: CorpusRequest,
    request: TopicsRequest | None = None,
    options: TrainingOptions | None = None,
    n_words: int = JUDGED_WORDS,
    observer: Observer = SILENT,
) -> list[Topic]:
    """Train a topic model on a corpus, or find it in the cache, and return its topics."""
    request, options = request or TopicsRequest(), options or TrainingOptions()
    if request.algorithm not in TOPIC_ALGORITHMS:
        raise RequestError(
            f"no algorithm '{request.algorithm}' for topics",
            f"there is {', '.join(TOPIC_ALGORITHMS)}",
        )
    engine = find_engine(request.algorithm, options.engine)
    corpus, _ = load_corpus(cache, corpus_request, observer, options.threads)
    corpus, chunk = _cut(corpus, request.chunk, observer)
    kept, mask = _mask(corpus, request.mask, observer)
    _check_k(request.k, corpus, kept)
    parameters = _parameters(request, engine.name)
    job = Job(
        TOPIC_MODEL,
        request.algorithm,
        engine,
        options,
        usable_threads(options.threads),
        corpus,
        parameters,
        {**mask, "chunk": chunk, "terms": len(kept)},
    )

    def train(scratch: Path) -> tuple[Parts, Mapping[str, Any]]:
        trained = engine.load().train(corpus, kept, parameters, job.threads, scratch, observer)
        model = trained.model.ordered() if request.algorithm == "lda" else trained.model
        if model.n_topics < request.k:
            observer.note(f"the corpus has rank {model.n_topics}: fewer topics than --k")
        return topic_model_parts(model), {**trained.metrics, **_quality(model, corpus, kept)}

    run = run_of(cache, job, train, observer)
    _say_how_it_went(run, len(kept), observer)
    return describe(run, n_words)


def lda_parameters(request: TopicsRequest, engine: str) -> LdaParameters:
    """Return the request's parameters with what the engine makes of those not given.

    The native one fits the priors; gensim's stay at 1 / k.
    """
    native = engine == "native"
    return LdaParameters(
        request.k,
        request.alpha if request.alpha is not None else (_ALPHA_SUM if native else 1) / request.k,
        request.eta if request.eta is not None else (_ETA if native else 1 / request.k),
        request.iterations,
        request.seed,
        fit_alpha=native and request.alpha is None,
        fit_eta=native and request.eta is None,
    )


def describe(run: Artefact, n_words: int = JUDGED_WORDS) -> list[Topic]:
    """Return the topics of a stored model, in the order of their numbers."""
    model = open_topic_model(run)
    metrics = run.manifest["metrics"]
    top = top_words(model, n_words)
    return [
        Topic(number, share, coherence, exclusive, [model.words[int(row)] for row in top[number]])
        for number, (share, coherence, exclusive) in enumerate(
            zip(metrics["share"], metrics["coherence"], metrics["exclusivity"], strict=True)
        )
    ]


def top_words(model: TopicModel, n_words: int) -> Rows:
    """Return the rows of each topic's top words, int64 (n_topics, n_words or fewer).

    For LDA by p(word | topic); for LSI by the signed loading, so that a topic is shown by the
    words at its positive pole. Ties go in vocabulary order.
    """
    weights = model.topic_word if isinstance(model, LdaModel) else model.term_topic.T
    n_words = min(n_words, weights.shape[1])
    best: Rows = np.argsort(-np.asarray(weights, np.float64), axis=1, kind="stable")[:, :n_words]
    return best


def _quality(model: TopicModel, corpus: EncodedCorpus, kept: Rows) -> dict[str, Any]:
    top = top_words(model, JUDGED_WORDS)
    counts = count_matrix(corpus, kept)
    if isinstance(model, LdaModel):
        weights: npt.NDArray[np.float64] = model.topic_word_probabilities()
    else:
        weights = model.term_topic.T.astype(np.float64) ** 2
    coherence = npmi_coherence(top, counts, _n_with_words(corpus))
    return {
        "terms": len(kept),
        "share": model.shares().tolist(),
        "coherence": coherence.tolist(),
        "exclusivity": exclusivity(top, weights).tolist(),
        "mean_coherence": float(coherence.mean()),
    }


def _n_with_words(corpus: EncodedCorpus) -> int:
    """Return how many documents are not empty."""
    return int(np.count_nonzero(np.diff(corpus.offsets.astype(np.int64))))


def _cut(
    corpus: EncodedCorpus, chunk: int | None, observer: Observer
) -> tuple[EncodedCorpus, int | None]:
    n_docs = _n_with_words(corpus)
    if chunk is None and n_docs < _FEW_DOCS and corpus.n_tokens > _CHUNK_TOKENS * 3 // 2:
        chunk = _CHUNK_TOKENS
        observer.note(
            f"{n_docs} documents are few: long ones are cut at about {chunk} tokens (--chunk)"
        )
    if chunk is None:
        return corpus, None
    return chunked(corpus, chunk), chunk


def _mask(
    corpus: EncodedCorpus, options: MaskOptions, observer: Observer
) -> tuple[Rows, dict[str, Any]]:
    language = options.stopwords or "en"
    stops = stop_words(language, corpus.tokenizer)
    if options.stopwords is None:
        observer.note("stop words: English (--stopwords de, fr ..., none, or a file)")
    min_df = options.min_df
    if min_df is None:
        min_df = 5 if _n_with_words(corpus) >= _SMALL_CORPUS_DOCS else 2
    kept = topical(corpus, min_df, options.max_df, options.keep_n, stops)
    if not len(kept):
        raise InputError(
            f"0 of {len(corpus.vocabulary)} words kept with --min-df {min_df} "
            f"--max-df {options.max_df:g} and the stop words",
            "try --min-df 1 --max-df 1, or --stopwords none",
        )
    return kept, {
        "stopwords": words_digest(stops),
        "min_df": min_df,
        "max_df": options.max_df,
        "keep_n": options.keep_n,
    }


def _check_k(k: int, corpus: EncodedCorpus, kept: Rows) -> None:
    n_docs = _n_with_words(corpus)
    most = min(n_docs, len(kept))
    if not 1 <= k <= most:
        raise RequestError(
            f"--k {k}: must be from 1 to {most} for this corpus",
            f"it has {n_docs} documents and {len(kept)} words after pruning",
        )


def _parameters(request: TopicsRequest, engine: str) -> LdaParameters | LsiParameters:
    if request.algorithm == "lsi":
        for option, value in (("--alpha", request.alpha), ("--eta", request.eta)):
            if value is not None:
                raise RequestError(f"{option} is for lda, not for lsi")
        if request.weighting not in WEIGHTINGS:
            raise RequestError(
                f"no weighting '{request.weighting}'", f"there is {', '.join(WEIGHTINGS)}"
            )
        return LsiParameters(
            request.k, request.weighting, request.iterations or LsiParameters.iterations,
            request.seed,
        )  # fmt: skip
    if request.weighting != TopicsRequest.weighting:
        raise RequestError("--weighting is for lsi, not for lda")
    return lda_parameters(request, engine)


def _say_how_it_went(run: Artefact, n_terms: int, observer: Observer) -> None:
    manifest = run.manifest
    metrics = manifest["metrics"]
    what = f"{manifest['corpus']['documents']:,} documents, {n_terms:,} terms"
    if "passes" in metrics:
        state = "converged" if metrics["converged"] else "stopped before it converged"
        went = f"{state} after {metrics['passes']} passes"
    else:
        went = f"captured {metrics['captured_energy']:.1%} of the energy"
    observer.note(f"{what}; {went}; coherence {metrics['mean_coherence']:.3f}")
