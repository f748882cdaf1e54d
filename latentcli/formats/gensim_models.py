"""gensim's own files, for scripts that expect them: KeyedVectors, LdaModel, LsiModel, Nmf.

They are written only: gensim's files are pickles, and nothing here unpickles.
"""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
from gensim.corpora import Dictionary
from gensim.models import KeyedVectors, TfidfModel
from gensim.models import LdaModel as GensimLda
from gensim.models import LsiModel as GensimLsi
from gensim.models.nmf import Nmf

from latentcli.errors import RequestError
from latentcli.formats.files import sync_directory
from latentcli.models.embedding import Embedding
from latentcli.models.topic_model import LdaModel, LsiModel, NmfModel, TopicModel

_NMF_SWEEPS = 200
_ONE_FILE = 1 << 62  # gensim splits arrays off above this many numbers


def save_embedding(model: Embedding, target: Path) -> list[Path]:
    """Save as KeyedVectors, with the words' counts if there are any; return the path."""
    vectors = KeyedVectors(model.dim, count=0, dtype=np.float32)
    vectors.add_vectors(list(model.words), np.array(model.vectors))
    if model.term_counts is not None:
        for word, count in zip(model.words, model.term_counts.tolist(), strict=True):
            vectors.set_vecattr(word, "count", count)
    return _in_place(target, lambda path: vectors.save(path, sep_limit=_ONE_FILE))


def save_topic_model(model: TopicModel, target: Path) -> list[Path]:
    """Save as LdaModel, LsiModel or Nmf, with its dictionary; return the paths.

    Where a model is of tf-idf, ``PATH.tfidf`` is the TfidfModel that documents must pass first.
    Raises RequestError for PLSA, and for NMF by another loss than gensim's.
    """
    if isinstance(model, LdaModel):
        lda = gensim_lda(model)
        return _in_place(target, lambda path: lda.save(path, separately=[], sep_limit=_ONE_FILE))
    if isinstance(model, LsiModel):
        factors = gensim_lsi(model)
    elif isinstance(model, NmfModel) and model.loss == "frobenius":
        factors = gensim_nmf(model)
    else:
        what = "NMF by Kullback-Leibler divergence" if isinstance(model, NmfModel) else "PLSA"
        raise RequestError(f"gensim has no {what}", "--to npy writes its topics")
    tfidf = _tfidf(model) if model.weighting == "tfidf" else None

    def save(path: str) -> None:
        factors.save(path, sep_limit=_ONE_FILE)
        if tfidf is not None:
            tfidf.save(path + ".tfidf")

    return _in_place(target, save)


def _dictionary(model: TopicModel) -> Dictionary:
    dictionary = Dictionary()
    dictionary.token2id = {word: i for i, word in enumerate(model.words)}
    dictionary.id2token = dict(enumerate(model.words))
    dictionary.num_docs = len(model.doc_lengths)
    dictionary.num_pos = int(model.term_counts.sum())
    dictionary.cfs = dict(enumerate(model.term_counts.tolist()))
    if isinstance(model, LsiModel | NmfModel) and model.weighting == "tfidf":
        dictionary.dfs = dict(enumerate(_document_counts(model)))
    return dictionary


def _document_counts(model: LsiModel | NmfModel) -> list[int]:
    """Return in how many documents each word occurs, which its idf, log2(N / df), tells."""
    counts: list[int] = np.rint(len(model.doc_lengths) / 2**model.idf).astype(int).tolist()
    return counts


def gensim_lda(model: LdaModel) -> GensimLda:
    """Return gensim's model with the same unnormalised lambda, alpha and eta."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        lda = GensimLda(
            num_topics=model.n_topics,
            id2word=_dictionary(model),
            alpha=np.asarray(model.alpha, np.float32),
            eta=float(model.eta[0]),
            iterations=200,
            random_state=1,
            dtype=np.float32,
        )
    lda.state.sstats = np.asarray(model.topic_word, np.float32) - np.float32(lda.eta[0])
    lda.state.numdocs = len(model.doc_lengths)
    lda.sync_state()
    return lda


def gensim_lsi(model: LsiModel) -> GensimLsi:
    """Return gensim's model with the same U and S."""
    lsi = GensimLsi(id2word=_dictionary(model), num_topics=model.n_topics)
    lsi.projection.u = np.asarray(model.term_topic, np.float64)
    lsi.projection.s = np.asarray(model.singular_values, np.float64)
    lsi.docs_processed = len(model.doc_lengths)
    return lsi


def gensim_nmf(model: NmfModel) -> Nmf:
    """Return gensim's model with the same topics, each scaled to a sum of 1.

    It infers the same proportions: it is told to go on until they stand still, which by default it
    is far from.
    """
    nmf = Nmf(
        num_topics=model.n_topics,
        id2word=_dictionary(model),
        h_max_iter=_NMF_SWEEPS,
        h_stop_condition=0,
        minimum_probability=0,
        random_state=1,
    )
    nmf._W = np.ascontiguousarray(model.topic_word_probabilities().T)
    return nmf


def _tfidf(model: LsiModel | NmfModel) -> TfidfModel:
    tfidf = TfidfModel(dictionary=_dictionary(model))
    tfidf.idfs = dict(enumerate(model.idf.tolist()))
    return tfidf


def _in_place(target: Path, save: Callable[[str], None]) -> list[Path]:
    """Let gensim write its files in a folder beside the target, then move all into place.

    The target itself moves last, so that it never stands beside another model's parts. Where it
    is a symbolic link, the link is replaced: gensim looks for a model's parts beside its name.
    """
    if target.is_dir():
        raise RequestError(f"{target}: is a directory", "give the path of a file")
    folder = target.parent.resolve()
    if not folder.is_dir():
        raise RequestError(f"{target}: there is no folder '{target.parent}'", "make it first")
    with tempfile.TemporaryDirectory(dir=folder, prefix=".latent-export-") as scratch:
        save(str(Path(scratch) / target.name))
        written = sorted(os.listdir(scratch), key=lambda name: (name == target.name, name))
        for name in written:
            with open(Path(scratch) / name, "rb") as file:
                os.fsync(file.fileno())
            os.replace(Path(scratch) / name, folder / name)
    sync_directory(folder)
    return [target.parent / name for name in reversed(written)]
