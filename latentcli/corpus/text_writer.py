"""Writes a corpus's own text in compressed blocks, as ``text_store`` reads it."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from latentcli.corpus.text_store import BLOCK_BYTES, TextStore

# The fastest level above the negative ones, which take a quarter more room for a tenth of the time.
_LEVEL = 1
_JOB_BYTES = 1 << 22
_WAITING_JOBS = 2

U64 = npt.NDArray[np.uint64]


class TextWriter:
    """Compresses text as it comes, in a thread of its own, into a file of directory ``scratch``."""

    def __init__(self, scratch: Path) -> None:
        self._path = scratch / "text_blocks"
        self._path.write_bytes(b"")
        self._compress = _compressor()
        self._thread = ThreadPoolExecutor(1, "text")
        self._jobs: deque[Future[None]] = deque()
        self._held: list[bytes] = []
        self._n_held = 0
        self._sizes: list[int] = []
        self._starts: list[U64] = []
        self._ends: list[U64] = []
        self._marks: list[U64] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._thread.shutdown(cancel_futures=True)

    def add(self, chunks: Sequence[bytes]) -> None:
        """Add text."""
        self._held += chunks
        self._n_held += sum(map(len, chunks))
        if self._n_held >= _JOB_BYTES:
            self._send(self._n_held // BLOCK_BYTES * BLOCK_BYTES)

    def add_places(self, starts: U64, ends: U64, marks: U64) -> None:
        """Add where documents begin, where they end, and marks (token and byte by turns)."""
        self._starts.append(starts)
        self._ends.append(ends)
        self._marks.append(marks)

    def finished(self) -> TextStore:
        """Return all that was added, mapped from the file."""
        self._send(self._n_held)
        for job in self._jobs:
            job.result()
        none = np.zeros(0, np.uint64)
        size = sum(self._sizes)
        return TextStore(
            np.memmap(self._path, np.uint8, "r", shape=(size,)) if size else np.zeros(0, np.uint8),
            np.concatenate([[0], np.cumsum(self._sizes)]).astype(np.uint64),
            np.concatenate([none, *self._starts]),
            np.concatenate([none, *self._ends]),
            np.concatenate([none, *self._marks]).reshape(-1, 2),
        )

    def _send(self, size: int) -> None:
        """Let the first ``size`` bytes of what is held be compressed."""
        text = b"".join(self._held)
        self._held, self._n_held = [text[size:]], len(text) - size
        self._jobs.append(self._thread.submit(self._write, memoryview(text)[:size]))
        if len(self._jobs) > _WAITING_JOBS:
            self._jobs.popleft().result()

    def _write(self, text: memoryview) -> None:
        with open(self._path, "ab") as out:
            for start in range(0, len(text), BLOCK_BYTES):
                block = self._compress(text[start : start + BLOCK_BYTES])
                out.write(block)
                self._sizes.append(len(block))


def _compressor() -> Any:
    try:
        from compression import zstd  # Python 3.14 and newer
    except ImportError:
        import zstandard

        return zstandard.ZstdCompressor(level=_LEVEL).compress
    return lambda block: zstd.compress(block, _LEVEL)
