"""Read and encode a corpus once; find it again by what it is made of."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import asdict
from typing import Any, NamedTuple

from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.readers import ReaderSettings
from latentcli.corpus.sources import (
    Fingerprint,
    Source,
    fingerprint,
    printable_path,
)
from latentcli.corpus.text_writer import TextWriter
from latentcli.corpus.tokenizers import REVISION, TokenizerSettings, make_tokenizer
from latentcli.errors import InputError, RequestError
from latentcli.formats.artefact import Artefact, canonical_json
from latentcli.formats.corpus import KIND, PHRASES, corpus_parts, open_corpus, tokenizer_record
from latentcli.kernels import usable_threads
from latentcli.observer import SILENT, Observer
from latentcli.store.cache import Cache
from latentcli.store.pointers import names
from latentcli.store.runs import all_runs, answer, find, give_name, mark_latest, publish
from latentcli.store.staging import staging
from latentcli.wording import counted
from latentcli.workflows.phrases import joined_run
from latentcli.workflows.provenance import Stopwatch, invocation, versions
from latentcli.workflows.reading import CorpusRequest, byte_progress, left_out, open_inputs

# Raised when the same source and settings give other arrays.
ENCODER_REVISION = 3


class CorpusAnswer(NamedTuple):
    """An encoded corpus: ``types`` counts distinct words, ``bytes`` those of the source."""

    id: str
    name: str
    documents: int
    tokens: int
    types: int
    bytes: int


def corpus(
    cache: Cache, request: CorpusRequest, observer: Observer = SILENT, retrain: bool = False
) -> CorpusAnswer:
    """Encode a corpus into the cache, or find it there, and say what it holds."""
    run = encoded_run(cache, request, observer, retrain)
    if request.name:
        named(cache, run.id, request.name, observer)
    manifest = run.manifest
    figures = manifest["figures"]
    return CorpusAnswer(
        run.id,
        request.name or manifest["invocation"]["corpus_name"],
        figures["documents"],
        figures["tokens"],
        figures["types"],
        manifest["source"]["bytes"],
    )


def load_corpus(
    cache: Cache,
    request: CorpusRequest,
    observer: Observer = SILENT,
    threads: int | None = None,
) -> tuple[EncodedCorpus, Artefact]:
    """Return the corpus that a training request means, and make it the latest."""
    run = encoded_run(cache, request, observer, threads=threads)
    return open_corpus(run, run.manifest["invocation"]["corpus_name"]), run


def encoded_run(
    cache: Cache,
    request: CorpusRequest,
    observer: Observer,
    retrain: bool = False,
    threads: int | None = None,
) -> Artefact:
    """Return the run that holds a corpus, encoding it if it is not in the cache yet.

    The latest corpus is the one as it was read: its phrases are joined where that is asked.
    ``threads`` None: all cores.
    """
    if request.phrases is not None:
        request.phrases.check()
    run = stored_run(cache, request, observer)
    if run is None:
        run = _encoded(cache, request, observer, retrain, usable_threads(threads))
    if run.manifest["algorithm"] != PHRASES:
        mark_latest(cache, run)
    if request.phrases is not None:
        run = joined_run(cache, run, request.phrases, observer, retrain)
    return run


def stored_run(cache: Cache, request: CorpusRequest, observer: Observer) -> Artefact | None:
    """Find a corpus that is asked for by no path, or by the name of a stored one, else None."""
    if not request.inputs:
        try:
            run = find(cache, "latest", KIND)
        except RequestError:
            raise RequestError(
                "no corpus named, and none in the cache yet",
                "name a file or directory, or '-' to read standard input",
            ) from None
        observer.note(f"corpus: {_title(run)}, the one used last")
        return run
    [first, *others] = request.inputs
    if others or first == "-" or os.path.exists(first):
        return None
    stored = names(cache).get(first)
    if stored is None:
        return None
    if request.has_settings:
        raise RequestError(
            f"'{first}' is encoded already: options for reading it come too late",
            "name its file again",
        )
    return find(cache, first, KIND)


def _title(run: Artefact) -> str:
    return f"{run.manifest['invocation']['corpus_name']} ({run.id[:12]})"


def _encoded(
    cache: Cache, request: CorpusRequest, observer: Observer, retrain: bool, threads: int
) -> Artefact:
    make_tokenizer(request.tokenizer)
    watch = Stopwatch()
    with staging(cache) as scratch:
        reading = open_inputs(request, scratch, observer)
        sources, reader = reading.sources, reading.settings
        tokenizer = reading.word_rule(request.tokenizer)
        settings = _settings(reader, tokenizer, request.keep_text)
        progress = byte_progress(sources, observer)
        before = _stamps(sources)
        source = None
        if not retrain and _may_be_known(cache, settings):
            source = fingerprint(sources, reader.include, progress("reading, MB"))
            known = answer(cache, _request(sources, settings, source))
            if known is not None:
                observer.note(f"corpus: {_title(known)} is in the cache already")
                return known
            watch.stage("fingerprint")
        seen = Fingerprint()
        tell = progress("encoding, MB")
        with TextWriter(scratch) if request.keep_text else nullcontext() as text:
            encoded = reading.encoded(
                seen,
                tokenizer,
                scratch,
                lambda n_tokens: tell(seen.bytes),
                threads,
                text,
            )
        watch.stage("encode")
        changed = source is not None and seen.hexdigest() != source.hexdigest()
        if changed or _stamps(sources) != before:
            raise InputError(
                f"{_names(sources)}: changed while it was being read", "run it again when it rests"
            )
        key = _request(sources, settings, seen)
        reading.report(observer)
        _report(encoded.corpus, encoded.overlong_words, observer)
        arrays, strings = corpus_parts(encoded.corpus)
        return publish(
            cache,
            key,
            _description(encoded.corpus, seen, key),
            invocation(request.name or _names(sources), watch),
            arrays,
            strings,
        )


def _stamps(sources: Sequence[Source]) -> list[tuple[int, int]]:
    """Return the size and the time of the last change of each source that is a file."""
    found = []
    for source in sources:
        if source.kind != "directory":
            with contextlib.suppress(OSError):
                status = os.stat(source.path)
                found.append((status.st_size, status.st_mtime_ns))
    return found


def _names(sources: Sequence[Source]) -> str:
    first = printable_path(sources[0].name.rstrip("/")).rsplit("/", 1)[-1] or "/"
    return first if len(sources) == 1 else f"{first} and {len(sources) - 1} more"


def _settings(
    reader: ReaderSettings, tokenizer: TokenizerSettings, keep_text: bool
) -> dict[str, Any]:
    """Return what the encoding depends on beside the source."""
    settings = asdict(reader)
    del settings["include"]  # the fingerprint is of what was included
    del settings["vocabulary"], settings["words"]
    if reader.words:
        settings["words"] = hashlib.sha256("\n".join(reader.words).encode()).hexdigest()
    return {
        "reader": settings,
        "tokenizer": tokenizer_record(tokenizer),
        "keep_text": keep_text,
        "revision": f"{ENCODER_REVISION}-{REVISION}",
    }


def _may_be_known(cache: Cache, settings: dict[str, Any]) -> bool:
    """Tell whether there is any corpus of these settings; else the source is read only once."""
    wanted = canonical_json(settings)
    return any(
        manifest.get("kind") == KIND
        and canonical_json({key: manifest.get(key) for key in settings}) == wanted
        for manifest in all_runs(cache)
    )


def _request(
    sources: Sequence[Source], settings: dict[str, Any], source: Fingerprint
) -> dict[str, Any]:
    # Names are part of document ids where there are several inputs.
    several = [source.name.rsplit("/", 1)[-1] for source in sources] if len(sources) > 1 else []
    files = settings["reader"]["format"] == "files"
    single = sources[0].path.name if files and len(sources) == 1 else ""
    return {
        "kind": KIND,
        "source": source.hexdigest(),
        "names": several or [single if sources[0].kind == "file" else ""],
        **settings,
    }


def _report(corpus: EncodedCorpus, overlong: int, observer: Observer) -> None:
    if not corpus.n_tokens:
        raise _no_tokens(corpus.n_docs, overlong)
    if overlong:
        observer.note(left_out(overlong))
    observer.note(
        f"read {counted(corpus.n_docs, 'document')}: {counted(corpus.n_tokens, 'token')}, "
        f"{counted(len(corpus.vocabulary), 'distinct word')}"
    )


def _no_tokens(n_docs: int, overlong: int) -> InputError:
    message = f"no tokens in {counted(n_docs, 'document')}"
    if overlong:
        return InputError(
            f"{message}: {left_out(overlong)}",
            "words stand between white space; --tokenizer characters takes each character",
        )
    if n_docs:
        hint = "is the text empty, or all numbers (--keep-numbers)? see also --format, --encoding"
        return InputError(message, hint)
    return InputError(message, "the input is empty, or no file in it matches --include")


def _description(
    corpus: EncodedCorpus, source: Fingerprint, request: dict[str, Any]
) -> dict[str, Any]:
    empty = int((corpus.offsets[1:] == corpus.offsets[:-1]).sum())
    return {
        "kind": KIND,
        "algorithm": "",
        "tokenizer": tokenizer_record(corpus.tokenizer),
        "reader": request["reader"],
        "keep_text": request["keep_text"],
        "revision": request["revision"],
        "source": {"sha256": source.hexdigest(), "bytes": source.bytes},
        "figures": {
            "documents": corpus.n_docs,
            "empty_documents": empty,
            "tokens": corpus.n_tokens,
            "types": len(corpus.vocabulary),
            "text_bytes": 0 if corpus.text is None else len(corpus.text.blocks),
        },
        "reproducible": {
            "bytes": True,
            "depends_on": "the source, settings, revision and zstandard",
        },
        "versions": versions(),
    }


def named(cache: Cache, run_id: str, name: str, observer: Observer) -> None:
    """Name a run, and say so where the name meant another before."""
    before = give_name(cache, run_id, name)
    if before is not None:
        observer.note(f"name '{name}' now means {run_id[:12]}; it meant {before[:12]}")
