"""The word2vec C program's formats (Mikolov et al. 2013), text and binary.

Both begin with a line "n_terms dim". In text, a line is the word and its numbers; in binary, the
word and a space are followed by dim little-endian float32 and a line feed.
"""

from __future__ import annotations

from typing import BinaryIO

import numpy as np

from latentcli.formats.decimals import blocks, check_words, write_rows
from latentcli.models.embedding import Embedding

_FORM = "word2vec's formats"


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
