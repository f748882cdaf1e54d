"""Write a stored model as a file that other programs read."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.corpus.strings import Strings
from latentcli.errors import DamagedArtefact, RequestError
from latentcli.formats.artefact import Artefact
from latentcli.formats.files import write_through
from latentcli.formats.models import EMBEDDING, TOPIC_MODEL, open_embedding, open_topic_model
from latentcli.models.topic_model import MixtureModel
from latentcli.observer import SILENT, Observer
from latentcli.store.cache import Cache
from latentcli.store.pointers import names
from latentcli.wording import there_are
from latentcli.workflows.find import chosen_run

FORMATS = {
    "word2vec": ".vec",
    "word2vec-bin": ".bin",
    "fasttext-bin": ".bin",
    "gensim": ".gensim",
    "npy": ".npy",
}


class Exported(NamedTuple):
    """A file that was written."""

    path: str


def export(
    cache: Cache,
    ref: str,
    to: str | None = None,
    out: Path | BinaryIO | None = None,
    observer: Observer = SILENT,
) -> list[Exported]:
    """Write a model in a format; return the files written, none where ``out`` is a stream.

    Without a format it is word2vec for an embedding, and for a topic model gensim, or npy where
    gensim has no such model.
    Raises RequestError where the format cannot hold such a model, and where no path was given
    and the file is there already; DamagedArtefact where the model's bytes have changed.
    """
    if to is not None and to not in FORMATS:
        raise RequestError(f"no format '{to}'", there_are(list(FORMATS)))
    run = chosen_run(cache, ref, None, observer)
    if run.kind not in (EMBEDDING, TOPIC_MODEL):
        raise RequestError(f"'{ref}' is a {run.kind}", "only models can be exported")
    to = to or _usual_format(run)
    for problem in run.problems():
        raise DamagedArtefact(
            f"corrupt run {run.id[:12]}: {problem}",
            f"run 'latent remove {run.id[:12]}' and make it again",
        )
    target = out or _default_target(cache, run, to)
    if to in ("gensim", "npy") and not isinstance(target, Path):
        raise RequestError(f"--to {to} writes several files", "name the first with -o PATH")
    if to == "gensim" and isinstance(target, Path):
        return _to_gensim(run, target)
    if to == "npy" and isinstance(target, Path):
        return _to_npy(run, target)
    if run.kind != EMBEDDING:
        raise RequestError(f"a topic model cannot be written as {to}", "use --to gensim or npy")
    write = _writer(run, to)
    if not isinstance(target, Path):
        write(target)
        return []
    write_through(target, write)
    return [Exported(os.fspath(target))]


def _writer(run: Artefact, to: str) -> Callable[[BinaryIO], None]:
    model = open_embedding(run)
    if to == "fasttext-bin":
        from latentcli.formats.fasttext_bin import settings_of, write_fasttext_bin

        settings = settings_of(run.manifest)
        return lambda stream: write_fasttext_bin(model, settings, stream)
    from latentcli.formats.word2vec import write_binary, write_text

    write = write_text if to == "word2vec" else write_binary
    return lambda stream: write(model, stream)


def _usual_format(run: Artefact) -> str:
    if run.kind == EMBEDDING:
        return "word2vec"
    manifest = run.manifest
    unknown = manifest["algorithm"] == "plsa" or manifest["parameters"].get("loss") == "kl"
    return "npy" if unknown else "gensim"


def _default_target(cache: Cache, run: Artefact, to: str) -> Path:
    called = next((name for name, held in names(cache).items() if held == run.id), run.id[:12])
    target = Path(re.sub(r"[^\w.+-]", "_", called) + FORMATS[to])
    if target.exists():
        raise RequestError(f"{target}: is there already", f"to replace it: -o {target}")
    return target


def _to_npy(run: Artefact, target: Path) -> list[Exported]:
    from latentcli.formats.npy import write_labels, write_vectors

    _check_regular(target)
    labels = target.with_suffix(".txt")
    if labels == target:
        raise RequestError(
            f"{target}: is where the words would go", "name the vectors: -o PATH.npy"
        )
    if labels.exists() and not target.exists():
        raise RequestError(
            f"{labels}: is there already, and the words would replace it", "choose another -o"
        )
    words, rows = _rows(run)
    write_through(labels, lambda stream: write_labels(words, stream))
    write_through(target, lambda stream: write_vectors(rows, stream))
    return [Exported(os.fspath(target)), Exported(os.fspath(labels))]


def _rows(run: Artefact) -> tuple[Strings, npt.NDArray[np.float32]]:
    """Return a model's words and their rows: vectors, p(word | topic), or the loadings of LSI."""
    if run.kind == EMBEDDING:
        embedding = open_embedding(run)
        return embedding.words, embedding.vectors
    model = open_topic_model(run)
    if isinstance(model, MixtureModel):
        topics = model.topic_word_probabilities().T.astype(np.float32)
        return model.words, np.ascontiguousarray(topics)
    return model.words, model.term_topic


def _to_gensim(run: Artefact, target: Path) -> list[Exported]:
    from latentcli.formats.gensim_models import save_embedding, save_topic_model

    _check_regular(target)
    if run.kind == EMBEDDING:
        paths = save_embedding(open_embedding(run), target)
    else:
        paths = save_topic_model(open_topic_model(run), target)
    return [Exported(os.fspath(path)) for path in paths]


def _check_regular(target: Path) -> None:
    """Raise RequestError where a directory or device stands in the way of several files."""
    if target.exists() and not target.is_file():
        what = "a directory" if target.is_dir() else "not a regular file"
        raise RequestError(f"{target}: is {what}", "give the path of a file")
