"""Models as artefacts, and back."""

from __future__ import annotations

from typing import Any

import numpy as np

from latentcli.corpus.strings import Strings
from latentcli.corpus.tokenizers import TokenizerSettings
from latentcli.errors import DamagedArtefact
from latentcli.formats.artefact import Artefact
from latentcli.formats.word_vectors import EMBEDDING as EMBEDDING
from latentcli.formats.word_vectors import is_imported, open_subwords
from latentcli.formats.writing import Array
from latentcli.models.embedding import Embedding
from latentcli.models.subword_embedding import SubwordEmbedding
from latentcli.models.topic_model import (
    LdaModel,
    LsiModel,
    MixtureModel,
    NmfModel,
    PlsaModel,
    TopicModel,
)

TOPIC_MODEL = "topic-model"

Parts = tuple[dict[str, Array], dict[str, Strings]]


def embedding_parts(model: Embedding) -> Parts:
    """Return the arrays and strings that an artefact of this embedding holds."""
    arrays: dict[str, Array] = {
        "vectors": model.vectors,
        "norms": model.norms,
    }
    if model.term_counts is not None:
        arrays["term_counts"] = model.term_counts
    if model.context_vectors is not None:
        arrays["context_vectors"] = model.context_vectors
    if isinstance(model, SubwordEmbedding):
        arrays |= _subword_arrays(model)
    return arrays, {"vocabulary": model.words}


def _subword_arrays(model: SubwordEmbedding) -> dict[str, Array]:
    subwords = model.subwords
    arrays: dict[str, Array] = {
        "own_vectors": model.own_vectors,
        "subword_vectors": np.asarray(subwords.vectors),
        "subword_settings": np.array([subwords.min_n, subwords.max_n, subwords.buckets], np.int64),
    }
    if subwords.kept is not None:
        arrays["subword_buckets"] = np.asarray(subwords.kept)
    return arrays


def open_embedding(artefact: Artefact) -> Embedding:
    """Map an embedding; nothing is read but what is used."""
    vectors = artefact.array("vectors")
    if vectors.ndim != 2 or len(artefact.strings("vocabulary")) != len(vectors):
        raise DamagedArtefact(f"corrupt run {artefact.id[:12]}: vectors and words do not agree")
    fields: dict[str, Any] = {
        "words": artefact.strings("vocabulary"),
        "vectors": vectors,
        "norms": artefact.array("norms"),
        "term_counts": artefact.array("term_counts") if artefact.has("term_counts") else None,
        "tokenizer": TokenizerSettings(**artefact.manifest["tokenizer"]),
        "context_vectors": (
            artefact.array("context_vectors") if artefact.has("context_vectors") else None
        ),
        "imported": is_imported(artefact),
    }
    subwords = open_subwords(artefact, vectors.shape[1])
    if subwords is None:
        return Embedding(**fields)
    return SubwordEmbedding(**fields, own_vectors=artefact.array("own_vectors"), subwords=subwords)


def topic_model_parts(model: TopicModel) -> Parts:
    """Return the arrays and strings that an artefact of this topic model holds."""
    arrays: dict[str, Array] = {
        "term_counts": model.term_counts,
        "doc_lengths": model.doc_lengths,
    }
    if isinstance(model, MixtureModel):
        arrays |= {"topic_word": model.topic_word, "doc_topic": model.doc_topic}
        if isinstance(model, LdaModel):
            arrays |= {"alpha": model.alpha, "eta": model.eta}
            if model.topic_order is not None:
                arrays["topic_order"] = model.topic_order
            if model.token_topic is not None:
                arrays["token_topic"] = model.token_topic
        elif isinstance(model, PlsaModel):
            arrays["beta"] = model.beta
        elif isinstance(model, NmfModel):
            arrays["idf"] = model.idf
    else:
        arrays |= {
            "term_topic": model.term_topic,
            "singular_values": model.singular_values,
            "idf": model.idf,
            "document_vectors": model.document_vectors,
        }
    return arrays, {"vocabulary": model.words, "documents": model.document_ids}


def open_topic_model(artefact: Artefact) -> TopicModel:
    """Map a topic model."""
    algorithm = str(artefact.manifest.get("algorithm"))
    if algorithm == "lsi":
        return _open_lsi(artefact)
    if algorithm == "plsa":
        return PlsaModel(**_mixture(artefact), beta=np.asarray(artefact.array("beta")))
    if algorithm == "nmf":
        return _open_nmf(artefact)
    return _open_lda(artefact)  # hdp has given way to the LDA that corresponds to it


def _trained_on(artefact: Artefact) -> dict[str, Any]:
    return {
        "words": artefact.strings("vocabulary"),
        "term_counts": artefact.array("term_counts"),
        "doc_lengths": artefact.array("doc_lengths"),
        "document_ids": artefact.strings("documents"),
        "tokenizer": TokenizerSettings(**artefact.manifest["tokenizer"]),
    }


def _mixture(artefact: Artefact) -> dict[str, Any]:
    return {
        **_trained_on(artefact),
        "topic_word": artefact.array("topic_word"),
        "doc_topic": artefact.array("doc_topic"),
    }


def _open_lda(artefact: Artefact) -> LdaModel:
    return LdaModel(
        **_mixture(artefact),
        alpha=np.asarray(artefact.array("alpha")),
        eta=np.asarray(artefact.array("eta")),
        token_topic=artefact.array("token_topic") if artefact.has("token_topic") else None,
        topic_order=artefact.array("topic_order") if artefact.has("topic_order") else None,
    )


def _open_nmf(artefact: Artefact) -> NmfModel:
    return NmfModel(
        **_mixture(artefact),
        idf=np.asarray(artefact.array("idf")),
        weighting=str(artefact.manifest["parameters"]["weighting"]),
        loss=str(artefact.manifest["parameters"]["loss"]),
    )


def _open_lsi(artefact: Artefact) -> LsiModel:
    return LsiModel(
        **_trained_on(artefact),
        term_topic=artefact.array("term_topic"),
        singular_values=np.asarray(artefact.array("singular_values")),
        idf=np.asarray(artefact.array("idf")),
        document_vectors=artefact.array("document_vectors"),
        weighting=str(artefact.manifest["parameters"]["weighting"]),
    )
