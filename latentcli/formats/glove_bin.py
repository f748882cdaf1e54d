"""The raw binary file of the GloVe program (Pennington, Socher and Manning 2014).

Little-endian doubles and nothing else: for each word its vector and bias, then for each word its
context vector and bias; the words are in the vocabulary file, "word count" a line. Vectors are the
sums of the two, as in the text that GloVe writes, where a row ``<unk>``, the mean of the last
hundred words, comes last.
"""

from __future__ import annotations

import re
from collections.abc import Generator

import numpy as np
import numpy.typing as npt

from latentcli.errors import InputError
from latentcli.formats.foreign import ForeignFile
from latentcli.formats.foreign_rows import ForeignVectors, Rows, batches
from latentcli.formats.labels import read_labels

_COUNTED = re.compile(rb"(.+)[ \t]+\d+\s*")
_UNKNOWN = b"<unk>"
_RARE = 100


def read(file: ForeignFile) -> ForeignVectors:
    """Return the vectors, and ``<unk>`` where the vocabulary has none.

    Raises InputError without a vocabulary, and where its words do not divide the file.
    """
    if file.labels is None:
        raise InputError(
            f"{file.name}: GloVe's raw form has no words",
            "--labels FILE names its vocabulary; its text form has both",
        )
    words = _vocabulary(file)
    data = file.mapped()
    dim, over = divmod(len(data), 16 * max(1, len(words)))
    if over or dim < 2:
        raise InputError(
            f"{file.name}: {len(data):,} bytes are not two tables of doubles for "
            f"{len(words):,} words",
            "is it the vocabulary of these vectors, and a file of GloVe's?",
        )
    table = np.frombuffer(data, "<f8").reshape(2, len(words), dim)
    return ForeignVectors(dim - 1, _rows(table, words), notes=("word and context vectors added",))


def _vocabulary(file: ForeignFile) -> list[bytes]:
    """Return the words: without the counts, where every line has one."""
    assert file.labels is not None
    lines = read_labels(file.labels)
    found = [_COUNTED.fullmatch(line) for line in lines]
    return [match[1] for match in found if match] if all(found) else lines


def _rows(table: npt.NDArray[np.float64], words: list[bytes]) -> Generator[Rows, None, None]:
    n_terms, dim = len(words), table.shape[2] - 1
    for rows in batches(n_terms, dim):
        part = slice(rows.start, rows.stop)
        both = table[0, part, :dim] + table[1, part, :dim]
        with np.errstate(over="ignore", invalid="ignore"):
            yield Rows(rows.start + 1, words[part], both.astype(np.float32))
    if _UNKNOWN not in words:
        with np.errstate(over="ignore", invalid="ignore"):
            rare = table[:, -_RARE:, :dim].mean(axis=1).sum(axis=0)
            yield Rows(n_terms + 1, [_UNKNOWN], rare.astype(np.float32)[None])
