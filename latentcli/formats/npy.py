"""Rows of words as a plain .npy file, with the words one a line in a text file beside it."""

from __future__ import annotations

import math
import warnings
from collections.abc import Generator, Iterable
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from latentcli.errors import InputError, RequestError
from latentcli.formats.foreign import ForeignFile
from latentcli.formats.foreign_rows import ForeignVectors, Rows, batches
from latentcli.formats.labels import labels_for


def read(file: ForeignFile) -> ForeignVectors:
    """Return the rows of a matrix of numbers, with the labels beside it.

    Raises InputError for anything but a whole matrix, and for numbers of labels that differ.
    """
    data = file.mapped()
    shape, fortran, dtype, start = _header(file)
    if len(shape) != 2 or dtype.kind not in "fiu" or min(shape) < 1:
        raise no_matrix(file.name, dtype, shape)
    wanted = math.prod(shape) * dtype.itemsize
    if wanted != len(data) - start:
        raise InputError(
            f"{file.name}: its header promises {'x'.join(map(str, shape))} numbers of "
            f"{dtype.itemsize} bytes, {wanted:,} bytes in all; it has {len(data) - start:,}",
            "get the whole file again",
        )
    table = np.frombuffer(data[start:], dtype).reshape(shape, order="F" if fortran else "C")
    return matrix(file, table)


def matrix(file: ForeignFile, table: npt.NDArray[Any]) -> ForeignVectors:
    """Return a matrix's rows, with the labels of the file as words."""
    if table.ndim != 2 or table.dtype.kind not in "fiu" or not table.size:
        raise no_matrix(file.name, table.dtype, table.shape)
    labels = labels_for(file.name, file.labels, len(table))
    return ForeignVectors(table.shape[1], _matrix_rows(table, labels))


def no_matrix(name: str, dtype: np.dtype[Any], shape: tuple[int, ...]) -> InputError:
    """Return the error for an array that has no rows of numbers."""
    return InputError(
        f"{name}: an array of {dtype} with shape {shape} has no rows of numbers",
        "a row a word: two dimensions",
    )


def _matrix_rows(table: npt.NDArray[Any], labels: list[bytes]) -> Generator[Rows, None, None]:
    for rows in batches(*table.shape):
        part = slice(rows.start, rows.stop)
        with np.errstate(over="ignore", invalid="ignore"):
            yield Rows(rows.start + 1, labels[part], table[part].astype(np.float32))


def _header(file: ForeignFile) -> tuple[tuple[int, ...], bool, np.dtype[Any], int]:
    with open(file.path, "rb") as stream, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # at headers that are old, or no literals
        try:
            version = np.lib.format.read_magic(stream)
            read_header: Any = {
                (1, 0): np.lib.format.read_array_header_1_0,
                (2, 0): np.lib.format.read_array_header_2_0,
            }[version]
            shape, fortran, dtype = read_header(stream)
        except (
            Exception
        ) as error:  # a literal of Python is parsed there, which has many ways to fail
            raise InputError(f"{file.name}: its .npy header cannot be read ({error})") from None
        if dtype.hasobject:
            raise InputError(
                f"{file.name}: holds Python objects, which are never unpickled", "save numbers"
            )
        return shape, fortran, dtype, stream.tell()


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
