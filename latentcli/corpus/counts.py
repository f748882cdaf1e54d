"""Documents as counts of words: a sparse matrix in compressed rows, as NumPy arrays."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.corpus.documents import Document
from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.mask import Rows, masked_blocks
from latentcli.corpus.strings import Strings
from latentcli.corpus.tokenizers import TokenizerSettings, make_tokenizer


class CountMatrix(NamedTuple):
    """Row d has terms ``terms[starts[d]:starts[d + 1]]``, ascending, with their ``counts``.

    ``starts`` int64 (n_docs + 1,), ``terms`` int32 (n_pairs,), ``counts`` int32 (n_pairs,).
    """

    starts: npt.NDArray[np.int64]
    terms: npt.NDArray[np.int32]
    counts: npt.NDArray[np.int32]
    n_terms: int

    @property
    def n_docs(self) -> int:
        """The number of rows."""
        return len(self.starts) - 1

    def doc_lengths(self) -> npt.NDArray[np.int64]:
        """Return the number of tokens of each document: int64 (n_docs,)."""
        sums = np.concatenate([np.zeros(1, np.int64), np.cumsum(self.counts, dtype=np.int64)])
        lengths: npt.NDArray[np.int64] = np.diff(sums[self.starts])
        return lengths

    def term_counts(self) -> npt.NDArray[np.int64]:
        """Return how often each term occurs: int64 (n_terms,)."""
        counts = np.bincount(self.terms, weights=self.counts, minlength=self.n_terms)
        return counts.astype(np.int64)

    def rows(self, first: int, last: int) -> CountMatrix:
        """Return the documents from ``first`` up to but not including ``last``."""
        a, b = int(self.starts[first]), int(self.starts[last])
        return CountMatrix(
            self.starts[first : last + 1] - a, self.terms[a:b], self.counts[a:b], self.n_terms
        )

    def taken(self, documents: npt.NDArray[np.int64]) -> CountMatrix:
        """Return the rows of these documents, in the order given."""
        sizes = np.diff(self.starts)[documents]
        starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
        pairs = np.repeat(self.starts[documents] - starts[:-1], sizes) + np.arange(starts[-1])
        return CountMatrix(starts, self.terms[pairs], self.counts[pairs], self.n_terms)


def count_matrix(corpus: EncodedCorpus, kept: Rows) -> CountMatrix:
    """Count the kept words of every document; a document without any is an empty row."""
    return counted(((b.offsets, b.token_ids) for b in masked_blocks(corpus, kept)), len(kept))


def counted(blocks: Iterable[tuple[Rows, npt.NDArray[np.uint32]]], n_terms: int) -> CountMatrix:
    """Count the terms of documents that come in blocks: ``offsets`` (n + 1,) and ``token_ids``."""
    starts, terms, counts = [np.zeros(1, np.int64)], [], []
    total = 0
    width = max(1, n_terms)
    for offsets, token_ids in blocks:
        n_docs = len(offsets) - 1
        document = np.repeat(np.arange(n_docs, dtype=np.int64), np.diff(offsets))
        pairs, found = np.unique(document * width + token_ids, return_counts=True)
        ends = total + np.searchsorted(pairs, np.arange(1, n_docs + 1) * width)
        starts.append(ends.astype(np.int64))
        terms.append((pairs % width).astype(np.int32))
        counts.append(found.astype(np.int32))
        total += len(pairs)
    return CountMatrix(
        np.concatenate(starts),
        np.concatenate(terms) if terms else np.zeros(0, np.int32),
        np.concatenate(counts) if counts else np.zeros(0, np.int32),
        n_terms,
    )


def count_words(corpus: EncodedCorpus, words: Strings) -> CountMatrix:
    """Count the words of a model in the documents of another corpus."""
    rows = {word: row for row, word in enumerate(words)}
    known = [(rows[w], i) for i, w in enumerate(corpus.vocabulary.words) if w in rows]
    pairs = np.array(sorted(known), np.int64).reshape(-1, 2)
    counts = count_matrix(corpus, pairs[:, 1])
    return counts._replace(terms=pairs[counts.terms, 0].astype(np.int32), n_terms=len(words))


def count_documents(
    documents: Iterable[Document], tokenizer: TokenizerSettings, words: Strings
) -> tuple[list[str], CountMatrix]:
    """Count the words of a model in new documents; return the documents' ids and the counts.

    In plain Python, all documents at once: ``corpus/counting.py`` does it natively, in batches.
    """
    tokenize = make_tokenizer(tokenizer).tokenize
    rows = {word: row for row, word in enumerate(words)}
    ids: list[str] = []
    sizes, terms, counts = array("q"), array("i"), array("i")
    counter: Counter[int] = Counter()

    def close() -> None:
        pairs = sorted(counter.items())
        sizes.append(len(pairs))
        terms.extend(term for term, _ in pairs)
        counts.extend(count for _, count in pairs)
        counter.clear()

    for document in documents:
        if not document.continued:
            if ids:
                close()
            ids.append(document.id)
        counter.update(rows[word] for word in tokenize(document.text) if word in rows)
    if ids:
        close()
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes, dtype=np.int64)])
    return ids, CountMatrix(
        starts, np.array(terms, np.int32), np.array(counts, np.int32), len(words)
    )
