"""Is a corpus fit to train on? Read it as training would, and say what it would trip over.

Nothing is written to the cache but while it runs.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from latentcli.corpus.encoded import Encoded, EncodedCorpus, document_lengths
from latentcli.corpus.languages import LanguageGuess, guess_languages
from latentcli.corpus.lenient import Faults
from latentcli.corpus.mask import default_min_count, frequent
from latentcli.corpus.near_duplicates import duplicates
from latentcli.corpus.sights import Places, Sights
from latentcli.errors import InputError
from latentcli.kernels import usable_threads
from latentcli.observer import SILENT, Observer
from latentcli.store.cache import Cache
from latentcli.store.staging import scratch
from latentcli.wording import counted
from latentcli.workflows import findings as say
from latentcli.workflows.findings import Finding
from latentcli.workflows.reading import CorpusRequest, Reading, byte_progress, open_inputs
from latentcli.workflows.topic_corpus import kept_words, n_with_words
from latentcli.workflows.topic_request import MaskOptions

# A line is boilerplate from so many documents on, this share of them, and so many words.
_BOILERPLATE_DOCS = 3
_BOILERPLATE_SHARE = 0.01
_BOILERPLATE_WORDS = 3
_FEW_DOCS = 50
_FEW_TOKENS = 20_000
# Below these shares of the tokens, little is left of a text.
_LEAST_OF_TOPICS = 0.2
_LEAST_OF_EMBED = 0.8


@dataclass(frozen=True)
class _Checked:
    """A corpus that was read, and what was seen meanwhile."""

    encoded: Encoded
    sights: Sights
    reading: Reading
    faults: Faults

    @property
    def corpus(self) -> EncodedCorpus:
        return self.encoded.corpus


def check(
    cache: Cache,
    request: CorpusRequest,
    observer: Observer = SILENT,
    n: int = 3,
    threads: int | None = None,
) -> list[Finding]:
    """Return what is wrong with a corpus, the most important first; empty: nothing was found.

    ``n`` is how many places of a finding, and how many groups of duplicates, are given.
    """
    began, threads = time.monotonic(), usable_threads(threads)
    with scratch(cache) as folder:
        faults = Faults(n)
        reading = open_inputs(request, folder, observer)
        reading = replace(reading, faults=faults)
        tell = byte_progress(reading.sources, observer)("reading, MB")
        sights = Sights(n, faults, tell)
        words = reading.word_rule(request.tokenizer)
        encoded = reading.encoded(
            None, words, folder, lambda n_tokens: None, threads, sights=sights
        )
        checked = _Checked(encoded, sights, reading, faults)
        language = guess_languages(encoded.corpus, threads)
        found = say.most_important_first(_findings(checked, language, n, threads, observer))
        _report(checked, language, found, time.monotonic() - began, observer)
    return found


def _findings(
    checked: _Checked, language: LanguageGuess, n: int, threads: int, observer: Observer
) -> Iterator[Finding]:
    corpus, sights = checked.corpus, checked.sights
    form = checked.reading.settings.format
    places = Places(sights, checked.encoded, form)
    n_docs = max(1, corpus.n_docs)
    yield from say.encoding_findings(checked.faults, n)
    yield from say.record_findings(checked.reading.skipped, n)
    yield from _size_findings(corpus)
    yield from say.language_findings(language, places, n_docs, n)
    observer.progress("comparing documents", 0)
    yield from say.duplicate_findings(duplicates(corpus, threads), places, corpus.labels, n_docs, n)
    least = max(_BOILERPLATE_DOCS, int(_BOILERPLATE_SHARE * n_docs))
    repeated = [
        line
        for line in sights.repeated(least)
        if sum(word.isalpha() for word in line.text.split()) >= _BOILERPLATE_WORDS
    ]
    yield from say.boilerplate_findings(repeated, n_docs, n)
    yield from say.line_findings(sights.seen(), n_docs)
    yield from say.length_findings(document_lengths(corpus), places, checked.faults, n)
    yield from _word_findings(corpus, language, observer)


def _size_findings(corpus: EncodedCorpus) -> Iterator[Finding]:
    n_docs = n_with_words(corpus)
    if not n_docs:
        yield Finding("no-words", [], corpus.n_docs, "there is nothing to train on", "documents")
    elif n_docs < _FEW_DOCS:
        yield Finding(
            "few-documents",
            [],
            n_docs,
            "topics want hundreds; long ones are cut at about 1,000 words: is --format right?",
            "documents",
            1.0,
        )
    if 0 < corpus.n_tokens < _FEW_TOKENS:
        yield Finding(
            "few-words",
            [],
            corpus.n_tokens,
            "embeddings want a million words: expect rough neighbours",
            "words",
            1.0,
        )


def _word_findings(
    corpus: EncodedCorpus, language: LanguageGuess, observer: Observer
) -> Iterator[Finding]:
    """Tell which share of the words default runs would keep; yield what is too little."""
    counts = corpus.vocabulary.term_counts
    if not corpus.n_tokens:
        return
    min_count = default_min_count(corpus.n_tokens)
    kept = {"embed": frequent(corpus.vocabulary, min_count)}
    try:
        kept["topics"] = kept_words(corpus, MaskOptions(), SILENT)[0]
    except InputError:
        kept["topics"] = np.zeros(0, np.int64)
    said = []
    for command, least in (("topics", _LEAST_OF_TOPICS), ("embed", _LEAST_OF_EMBED)):
        tokens = float(counts[kept[command]].sum() / corpus.n_tokens)
        types = len(kept[command]) / len(counts)
        said.append(f"'{command}' {1 - tokens:.0%} of the tokens and {1 - types:.0%} of the types")
        if tokens < least and corpus.n_tokens >= _FEW_TOKENS:
            yield Finding(
                f"dropped-by-{command}",
                [],
                int(corpus.n_tokens - counts[kept[command]].sum()),
                f"a default run would train on {tokens:.0%} of the words: "
                + ("see --min-df, --max-df, --stopwords" if command == "topics" else "--min-count")
                + ", or give more text",
                "words",
                1 - tokens,
            )
    observer.note(f"a default run drops: {', '.join(said)}")


def _report(
    checked: _Checked,
    language: LanguageGuess,
    found: list[Finding],
    seconds: float,
    observer: Observer,
) -> None:
    corpus = checked.corpus
    if language.language:
        observer.note(
            f"language: '{language.language}', by its stop words "
            f"({language.share:.0%} of the words)"
        )
    else:
        observer.note("language: none known by its stop words")
    observer.note(
        f"{counted(corpus.n_docs, 'document')}, {counted(corpus.n_tokens, 'token')}, "
        f"{counted(len(corpus.vocabulary), 'distinct word')}, "
        f"{checked.sights.n_bytes / 1e6:,.1f} MB in {seconds:.1f} s"
    )
    kinds = len({finding.finding for finding in found})
    observer.note(counted(kinds, "finding") if found else "nothing found: fit to train on")
