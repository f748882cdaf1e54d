"""The safetensors format: named arrays behind a JSON header (its specification, version 0.3 on).

Eight bytes, little-endian, say how long the header is. It is a JSON object that gives each tensor's
dtype, shape, and where in the rest of the file its bytes begin and end; spaces fill it up to a
multiple of eight. Nothing in it is a program. Words lie in a list of labels beside it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.errors import InputError
from latentcli.formats.foreign import ForeignFile
from latentcli.formats.foreign_rows import ForeignVectors
from latentcli.formats.npy import matrix
from latentcli.wording import quoted

_DTYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "I64": "<i8", "I32": "<i4",
    "I16": "<i2", "I8": "|i1", "U8": "|u1",
}  # fmt: skip
_WRITTEN = {"f4": "F32", "f8": "F64", "i4": "I32", "i8": "I64"}
_LENGTH = 8


class _Tensor(NamedTuple):
    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int


def read(file: ForeignFile) -> ForeignVectors:
    """Return the rows of the file's only matrix, or of the one that is named, with labels.

    Raises InputError where header and bytes do not agree, and where a matrix is to be chosen.
    """
    data = file.mapped()
    tensors, start = _tensors(data, file.name)
    chosen = _chosen(tensors, file)
    tensor = tensors[chosen]
    n_bytes = math.prod(tensor.shape) * np.dtype(_DTYPES[tensor.dtype]).itemsize
    if not 0 <= tensor.begin <= tensor.end <= len(data) - start:
        raise InputError(
            f"{file.name}: the tensor {quoted([chosen])} would end behind the file's end",
            "get the whole file again",
        )
    if tensor.end - tensor.begin != n_bytes:
        raise InputError(
            f"{file.name}: the tensor {quoted([chosen])} has not the bytes of its shape"
        )
    raw = np.frombuffer(data[start + tensor.begin : start + tensor.end], _DTYPES[tensor.dtype])
    table: npt.NDArray[Any] = raw.reshape(tensor.shape)
    if tensor.dtype == "BF16":  # the upper half of a float32
        table = (table.astype("<u4") << 16).view("<f4")
    return matrix(file, table)


def write_tensors(tensors: Mapping[str, npt.NDArray[Any]], out: BinaryIO) -> None:
    """Write arrays of float32, float64, int32 or int64, in C order, little-endian."""
    header: dict[str, Any] = {"__metadata__": {"made_by": "latent"}}
    place = 0
    for name, array in tensors.items():
        header[name] = {
            "dtype": _WRITTEN[array.dtype.str[1:]],
            "shape": list(array.shape),
            "data_offsets": [place, place + array.nbytes],
        }
        place += array.nbytes
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    out.write(len(text).to_bytes(8, "little") + text)
    for array in tensors.values():
        little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
        out.write(little.reshape(-1).view(np.uint8).data)


def _tensors(data: memoryview, name: str) -> tuple[dict[str, _Tensor], int]:
    length = int.from_bytes(data[:_LENGTH], "little")
    if length > len(data) - _LENGTH:
        raise InputError(f"{name}: its header would be longer than the file", "get it again")
    try:
        header = json.loads(bytes(data[_LENGTH : _LENGTH + length]))
        found = {
            key: _Tensor(
                str(entry["dtype"]),
                tuple(_count(n) for n in entry["shape"]),
                *(_count(n) for n in entry["data_offsets"]),
            )
            for key, entry in header.items()
            if key != "__metadata__"
        }
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise InputError(f"{name}: not a header of safetensors") from None
    return found, _LENGTH + length


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(value)
    return value


def _chosen(tensors: dict[str, _Tensor], file: ForeignFile) -> str:
    matrices = [
        name for name, one in tensors.items() if len(one.shape) == 2 and one.dtype in _DTYPES
    ]
    if file.tensor is not None and file.tensor in matrices:
        return file.tensor
    shown = quoted(matrices) or "none"
    if file.tensor is not None:
        raise InputError(
            f"{file.name}: no matrix {quoted([file.tensor])}", f"its matrices: {shown}"
        )
    if len(matrices) != 1:
        raise InputError(
            f"{file.name}: {len(matrices)} matrices, and one is wanted",
            f"--tensor NAME chooses: {shown}" if matrices else "a row a word: two dimensions",
        )
    return matrices[0]
