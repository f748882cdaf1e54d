"""Which formats there are for embeddings, topic models and corpora, and the files of each.

A format is a function that returns its files; packages and writers are imported when it is called.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from latentcli.corpus.bags import Bags
from latentcli.errors import RequestError
from latentcli.formats.corpus import KIND as CORPUS
from latentcli.formats.models import EMBEDDING, TOPIC_MODEL
from latentcli.models.embedding import Embedding
from latentcli.models.topic_model import LdaModel, LsiModel, MixtureModel, TopicModel
from latentcli.queries.ranking import top_words

_KEYS = 20  # words, as in MALLET


class Part(NamedTuple):
    """A file of an export: what its name ends with, unless it is the first, and its writer."""

    suffix: str
    write: Callable[[BinaryIO], None]


def _word2vec(model: Embedding) -> list[Part]:
    from latentcli.formats.word2vec import write_text

    return [Part(".vec", partial(write_text, model))]


def _word2vec_binary(model: Embedding) -> list[Part]:
    from latentcli.formats.word2vec import write_binary

    return [Part(".bin", partial(write_binary, model))]


def _glove(model: Embedding) -> list[Part]:
    from latentcli.formats.glove import write_text

    return [Part(".glove.txt", partial(write_text, model))]


def _fasttext_vec(model: Embedding) -> list[Part]:
    from latentcli.formats.fasttext_vec import write_text

    return [Part(".vec", partial(write_text, model))]


class TrainedSo(NamedTuple):
    """An embedding and the record of its run."""

    model: Embedding
    manifest: Mapping[str, Any]


def _fasttext_binary(trained: TrainedSo) -> list[Part]:
    from latentcli.formats.fasttext_bin import settings_of, write_fasttext_bin

    settings = settings_of(trained.manifest)
    return [Part(".bin", partial(write_fasttext_bin, trained.model, settings))]


def _npy(model: Embedding | TopicModel) -> list[Part]:
    """Rows of words: vectors, p(word | topic), or the loadings of LSI."""
    from latentcli.formats.npy import write_vectors

    rows = _rows(model)
    return [Part(".npy", lambda out: write_vectors(rows, out)), _words(model.words, ".txt")]


def _rows(model: Embedding | TopicModel) -> np.ndarray[Any, np.dtype[np.float32]]:
    if isinstance(model, Embedding):
        return model.vectors
    if isinstance(model, LsiModel):
        return model.term_topic
    return np.ascontiguousarray(model.topic_word_probabilities().T.astype(np.float32))


def _safetensors(model: Embedding | TopicModel) -> list[Part]:
    from latentcli.formats.safetensors import write_tensors

    parts = [_words(model.words, ".safetensors.txt")]
    if isinstance(model, Embedding):
        tensors = {"vectors": model.vectors}
    elif isinstance(model, LsiModel):
        tensors = {"term_topic": model.term_topic, "document_vectors": model.document_vectors}
    else:
        topics = model.topic_word_probabilities().astype(np.float32)
        tensors = {"topic_word": topics, "doc_topic": model.doc_topic}
    if not isinstance(model, Embedding):
        parts.append(_words(model.document_ids, ".safetensors.documents.txt"))
    return [Part(".safetensors", lambda out: write_tensors(tensors, out)), *parts]


def _words(words: Iterable[str], suffix: str) -> Part:
    from latentcli.formats.npy import write_labels

    return Part(suffix, lambda out: write_labels(words, out))


def _csv(model: Embedding | TopicModel) -> list[Part]:
    from latentcli.formats import csv_tables

    return _tables(csv_tables, ".csv", model)


def _parquet(model: Embedding | TopicModel) -> list[Part]:
    from latentcli.formats import parquet

    return _tables(parquet, ".parquet", model)


def _tables(module: Any, suffix: str, model: Embedding | TopicModel) -> list[Part]:
    if isinstance(model, Embedding):
        return [Part(suffix, partial(module.write_embedding, model))]
    return [
        Part(suffix, partial(module.write_topic_words, model)),
        Part(f".documents{suffix}", partial(module.write_document_topics, model)),
    ]


def _projector(model: Embedding) -> list[Part]:
    from latentcli.formats.projector import embedding_columns, write_metadata, write_vectors

    return [
        Part(".tsv", partial(write_vectors, model.vectors)),
        Part(".metadata.tsv", partial(write_metadata, embedding_columns(model))),
    ]


def _doc_topics(model: TopicModel) -> list[Part]:
    from latentcli.formats.mallet import write_doc_topics

    return [Part(".doc-topics.txt", partial(write_doc_topics, _mixture(model)))]


def _topic_keys(model: TopicModel) -> list[Part]:
    from latentcli.formats.mallet import write_topic_keys

    mixture = _mixture(model)
    write = partial(write_topic_keys, mixture, top_words(mixture, _KEYS))
    return [Part(".topic-keys.txt", write)]


def _topic_word_weights(model: TopicModel) -> list[Part]:
    from latentcli.formats.mallet import write_topic_word_weights

    return [Part(".word-weights.txt", partial(write_topic_word_weights, _mixture(model)))]


def _mixture(model: TopicModel) -> MixtureModel:
    if isinstance(model, LsiModel):
        raise RequestError(
            "MALLET's forms hold distributions over words, which LSI's topics are not",
            "use --to csv, npy or gensim",
        )
    return model


class Tokens(NamedTuple):
    """A model and the corpus that it was trained on."""

    model: TopicModel
    bags: Bags


def _state(tokens: Tokens) -> list[Part]:
    from latentcli.formats.mallet import write_state

    model = tokens.model
    if not isinstance(model, LdaModel) or model.token_topic is None:
        raise RequestError(
            "only LDA by the native engine keeps a topic for each token",
            "--to doc-topics and --to topic-word-weights write what other models have",
        )
    return [Part(".state.gz", partial(write_state, model, tokens.bags))]


def _lda_c(bags: Bags) -> list[Part]:
    from latentcli.formats.word_counts import write_lda_c

    return [Part(".ldac", partial(write_lda_c, bags)), _words(bags.words, ".ldac.vocab")]


def _svmlight(bags: Bags) -> list[Part]:
    from latentcli.formats.word_counts import label_names, write_svmlight

    names = label_names(bags)
    labels = [_words(names, ".svmlight.labels")] if names else []
    write = partial(write_svmlight, bags)
    return [Part(".svmlight", write), _words(bags.words, ".svmlight.vocab"), *labels]


def _uci(bags: Bags) -> list[Part]:
    from latentcli.formats.word_counts import write_uci

    return [Part(".uci", partial(write_uci, bags)), _words(bags.words, ".uci.vocab")]


def _matrix_market(bags: Bags) -> list[Part]:
    from latentcli.formats.word_counts import write_matrix_market

    return [
        Part(".mtx", partial(write_matrix_market, bags)),
        _words(bags.words, ".mtx.vocab"),
        _words(bags.corpus.document_ids, ".mtx.documents"),
    ]


def _octis(bags: Bags) -> list[Part]:
    from latentcli.formats.document_lines import write_octis

    return [Part(".tsv", partial(write_octis, bags)), _words(bags.words, ".vocabulary.txt")]


def _mallet(bags: Bags) -> list[Part]:
    from latentcli.formats.document_lines import write_mallet

    return [Part(".mallet.txt", partial(write_mallet, bags))]


# What gives the files of a model or corpus.
Parts = Callable[[Any], list[Part]]

GENSIM = "gensim"  # which writes its files itself: workflows/export.py
_TABLES: dict[str, Parts] = {
    "npy": _npy,
    "safetensors": _safetensors,
    "csv": _csv,
    "parquet": _parquet,
}
FORMATS: dict[str, dict[str, Parts]] = {
    EMBEDDING: {
        "word2vec": _word2vec,
        "word2vec-bin": _word2vec_binary,
        "glove": _glove,
        "fasttext-vec": _fasttext_vec,
        "fasttext-bin": _fasttext_binary,
        **_TABLES,
        "projector": _projector,
    },
    TOPIC_MODEL: {
        "topic-keys": _topic_keys,
        "doc-topics": _doc_topics,
        "topic-word-weights": _topic_word_weights,
        "state": _state,
        **_TABLES,
    },
    CORPUS: {
        "lda-c": _lda_c,
        "svmlight": _svmlight,
        "uci": _uci,
        "mm": _matrix_market,
        "octis": _octis,
        "mallet": _mallet,
    },
}


def formats_of(kind: str) -> list[str]:
    """Return the names of the formats for a kind of run."""
    return [*FORMATS[kind], *([] if kind == CORPUS else [GENSIM])]
