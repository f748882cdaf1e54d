"""A ``.npy`` file of float32 rows that grows as they come: what an artefact takes as an array.

It is written, not mapped: memory holds a block of it, and a full disk is an error like any other.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from latentcli.formats.artefact import npy_header
from latentcli.formats.writing import ArrayFile

_BLOCK_BYTES = 1 << 24


class VectorFile:
    """Rows of ``dim`` numbers in a new file."""

    def __init__(self, path: Path, dim: int) -> None:
        self._path, self._dim, self._n_rows = path, dim, 0
        self._file = open(path, "x+b", buffering=0)
        self._start = self._file.write(npy_header("<f4", (0, dim)))

    def append(self, rows: npt.NDArray[np.float32]) -> None:
        """Add rows, (n_rows, dim), at the end."""
        self._write(rows)
        self._n_rows += len(rows)

    def keep(self, rows: npt.NDArray[np.int64]) -> None:
        """Leave only these rows, which rise, in place: each moves towards the beginning."""
        size = 4 * self._dim
        step = max(1, _BLOCK_BYTES // size)
        for place in range(0, len(rows), step):
            chosen = rows[place : place + step]
            moved = np.concatenate([self._some(part, size) for part in _near(chosen, step)])
            self._file.seek(self._start + place * size)
            self._write(moved)
        self._n_rows = len(rows)
        self._file.truncate(self._start + len(rows) * size)

    def finish(self) -> ArrayFile:
        """Close the file, and return what an artefact takes it as."""
        shape = (self._n_rows, self._dim)
        self._file.seek(0)
        self._write(np.frombuffer(npy_header("<f4", shape), np.uint8))
        self._file.close()
        return ArrayFile(self._path, "<f4", shape)

    def close(self) -> None:
        """Close the file, wherever its writing stopped."""
        self._file.close()

    def _some(self, rows: npt.NDArray[np.int64], size: int) -> npt.NDArray[np.float32]:
        first, last = int(rows[0]), int(rows[-1]) + 1
        self._file.seek(self._start + first * size)
        data = bytearray()
        while len(data) < (last - first) * size:
            data += self._file.read((last - first) * size - len(data))
        found = np.frombuffer(data, "<f4").reshape(last - first, self._dim)
        chosen: npt.NDArray[np.float32] = found[rows - first]
        return chosen

    def _write(self, array: npt.NDArray[np.generic]) -> None:
        little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
        left = little.reshape(-1).view(np.uint8).data
        while left:
            left = left[self._file.write(left) :]


def _near(rows: npt.NDArray[np.int64], most: int) -> list[npt.NDArray[np.int64]]:
    """Cut rising rows into parts, each of which lies within ``most`` rows of the file."""
    cuts = np.searchsorted(rows, np.arange(rows[0] + most, rows[-1] + 1, most))
    return [part for part in np.split(rows, cuts) if len(part)]
