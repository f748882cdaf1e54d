"""What a model's documents are compared by: made once from the run and its corpus."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.corpus.counts import CountMatrix, count_words
from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.strings import Strings
from latentcli.errors import InputError
from latentcli.formats.artefact import Artefact
from latentcli.formats.document_space import KIND, REVISION
from latentcli.formats.models import EMBEDDING, open_embedding, open_topic_model
from latentcli.formats.writing import Array
from latentcli.kernels import SparseMatrix, usable_cores
from latentcli.models.document_space import COSINE, HELLINGER, DocumentSpace
from latentcli.models.topic_model import MixtureModel
from latentcli.queries.inference import infer_topics, sif_weights
from latentcli.queries.ranking import Ranking
from latentcli.store.cache import Cache
from latentcli.workflows.corpus_text import corpus_and_text, own_digest
from latentcli.workflows.reference_corpus import own_corpus

# A topic's first words, which documents are searched for.
_SOUGHT_WORDS = 50
# Of fewer documents than these nobody knows what they share with all others.
_FEW_DOCS = 50


class Parts(NamedTuple):
    """The document space of a model, as an artefact holds it."""

    description: dict[str, Any]
    arrays: dict[str, Array]
    strings: dict[str, Strings]

    def in_memory(self) -> DocumentSpace:
        """Return the space without keeping it."""
        return DocumentSpace(
            self.strings["documents"],
            self.strings.get("labels"),
            _buffer(self.arrays["vectors"]),
            _buffer(self.arrays["totals"]),
            _buffer(self.arrays["common"]),
            _buffer(self.arrays["topic_terms"]),
            self.description["similarity"],
        )


def document_space_parts(cache: Cache, run: Artefact) -> Parts:
    """Compute the vectors of a model's documents, and what folds a question in among them.

    Those of an embedding need its corpus: raises InputError where that is not in the cache.
    """
    corpus = own_corpus(cache, run.manifest)
    found = _of_embedding(run, corpus) if run.kind == EMBEDDING else _of_topics(run)
    if corpus is not None and corpus.labels is not None:
        found.strings["labels"] = corpus.labels
    ids = [one.id for one in corpus_and_text(cache, own_digest(run.manifest))]
    record = {"kind": KIND, "revision": REVISION, "corpora": ids}
    return found._replace(description={**record, **found.description})


def mixture_of(run: Artefact, counts: Mapping[int, int]) -> list[float]:
    """Return the topic proportions of one text under any mixture model: those of ``infer``."""
    model = open_topic_model(run)
    terms = sorted(counts)
    matrix = CountMatrix(
        np.array([0, len(terms)], np.int64),
        np.array(terms, np.int32),
        np.array([counts[term] for term in terms], np.int32),
        len(model.words),
    )
    weights: list[float] = infer_topics(model, matrix).weights[0].tolist()
    return weights


def _of_embedding(run: Artefact, corpus: EncodedCorpus | None) -> Parts:
    if corpus is None:
        name = run.manifest["invocation"].get("corpus_name") or "the corpus"
        raise InputError(
            f"{name}, which the embedding was trained on, is not in the cache any more",
            "'latent corpus' encodes it again; documents are compared by its words",
        )
    model = open_embedding(run)
    counts = count_words(corpus, model.words)
    weights = sif_weights(model, counts).astype(np.float32)
    matrix = SparseMatrix(counts.starts, counts.terms, weights, counts.n_terms)
    vectors = np.zeros((counts.n_docs, model.dim), np.float32)
    matrix.multiply(np.ascontiguousarray(model.vectors), 0, vectors, usable_cores())
    found = _parts(COSINE, corpus.document_ids, vectors)
    assert model.term_counts is not None  # a model that has its corpus has its counts
    found.arrays["totals"] = np.array([model.term_counts.sum()], np.float64)
    if np.count_nonzero(np.diff(counts.starts)) >= _FEW_DOCS:
        found.arrays["common"] = common = common_component(vectors)
        vectors -= (vectors @ common)[:, None] * common
    return found


def common_component(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the first right singular vector, which all documents share: float32 (dim,).

    Arora, Liang and Ma (2017) take it out of sentences' vectors.
    """
    doubles = vectors.astype(np.float64)
    _, directions = np.linalg.eigh(doubles.T @ doubles)
    common: npt.NDArray[np.float32] = directions[:, -1].astype(np.float32)
    return common


def _of_topics(run: Artefact) -> Parts:
    model = open_topic_model(run)
    if not isinstance(model, MixtureModel):
        vectors = np.asarray(model.document_vectors, np.float32)
        return _parts(COSINE, model.document_ids, vectors)
    vectors = np.sqrt(np.asarray(model.doc_topic, np.float32))
    vectors[np.asarray(model.doc_lengths) == 0] = 0
    found = _parts(HELLINGER, model.document_ids, vectors)
    found.arrays["totals"] = np.asarray(model.topic_word).sum(axis=1, dtype=np.float64)
    found.arrays["topic_terms"] = _first_terms(model)
    return found


def _first_terms(model: MixtureModel) -> npt.NDArray[np.int32]:
    """Return the first terms of each topic, -1 where it has no more: int32 (n_topics, 50)."""
    ranking = Ranking(model)
    terms = np.full((model.n_topics, _SOUGHT_WORDS), -1, np.int32)
    for topic in range(model.n_topics):
        rows = ranking.top(topic, _SOUGHT_WORDS)
        terms[topic, : len(rows)] = rows
    return terms


def _parts(similarity: str, ids: Strings, vectors: npt.NDArray[np.float32]) -> Parts:
    arrays: dict[str, Array] = {
        "vectors": vectors,
        "totals": np.zeros(0),
        "common": np.zeros(0, np.float32),
        "topic_terms": np.zeros((0, 1), np.int32),
    }
    return Parts({"similarity": similarity}, arrays, {"documents": ids})


def _buffer(array: Array) -> memoryview[Any]:
    memory: Any = np.ascontiguousarray(array)
    return memoryview(memory)
