"""Latent Dirichlet allocation by gensim: online variational Bayes (Hoffman, Blei and Bach 2010).

gensim's E-step does the work; our loop around it differs from ``LdaModel.update`` in four ways.
Topics start from clusters of documents (``seeding.py``), not from noise.
The step size falls over all updates, not only within the first pass, so that training settles
instead of hovering. Documents are visited in a new random order in each pass. And the parts of a
minibatch, each with its own seed, are the same however many processes share them and are added in
order, so that the result does not depend on the number of threads.

Training ends when the likelihood per token of a sample of documents has stopped rising.
"""

from __future__ import annotations

import contextlib
import ctypes
import math
import multiprocessing
import signal
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from gensim.models import LdaModel as GensimLda

from latentcli.corpus.counts import CountMatrix, count_matrix
from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.mask import Rows
from latentcli.engines.lda_seeds import NO_SEEDS, PseudoTokens, pseudo_tokens
from latentcli.engines.parameters import LdaParameters
from latentcli.engines.seeding import first_topic_words, seeded
from latentcli.engines.stopped import Stopped
from latentcli.errors import MachineError, RequestError
from latentcli.models.topic_model import LdaModel, trained_on
from latentcli.observer import Observer
from latentcli.queries.inference import infer_lda

_MINIBATCH_DOCS = 2048
_MINIBATCHES = 5
_OFFSET = 10  # keeps the first steps from wiping out what the seeding found
_PARTS = 8
_E_STEP_SWEEPS = 100
_SAMPLE_DOCS = 1000
_TOLERANCE = 1e-3
_MIN_UPDATES = 20
_MAX_PASSES = 60

Doubles = npt.NDArray[np.float64]


class Trained(NamedTuple):
    """The topic model, and figures of how the training went."""

    model: LdaModel
    metrics: dict[str, Any]


class _Part(NamedTuple):
    """A part of a minibatch: document numbers, exp(E[log beta]) and the seed of gamma's start."""

    documents: npt.NDArray[np.int64]
    exp_log_beta: npt.NDArray[Any]
    seed: int


Step = Callable[[list[_Part]], Iterator[Doubles]]


def train(
    corpus: EncodedCorpus,
    kept: Rows,
    parameters: LdaParameters,
    threads: int,
    scratch: Path,
    observer: Observer,
) -> Trained:
    """Train topics of the words ``kept``."""
    return _trained(corpus, kept, parameters, threads, observer)


def resume(
    model: LdaModel,
    metrics: Mapping[str, Any],
    corpus: EncodedCorpus,
    kept: Rows,
    parameters: LdaParameters,
    threads: int,
    scratch: Path,
    observer: Observer,
) -> Trained:
    """Train the topics of a model of the same words of the same corpus further.

    ``metrics`` are those of its training; the steps go on falling from where they were.
    """
    likelihoods = list(metrics["log_likelihood_per_token"])
    return _trained(corpus, kept, parameters, threads, observer, Stopped(model, likelihoods))


def _trained(
    corpus: EncodedCorpus,
    kept: Rows,
    parameters: LdaParameters,
    threads: int,
    observer: Observer,
    stopped: Stopped | None = None,
) -> Trained:
    counts = count_matrix(corpus, kept)
    words = corpus.vocabulary.selected(kept).words
    seeds = pseudo_tokens(parameters, words, counts.term_counts())
    model = _gensim_model(counts, parameters, seeds)
    if stopped is None:
        observer.progress("seeding topics", 0)
        first = seeded(first_topic_words(counts, parameters.k, parameters.seed), seeds)
        model.state.sstats = first.astype(model.dtype)
    else:
        model.state.sstats = _statistics(model, stopped.model)
    model.sync_state()
    documents = np.flatnonzero(np.diff(counts.starts))
    with _e_steps(counts, parameters, min(threads, _PARTS, len(documents))) as step:
        before = stopped.likelihoods if stopped else []
        likelihoods, converged = _fit(model, counts, documents, parameters, step, observer, before)
    trained = LdaModel(
        **trained_on(corpus, kept, counts),
        topic_word=np.ascontiguousarray(model.state.get_lambda(), np.float32),
        alpha=np.asarray(model.alpha, np.float64),
        eta=np.array([parameters.eta]),
        doc_topic=np.zeros((counts.n_docs, parameters.k), np.float32),
        topic_order=np.arange(parameters.k, dtype=np.int32),
    )
    observer.progress("topics of documents", 0, 1)
    proportions, _ = infer_lda(trained, counts)
    observer.progress("topics of documents", 1, 1)
    trained.doc_topic[:] = proportions
    return Trained(
        trained,
        {
            "passes": len(likelihoods),
            "converged": converged,
            "log_likelihood_per_token": [round(value, 6) for value in likelihoods],
        },
    )


