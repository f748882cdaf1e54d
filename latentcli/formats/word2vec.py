"""The word2vec C program's formats (Mikolov et al. 2013), text and binary.

Both begin with a line "n_terms dim". In text, a line is the word and its numbers; in binary, the
word and a space are followed by dim little-endian float32 and a line feed.
"""

from __future__ import annotations

from typing import BinaryIO

import numpy as np

from latentcli.errors import RequestError
from latentcli.models.embedding import Embedding

_BLOCK = 4096


def write_text(model: Embedding, out: BinaryIO) -> None:
    """Write the vectors as text, with as many digits as float32 needs to be read back exactly.

    Raises RequestError for a word with white space, which the format cannot hold.
    """
    _check_words(model)
    out.write(f"{len(model.words)} {model.dim}\n".encode())
    for start in range(0, len(model.words), _BLOCK):
        rows = model.vectors[start : start + _BLOCK]
        lines = [
            f"{word} {' '.join(map(str, row))}\n"
            for word, row in zip(model.words[start : start + _BLOCK], rows, strict=True)
        ]
        out.write("".join(lines).encode())


def write_binary(model: Embedding, out: BinaryIO) -> None:
    """Write the vectors as binary; raises as ``write_text`` does."""
    _check_words(model)
    out.write(f"{len(model.words)} {model.dim}\n".encode())
    for start in range(0, len(model.words), _BLOCK):
        rows = np.ascontiguousarray(model.vectors[start : start + _BLOCK], "<f4")
        for word, row in zip(model.words[start : start + _BLOCK], rows, strict=True):
            out.write(word.encode() + b" " + row.tobytes() + b"\n")


def _check_words(model: Embedding) -> None:
    for word in model.words:
        if not word or word.split() != [word]:
            raise RequestError(
                f"the word {word!r} has white space, which word2vec's formats cannot hold",
                "use --to npy or --to gensim",
            )
