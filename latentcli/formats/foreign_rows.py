"""What readers of other programs' vectors yield: rows of words and numbers, some at a time.

A reader tells the dimensions and gives the rows in the file's order; it does not judge them, but
for what it could not read (``VectorWriter`` does), and holds no more of them than a few megabytes.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

# How many numbers are read at a time.
BATCH_NUMBERS = 1 << 21

# What may be wrong with a row; the first five are the native parser's.
SOUND, BLANK, TOO_FEW, TOO_MANY, NOT_A_NUMBER, NO_WORD, BROKEN_TEXT, NOT_FINITE, ZERO, DUPLICATE = (
    range(10)
)


class Rows(NamedTuple):
    """Rows of a file: ``words`` in UTF-8, if they are sound; ``vectors`` float32 (n_rows, dim).

    ``first`` is the number of the first row or line, from 1; ``faults`` uint8 (n_rows,), of those
    above, or None: all could be read. The arrays are the reader's, until the next rows.
    """

    first: int
    words: Sequence[bytes]
    vectors: Floats
    faults: npt.NDArray[np.uint8] | None = None


class ForeignVectors(NamedTuple):
    """Vectors in a file: of ``dim`` dimensions, as rows; ``promised``: so many, if it says.

    ``places`` says how a row is named: ``{name}:{number}``, or ``{name}, row {number}``. ``notes``
    are what a person should know of how the file was read.
    """

    dim: int
    rows: Generator[Rows, None, None]
    promised: int | None = None
    places: str = "{name}, row {number}"
    notes: tuple[str, ...] = ()


def batches(n_rows: int, dim: int) -> Iterator[range]:
    """Yield the numbers of the rows, from 0, as many at a time as are read at once."""
    step = max(1, BATCH_NUMBERS // max(1, dim))
    for start in range(0, n_rows, step):
        yield range(start, min(start + step, n_rows))
