"""The documents of two corpora, dealt out anew: what chance alone would make of them.

A permutation of the pooled documents gives two parts as large as the two corpora (Fisher 1935);
what differs between models of these is not the corpora's doing.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.corpus.encoded import EncodedCorpus, document_lengths, documents_with_words
from latentcli.corpus.mapped import mapped_array
from latentcli.corpus.resample import resampled
from latentcli.corpus.strings import Strings
from latentcli.corpus.vocabulary import Vocabulary

Rows = npt.NDArray[np.int64]

PARTS = ("a", "b")
_BLOCK = 1 << 20


class Permutation(NamedTuple):
    """One of several permutations: its ``number``, from 1, and the ``seed`` of all of them."""

    number: int
    seed: int


def dealt(first: EncodedCorpus, second: EncodedCorpus, permutation: Permutation) -> list[Rows]:
    """Return the documents of each part, int64, in an order; the second's come behind the first's.

    NumPy's generator of the seed and the number deals those that have words. The first part has
    about as many tokens as the first corpus. Documents stand in a part by where, relative to its
    length, they stood in their corpus, so that a part is in such an order as the corpora were.
    """
    rows = [documents_with_words(corpus) for corpus in (first, second)]
    lengths = [document_lengths(c)[r] for c, r in zip((first, second), rows, strict=True)]
    place = np.concatenate([(np.arange(len(r)) + 0.5) / len(r) for r in rows])
    documents = np.concatenate([rows[0], rows[1] + first.n_docs])
    order = np.random.default_rng(list(permutation)[::-1]).permutation(len(documents))
    before = np.cumsum(np.concatenate(lengths)[order])
    n_first = int(np.abs(before - lengths[0].sum()).argmin()) + 1
    n_first = min(max(n_first, 1), len(order) - 1)
    parts = order[:n_first], order[n_first:]
    return [documents[part[np.argsort(place[part], kind="stable")]] for part in parts]


def dealt_part(
    first: EncodedCorpus,
    second: EncodedCorpus,
    permutation: Permutation,
    part: str,
    folder: Path,
) -> EncodedCorpus:
    """Return a part (one of PARTS) as a corpus, as encoding its documents would give it.

    Files in ``folder`` hold its tokens. Raises ValueError for one that is no such part.
    """
    documents = dealt(first, second, permutation)[PARTS.index(part)]
    drawn = resampled(pooled(first, second, folder), documents, folder)
    return ranked(drawn, folder)


def pooled(first: EncodedCorpus, second: EncodedCorpus, folder: Path) -> EncodedCorpus:
    """Return the documents of the first corpus, then of the second, as one corpus.

    Words keep the first's rows; those that the second alone has come behind.
    """
    words = {word: row for row, word in enumerate(first.words)}
    rows = np.array([words.setdefault(word, len(words)) for word in second.words], np.uint32)
    n_terms = len(words)
    tokens = mapped_array(folder / "pooled-tokens", np.uint32, first.n_tokens + second.n_tokens)
    for start in range(0, first.n_tokens, _BLOCK):
        block = first.token_ids[start : min(start + _BLOCK, first.n_tokens)]
        tokens[start : start + len(block)] = block
    for start in range(0, second.n_tokens, _BLOCK):
        block = second.token_ids[start : min(start + _BLOCK, second.n_tokens)]
        begin = first.n_tokens + start
        tokens[begin : begin + len(block)] = rows[block]
    counts = np.zeros(n_terms, np.int64)
    counts[: len(first.words)] = first.vocabulary.term_counts
    counts[rows] += second.vocabulary.term_counts
    shift = np.uint64(first.n_tokens)
    return EncodedCorpus(
        token_ids=tokens,
        offsets=np.concatenate([first.offsets, second.offsets[1:] + shift]),
        break_offsets=np.concatenate([first.break_offsets, second.break_offsets + shift]),
        document_ids=Strings.of([*first.document_ids, *second.document_ids]),
        labels=None,
        vocabulary=Vocabulary(Strings.of(words), counts, np.zeros(n_terms, np.int64)),
        tokenizer=first.tokenizer,
        name=first.name,
    )


def ranked(corpus: EncodedCorpus, folder: Path) -> EncodedCorpus:
    """Return the corpus with its words by falling count, ties in code point order.

    Words that do not occur are left out. Files in ``folder`` hold its tokens.
    """
    vocabulary = corpus.vocabulary
    falling, words = (-vocabulary.term_counts).tolist(), list(vocabulary.words)
    left = np.flatnonzero(vocabulary.term_counts).tolist()
    order = np.array(sorted(left, key=lambda term: (falling[term], words[term])), np.int64)
    new_ids = np.zeros(len(words), np.uint32)
    new_ids[order] = np.arange(len(order), dtype=np.uint32)
    tokens = mapped_array(folder / "ranked-tokens", np.uint32, corpus.n_tokens)
    for start in range(0, corpus.n_tokens, _BLOCK):
        block = corpus.token_ids[start : min(start + _BLOCK, corpus.n_tokens)]
        tokens[start : start + len(block)] = new_ids[block]
    return replace(corpus, token_ids=tokens, vocabulary=vocabulary.selected(order))
