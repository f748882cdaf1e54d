"""NMF (Lee and Seung 1999): all of a model but its factors, which engines make."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.mask import Rows
from latentcli.engines.lsi import WeightedCounts, weighted_counts
from latentcli.engines.parameters import NmfParameters
from latentcli.models.topic_model import NmfModel, trained_on
from latentcli.observer import Observer
from latentcli.queries.inference import infer_nmf


class Trained(NamedTuple):
    """The topic model, and figures of how the training went."""

    model: NmfModel
    metrics: dict[str, Any]


class Words(NamedTuple):
    """The words of topics, (n_topics, n_terms), after how many passes, and whether it settled.

    ``losses`` are those of the passes, or of every few.
    """

    topic_word: npt.NDArray[np.float32]
    losses: list[float]
    passes: int
    converged: bool


Factorise = Callable[[WeightedCounts, NmfParameters, int, Observer], Words]


def fitted(
    factorise: Factorise,
    corpus: EncodedCorpus,
    kept: Rows,
    parameters: NmfParameters,
    threads: int,
    observer: Observer,
) -> Trained:
    """Factorise the weighted counts of the words ``kept``; a topic without words is left out.

    Raises InputError where the weights leave nothing.
    """
    found = weighted_counts(corpus, kept, parameters.weighting)
    words = factorise(found, parameters, threads, observer)
    model = NmfModel(
        **trained_on(corpus, kept, found.counts),
        topic_word=words.topic_word,
        doc_topic=np.zeros((found.counts.n_docs, len(words.topic_word)), np.float32),
        idf=found.idf,
        weighting=parameters.weighting,
        loss=parameters.loss,
    )
    observer.progress("topics of documents", 0, 1)
    model.doc_topic[:], _ = infer_nmf(model, found.counts, threads)
    observer.progress("topics of documents", 1, 1)
    return Trained(
        model,
        {
            "passes": words.passes,
            "converged": words.converged,
            "loss": [round(value, 6) for value in words.losses],
        },
    )
