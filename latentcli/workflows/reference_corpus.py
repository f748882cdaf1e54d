"""The corpora that a model is judged by: its own, found again in the cache, or any other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np

from latentcli.corpus.encoded import EncodedCorpus, chunked
from latentcli.corpus.held_out import without_documents
from latentcli.corpus.mask import Rows
from latentcli.corpus.phrases import join_phrases
from latentcli.corpus.sources import Fingerprint, expected_bytes
from latentcli.corpus.strings import Strings
from latentcli.corpus.tokenizers import TokenizerSettings
from latentcli.errors import DamagedArtefact, InputError, RequestError
from latentcli.formats.artefact import Artefact
from latentcli.formats.corpus import open_corpus
from latentcli.kernels import usable_cores
from latentcli.observer import Observer
from latentcli.store.cache import Cache
from latentcli.store.staging import scratch
from latentcli.workflows.corpus import stored_run
from latentcli.workflows.corpus_text import corpus_of_content, own_digest
from latentcli.workflows.held_out import held_out_documents
from latentcli.workflows.reading import CorpusRequest, open_inputs


def own_corpus(cache: Cache, manifest: Mapping[str, Any]) -> EncodedCorpus | None:
    """Return the corpus that a model was trained on, cut as it was; None: it is not in the cache.

    Documents held out of training are in it.
    """
    corpus = corpus_of_content(cache, own_digest(manifest))
    chunk = manifest.get("mask", {}).get("chunk")
    return chunked(corpus, chunk) if corpus is not None and chunk else corpus


def training_corpus(cache: Cache, run: Artefact) -> tuple[EncodedCorpus, Rows]:
    """Return what a model was trained on: its corpus as it was cut, and the rows of its words.

    Documents held out are empty in it.

    Raises RequestError where the corpus is no longer in the cache.
    """
    corpus = own_corpus(cache, run.manifest)
    if corpus is None:
        raise RequestError(
            f"the corpus of {run.id[:12]} is no longer in the cache",
            "encode it again as it was: 'latent corpus FILE' (with the same --phrases, if any)",
        )
    held_out = run.manifest["mask"].get("held_out")
    if held_out is not None:
        corpus = without_documents(corpus, held_out_documents(corpus, held_out))
    rows = {word: row for row, word in enumerate(corpus.vocabulary.words)}
    try:
        kept: Rows = np.array([rows[word] for word in run.strings("vocabulary")], np.int64)
    except KeyError:
        raise DamagedArtefact(f"corrupt run {run.id[:12]}: a word is not its corpus's") from None
    return corpus, kept


@contextmanager
def corpus_to_read(
    cache: Cache,
    request: CorpusRequest,
    observer: Observer,
    tokenizer: TokenizerSettings | None = None,
    phrases: Strings | None = None,
) -> Iterator[EncodedCorpus]:
    """Open a stored corpus by its name, the latest for none, or encode one without keeping it.

    ``tokenizer``: the word rule of a model, in place of the request's, which must not have one;
    ``phrases``: those of a model, by which the corpus is joined, unless it is joined already.
    """
    if tokenizer is not None and request.tokenizer != TokenizerSettings():
        raise RequestError("words are cut by the model's own rule", "leave --tokenizer out")
    run = stored_run(cache, request, observer)
    if run is not None:
        stored = open_corpus(run, run.manifest["invocation"]["corpus_name"])
        _check_words(stored, tokenizer, phrases)
        if phrases is None or stored.phrases is not None:
            yield stored
            return
        with scratch(cache) as folder:
            yield join_phrases(stored, phrases, folder)
        return
    with scratch(cache) as folder:
        reading = open_inputs(request, folder, observer)
        seen, total = Fingerprint(), expected_bytes(reading.sources)

        def tell(n_tokens: int) -> None:
            known = total if total is not None and seen.bytes <= total else None
            observer.progress("reading, MB", seen.bytes / 1e6, known and known / 1e6)

        settings = tokenizer or reading.word_rule(request.tokenizer)
        corpus = reading.encoded(seen, settings, folder, tell, usable_cores()).corpus
        reading.report(observer)
        name = reading.sources[0].name.rstrip("/").rsplit("/", 1)[-1]
        if not corpus.n_tokens:
            raise InputError(f"{name}: no tokens in {corpus.n_docs} documents")
        corpus = replace(corpus, name=name)
        yield corpus if phrases is None else join_phrases(corpus, phrases, folder)


def _check_words(
    stored: EncodedCorpus, tokenizer: TokenizerSettings | None, phrases: Strings | None
) -> None:
    """Raise RequestError where a model would not find its words in a stored corpus."""
    if tokenizer is None:
        return
    if stored.tokenizer != tokenizer:
        raise RequestError(
            f"corpus {stored.name}: its words were cut by another rule than the model's",
            "name its file instead: the model's own rule is used then",
        )
    if stored.phrases is not None and list(stored.phrases) != list(phrases or ()):
        raise RequestError(
            f"corpus {stored.name}: its words were joined by other phrases than the model's",
            "name the corpus that it was made from, or its file",
        )
