"""An immutable sequence of strings that can be looked up without being loaded.

The strings lie one a line in a UTF-8 text (backslash, LF and CR escaped), with the offset of each
line, and, for look-up by value, the sorted CRC-32 of each line and the rows in that order. All
four may be memory-mapped; opening them reads nothing, and looking up needs no NumPy: they are
arrays or typed memoryviews.
"""

from __future__ import annotations

import zlib
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, overload

from latentcli.errors import DamagedArtefact

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    U8 = memoryview | npt.NDArray[np.uint8]
    U32 = memoryview | npt.NDArray[np.uint32]
    U64 = memoryview | npt.NDArray[np.uint64]

_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r"}
_ESCAPE_TABLE = str.maketrans(_ESCAPES)
_UNESCAPES = {b"\\": b"\\", b"n": b"\n", b"r": b"\r"}

_VERIFY = "'latent cache verify' names the run; remove it and make it again"


class Strings(Sequence[str]):
    """``text`` uint8 (n_bytes,), ``offsets`` uint64 (n + 1,), ``hashes`` and ``rows`` uint32 (n,).

    Row i is the line from ``offsets[i]`` to ``offsets[i + 1] - 1``.
    """

    def __init__(self, text: U8, offsets: U64, hashes: U32, rows: U32) -> None:
        self.text, self.offsets, self.hashes, self.rows = text, offsets, hashes, rows

    @classmethod
    def of(cls, strings: Iterable[str]) -> Strings:
        """Build the sequence and its index in memory."""
        import numpy as np

        lines = [_escaped(string) for string in strings]
        hashes = np.fromiter(map(zlib.crc32, lines), np.uint32, len(lines))
        lengths = np.fromiter(map(len, lines), np.uint64, len(lines))
        offsets = np.zeros(len(lines) + 1, np.uint64)
        np.cumsum(lengths + np.uint64(1), out=offsets[1:])
        text = np.frombuffer(b"".join(line + b"\n" for line in lines), np.uint8)
        rows = np.argsort(hashes, kind="stable").astype(np.uint32)
        return cls(text, offsets, hashes[rows], rows)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            start, stop, step = index.indices(len(self))
            return (
                list(self._range(start, stop))
                if step == 1
                else [self[i] for i in range(*index.indices(len(self)))]
            )
        n = len(self.offsets) - 1
        if not -n <= index < n:
            raise IndexError(index)
        return _unescaped(self._line(index % n))

    def __iter__(self) -> Iterator[str]:
        return self._range(0, len(self))

    def _range(self, start: int, stop: int, block: int = 1 << 16) -> Iterator[str]:
        for first in range(start, stop, block):
            last = min(first + block, stop)
            lines = self.text[int(self.offsets[first]) : int(self.offsets[last])].tobytes()
            for line in lines.split(b"\n")[: last - first]:
                yield _unescaped(line)

    def _line(self, row: int) -> bytes:
        return self.text[int(self.offsets[row]) : int(self.offsets[row + 1]) - 1].tobytes()

    def find(self, string: str) -> int | None:
        """Return the first row that holds the string, or None."""
        try:
            line = _escaped(string)
        except UnicodeEncodeError:  # a lone surrogate, as a badly encoded argument has
            return None
        wanted = zlib.crc32(line)
        place = bisect_left(self.hashes, wanted)
        while place < len(self) and int(self.hashes[place]) == wanted:
            row = int(self.rows[place])
            if row >= len(self):
                raise DamagedArtefact("an index of strings is damaged", _VERIFY)
            if self._line(row) == line:
                return row
            place += 1
        return None

    def __contains__(self, string: object) -> bool:
        return isinstance(string, str) and self.find(string) is not None


def _escaped(string: str) -> bytes:
    if "\\" in string or "\n" in string or "\r" in string:
        string = string.translate(_ESCAPE_TABLE)
    return string.encode("utf-8")


def _unescaped(line: bytes) -> str:
    try:
        return line.decode() if b"\\" not in line else _plain(line)
    except UnicodeDecodeError:
        raise DamagedArtefact("a list of strings is damaged: not valid UTF-8", _VERIFY) from None


def _plain(line: bytes) -> str:
    parts = line.split(b"\\")
    out = [parts[0]]
    rest = iter(parts[1:])
    for part in rest:
        if part:
            out.append(_UNESCAPES.get(part[:1], b"\\" + part[:1]) + part[1:])
        else:  # an escaped backslash: what follows it is plain
            out.append(b"\\" + next(rest, b""))
    return b"".join(out).decode("utf-8")
