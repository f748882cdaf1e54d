"""The scan index of an embedding on disk: the kernel's blocks, and a footer of 64 bytes.

It is made from a run and can be made again; ``kernels/scan_index.hpp`` describes the blocks. The
footer names the run, the shape and the CRC-32 of the blocks. It stands at the end so that the
blocks are written from offset 0 in large pieces, which the system then keeps, and maps, in large
pages: a cold scan waits for those.
"""

from __future__ import annotations

import mmap
import os
import zlib
from pathlib import Path
from typing import Any

from latentcli.models.scan_index import index_bytes, index_pieces

_MAGIC = b"latent scan 1\n\0\0"
_FOOTER_BYTES = 64


def write_index(path: Path, run_id: str, vectors: memoryview[Any]) -> None:
    """Write the index of the run's vectors to a new file, down to the disk."""
    crc = 0
    with open(path, "xb", buffering=0) as out:
        for piece in index_pieces(vectors):
            crc = zlib.crc32(piece, crc)
            left = memoryview(piece)
            while left:
                left = left[out.write(left) :]
        out.write(_footer(run_id, vectors, crc))
        os.fsync(out.fileno())


def open_index(path: Path, run_id: str, vectors: memoryview[Any]) -> memoryview | None:
    """Map the index of the run's vectors; None where there is none, or not a whole one of them.

    Its size and footer are looked at, not its blocks; ``is_sound`` reads them.
    """
    size = index_bytes(vectors)
    try:
        with open(path, "rb") as file:
            if os.fstat(file.fileno()).st_size != size + _FOOTER_BYTES:
                return None
            mapped = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except OSError:
        return None
    expected = _footer(run_id, vectors, 0)[:-4]
    return mapped[:size] if mapped[size:-4] == expected else None


def is_sound(path: Path, run_id: str, vectors: memoryview[Any]) -> bool:
    """Tell whether the index is whole: reads all of it."""
    blocks = open_index(path, run_id, vectors)
    if blocks is None:
        return False
    return path.read_bytes()[-_FOOTER_BYTES:] == _footer(run_id, vectors, zlib.crc32(blocks))


def _footer(run_id: str, vectors: memoryview[Any], crc: int) -> bytes:
    n_terms, dim = vectors.shape or ()
    shape = n_terms.to_bytes(8, "little") + dim.to_bytes(4, "little")
    return _MAGIC + bytes.fromhex(run_id) + shape + crc.to_bytes(4, "little")
