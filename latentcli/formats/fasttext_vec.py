"""The ``.vec`` text of the fastText program (Bojanowski, Grave, Joulin and Mikolov 2017).

A line "n_terms dim", then a line for each word: the word and its numbers with five significant
digits, a space behind each.
"""

from __future__ import annotations

from typing import BinaryIO

from latentcli.formats.decimals import blocks, check_words
from latentcli.models.embedding import Embedding


def write_text(model: Embedding, out: BinaryIO) -> None:
    """Write the vectors; raise RequestError for a word with white space."""
    check_words(model.words, "fastText's format")
    out.write(f"{len(model.words)} {model.dim}\n".encode())
    line = "{} " + "{:.5g} " * model.dim + "\n"
    for start, words in blocks(model.words):
        rows = model.vectors[start : start + len(words)].tolist()
        lines = [line.format(word, *row) for word, row in zip(words, rows, strict=True)]
        out.write("".join(lines).encode())
