"""Bring in vectors that another program made: a run like any other, with no corpus."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from latentcli.corpus.sources import printable_path
from latentcli.corpus.strings import Strings
from latentcli.corpus.tokenizers import TokenizerSettings
from latentcli.errors import InputError, RequestError
from latentcli.formats.artefact import Artefact
from latentcli.formats.corpus import tokenizer_record
from latentcli.formats.foreign import READERS, ForeignFile, kind_of
from latentcli.formats.foreign_rows import ForeignVectors
from latentcli.formats.models import EMBEDDING, embedding_parts
from latentcli.formats.vector_writer import VectorWriter
from latentcli.formats.word_vectors import IMPORTED
from latentcli.observer import SILENT, Observer
from latentcli.store.cache import Cache
from latentcli.store.derived import scan_index
from latentcli.store.pointers import checked_name, name_of
from latentcli.store.runs import answer, mark_latest, publish, remember
from latentcli.store.staging import staging
from latentcli.wording import counted, there_are
from latentcli.workflows.corpus import named
from latentcli.workflows.foreign import REVISION, identity, request_of
from latentcli.workflows.provenance import Stopwatch, invocation, versions

AUTO = "auto"
ERRORS = ("strict", "replace")


@dataclass(frozen=True)
class ImportRequest:
    """A file (``-``: ``stdin``) and how to read it; ``format`` auto: as its content says.

    ``labels``: the words, one a line, of a file without; ``tensor``: which matrix of several;
    ``skip_invalid``: leave out rows that have faults; ``encoding_errors`` of words: strict, or
    replace; ``trust_pickle``: load gensim's own files, which can run programs.
    """

    path: str
    labels: str | None = None
    format: str = AUTO
    tensor: str | None = None
    skip_invalid: bool = False
    encoding_errors: str = "strict"
    trust_pickle: bool = False
    stdin: BinaryIO | None = None

    def options(self) -> dict[str, Any]:
        """Return what the answer depends on beside the file."""
        return {
            "labels": None if self.labels is None else identity(self.labels),
            "format": self.format,
            "tensor": self.tensor,
            "skip_invalid": self.skip_invalid,
            "encoding_errors": self.encoding_errors,
        }


class ImportAnswer(NamedTuple):
    """What was brought in: ``words`` vectors of ``dim`` dimensions."""

    id: str
    name: str
    kind: str
    algorithm: str
    words: int
    dim: int


def import_vectors(
    cache: Cache, request: ImportRequest, name: str = "", observer: Observer = SILENT
) -> ImportAnswer:
    """Bring a file in, or find that it has been; it becomes the latest embedding.

    Raises InputError, which names file and row, for what cannot be read, and RequestError for a
    format that there is not.
    """
    if name:
        checked_name(name)
    _check(request)
    run = None if request.path == "-" else answer(cache, _asked(request))
    if run is None:
        run = imported(cache, request, observer)
    else:
        observer.note(f"{printable_path(request.path)}: {run.id[:12]} is in the cache already")
    mark_latest(cache, run)
    if name:
        named(cache, run.id, name, observer)
    scan_index(cache, run, run.buffer("vectors"))
    words, dim = run.manifest["files"]["arrays/vectors.npy"]["shape"]
    return ImportAnswer(run.id, name_of(cache, run.id), run.kind, IMPORTED, words, dim)


def imported(cache: Cache, request: ImportRequest, observer: Observer) -> Artefact:
    """Read a file, publish what it holds, and remember it by the file."""
    with staging(cache) as folder:
        if request.path == "-":
            return _read(cache, request, _spooled(request, folder), folder, observer)
        path = Path(request.path)
        if not path.is_file():
            identity(path)  # says what is wrong, if the path is
            raise InputError(f"{printable_path(path)}: is not a file", "'-' reads standard input")
        before = identity(path)
        run = _read(cache, request, path, folder, observer)
        if identity(path) != before:
            raise InputError(
                f"{printable_path(path)}: changed while it was read", "import it again"
            )
        remember(cache, request_of(before), run)
        remember(cache, _asked(request), run)
        return run


def _check(request: ImportRequest) -> None:
    if request.format not in (AUTO, *READERS):
        raise RequestError(f"--format {request.format}: no such format", there_are(list(READERS)))
    if request.encoding_errors not in ERRORS:
        raise RequestError(
            f"--encoding-errors {request.encoding_errors}: no such choice", there_are(ERRORS)
        )


def _asked(request: ImportRequest) -> dict[str, Any]:
    return request_of(identity(request.path), request.options())


def _spooled(request: ImportRequest, folder: Path) -> Path:
    if request.stdin is None:
        raise InputError("standard input is closed", "name a file, or pipe one in")
    path = folder / "stdin"
    with open(path, "xb") as out:
        shutil.copyfileobj(request.stdin, out, 1 << 20)
    return path


def _read(
    cache: Cache, request: ImportRequest, path: Path, folder: Path, observer: Observer
) -> Artefact:
    watch = Stopwatch()
    name = "stdin" if request.path == "-" else printable_path(request.path)
    labels = None if request.labels is None else Path(request.labels)
    file = ForeignFile(name, path, labels, request.tensor)
    try:
        kind = kind_of(file) if request.format == AUTO else request.format
        with ThreadPoolExecutor(1, "digest") as other:
            digest = other.submit(_digest, path)
            content = _content(file, kind, request, folder, observer)
            source = {"digest": digest.result(), "bytes": file.size}
    except PermissionError:
        raise InputError(f"{name}: no permission to read it") from None
    watch.stage("read")
    parameters = {
        key: value for key, value in request.options().items() if key not in ("labels", "format")
    }
    if labels is not None:
        parameters["labels"] = _digest(labels)
    parameters |= content.parameters
    asked = {
        "kind": EMBEDDING,
        "algorithm": IMPORTED,
        "engine": kind,
        "revision": str(REVISION),
        "parameters": parameters,
        "source": source,
    }
    description = {
        **asked,
        "tokenizer": tokenizer_record(content.tokenizer),
        "reproducible": {"bytes": True, "depends_on": "the file and these parameters"},
        "versions": versions(),
    }
    called = invocation(os.path.basename(name), watch)
    run = publish(cache, asked, description, called, content.arrays, content.strings)
    words, dim = run.manifest["files"]["arrays/vectors.npy"]["shape"]
    size = f"{counted(words, 'word')} of {counted(dim, 'dimension')}"
    observer.note(f"{name}: {size}, read as {kind} in {watch.seconds:.1f} s: {run.id[:12]}")
    return run


class _Content(NamedTuple):
    """What a file holds: parts of an artefact, a rule for documents, what it says of its making."""

    arrays: Mapping[str, Any]
    strings: Mapping[str, Strings]
    tokenizer: TokenizerSettings
    parameters: Mapping[str, Any]


def _content(
    file: ForeignFile, kind: str, request: ImportRequest, folder: Path, observer: Observer
) -> _Content:
    if kind == "gensim" and not request.trust_pickle:
        raise RequestError(
            f"{file.name}: a pickle, as gensim saves, which can run any program when it is read",
            "if you trust whoever made it: latent import FILE --trust-pickle",
        )
    reader = import_module(f"latentcli.formats.{READERS[kind]}")
    if kind == "fasttext-bin":
        return _subwords(reader, file, request, observer)
    read = _opened(reader, file, kind)
    for note in read.notes:
        observer.note(f"{file.name}: {note}")
    writer = VectorWriter(
        folder, file.name, read, request.skip_invalid, request.encoding_errors == "replace"
    )
    with closing(writer), closing(read.rows):
        for rows in read.rows:
            writer.add(rows)
            observer.progress("reading, words", writer.n_rows, read.promised)
        _check_promise(file.name, writer, read, request.skip_invalid, observer)
        files, words = writer.finish()
    if writer.left_out:
        observer.note(f"{file.name}: {writer.report()}")
    # Nobody knows by what rule the words were made; where one has capitals they were kept.
    text = bytes(words["vocabulary"].text).decode()
    cased = text != text.lower()
    return _Content(files, words, TokenizerSettings(keep_case=cased, keep_numbers=True), {})


def _subwords(
    reader: Any, file: ForeignFile, request: ImportRequest, observer: Observer
) -> _Content:
    """Read a model of fastText's, n-grams and all."""
    left_out: list[str] = []
    model = reader.read_fasttext_bin(
        file.path,
        file.name,
        encoding_errors=request.encoding_errors,
        skip=left_out.append if request.skip_invalid else None,
    )
    if left_out:
        observer.note(f"{file.name}: left out {counted(len(left_out), 'word')}: {left_out[0]} ...")
    arrays, strings = embedding_parts(model)
    settings = reader.read_settings(file.path, file.name)._asdict()
    return _Content(arrays, strings, model.tokenizer, settings)


def _opened(reader: Any, file: ForeignFile, kind: str) -> ForeignVectors:
    if READERS[kind] == "vector_text":
        read: ForeignVectors = reader.read(file, kind)
    else:
        read = (reader.read_binary if kind == "word2vec-bin" else reader.read)(file)
    return read


def _check_promise(
    name: str, writer: VectorWriter, read: ForeignVectors, skips: bool, observer: Observer
) -> None:
    """Raise InputError where a file has not as many rows as it says; note it where it may."""
    if read.promised is None or writer.n_rows == read.promised:
        return
    what = f"its first line promises {read.promised:,} rows, but there are {writer.n_rows:,}"
    if not skips:
        raise InputError(
            f"{name}: {what}",
            "get the whole file again, or take what is there: latent import FILE --skip-invalid",
        )
    observer.note(f"{name}: {what}")


def _digest(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
