"""gensim's own files, for scripts that expect them: KeyedVectors, LdaModel, LsiModel.

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

from latentcli.errors import RequestError
from latentcli.formats.files import sync_directory
from latentcli.models.embedding import Embedding
from latentcli.models.topic_model import LdaModel, LsiModel, TopicModel

_ONE_FILE = 1 << 62  # gensim splits arrays off above this many numbers


def save_embedding(model: Embedding, target: Path) -> list[Path]:
    """Save as KeyedVectors, with the words' counts; return the path."""
    vectors = KeyedVectors(model.dim, count=0, dtype=np.float32)
    vectors.add_vectors(list(model.words), np.array(model.vectors))
    for word, count in zip(model.words, model.term_counts.tolist(), strict=True):
        vectors.set_vecattr(word, "count", count)
    return _in_place(target, lambda path: vectors.save(path, sep_limit=_ONE_FILE))


def save_topic_model(model: TopicModel, target: Path) -> list[Path]:
    """Save as LdaModel or LsiModel, with its dictionary; return the paths.

    An LsiModel comes with ``PATH.tfidf``, the TfidfModel that its documents must pass first.
    """
    if isinstance(model, LdaModel):
        lda = gensim_lda(model)
        return _in_place(target, lambda path: lda.save(path, separately=[], sep_limit=_ONE_FILE))
    if not isinstance(model, LsiModel):
        raise RequestError("gensim has no such model")
    lsi, tfidf = gensim_lsi(model)

    def save(path: str) -> None:
        lsi.save(path, sep_limit=_ONE_FILE)
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
    if isinstance(model, LsiModel) and model.weighting == "tfidf":
        dictionary.dfs = dict(enumerate(_document_counts(model)))
    return dictionary


def _document_counts(model: LsiModel) -> list[int]:
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


def gensim_lsi(model: LsiModel) -> tuple[GensimLsi, TfidfModel | None]:
    """Return gensim's model with the same U and S, and the weighting that goes before it."""
    lsi = GensimLsi(id2word=_dictionary(model), num_topics=model.n_topics)
    lsi.projection.u = np.asarray(model.term_topic, np.float64)
    lsi.projection.s = np.asarray(model.singular_values, np.float64)
    lsi.docs_processed = len(model.doc_lengths)
    if model.weighting != "tfidf":
        return lsi, None
    tfidf = TfidfModel(dictionary=_dictionary(model))
    tfidf.idfs = dict(enumerate(model.idf.tolist()))
    return lsi, tfidf


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
