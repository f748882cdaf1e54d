"""A corpus's own text, in blocks that are compressed each by itself.

All text is one long string of UTF-8, cut every 64 KiB into blocks (RFC 8878, zstandard): what lies
at a given byte is found without decompressing what comes before it. Where a token stands in the
text is not stored: its document is put to the tokenizer again (``corpus/passages.py``), from the
nearest of the *marks* on. This is the reading half, which asks for no NumPy; ``text_writer`` is the
other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from latentcli.errors import DamagedArtefact

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    U8 = memoryview | npt.NDArray[np.uint8]
    U64 = memoryview | npt.NDArray[np.uint64]

BLOCK_BYTES = 1 << 16


class TextStore:
    """Compressed text and where each document's lies in it.

    ``blocks`` uint8 (n_bytes,), of which block i begins at ``block_offsets[i]``, uint64
    (n_blocks + 1,); ``starts`` and ``ends`` uint64 (n_docs,), bytes of the text; ``marks`` uint64
    (n_marks, 2), rising: a token, and the byte from which on the tokenizer finds it first. They are
    arrays or typed memoryviews.
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
            start, end = int(self.block_offsets[number]), int(self.block_offsets[number + 1])
            found = _decompressed(self.blocks[start:end].tobytes(), BLOCK_BYTES)
            if len(found) != BLOCK_BYTES and number < len(self.block_offsets) - 2:
                raise _damaged()
            self._last = number, found
        return self._last[1]


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
