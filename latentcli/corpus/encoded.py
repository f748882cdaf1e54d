"""A corpus as arrays: token ids, document and paragraph starts, and the vocabulary."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.corpus.strings import Strings
from latentcli.corpus.text_store import TextStore
from latentcli.corpus.tokenizers import TokenizerSettings
from latentcli.corpus.vocabulary import Vocabulary

_BLOCK_TOKENS = 1 << 20


@dataclass(frozen=True)
class EncodedCorpus:
    """``token_ids`` uint32 (n_tokens,), ``offsets`` uint64 (n_docs + 1,), both often mapped.

    ``break_offsets`` uint64 holds the token at which each paragraph that has tokens starts.
    ``labels`` has n_docs strings (empty: none) or is None. ``digest`` is the content digest.
    ``text`` is None where it was not kept, and in views.
    ``phrases``, where words were joined, holds the two words of each (``corpus/phrases.py``).
    """

    token_ids: npt.NDArray[np.uint32]
    offsets: npt.NDArray[np.uint64]
    break_offsets: npt.NDArray[np.uint64]
    document_ids: Strings
    labels: Strings | None
    vocabulary: Vocabulary
    tokenizer: TokenizerSettings
    digest: str = ""
    name: str = ""
    text: TextStore | None = None
    phrases: Strings | None = None

    @property
    def words(self) -> Strings:
        """The words by term."""
        return self.vocabulary.words

    @property
    def n_tokens(self) -> int:
        """How many tokens the corpus has."""
        return len(self.token_ids)

    @property
    def n_docs(self) -> int:
        """How many documents the corpus has, empty ones included."""
        return len(self.offsets) - 1


class Encoded(NamedTuple):
    """What encoding gave: the corpus, and how many words were left out as overlong.

    ``file_documents``: how many documents each file has, where whole files were encoded.
    """

    corpus: EncodedCorpus
    overlong_words: int
    file_documents: tuple[int, ...] = ()


class DocumentBlock:
    """Consecutive whole documents: ``first`` document, their ``offsets`` (n + 1,), ``token_ids``.

    ``offsets`` are int64 and count from the block's own first token.
    """

    def __init__(self, corpus: EncodedCorpus, first: int, last: int) -> None:
        self.first = first
        offsets = corpus.offsets[first : last + 1].astype(np.int64)
        self.token_ids = np.asarray(corpus.token_ids[offsets[0] : offsets[-1]])
        self.offsets = offsets - offsets[0]


def document_blocks(
    corpus: EncodedCorpus, block_tokens: int = _BLOCK_TOKENS
) -> Iterator[DocumentBlock]:
    """Yield all documents in blocks of about ``block_tokens`` tokens (one document at least)."""
    first = 0
    while first < corpus.n_docs:
        limit = int(corpus.offsets[first]) + block_tokens
        last = int(np.searchsorted(corpus.offsets, np.uint64(limit), side="right")) - 1
        last = min(max(last, first + 1), corpus.n_docs, first + block_tokens)
        yield DocumentBlock(corpus, first, last)
        first = last


def document_lengths(corpus: EncodedCorpus) -> npt.NDArray[np.int64]:
    """Return how many tokens each document has: int64 (n_docs,)."""
    offsets = corpus.offsets.astype(np.int64)
    return offsets[1:] - offsets[:-1]


def document_counts(corpus: EncodedCorpus, n_terms: int) -> npt.NDArray[np.int64]:
    """Count in how many documents each term occurs: int64 (n_terms,)."""
    counts = np.zeros(n_terms, np.int64)
    for block in document_blocks(corpus):
        if len(block.offsets) == 2:
            counts += _contained(block.token_ids, n_terms)
            continue
        lengths = np.diff(block.offsets)
        document = np.repeat(np.arange(len(lengths), dtype=np.uint64), lengths)
        pairs = np.unique(document * np.uint64(n_terms) + block.token_ids)
        counts += np.bincount((pairs % np.uint64(n_terms)).astype(np.int64), minlength=n_terms)
    return counts


def _contained(token_ids: npt.NDArray[np.uint32], n_terms: int) -> npt.NDArray[np.bool_]:
    """Mark the terms of one document, which may be far longer than a block."""
    contained = np.zeros(n_terms, np.bool_)
    for start in range(0, len(token_ids), _BLOCK_TOKENS):
        contained[token_ids[start : start + _BLOCK_TOKENS]] = True
    return contained


def chunked(corpus: EncodedCorpus, n_tokens: int) -> EncodedCorpus:
    """Return a view in which documents longer than about ``n_tokens`` are cut into several.

    A cut falls on the last paragraph start within reach (half of ``n_tokens`` or more), else after
    ``n_tokens`` tokens. Chunk j of document ``id`` is ``id#j``, counted from 1. Term counts by
    document are counted anew; token ids are shared.
    """
    starts, document = chunks(corpus, n_tokens)
    n_chunks = np.bincount(document, minlength=corpus.n_docs).tolist()
    ids = [
        f"{name}#{number}" if n > 1 else name
        for name, n in zip(corpus.document_ids, n_chunks, strict=True)
        for number in range(1, n + 1)
    ]
    new = replace(
        corpus,
        offsets=np.append(starts, corpus.n_tokens).astype(np.uint64),
        document_ids=Strings.of(ids),
        labels=corpus.labels.taken(document) if corpus.labels is not None else None,
        text=None,
    )
    counts = document_counts(new, len(corpus.vocabulary))
    return replace(new, vocabulary=replace(corpus.vocabulary, document_counts=counts))


def chunks(
    corpus: EncodedCorpus, n_tokens: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the token at which each chunk begins, and the document that it is of."""
    offsets = corpus.offsets.astype(np.int64)
    breaks = corpus.break_offsets.astype(np.int64)
    cuts = [
        _cuts(start, stop, breaks, n_tokens)
        for start, stop in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)
    ]
    starts = np.array([start for each in cuts for start in each], np.int64)
    return starts, np.repeat(np.arange(corpus.n_docs), [len(each) for each in cuts])


def _cuts(start: int, stop: int, breaks: npt.NDArray[np.int64], n_tokens: int) -> list[int]:
    """Return the starts of a document's chunks, none of which is left under half size."""
    cuts = [start]
    while stop - start > n_tokens * 3 // 2:
        nearest = int(np.searchsorted(breaks, start + n_tokens, side="right")) - 1
        cut = int(breaks[nearest]) if nearest >= 0 else start
        start = cut if cut - start >= n_tokens // 2 else start + n_tokens
        start = max(start, cuts[-1] + 1)
        cuts.append(start)
    return cuts
