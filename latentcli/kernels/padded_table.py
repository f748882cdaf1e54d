"""Tables laid out as the kernels want them: rows padded to whole vectors, and aligned."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

LANES = 16
_ALIGNMENT = 64


def padded_table(n_rows: int, n_columns: int, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """Return zeros (n_rows, n_columns rounded up to 16), rows at multiples of 64 bytes."""
    width = -(-n_columns // LANES) * LANES
    size = np.dtype(dtype).itemsize
    room = np.zeros(n_rows * width + _ALIGNMENT // size, dtype)
    start = -room.ctypes.data % _ALIGNMENT // size
    return room[start : start + n_rows * width].reshape(n_rows, width)
