"""The safetensors format: named arrays behind a JSON header (its specification, version 0.3 on).

Eight bytes, little-endian, say how long the header is. It is a JSON object that gives each tensor's
dtype, shape, and where in the rest of the file its bytes begin and end; spaces fill it up to a
multiple of eight.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

_DTYPES = {"f4": "F32", "f8": "F64", "i4": "I32", "i8": "I64"}


def write_tensors(tensors: Mapping[str, npt.NDArray[Any]], out: BinaryIO) -> None:
    """Write arrays of float32, float64, int32 or int64, in C order, little-endian."""
    header: dict[str, Any] = {"__metadata__": {"made_by": "latent"}}
    place = 0
    for name, array in tensors.items():
        header[name] = {
            "dtype": _DTYPES[array.dtype.str[1:]],
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
