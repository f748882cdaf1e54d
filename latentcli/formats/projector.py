"""What the TensorFlow Embedding Projector loads: vectors and metadata between tabs.

Vectors have a row of numbers a line. Metadata have a header where they have several columns,
and none where they have one.
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
    """Write words and counts, or words alone, without a header, where there are no counts.

    White space in a word that would end a cell becomes a space.
    """
    words = (word.translate(_SEPARATORS) for word in model.words)
    if model.term_counts is None:
        out.writelines(f"{word}\n".encode() for word in words)
        return
    out.write(b"word\tcount\n")
    for word, count in zip(words, model.term_counts.tolist(), strict=True):
        out.write(f"{word}\t{count}\n".encode())
