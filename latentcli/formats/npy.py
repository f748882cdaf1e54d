"""Vectors as a plain .npy file, with the words one a line in a text file beside it."""

from __future__ import annotations

from typing import BinaryIO

import numpy as np

from latentcli.errors import RequestError
from latentcli.models.embedding import Embedding


def write_vectors(model: Embedding, out: BinaryIO) -> None:
    """Write the raw vectors: float32 (n_terms, dim)."""
    np.lib.format.write_array(out, np.asarray(model.vectors), allow_pickle=False)


def write_labels(model: Embedding, out: BinaryIO) -> None:
    """Write the words, row i of the vectors on line i; RequestError for one with a line end."""
    for word in model.words:
        if "\n" in word or "\r" in word:
            raise RequestError(
                f"the word {word!r} has a line end, which a list of words cannot hold"
            )
        out.write(word.encode() + b"\n")
