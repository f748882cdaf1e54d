"""Corpora as word counts, in the forms of LDA-C, SVMlight, UCI and the Matrix Market.

- LDA-C (Blei's program): a line a document, ``n term:count ...``; terms from 0.
- SVMlight (Joachims): ``label term:count ...``; terms from 1, ascending; ``#`` begins a remark.
- UCI docword: three lines with the numbers of documents, words and pairs, then ``document term
  count``, both from 1.
- Matrix Market (Boisvert, Pozo and Remington 1996), coordinates: rows are documents, from 1.

The words stand beside them, a line each, in the order of their numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from latentcli.corpus.bags import Bags
from latentcli.corpus.counts import CountMatrix

_SPACES = str.maketrans({"\n": " ", "\r": " ", "#": "_"})


def write_lda_c(bags: Bags, out: BinaryIO) -> None:
    """Write LDA-C's form; a document without words is a 0."""
    for terms, counts in _rows(bags.counts):
        pairs = "".join(f" {term}:{count}" for term, count in zip(terms, counts, strict=True))
        out.write(f"{len(terms)}{pairs}\n".encode())


def write_svmlight(bags: Bags, out: BinaryIO) -> None:
    """Write SVMlight's form; labels are numbered from 1 (0: none), and ids are remarks."""
    numbers = {label: number for number, label in enumerate(label_names(bags), 1)}
    rows = zip(_rows(bags.counts), bags.labels(), bags.corpus.document_ids, strict=True)
    for (terms, counts), label, name in rows:
        pairs = "".join(f" {term + 1}:{count}" for term, count in zip(terms, counts, strict=True))
        remark = name.translate(_SPACES)
        out.write(f"{numbers.get(label, 0)}{pairs} # {remark}\n".encode())


def label_names(bags: Bags) -> list[str]:
    """Return the labels that SVMlight's numbers stand for, that of 1 first."""
    return sorted({label for label in bags.labels() if label}, key=str.encode)


def write_uci(bags: Bags, out: BinaryIO) -> None:
    """Write UCI's docword."""
    counts = bags.counts
    out.write(f"{counts.n_docs}\n{counts.n_terms}\n{len(counts.terms)}\n".encode())
    _write_coordinates(counts, out)


def write_matrix_market(bags: Bags, out: BinaryIO) -> None:
    """Write a sparse matrix, a row a document; gensim reads it only if it is called real."""
    counts = bags.counts
    out.write(b"%%MatrixMarket matrix coordinate real general\n")
    out.write(f"{counts.n_docs} {counts.n_terms} {len(counts.terms)}\n".encode())
    _write_coordinates(counts, out)


def _rows(counts: CountMatrix) -> Iterator[tuple[list[int], list[int]]]:
    starts = counts.starts.tolist()
    for first, last in zip(starts[:-1], starts[1:], strict=True):
        yield counts.terms[first:last].tolist(), counts.counts[first:last].tolist()


def _write_coordinates(counts: CountMatrix, out: BinaryIO) -> None:
    for document, (terms, numbers) in enumerate(_rows(counts), 1):
        lines = [f"{document} {term + 1} {n}\n" for term, n in zip(terms, numbers, strict=True)]
        out.write("".join(lines).encode())