def _statistics(model: GensimLda, trained: LdaModel) -> npt.NDArray[Any]:
    """Return the sufficient statistics of a trained model, its topics as they were in training."""
    if trained.topic_order is None:
        raise RequestError(
            "the model does not say what its topics were in training", "train it anew: --retrain"
        )
    found = np.empty_like(trained.topic_word)
    found[trained.topic_order] = trained.topic_word
    statistics: npt.NDArray[Any] = np.maximum(found - model.state.eta, 0).astype(model.dtype)
    return statistics


def _gensim_model(
    counts: CountMatrix, parameters: LdaParameters, seeds: PseudoTokens = NO_SEEDS
) -> GensimLda:
    eta: float | npt.NDArray[np.float32] = parameters.eta
    if len(seeds.terms):
        table = np.full((counts.n_terms, parameters.k), parameters.eta, np.float32)
        seeds.add_to(table)
        eta = np.ascontiguousarray(table.T)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return GensimLda(
            num_topics=parameters.k,
            id2word={i: str(i) for i in range(counts.n_terms)},
            alpha=np.full(parameters.k, parameters.alpha, np.float32),
            eta=eta,
            iterations=_E_STEP_SWEEPS,
            random_state=parameters.seed % (1 << 32),
        )


def _fit(
    model: GensimLda,
    counts: CountMatrix,
    documents: npt.NDArray[np.int64],
    parameters: LdaParameters,
    step: Step,
    observer: Observer,
    before: list[float],
) -> tuple[list[float], bool]:
    """Run passes over the documents until done.

    Return the likelihood after each, those ``before`` the training was stopped too, and whether
    the last ones have hardly raised it.
    """
    order = np.random.default_rng(parameters.seed)
    sample = np.sort(order.permutation(documents)[:_SAMPLE_DOCS])
    likelihoods = list(before)
    updates, converged = len(before) * _n_minibatches(len(documents)), False
    for _ in before:
        order.permutation(documents)
    limit = len(before) + (parameters.iterations or _MAX_PASSES)
    while len(likelihoods) < limit:
        shuffled = order.permutation(documents)
        batches = np.array_split(shuffled, _n_minibatches(len(shuffled)))
        for number, batch in enumerate(batches):
            done = len(likelihoods) + number / len(batches)
            observer.progress("training", done, limit if parameters.iterations else None)
            rate = 1.0 if len(batch) == len(documents) else (_OFFSET + updates) ** -0.5
            beta = model.expElogbeta
            seed = parameters.seed * 1_000_003 + updates * _PARTS
            pieces = enumerate(np.array_split(batch, _PARTS))
            parts = [_Part(piece, beta, (seed + i) % (1 << 32)) for i, piece in pieces]
            found = sum(step([part for part in parts if len(part.documents)]))
            scale = rate * len(documents) / len(batch)
            blended = (1 - rate) * model.state.sstats + scale * found
            model.state.sstats = blended.astype(model.dtype)
            model.sync_state()
            updates += 1
        likelihoods.append(_likelihood(model, counts, sample, parameters.seed))
        converged = updates >= _MIN_UPDATES and _has_converged(likelihoods[len(before) :])
        if converged and parameters.iterations is None:
            break
    return likelihoods, converged


