"""A corpus's own text, in blocks that are compressed each by itself.

All text is one long string of UTF-8, cut every 64 KiB into blocks (RFC 8878, zstandard): what lies
at a given byte is found without decompressing what comes before it. Where a token stands in the
text is not stored: its document is put to the tokenizer again (``corpus/passages.py``), from the
nearest of the *marks* on.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from latentcli.errors import DamagedArtefact

BLOCK_BYTES = 1 << 16
# The fastest level above the negative ones, which take a quarter more room for a tenth of the time.
_LEVEL = 1
_JOB_BYTES = 1 << 22
_WAITING_JOBS = 2

U8 = npt.NDArray[np.uint8]
U64 = npt.NDArray[np.uint64]


class TextStore:
    """Compressed text and where each document's lies in it.

    ``blocks`` uint8 (n_bytes,), of which block i begins at ``block_offsets[i]``, uint64
    (n_blocks + 1,); ``starts`` and ``ends`` uint64 (n_docs,), bytes of the text; ``marks`` uint64
    (n_marks, 2), rising: a token, and the byte from which on the tokenizer finds it first.
    """

    def __init__(self, blocks: U8, block_offsets: U64, starts: U64, ends: U64, marks: U64) -> None:
        self.blocks, self.block_offsets = blocks, block_offsets
        self.starts, self.ends, self.marks = starts, ends, marks
        self._last: tuple[int, bytes] = (-1, b"")

    def document(self, number: int) -> str:
        """Return a document's whole text, its line ends LF."""
        return self.between(int(self.starts[number]), int(self.ends[number]))

    def between(self, start: int, end: int) -> str:
        """Return the text between two bytes; characters of which only a part is there are left out.

        Raises DamagedArtefact where there is none.
        """
        if not 0 <= start <= end <= BLOCK_BYTES * (len(self.block_offsets) - 1):
            raise _damaged()
        first, last = start // BLOCK_BYTES, -(-end // BLOCK_BYTES)
        found = b"".join(self._block(number) for number in range(first, last))
        skipped = first * BLOCK_BYTES
        text = found[start - skipped : end - skipped].decode("utf-8", "ignore")
        return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text

    def _block(self, number: int) -> bytes:
        if self._last[0] != number:
            start, end = (int(offset) for offset in self.block_offsets[number : number + 2])
            found = _decompressed(self.blocks[start:end].tobytes(), BLOCK_BYTES)
            if len(found) != BLOCK_BYTES and number < len(self.block_offsets) - 2:
                raise _damaged()
            self._last = number, found
        return self._last[1]


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


def _decompressed(block: bytes, most: int) -> bytes:
    """Return a block's text, of which there may be so many bytes, whatever its header says."""
    try:
        from compression import zstd

        return bytes(zstd.ZstdDecompressor().decompress(block, most))
    except ImportError:
        import zstandard

        try:
            return zstandard.ZstdDecompressor().stream_reader(block).read(most)
        except zstandard.ZstdError:
            raise _damaged() from None
    except zstd.ZstdError:
        raise _damaged() from None


def _damaged() -> DamagedArtefact:
    return DamagedArtefact(
        "the text of a corpus is damaged",
        "'latent cache verify' names the run; remove it and encode the corpus again",
    )
