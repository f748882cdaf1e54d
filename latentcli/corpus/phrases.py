"""Phrases: neighbouring words that belong together, joined into one (``new_york``).

Two words that follow each other are a phrase where they do so more often than their own counts
would have it (Mikolov et al. 2013, Distributed representations of words and phrases). What is
counted, how it is scored and how a text is joined, from left to right, are as gensim's ``Phrases``
does it without connector words. Words on both sides of a paragraph's end do not follow each other,
as they share no context window.

Pairs are counted by sorting them, those of some first words at a time, so that memory is bounded:
some 10 bytes for each pair of such a part, of which there are 16 at most where a corpus is large.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.corpus.encoded import EncodedCorpus, document_counts
from latentcli.corpus.joining import DELIMITER as DELIMITER
from latentcli.corpus.mapped import mapped_array
from latentcli.corpus.strings import Strings
from latentcli.corpus.vocabulary import Vocabulary
from latentcli.errors import RequestError

REVISION = 1

SCORINGS = ("original", "npmi")

_BLOCK_TOKENS = 1 << 20
# A part of the pairs is sorted at a time: so many at least, or a sixteenth of all.
_LEAST_PART, _MOST_PARTS = 1 << 23, 16

Report = Callable[[float], None]
Keys = npt.NDArray[np.uint64]
Counts = npt.NDArray[np.int64]
Marks = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class PhraseSettings:
    """What makes a phrase: a score above ``threshold``, by one of SCORINGS.

    ``min_count`` is what the original scoring takes off a pair's count; npmi leaves rarer pairs
    out.
    """

    min_count: int = 5
    threshold: float = 10.0
    scoring: str = "original"

    def check(self) -> None:
        """Raise RequestError for a scoring that there is not, or that has no such threshold."""
        if self.scoring not in SCORINGS:
            raise RequestError(
                f"no --phrase-scoring '{self.scoring}'", f"there is {', '.join(SCORINGS)}"
            )
        if self.scoring == "original" and self.threshold <= 0:
            raise RequestError(f"--phrase-threshold {self.threshold:g}: must be above 0")
        if self.scoring == "npmi" and not -1 <= self.threshold <= 1:
            raise RequestError(
                f"--phrase-threshold {self.threshold:g}: npmi is from -1 to 1", "try 0.5"
            )


class FoundPhrases(NamedTuple):
    """Phrases by falling score, ties in the order of ``keys``.

    ``keys`` uint64 (n,): the ids of the two words, the first in the upper half; ``counts`` int64
    (n,): how often they follow each other; ``scores`` float64 (n,).
    """

    keys: Keys
    counts: Counts
    scores: npt.NDArray[np.float64]

    def words(self, vocabulary: Strings) -> Strings:
        """Return the words of each phrase, one after the other: 2 n strings."""
        rows = np.column_stack([self.keys >> np.uint64(32), self.keys & np.uint64(0xFFFFFFFF)])
        return vocabulary.taken(rows.ravel().astype(np.int64))


def find_phrases(
    corpus: EncodedCorpus, settings: PhraseSettings, report: Report = lambda done: None
) -> FoundPhrases:
    """Find the phrases of a corpus; ``report`` is told what part of the pairs is counted."""
    term_counts = corpus.vocabulary.term_counts
    keys, counts, n_distinct = _frequent_pairs(corpus, settings.min_count, report)
    first = term_counts[(keys >> np.uint64(32)).astype(np.int64)]
    second = term_counts[(keys & np.uint64(0xFFFFFFFF)).astype(np.int64)]
    if settings.scoring == "npmi":
        scores = _npmi(counts, first, second, corpus.n_tokens)
    else:
        # gensim's vocabulary is that of words and pairs.
        scores = (counts - settings.min_count) / (first * second).astype(np.float64)
        scores *= len(corpus.vocabulary) + n_distinct
    kept = np.flatnonzero(scores > settings.threshold)
    kept = kept[np.argsort(-scores[kept], kind="stable")]
    return FoundPhrases(keys[kept], counts[kept], scores[kept])


def _npmi(counts: Counts, first: Counts, second: Counts, n_tokens: int) -> npt.NDArray[np.float64]:
    """Return the normalised pointwise mutual information of pairs (Bouma 2009)."""
    pair = counts / float(n_tokens)
    surprise = np.log(pair / ((first / float(n_tokens)) * (second / float(n_tokens))))
    scores: npt.NDArray[np.float64] = surprise / -np.log(pair)
    return scores


def _frequent_pairs(
    corpus: EncodedCorpus, min_count: int, report: Report
) -> tuple[Keys, Counts, int]:
    """Return pairs met ``min_count`` times or more, their counts, and how many pairs there are."""
    found_keys, found_counts = [np.zeros(0, np.uint64)], [np.zeros(0, np.int64)]
    n_distinct, done = 0, 0
    for low, high, size in _parts(corpus):
        keys = np.empty(size, np.uint64)
        filled = 0
        for block in _neighbours(corpus):
            first, second = block.ids[:-1], block.ids[1:]
            mine = block.inside & (first >= low) & (first < high)
            pairs = _keys(first[mine], second[mine])
            keys[filled : filled + len(pairs)] = pairs
            filled += len(pairs)
            report((done + size * block.start / corpus.n_tokens) / corpus.n_tokens)
        keys = keys[:filled]
        keys.sort()
        done += size
        begins = np.ones(filled, np.bool_)
        np.not_equal(keys[1:], keys[:-1], out=begins[1:])
        n_distinct += int(np.count_nonzero(begins))
        reach = max(0, filled - min_count + 1)
        begins = begins[:reach] & (keys[:reach] == keys[filled - reach :])
        places = np.flatnonzero(begins)
        found_keys.append(keys[places])
        found_counts.append(np.searchsorted(keys, keys[places], side="right") - places)
    return np.concatenate(found_keys), np.concatenate(found_counts), n_distinct


def _parts(corpus: EncodedCorpus) -> Iterator[tuple[int, int, int]]:
    """Yield ranges of first words, and how often these occur in all: parts that fit in memory."""
    before = np.concatenate([np.zeros(1, np.int64), np.cumsum(corpus.vocabulary.term_counts)])
    most = max(_LEAST_PART, corpus.n_tokens // _MOST_PARTS)
    low, n_terms = 0, len(before) - 1
    while low < n_terms:
        high = int(np.searchsorted(before, before[low] + most, side="right")) - 1
        high = max(high, low + 1)
        yield low, high, int(before[high] - before[low])
        low = high


class _Block(NamedTuple):
    """Tokens from ``start`` on, and the one after them: ``ids`` (n + 1,).

    ``inside`` (n,) marks those that the next follows in the same paragraph.
    """

    start: int
    ids: npt.NDArray[np.uint32]
    inside: Marks


def _neighbours(corpus: EncodedCorpus) -> Iterator[_Block]:
    """Yield all tokens in blocks, the last followed by a token that is not its neighbour."""
    for start in range(0, corpus.n_tokens, _BLOCK_TOKENS):
        stop = min(start + _BLOCK_TOKENS, corpus.n_tokens)
        ids = np.asarray(corpus.token_ids[start : stop + 1])
        if stop == corpus.n_tokens:
            ids = np.append(ids, ids[-1:])
        inside = np.ones(stop - start, np.bool_)
        inside[-1:] = stop < corpus.n_tokens
        for edges in (corpus.offsets, corpus.break_offsets):
            within = slice(*np.searchsorted(edges, np.array([start + 1, stop + 1], edges.dtype)))
            inside[edges[within].astype(np.int64) - start - 1] = False
        yield _Block(start, ids, inside)


def _keys(first: npt.NDArray[np.uint32], second: npt.NDArray[np.uint32]) -> Keys:
    keys: Keys = first.astype(np.uint64) << np.uint64(32) | second
    return keys


def join_phrases(
    corpus: EncodedCorpus, phrases: Strings, scratch: Path, report: Report = lambda done: None
) -> EncodedCorpus:
    """Return the corpus with its phrases joined; its ``token_ids`` are mapped from ``scratch``.

    ``phrases`` holds two words for each. From left to right, a word and its next are joined where
    they are a phrase and the word is not the end of one already.
    """
    names = _Names(corpus.vocabulary.words, phrases)
    tokens = mapped_array(scratch / "joined", np.uint32, corpus.n_tokens)
    counts = np.zeros(names.n_terms, np.int64)
    offsets = corpus.offsets.astype(np.int64)
    breaks = corpus.break_offsets.astype(np.int64)
    filled, taken = 0, False
    for block in _neighbours(corpus):
        joins, terms = names.joins(block, taken)
        stays = np.concatenate([[not taken], ~joins[:-1]])
        taken = bool(joins[-1])
        new = np.where(joins, terms, block.ids[:-1])[stays]
        tokens[filled : filled + len(new)] = new
        counts += np.bincount(new, minlength=names.n_terms)
        # A document or paragraph begins at a token that stays.
        before = np.concatenate([np.zeros(1, np.int64), np.cumsum(stays)]) + filled
        stop = block.start + len(stays)
        for old, moved in ((corpus.offsets, offsets), (corpus.break_offsets, breaks)):
            ends = np.array([block.start, stop + (stop == corpus.n_tokens)], old.dtype)
            within = slice(*np.searchsorted(old, ends))
            moved[within] = before[old[within].astype(np.int64) - block.start]
        filled += len(new)
        report(stop / corpus.n_tokens)
    vocabulary, new_ids = names.vocabulary(counts)
    for start in range(0, filled, _BLOCK_TOKENS):
        part = tokens[start : min(start + _BLOCK_TOKENS, filled)]
        part[:] = new_ids[part]
    joined = replace(
        corpus,
        token_ids=tokens[:filled],
        offsets=offsets.astype(np.uint64),
        break_offsets=breaks.astype(np.uint64),
        vocabulary=vocabulary,
        phrases=phrases,
        digest="",
        text=None,
    )
    vocabulary.document_counts[:] = document_counts(joined, len(vocabulary))
    return joined


def phrases_of(phrases: Strings, words: frozenset[str]) -> frozenset[str]:
    """Return the phrases both of whose words are among ``words``, joined."""
    pairs = list(phrases)
    return frozenset(
        f"{first}{DELIMITER}{second}"
        for first, second in zip(pairs[::2], pairs[1::2], strict=True)
        if first in words and second in words
    )


class _Names:
    """The words of a corpus and its phrases, as numbers; one spelled as a word is that word."""

    def __init__(self, words: Strings, phrases: Strings) -> None:
        numbers = {word: row for row, word in enumerate(words)}
        pairs = list(phrases)
        keys, terms = [], []
        for first, second in zip(pairs[::2], pairs[1::2], strict=True):
            a, b = numbers.get(first), numbers.get(second)
            if a is not None and b is not None:
                keys.append(a << 32 | b)
                terms.append(numbers.setdefault(f"{first}{DELIMITER}{second}", len(numbers)))
        order = np.argsort(np.array(keys, np.uint64))
        self._keys = np.array(keys, np.uint64)[order]
        self._terms = np.array(terms, np.uint32)[order]
        self._begins = np.zeros(len(words), np.bool_)
        self._begins[(self._keys >> np.uint64(32)).astype(np.int64)] = True
        self._ends = np.zeros(len(words), np.bool_)
        self._ends[(self._keys & np.uint64(0xFFFFFFFF)).astype(np.int64)] = True
        self._words = list(numbers)
        self.n_terms = len(numbers)

    def joins(self, block: _Block, taken: bool) -> tuple[Marks, npt.NDArray[np.uint32]]:
        """Mark the tokens that are joined to the next, and return what they become.

        ``taken``: the first is the end of a phrase already.
        """
        first, second = block.ids[:-1], block.ids[1:]
        maybe = block.inside & self._begins[first] & self._ends[second]
        maybe[:1] &= not taken
        places = np.flatnonzero(maybe)
        keys = _keys(first[places], second[places])
        rows = np.minimum(np.searchsorted(self._keys, keys), max(0, len(self._keys) - 1))
        found = self._keys[rows] == keys if len(keys) else np.zeros(0, np.bool_)
        maybe[places] = found
        terms = np.zeros(len(first), np.uint32)
        terms[places[found]] = self._terms[rows[found]]
        return every_other(maybe), terms

    def vocabulary(self, counts: Counts) -> tuple[Vocabulary, npt.NDArray[np.uint32]]:
        """Return the words that are left, by falling count, and the row of each number."""
        words = self._words
        falling = (-counts).tolist()
        left = np.flatnonzero(counts).tolist()
        order = sorted(left, key=lambda term: (falling[term], words[term]))
        new_ids = np.zeros(self.n_terms, np.uint32)
        new_ids[order] = np.arange(len(order), dtype=np.uint32)
        strings = Strings.of([words[term] for term in order])
        return Vocabulary(strings, counts[order], np.zeros(len(order), np.int64)), new_ids


def every_other(linked: Marks) -> Marks:
    """Of each run of marks keep the first, the third, and so on.

    >>> every_other(np.array([True, True, True, False, True])).tolist()
    [True, False, True, False, True]
    """
    places = np.arange(len(linked))
    before = np.maximum.accumulate(np.where(linked, -1, places))
    kept: Marks = linked & ((places - before) % 2 == 1)
    return kept
