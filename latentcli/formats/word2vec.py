"""The word2vec C program's formats (Mikolov et al. 2013), text and binary.

Both begin with a line "n_terms dim". In text, a line is the word and its numbers; in binary, the
word and a space are followed by dim little-endian float32 and a line feed, which gensim leaves out.
``vector_text`` reads the text.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import BinaryIO

import numpy as np

from latentcli.errors import InputError
from latentcli.formats.decimals import blocks, check_words, write_rows
from latentcli.formats.foreign import ForeignFile
from latentcli.formats.foreign_rows import BATCH_NUMBERS, ForeignVectors, Rows
from latentcli.models.embedding import Embedding

_FORM = "word2vec's formats"
_READ_BYTES = 1 << 22
_LONGEST_WORD = 1 << 16
_LONGEST_HEAD = 64
_MOST_DIM = 1 << 24


def read_binary(file: ForeignFile) -> ForeignVectors:
    """Return the vectors of a binary file, with or without the line feeds.

    Raises InputError where its first line is not two counts, or promises more than it can hold.
    """
    with file.stream() as stream:
        head = stream.read(_LONGEST_HEAD)
    line, found, _ = head.partition(b"\n")
    counts = line.split()
    if not found or len(counts) != 2 or not all(count.isdigit() for count in counts):
        raise InputError(
            f"{file.name}: word2vec's binary form begins with the numbers of words and dimensions",
            "--format names another kind",
        )
    n_terms, dim = map(int, counts)
    if not 0 < dim <= _MOST_DIM:
        raise InputError(f"{file.name}: {dim} dimensions cannot be")
    if not file.is_packed and n_terms * (4 * dim + 2) > file.size:
        raise InputError(
            f"{file.name}: its first line promises {n_terms:,} rows of {dim:,} numbers, for which "
            f"{file.size:,} bytes are too few (row {file.size // (4 * dim + 2) + 1:,} is the first "
            "that cannot be whole)",
            "get the whole file again, or see whether it is of another kind (--format)",
        )
    return ForeignVectors(dim, _binary_rows(file, len(line) + 1, n_terms, dim), n_terms)


def _binary_rows(
    file: ForeignFile, start: int, n_terms: int, dim: int
) -> Generator[Rows, None, None]:
    """Yield the rows, which begin at byte ``start``, a read's worth at a time."""
    size, number, rest = 4 * dim, 1, b""
    most = max(1, BATCH_NUMBERS // dim)
    with file.stream() as stream:
        stream.read(start)
        while number <= n_terms:
            words, vectors, used = _whole_rows(rest, size, min(most, n_terms + 1 - number))
            if words:
                matrix = np.frombuffer(b"".join(vectors), "<f4").reshape(len(words), dim)
                yield Rows(number, words, matrix.astype(np.float32, copy=False))
                number += len(words)
                rest = rest[used:]
                continue
            if b" " not in rest and len(rest) > _LONGEST_WORD:
                raise InputError(f"{file.name}, row {number}: no word in {_LONGEST_WORD:,} bytes")
            more = stream.read(_READ_BYTES)
            if not more:
                raise InputError(
                    f"{file.name}: ends within row {number:,} of the {n_terms:,} that its first "
                    "line promises",
                    "get the whole file again",
                )
            rest += more
        if rest.strip(b"\n") or stream.read(64).strip(b"\n"):
            raise InputError(
                f"{file.name}: goes on behind row {n_terms:,}, the last of those that its first "
                "line promises",
                "is it of another kind? --format names one",
            )


def _whole_rows(data: bytes, size: int, most: int) -> tuple[list[bytes], list[bytes], int]:
    """Return the words and vectors of the rows that begin a piece of the file, and their bytes."""
    words: list[bytes] = []
    vectors: list[bytes] = []
    at = 0
    while len(words) < most:
        end = data.find(b" ", at)
        if end < 0 or end + 1 + size > len(data):
            break
        words.append(data[at:end].lstrip(b"\n"))
        vectors.append(data[end + 1 : end + 1 + size])
        at = end + 1 + size
    return words, vectors, at


def write_text(model: Embedding, out: BinaryIO) -> None:
    """Write the vectors as text, with as many digits as float32 needs to be read back exactly.

    Raises RequestError for a word with white space, which the format cannot hold.
    """
    check_words(model.words, _FORM)
    out.write(f"{len(model.words)} {model.dim}\n".encode())
    write_rows(model.words, model.vectors, out)


def write_binary(model: Embedding, out: BinaryIO) -> None:
    """Write the vectors as binary; raises as ``write_text`` does."""
    check_words(model.words, _FORM)
    out.write(f"{len(model.words)} {model.dim}\n".encode())
    for start, words in blocks(model.words):
        rows = np.ascontiguousarray(model.vectors[start : start + len(words)], "<f4")
        for word, row in zip(words, rows, strict=True):
            out.write(word.encode() + b" " + row.tobytes() + b"\n")
