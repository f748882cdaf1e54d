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
from latentcli.kernels import index_lines

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

        strings = list(strings)
        text = "\n".join(strings)
        if "\\" in text or "\r" in text or text.count("\n") >= max(1, len(strings)):
            lines = b"".join(escaped(string) + b"\n" for string in strings)
        else:
            lines = text.encode("utf-8") + b"\n" if strings else b""
        found = np.frombuffer(lines, np.uint8)
        ends = np.flatnonzero(found == ord("\n")).astype(np.uint64) + np.uint64(1)
        return cls.of_lines(found, np.concatenate([np.zeros(1, np.uint64), ends]))

    @classmethod
    def of_lines(cls, text: npt.NDArray[np.uint8], offsets: npt.NDArray[np.uint64]) -> Strings:
        """Build the index of escaped lines of text, each with its LF."""
        return cls(text, offsets, *index_lines(text, offsets))

    def taken(self, rows: npt.NDArray[np.int64]) -> Strings:
        """Return the strings of these rows, in their order."""
        import numpy as np

        try:
            places = np.asarray(self.offsets).astype(np.int64)
            starts = places[rows]
            lengths = places[rows + 1] - starts
            offsets = np.zeros(len(rows) + 1, np.int64)
            np.cumsum(lengths, out=offsets[1:])
            bytes_ = np.repeat(starts - offsets[:-1], lengths) + np.arange(offsets[-1])
            return Strings.of_lines(np.asarray(self.text)[bytes_], offsets.astype(np.uint64))
        except (IndexError, ValueError):
            raise DamagedArtefact("an index of strings is damaged", _VERIFY) from None

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
            line = escaped(string)
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

    def repeated(self) -> list[tuple[int, int]]:
        """Return the rows whose string stands in an earlier row, rising, each with the first."""
        import numpy as np

        hashes, rows = np.asarray(self.hashes), np.asarray(self.rows)
        alike = np.flatnonzero(hashes[1:] == hashes[:-1])
        first: dict[bytes, int] = {}
        found = []
        for row in np.unique(np.concatenate([rows[alike], rows[alike + 1]])).tolist():
            before = first.setdefault(self._line(row), row)
            if before != row:
                found.append((row, before))
        return found

    def __contains__(self, string: object) -> bool:
        return isinstance(string, str) and self.find(string) is not None


def escaped(string: str) -> bytes:
    """Return a string as its line, without the line's end."""
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
