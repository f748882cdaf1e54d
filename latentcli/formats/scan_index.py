"""The scan index of an embedding on disk: a header of 64 bytes and the kernel's blocks.

It is made from a run and can be made again; what it holds is described in
``kernels/scan_index.hpp``. The header names the run, the shape and the CRC-32 of the blocks.
"""

from __future__ import annotations

import mmap
import os
import zlib
from pathlib import Path
from typing import Any

from latentcli.models.scan_index import index_bytes, index_pieces

_MAGIC = b"latent scan 1\n\0\0"
_HEADER_BYTES = 64


def write_index(path: Path, run_id: str, vectors: memoryview[Any]) -> None:
    """Write the index of the run's vectors to a new file, down to the disk."""
    crc = 0
    with open(path, "xb") as out:
        out.write(bytes(_HEADER_BYTES))
        for piece in index_pieces(vectors):
            crc = zlib.crc32(piece, crc)
            out.write(piece)
        out.seek(0)
        out.write(_header(run_id, vectors, crc))
        out.flush()
        os.fsync(out.fileno())


def open_index(path: Path, run_id: str, vectors: memoryview[Any]) -> memoryview | None:
    """Map the index of the run's vectors; None where there is none, or not a whole one of them.

    Its header and size are looked at, not its data; ``is_sound`` reads them.
    """
    try:
        with open(path, "rb") as file:
            if os.fstat(file.fileno()).st_size != _HEADER_BYTES + index_bytes(vectors):
                return None
            mapped = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except OSError:
        return None
    fixed = _header(run_id, vectors, 0)[:-4]
    return mapped[_HEADER_BYTES:] if mapped[: len(fixed)] == fixed else None


def is_sound(path: Path, run_id: str, vectors: memoryview[Any]) -> bool:
    """Tell whether the index is whole: reads all of it."""
    blocks = open_index(path, run_id, vectors)
    if blocks is None:
        return False
    return path.read_bytes()[:_HEADER_BYTES] == _header(run_id, vectors, zlib.crc32(blocks))


def _header(run_id: str, vectors: memoryview, crc: int) -> bytes:
    n_terms, dim = vectors.shape or ()
    shape = n_terms.to_bytes(8, "little") + dim.to_bytes(4, "little")
    return _MAGIC + bytes.fromhex(run_id) + shape + crc.to_bytes(4, "little")
