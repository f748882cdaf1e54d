"""The hierarchical Dirichlet process by gensim: online inference (Wang, Paisley and Blei 2011).

It needs no number of topics, only a most. Of those topics many stay next to empty: the documents'
topics are inferred under the corresponding latent Dirichlet allocation, whose alpha are the
weights of the sticks, and topics of a negligible share are left out.

gensim's steps fall as 1 / (65 + t), so that in a corpus of a few thousand documents nearly all that
is learnt is the random start; ours are larger and more, as Hoffman, Blei and Bach (2010) advise.
"""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from gensim.matutils import dirichlet_expectation
from gensim.models import HdpModel

from latentcli.corpus.counts import CountMatrix, count_matrix
from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.mask import Rows
from latentcli.engines.parameters import HdpParameters
from latentcli.models.topic_model import LdaModel, trained_on
from latentcli.observer import Observer
from latentcli.queries.inference import infer_lda

_MOST_CHUNK_DOCS, _LEAST_CHUNK_DOCS = 256, 16
_CHUNKS = 20  # of a pass, at least, where there are enough documents
_UPDATES = 200
_MOST_PASSES = 20
_TAU, _KAPPA = 1.0, 0.6
_DOCUMENT_TOPICS = 15  # a document's own, at most
_GAMMA, _ALPHA, _ETA = 1.0, 1.0, 0.01
_NEGLIGIBLE = 0.01  # of the corpus's tokens
_LEAST_ALPHA = 1e-6


class Trained(NamedTuple):
    """The topic model, and figures of how the training went."""

    model: LdaModel
    metrics: dict[str, Any]


def train(
    corpus: EncodedCorpus,
    kept: Rows,
    parameters: HdpParameters,
    threads: int,
    scratch: Path,
    observer: Observer,
) -> Trained:
    """Find topics of the words ``kept``, and how many there are."""
    counts = count_matrix(corpus, kept)
    hdp, passes = _fitted(counts, parameters, observer)
    alpha, _ = hdp.hdp_to_lda()
    all_topics = LdaModel(
        **trained_on(corpus, kept, counts),
        topic_word=(hdp.m_lambda + hdp.m_eta).astype(np.float32),
        alpha=np.maximum(np.asarray(alpha, np.float64), _LEAST_ALPHA),
        eta=np.array([_ETA]),
        doc_topic=np.zeros((counts.n_docs, parameters.most_topics), np.float32),
    )
    observer.progress("topics of documents", 0, 2)
    all_topics.doc_topic[:], _ = infer_lda(all_topics, counts, threads=threads)
    observer.progress("topics of documents", 1, 2)
    model = _without_negligible(all_topics)
    model.doc_topic[:], _ = infer_lda(model, counts, threads=threads)
    observer.progress("topics of documents", 2, 2)
    return Trained(
        model,
        {"passes": passes, "topics": model.n_topics, "gamma": _GAMMA,
         "alpha_sum": float(model.alpha.sum())},
    )  # fmt: skip


def _fitted(
    counts: CountMatrix, parameters: HdpParameters, observer: Observer
) -> tuple[HdpModel, int]:
    """Return gensim's model, and how many passes it was trained."""
    documents = np.flatnonzero(np.diff(counts.starts))
    draw = np.random.default_rng(parameters.seed)
    most, n_terms = parameters.most_topics, counts.n_terms
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        hdp = HdpModel(
            None,
            {term: str(term) for term in range(n_terms)},
            T=most,
            K=min(_DOCUMENT_TOPICS, most),
            gamma=_GAMMA,
            alpha=_ALPHA,
            eta=_ETA,
            tau=_TAU,
            kappa=_KAPPA,
            random_state=parameters.seed % (1 << 32),
        )
    # gensim's own start, which it makes from the number of the documents that it is given.
    hdp.m_D = len(documents)
    scale = hdp.m_D * 100 / (most * n_terms)
    hdp.m_lambda = hdp.random_state.gamma(1.0, 1.0, (most, n_terms)) * scale - _ETA
    hdp.m_lambda_sum = hdp.m_lambda.sum(axis=1)
    hdp.m_Elogbeta = dirichlet_expectation(hdp.m_lambda + _ETA)
    size = min(_MOST_CHUNK_DOCS, max(_LEAST_CHUNK_DOCS, -(-len(documents) // _CHUNKS)))
    n_chunks = max(1, -(-len(documents) // size))
    passes = parameters.iterations or min(_MOST_PASSES, -(-_UPDATES // n_chunks))
    for done in range(passes):
        chunks = np.array_split(draw.permutation(documents), n_chunks)
        for number, chunk in enumerate(chunks):
            observer.progress("training", done + number / n_chunks, passes)
            with np.errstate(invalid="ignore"):  # of one word and topic the likelihood is 0
                hdp.update_chunk([_bag(counts, document) for document in chunk])
    observer.progress("training", passes, passes)
    hdp.update_expectations()
    return hdp, passes


def _without_negligible(model: LdaModel) -> LdaModel:
    """Return the model's topics that have a share of the tokens, the largest in any case."""
    shares = model.shares()
    largest = shares >= min(_NEGLIGIBLE, shares.max())
    return replace(
        model,
        topic_word=np.ascontiguousarray(model.topic_word[largest]),
        alpha=model.alpha[largest],
        doc_topic=np.ascontiguousarray(model.doc_topic[:, largest]),
    )


def _bag(counts: CountMatrix, document: npt.NDArray[np.int64]) -> list[tuple[int, int]]:
    pairs = slice(int(counts.starts[document]), int(counts.starts[document + 1]))
    return list(zip(counts.terms[pairs].tolist(), counts.counts[pairs].tolist(), strict=True))
