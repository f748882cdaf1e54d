"""Derive a corpus in which phrases are joined, once for each corpus and settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.phrases import (
    DELIMITER,
    REVISION,
    FoundPhrases,
    PhraseSettings,
    find_phrases,
    join_phrases,
)
from latentcli.corpus.strings import Strings
from latentcli.errors import RequestError
from latentcli.formats.artefact import Artefact
from latentcli.formats.corpus import KIND, PHRASES, content_digest, corpus_parts, open_corpus
from latentcli.observer import Observer
from latentcli.store.cache import Cache
from latentcli.store.runs import answer, publish
from latentcli.store.staging import staging
from latentcli.workflows.provenance import Stopwatch, invocation, versions

_NAMED = 4


def joined_run(
    cache: Cache, parent: Artefact, settings: PhraseSettings, observer: Observer, retrain: bool
) -> Artefact:
    """Return the run that holds a corpus with its phrases joined, made if it is not there yet.

    Raises RequestError where they are joined already.
    """
    settings.check()
    if parent.manifest["algorithm"] == PHRASES:
        raise RequestError(
            f"the phrases of {parent.id[:12]} are joined already", "leave out --phrases"
        )
    request = {
        "kind": KIND,
        "parent": content_digest(parent.manifest["files"]),
        "phrases": asdict(settings),
        "revision": f"{PHRASES}-{REVISION}",
    }
    run = None if retrain else answer(cache, request)
    if run is None:
        run = _derived(cache, parent, settings, request, observer)
    _say_which(run, observer)
    return run


def _derived(
    cache: Cache,
    parent: Artefact,
    settings: PhraseSettings,
    request: Mapping[str, Any],
    observer: Observer,
) -> Artefact:
    watch = Stopwatch()
    name = parent.manifest["invocation"]["corpus_name"]
    corpus = open_corpus(parent, name)
    with staging(cache) as scratch:
        found = find_phrases(
            corpus, settings, lambda done: observer.progress("counting pairs", done, 1)
        )
        words = found.words(corpus.vocabulary.words)
        watch.stage("count")
        joined = join_phrases(
            corpus, words, scratch, lambda done: observer.progress("joining phrases", done, 1)
        )
        watch.stage("join")
        arrays, strings = corpus_parts(joined)
        return publish(
            cache,
            request,
            _description(parent, joined, found, request),
            invocation(name, watch),
            {**arrays, "phrase_counts": found.counts, "phrase_scores": found.scores},
            strings,
        )


def _description(
    parent: Artefact, joined: EncodedCorpus, found: FoundPhrases, request: Mapping[str, Any]
) -> dict[str, Any]:
    manifest = parent.manifest
    figures = {
        **manifest["figures"],
        "text_bytes": 0,  # the text is its parent's
        "tokens": joined.n_tokens,
        "types": len(joined.vocabulary),
        "phrases": len(found.keys),
        "joined": manifest["figures"]["tokens"] - joined.n_tokens,
    }
    return {
        "kind": KIND,
        "algorithm": PHRASES,
        "tokenizer": manifest["tokenizer"],
        "reader": manifest["reader"],
        "revision": request["revision"],
        "parent": request["parent"],
        "phrases": request["phrases"],
        "source": manifest["source"],
        "figures": figures,
        "reproducible": {"bytes": True, "depends_on": "the parent, settings and revision"},
        "versions": versions(),
    }


def _say_which(run: Artefact, observer: Observer) -> None:
    figures = run.manifest["figures"]
    if not figures["phrases"]:
        observer.note("no phrases found (--phrase-min-count, --phrase-threshold)")
        return
    words = run.strings("phrases")
    frequent = np.argsort(-run.array("phrase_counts"), kind="stable")[:_NAMED]
    observer.note(
        f"joined {figures['joined']:,} pairs of words, {figures['phrases']:,} phrases; the best: "
        f"{_named(words, range(min(_NAMED, figures['phrases'])))}; the most frequent: "
        f"{_named(words, frequent.tolist())}"
    )


def _named(words: Strings, rows: range | list[int]) -> str:
    return ", ".join(DELIMITER.join(words[2 * row : 2 * row + 2]) for row in rows)
