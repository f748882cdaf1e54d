"""New documents as counts of the words of a model, in batches: what inference begins with.

The native encoder cuts text into words as it does for a corpus, but numbers the words of the model
alone; all others have one number, ``len(words)``, so that it stays known which words stood next to
each other. A batch holds whole documents. What is there of one that is not over yet is kept as
counts, however long it becomes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.corpus.counts import CountMatrix, count_documents
from latentcli.corpus.documents import Document, TextBlock
from latentcli.corpus.encoder import NATIVE, batches, feed, native_encoder, one_text
from latentcli.corpus.strings import Strings
from latentcli.corpus.tokenizers import TokenizerSettings

_BATCH_TOKENS = 1 << 18
_BATCH_FILES = 1 << 12
_BATCH_CHARACTERS = 1 << 20

Integers = npt.NDArray[np.int64]


class Counted(NamedTuple):
    """Some documents: their ids, how often each word of the model occurs in them.

    ``overlong`` says how many words were left out by now because they are no words.
    """

    ids: list[str]
    counts: CountMatrix
    overlong: int


def counted_texts(
    documents: Iterable[Document], tokenizer: TokenizerSettings, words: Strings, threads: int = 1
) -> Iterator[Counted]:
    """Yield the documents in batches, the words of the model counted."""
    if tokenizer.kind not in NATIVE:
        yield from _counted_in_python(documents, tokenizer, words)
        return
    counting = _Counting(tokenizer, words, threads)
    for batch in batches(documents):
        counting.add_texts(batch)
        if counting.is_worth_a_batch():
            yield counting.batch(over=False)
    counting.end()
    yield counting.batch(over=True)


def counted_files(
    blocks: Iterable[TextBlock], tokenizer: TokenizerSettings, words: Strings, threads: int = 1
) -> Iterator[Counted]:
    """Yield the documents of files of text, likewise; the tokenizer must be one of NATIVE."""
    counting = _Counting(tokenizer, words, threads)
    for block in blocks:
        counting.add_block(block)
        if counting.is_worth_a_batch():
            yield counting.batch(over=block.last)
    yield counting.batch(over=True)


class _Pairs(NamedTuple):
    """Counts of words by where they stand: ``place`` is a token of the whole input.

    All int64 (n_pairs,).
    """

    places: Integers
    terms: Integers
    counts: Integers


_NOTHING = _Pairs(*(np.zeros(0, np.int64) for _ in range(3)))


class _Counting:
    """Documents in the making: the native encoder, and what is known of those not yielded yet."""

    def __init__(self, tokenizer: TokenizerSettings, words: Strings, threads: int) -> None:
        self._encoder = native_encoder(tokenizer, threads)
        self._encoder.know(np.asarray(words.text, np.uint8), np.asarray(words.offsets, np.uint64))
        self._n_terms = len(words)
        self._ids: list[str] = []
        self._starts: list[Integers] = []
        self._pairs = _NOTHING  # of the tokens before `first`
        self._first = 0
        self._lines = self._files = 0

    def add_texts(self, documents: list[Document]) -> None:
        """Take documents, or pieces of them."""
        if not self._files:
            self._encoder.begin("texts")
            self._files = 1
        self._encoder.texts(*one_text(documents))
        self._ids += [document.id for document in documents if not document.continued]
        self._take_starts()

    def add_block(self, block: TextBlock) -> None:
        """Take the next chunks of a file."""
        feed(self._encoder, block)
        self._lines *= not block.first
        self._files += block.first
        n_documents, numbers = self._take_starts()
        if block.form == "file":
            self._ids += [block.prefix] * n_documents
            return
        if block.form == "lines":
            numbers = np.arange(self._lines + 1, self._lines + n_documents + 1)
        self._lines += n_documents
        prefix = f"{block.prefix}:" if block.prefix else ""
        self._ids += [f"{prefix}{number}" for number in numbers.tolist()]

    def end(self) -> None:
        """End the last text."""
        if self._files:
            self._encoder.end()
            self._take_starts()

    def _take_starts(self) -> tuple[int, npt.NDArray[np.integer]]:
        starts, numbers, _ = self._encoder.take_layout()
        self._encoder.take_places()  # no text is kept here
        self._starts.append(starts.astype(np.int64))
        return len(starts), numbers.astype(np.int64)

    def is_worth_a_batch(self) -> bool:
        """Tell whether enough has come to be counted."""
        return self._encoder.n_waiting >= _BATCH_TOKENS or self._files >= _BATCH_FILES

    def batch(self, over: bool) -> Counted:
        """Return the documents that are whole; ``over``: all of them are."""
        pairs = self._all_pairs()
        starts = np.concatenate(self._starts) if self._starts else np.zeros(0, np.int64)
        n_whole = len(starts) if over else max(0, len(starts) - 1)
        document = np.searchsorted(starts, pairs.places, side="right") - 1
        whole = (document >= 0) & (document < n_whole)
        counts = _matrix(document[whole], pairs.terms[whole], pairs.counts[whole],
                         n_whole, self._n_terms)  # fmt: skip
        ids, self._ids = self._ids[:n_whole], self._ids[n_whole:]
        self._starts = [starts[n_whole:]]
        # The line at hand may yet turn out to begin a document.
        line = self._encoder.line_start
        places = np.where(pairs.places >= line, line, starts[-1] if len(starts) else 0)
        self._pairs = _summed(
            _Pairs(places[~whole], pairs.terms[~whole], pairs.counts[~whole]), self._n_terms
        )
        self._files = min(self._files, 1)
        return Counted(ids, counts, self._encoder.overlong)

    def _all_pairs(self) -> _Pairs:
        """Return what was kept and the tokens that came since, those of other words left out."""
        tokens, _ = self._encoder.take_tokens()
        known = np.flatnonzero(tokens < self._n_terms)
        new = _Pairs(known + self._first, tokens[known].astype(np.int64), np.ones_like(known))
        self._first += len(tokens)
        return _Pairs(*(np.concatenate(both) for both in zip(self._pairs, new, strict=True)))


def _summed(pairs: _Pairs, n_terms: int) -> _Pairs:
    """Add up the counts of a word at the same place."""
    if not len(pairs.places):
        return _NOTHING
    keys = pairs.places * n_terms + pairs.terms
    order = np.argsort(keys)
    keys = keys[order]
    first = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
    sums = np.add.reduceat(pairs.counts[order], first)
    return _Pairs(keys[first] // n_terms, keys[first] % n_terms, sums)


def _matrix(
    document: Integers, terms: Integers, counts: Integers, n_docs: int, n_terms: int
) -> CountMatrix:
    pairs = _summed(_Pairs(document, terms, counts), n_terms)
    starts = np.searchsorted(pairs.places, np.arange(n_docs + 1)).astype(np.int64)
    return CountMatrix(starts, pairs.terms.astype(np.int32), pairs.counts.astype(np.int32), n_terms)


def _counted_in_python(
    documents: Iterable[Document], tokenizer: TokenizerSettings, words: Strings
) -> Iterator[Counted]:
    """Count by the tokenizer in Python: for ``regex:``, which sees whole texts."""
    coming = iter(documents)
    waiting = next(coming, None)

    def some() -> Iterator[Document]:
        nonlocal waiting
        size = 0
        while waiting is not None and (size < _BATCH_CHARACTERS or waiting.continued):
            size += len(waiting.text) + 1
            yield waiting
            waiting = next(coming, None)

    while waiting is not None:
        yield Counted(*count_documents(some(), tokenizer, words), overlong=0)
