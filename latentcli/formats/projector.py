"""What the TensorFlow Embedding Projector loads: vectors and metadata between tabs.

Vectors have a row of numbers a line. Metadata have a header where they have several columns, as
here; line i + 1 is that of row i.
"""

from __future__ import annotations

from typing import BinaryIO

from latentcli.formats.decimals import blocks
from latentcli.models.embedding import Embedding

_SEPARATORS = str.maketrans({"\t": " ", "\n": " ", "\r": " "})


def write_vectors(model: Embedding, out: BinaryIO) -> None:
    """Write the vectors, with as many digits as float32 needs."""
    for start, words in blocks(model.words):
        rows = model.vectors[start : start + len(words)]
        out.write("".join("\t".join(map(str, row)) + "\n" for row in rows).encode())


def write_metadata(model: Embedding, out: BinaryIO) -> None:
    """Write words and counts; white space in a word that would end a cell becomes a space.

    Where counts are not known it is words alone, a column, which the Projector wants no heading of.
    """
    if model.term_counts is None:
        for word in model.words:
            out.write(f"{word.translate(_SEPARATORS)}\n".encode())
        return
    out.write(b"word\tcount\n")
    counts = model.term_counts.tolist()
    for word, count in zip(model.words, counts, strict=True):
        out.write(f"{word.translate(_SEPARATORS)}\t{count}\n".encode())
