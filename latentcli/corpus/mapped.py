"""Arrays in new files: room for them is taken on the disk before they are mapped.

A mapped file with holes ends the process by SIGBUS where the disk is full when a page of it is
first written; taken beforehand, a full disk is an error like any other.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

_ZEROS = bytes(1 << 20)


def mapped_array(path: Path, dtype: npt.DTypeLike, size: int) -> npt.NDArray[Any]:
    """Return ``size`` zeros in a new file, mapped; raise OSError where the disk has no room."""
    if not size:
        return np.zeros(0, dtype)
    n_bytes = size * np.dtype(dtype).itemsize
    with open(path, "wb") as file:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, n_bytes)
        else:  # macOS
            for start in range(0, n_bytes, len(_ZEROS)):
                file.write(_ZEROS[: n_bytes - start])
    return np.memmap(path, dtype, "r+", shape=(size,))