def _n_minibatches(n_docs: int) -> int:
    """Return into how many minibatches a pass is cut: 5 or so for a small corpus, of 64 or more."""
    size = min(_MINIBATCH_DOCS, max(64, -(-n_docs // _MINIBATCHES)))
    return max(1, -(-n_docs // size))


def _has_converged(likelihoods: list[float]) -> bool:
    """Tell whether two passes have raised the likelihood by less than 1 in 1,000."""
    if len(likelihoods) < 3:
        return False
    rise = likelihoods[-1] - likelihoods[-3]
    return rise <= _TOLERANCE * abs(likelihoods[-1])


def _likelihood(
    model: GensimLda, counts: CountMatrix, sample: npt.NDArray[np.int64], seed: int
) -> float:
    """Return log p(words | theta, phi) per token of the sample, at the inferred proportions."""
    model.random_state = np.random.RandomState(seed % (1 << 32))
    chunk = [_bag(counts, document) for document in sample]
    gamma, _ = model.inference(chunk)
    theta = gamma / gamma.sum(axis=1, keepdims=True)
    phi = model.get_topics()
    total, n_tokens = 0.0, 0
    for proportions, bag in zip(theta, chunk, strict=True):
        terms = [term for term, _ in bag]
        times = np.array([count for _, count in bag])
        total += float(times @ np.log(proportions @ phi[:, terms] + 1e-300))
        n_tokens += int(times.sum())
    likelihood = total / max(1, n_tokens)
    return likelihood if math.isfinite(likelihood) else -1e300


def _bag(counts: CountMatrix, document: int) -> list[tuple[int, int]]:
    pairs = slice(int(counts.starts[document]), int(counts.starts[document + 1]))
    return list(zip(counts.terms[pairs].tolist(), counts.counts[pairs].tolist(), strict=True))


class _EStep:
    """gensim's E-step on some documents of one corpus."""

    def __init__(self, counts: CountMatrix, parameters: LdaParameters) -> None:
        self._counts = counts
        self._model = _gensim_model(counts, parameters)

    def __call__(self, part: _Part) -> Doubles:
        self._model.expElogbeta = part.exp_log_beta
        self._model.random_state = np.random.RandomState(part.seed)
        bags = [_bag(self._counts, document) for document in part.documents]
        _, found = self._model.inference(bags, collect_sstats=True)
        statistics: Doubles = np.asarray(found, np.float64)
        return statistics


_worker: _EStep | None = None


def _start_worker(counts: CountMatrix, parameters: LdaParameters) -> None:
    """Prepare a process: it leaves signals to its parent, and dies when its parent does."""
    global _worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    _worker = _EStep(counts, parameters)


def _work(part: _Part) -> Doubles:
    if _worker is None:
        raise RuntimeError("the worker was not started")
    return _worker(part)


@contextlib.contextmanager
def _e_steps(counts: CountMatrix, parameters: LdaParameters, processes: int) -> Iterator[Step]:
    """Yield a function that maps parts to their sufficient statistics, in order."""
    if processes <= 1:
        worker = _EStep(counts, parameters)
        yield lambda parts: map(worker, parts)
        return
    # Forked workers share the corpus with us; elsewhere than on Linux forking is not safe.
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    pool = ProcessPoolExecutor(processes, context, _start_worker, (counts, parameters))
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".*fork.*", category=DeprecationWarning)
            yield lambda parts: pool.map(_work, parts)
    except BrokenProcessPool:
        raise MachineError(
            "a training process died (out of memory?)", "try --threads 1, or fewer topics or words"
        ) from None
    except BaseException:
        # Not waited for: a worker that dies while it sends leaves the pool waiting for the rest.
        for child in multiprocessing.active_children():
            child.kill()
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()
