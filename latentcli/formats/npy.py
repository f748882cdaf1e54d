"""Rows of words as a plain .npy file, with the words one a line in a text file beside it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from latentcli.errors import RequestError


def write_vectors(vectors: npt.NDArray[np.float32], out: BinaryIO) -> None:
    """Write the rows of words: float32 (n_terms, dim)."""
    np.lib.format.write_array(out, np.asarray(vectors), allow_pickle=False)


def write_labels(words: Iterable[str], out: BinaryIO) -> None:
    """Write the words, row i of the vectors on line i; RequestError for one with a line end."""
    for word in words:
        if "\n" in word or "\r" in word:
            raise RequestError(
                f"the word {word!r} has a line end, which a list of words cannot hold"
            )
        out.write(word.encode() + b"\n")
