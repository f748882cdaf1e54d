"""Numbers as text, with as many digits as float32 needs to be read back exactly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from latentcli.corpus.strings import Strings
from latentcli.errors import RequestError

_BLOCK = 4096


def write_rows(
    words: Strings, vectors: npt.NDArray[np.float32], out: BinaryIO, separator: str = " "
) -> None:
    """Write a line for each word: the word and the numbers of its row, float32 (n_terms, dim)."""
    for start, block in blocks(words):
        lines = [
            f"{word}{separator}{separator.join(map(str, row))}\n"
            for word, row in zip(block, vectors[start : start + _BLOCK], strict=True)
        ]
        out.write("".join(lines).encode())


def blocks(words: Strings) -> Iterator[tuple[int, list[str]]]:
    """Yield the words in blocks, each with the row of its first."""
    for start in range(0, len(words), _BLOCK):
        yield start, words[start : start + _BLOCK]


def check_words(words: Sequence[str], form: str) -> None:
    """Raise RequestError for a word with white space, which would be read as two."""
    for word in words:
        if not word or word.split() != [word]:
            raise RequestError(
                f"the word {word!r} has white space, which {form} cannot hold",
                "use --to npy or --to gensim",
            )
