"""Write a stored model or corpus as files that other programs read."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from latentcli.corpus.bags import bags
from latentcli.errors import DamagedArtefact, RequestError
from latentcli.formats.artefact import Artefact
from latentcli.formats.corpus import KIND as CORPUS
from latentcli.formats.corpus import open_corpus
from latentcli.formats.files import write_through
from latentcli.formats.models import EMBEDDING, TOPIC_MODEL, open_embedding, open_topic_model
from latentcli.observer import SILENT, Observer
from latentcli.store.cache import Cache
from latentcli.store.pointers import names
from latentcli.wording import there_are
from latentcli.workflows.export_formats import FORMATS, GENSIM, Part, Tokens, TrainedSo, formats_of
from latentcli.workflows.find import chosen_run
from latentcli.workflows.topic_corpus import kept_words
from latentcli.workflows.topic_request import MaskOptions


class Exported(NamedTuple):
    """A file that was written."""

    path: str


def export(
    cache: Cache,
    ref: str,
    to: str | None = None,
    out: Path | BinaryIO | None = None,
    observer: Observer = SILENT,
    mask: MaskOptions | None = None,
) -> list[Exported]:
    """Write a model or corpus; return the files written, none where ``out`` is a stream.

    Without a format it is word2vec for an embedding, mm for a corpus, and for a topic model gensim,
    or npy where gensim has no such model. ``mask``: which words of a corpus are kept; None: all.
    Raises RequestError where the format cannot hold it, and where no path was given and a file is
    there already; DamagedArtefact where the run's bytes have changed.
    """
    known = {name for kind in FORMATS for name in formats_of(kind)}
    if to is not None and to not in known:
        raise RequestError(f"no format '{to}'", there_are(sorted(known)))
    run = chosen_run(cache, ref, None, observer)
    return exported(cache, run, to or _usual_format(run), out, mask, observer)


def exported(
    cache: Cache,
    run: Artefact,
    to: str,
    out: Path | BinaryIO | None,
    mask: MaskOptions | None,
    observer: Observer,
) -> list[Exported]:
    """Write a run in a format, as ``export`` does."""
    if to not in formats_of(run.kind):
        what = {EMBEDDING: "an embedding", TOPIC_MODEL: "a topic model", CORPUS: "a corpus"}
        raise RequestError(
            f"{what[run.kind]} cannot be written as {to}", there_are(formats_of(run.kind))
        )
    if mask is not None and run.kind != CORPUS:
        raise RequestError("which words are kept is for corpora, not for models")
    for problem in run.problems():
        raise DamagedArtefact(
            f"corrupt run {run.id[:12]}: {problem}",
            f"run 'latent remove {run.id[:12]}' and make it again",
        )
    if to == GENSIM:
        return _to_gensim(run, out or default_target(cache, run, ".gensim"))
    parts = FORMATS[run.kind][to](_opened(cache, run, to, mask, observer))
    return _written(parts, to, out or default_target(cache, run, parts[0].suffix))


def _usual_format(run: Artefact) -> str:
    if run.kind in (EMBEDDING, CORPUS):
        return "word2vec" if run.kind == EMBEDDING else "mm"
    manifest = run.manifest
    unknown = manifest["algorithm"] == "plsa" or manifest["parameters"].get("loss") == "kl"
    return "npy" if unknown else GENSIM


def _opened(
    cache: Cache, run: Artefact, to: str, mask: MaskOptions | None, observer: Observer
) -> Any:
    """Return what the format's writers are given."""
    if run.kind == EMBEDDING:
        embedding = open_embedding(run)
        return TrainedSo(embedding, run.manifest) if to == "fasttext-bin" else embedding
    if run.kind == CORPUS:
        corpus = open_corpus(run)
        every = np.arange(len(corpus.vocabulary))
        return bags(corpus, every if mask is None else kept_words(corpus, mask, observer)[0])
    model = open_topic_model(run)
    if to != "state":
        return model
    from latentcli.workflows.reference_corpus import training_corpus

    corpus, kept = training_corpus(cache, run)
    return Tokens(model, bags(corpus, kept))


def default_target(cache: Cache, run: Artefact, suffix: str) -> Path:
    """Return a path in the current folder, under the model's name; RequestError where it is."""
    called = next((name for name, held in names(cache).items() if held == run.id), run.id[:12])
    target = Path(re.sub(r"[^\w.+-]", "_", called) + suffix)
    if target.exists():
        raise RequestError(f"{target}: is there already", f"to replace it: -o {target}")
    return target


def _written(parts: list[Part], to: str, target: Path | BinaryIO) -> list[Exported]:
    """Write the files, the first, which the person named, last."""
    [first, *others] = parts
    if not isinstance(target, Path):
        if others:
            raise RequestError(f"--to {to} writes several files", "name the first with -o PATH")
        first.write(target)
        return []
    paths = [target, *(_beside(target, part.suffix, first.suffix) for part in others)]
    if others:
        _check_regular(target)
        _check_beside(target, paths[1:])
    new = [path for path in paths[1:] if not path.exists()]
    try:
        for path, part in [*zip(paths[1:], others, strict=True), (target, first)]:
            write_through(path, part.write)
    except BaseException:
        for path in new:  # which would be in the way of the next attempt
            path.unlink(missing_ok=True)
        raise
    return [Exported(os.fspath(path)) for path in paths]


def _beside(target: Path, suffix: str, own: str) -> Path:
    """Return the path of a file that goes with ``target``, whose suffix, if usual, is ``own``."""
    if target.name.endswith(own) and target.name != own:
        return target.with_name(target.name.removesuffix(own) + suffix)
    return target.with_suffix(suffix)


def _check_beside(target: Path, paths: list[Path]) -> None:
    """Raise RequestError where what goes with ``target`` would replace a file of another's."""
    for path in paths:
        if path == target:
            raise RequestError(
                f"{target}: is where the words would go", "give -o a path that ends otherwise"
            )
        if path.exists() and not target.exists():
            raise RequestError(
                f"{path}: is there already, and would be replaced", "choose another -o"
            )


def _to_gensim(run: Artefact, target: Path | BinaryIO) -> list[Exported]:
    from latentcli.formats.gensim_models import save_embedding, save_topic_model

    if not isinstance(target, Path):
        raise RequestError("--to gensim writes several files", "name the first with -o PATH")
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
