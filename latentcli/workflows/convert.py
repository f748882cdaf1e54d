"""Other programs' vectors or corpora into another form, without keeping them in the cache."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from latentcli.corpus.readers import CUT_FORMATS, ReaderSettings
from latentcli.errors import RequestError
from latentcli.formats.artefact import Artefact
from latentcli.formats.corpus import KIND as CORPUS
from latentcli.formats.foreign import READERS
from latentcli.formats.models import EMBEDDING
from latentcli.observer import SILENT, Observer
from latentcli.store.cache import Cache
from latentcli.store.runs import find
from latentcli.store.staging import scratch
from latentcli.wording import there_are
from latentcli.workflows.corpus import load_corpus
from latentcli.workflows.export import Exported, exported
from latentcli.workflows.export_formats import FORMATS, formats_of
from latentcli.workflows.importing import AUTO, ImportRequest, imported
from latentcli.workflows.reading import CorpusRequest

# What the end of a file's name says, where --to does not.
_SUFFIXES = {
    EMBEDDING: {
        ".vec": "word2vec", ".bin": "word2vec-bin", ".txt": "glove", ".tsv": "projector",
        ".npy": "npy", ".safetensors": "safetensors", ".csv": "csv", ".parquet": "parquet",
        ".gensim": "gensim",
    },
    CORPUS: {
        ".mtx": "mm", ".mm": "mm", ".ldac": "lda-c", ".svmlight": "svmlight", ".uci": "uci",
        ".tsv": "octis", ".txt": "mallet",
    },
}  # fmt: skip


def convert(
    cache: Cache,
    request: ImportRequest,
    out: Path | BinaryIO,
    to: str | None = None,
    vocabulary: str | None = None,
    observer: Observer = SILENT,
) -> list[Exported]:
    """Write what a file holds in another form; return the files written.

    ``request.format``: what the file is; a form of corpora makes it one, as does ``to``.
    ``vocabulary``: the words of a corpus of counts. Raises RequestError where the form cannot be
    told, or there is none of that name, and what importing and exporting raise.
    """
    kind = _kind(request.format, to)
    to = _form(kind, out, to)
    with scratch(cache) as folder:
        own = Cache(folder / "cache")
        if kind == CORPUS:
            run = _corpus(own, request, vocabulary, observer)
        else:
            if vocabulary is not None:
                raise RequestError("--vocabulary is for corpora; vectors have --labels")
            run = imported(own, request, observer)
        return exported(own, run, to, out, None, observer)


def _kind(given: str, to: str | None) -> str:
    known = [AUTO, *READERS, *CUT_FORMATS]
    if given not in known:
        raise RequestError(f"--from {given}: no such form", there_are(known[1:]))
    if given == AUTO:
        return CORPUS if to in FORMATS[CORPUS] else EMBEDDING
    return CORPUS if given in CUT_FORMATS else EMBEDDING


def _form(kind: str, out: Path | BinaryIO, to: str | None) -> str:
    forms = formats_of(kind)
    what = "a corpus" if kind == CORPUS else "vectors"
    if to is None and isinstance(out, Path):
        to = _SUFFIXES[kind].get(out.suffix)
    if to is None:
        raise RequestError("the name does not say which form to write", f"--to: {there_are(forms)}")
    if to not in forms:
        raise RequestError(f"{what} cannot be written as {to}", there_are(forms))
    return to


def _corpus(
    cache: Cache, request: ImportRequest, vocabulary: str | None, observer: Observer
) -> Artefact:
    reader = ReaderSettings(
        format=request.format, vocabulary=vocabulary, skip_invalid=request.skip_invalid
    )
    reader = replace(reader, encoding=reader.encoding._replace(errors=request.encoding_errors))
    wanted = CorpusRequest([request.path], reader, stdin=request.stdin, keep_text=False)
    load_corpus(cache, wanted, observer)
    return find(cache, "latest", CORPUS)
