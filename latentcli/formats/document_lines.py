"""Corpora as lines of words, a document each: OCTIS's table and what MALLET's import-file reads.

- OCTIS (Terragni et al. 2021): the words, the part (train, val or test) and, if there are any, the
  label, between tabs; the words of all stand in vocabulary.txt beside it.
- MALLET: the document's name, its label and its words, between spaces. A document without a label
  has an X.
"""

from __future__ import annotations

from typing import BinaryIO

from latentcli.corpus.bags import Bags

_CELL = str.maketrans({"\t": " ", "\n": " ", "\r": " "})


def write_octis(bags: Bags, out: BinaryIO) -> None:
    """Write OCTIS's corpus.tsv, all documents of the part ``train``."""
    labelled = any(bags.labels())
    for _, label, words in bags.documents():
        cells = [" ".join(words), "train", *([label.translate(_CELL)] if labelled else [])]
        out.write(("\t".join(cells) + "\n").encode())


def write_mallet(bags: Bags, out: BinaryIO) -> None:
    """Write MALLET's lines; white space in a name or label becomes ``_``."""
    for name, label, words in bags.documents():
        head = ["_".join(part.split()) or empty for part, empty in ((name, "_"), (label, "X"))]
        out.write((" ".join([*head, *words]) + "\n").encode())
