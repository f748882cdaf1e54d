"""Decoding that goes on where it should stop: faults of an encoding are noted, not raised.

Training stops at the first byte that it cannot decode. Whoever wants to know how many there are,
and where, reads with these: an undecodable byte becomes a question mark, which separates words as
it would as U+FFFD, a NUL becomes a space, and what is no text at all is passed over.
"""

from __future__ import annotations

import codecs
import io
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, NamedTuple

from latentcli.corpus.decoding import CHUNK_BYTES, Encoding, is_raw, line_ends, refuse_binary
from latentcli.errors import InputError

_SNIFF_BYTES = 1 << 13
_SAMPLE_BYTES = 1 << 14
_HANDLER = "latent.lenient"
_decoding = threading.local()


class FaultPlace(NamedTuple):
    """Where a byte is wrong: line from 1, and offset in the file."""

    line: int
    offset: int


@dataclass
class FileFaults:
    """What is wrong with the bytes of a file: how many, the first places, and text around them."""

    name: str
    encoding: str
    n_bytes: int = 0
    places: list[FaultPlace] = field(default_factory=list)
    sample: bytes = b""
    n_nul: int = 0
    nul_places: list[FaultPlace] = field(default_factory=list)


@dataclass
class Faults:
    """The faults of all files; of each kind the first ``n_places`` of a file are kept.

    ``names``: the files that were begun, the last of which is being read; ``line``: where the
    record at hand begins in it.
    """

    n_places: int = 3
    names: list[str] = field(default_factory=list)
    files: list[FileFaults] = field(default_factory=list)
    refused: list[tuple[str, InputError]] = field(default_factory=list)
    line: int = 0

    def at(self, line: int) -> None:
        """Take the line of the record that comes next."""
        self.line = line


def lenient_text(stream: BinaryIO, name: str, encoding: Encoding, faults: Faults) -> Iterator[str]:
    """Yield the stream's text as ``decoding.decoded_chunks`` does, its faults noted."""
    newlines, mark = io.IncrementalNewlineDecoder(None, translate=True), "\ufeff"
    for piece in _pieces(stream, name, encoding, faults):
        text = newlines.decode(piece.text, piece.last)
        if text:
            text, mark = text.removeprefix(mark), ""
            yield text


def lenient_utf8(
    stream: BinaryIO, name: str, encoding: Encoding, faults: Faults
) -> Iterator[bytes]:
    """Yield the stream's text as ``decoding.utf8_chunks`` does, its faults noted."""
    raw, mark = is_raw(encoding), "\ufeff"
    for piece in _pieces(stream, name, encoding, faults):
        if raw and piece.sound:
            yield piece.data
        elif piece.text:
            text = piece.text if raw else piece.text.removeprefix(mark)
            mark = ""
            yield text.encode("utf-8", "replace")


class _Piece(NamedTuple):
    data: bytes  # what was decoded
    text: str
    sound: bool
    last: bool


def _pieces(stream: BinaryIO, name: str, encoding: Encoding, faults: Faults) -> Iterator[_Piece]:
    faults.names.append(name)
    data = stream.read(CHUNK_BYTES)
    found = FileFaults(name, encoding.name)
    try:
        refuse_binary(data[:_SNIFF_BYTES], name, encoding._replace(errors="replace"))
        decoder = codecs.getincrementaldecoder(encoding.name)(_HANDLER)
        fed, lines, before = 0, 1, b""
        while True:
            held = decoder.getstate()[0]
            wrong: list[tuple[int, int]] = []
            _decoding.wrong = wrong
            text = decoder.decode(data, not data)
            whole = held + data if held else data
            kept = decoder.getstate()[0]
            nul = "\0" in text
            if wrong or nul:
                at = _Stretch(whole, fed - len(held), lines, before)
                _note(found, faults.n_places, at, wrong, text.count("\0") if nul else 0)
                text = text.replace("\0", " ") if nul else text
            decoded = whole[: len(whole) - len(kept)] if kept else whole
            yield _Piece(decoded, text, not (wrong or nul), not data)
            if not data:
                break
            lines += line_ends(decoded, before)
            fed, before = fed + len(data), decoded[-1:] or before
            data = stream.read(CHUNK_BYTES)
    except InputError as error:
        faults.refused.append((name, error))
    except UnicodeError as error:
        faults.refused.append((name, InputError(f"{name}: {error}", "name the file's --encoding")))
    if found.n_bytes or found.n_nul:
        faults.files.append(found)


class _Stretch(NamedTuple):
    """Bytes of a file: where they begin in it, on which line, and the byte before them."""

    data: bytes
    offset: int
    line: int
    before: bytes

    def place(self, start: int) -> FaultPlace:
        return FaultPlace(
            self.line + line_ends(self.data[:start], self.before), self.offset + start
        )


def _note(
    found: FileFaults, n_places: int, at: _Stretch, wrong: list[tuple[int, int]], n_nul: int
) -> None:
    found.n_bytes += sum(end - start for start, end in wrong)
    room = n_places - len(found.places)
    found.places += [at.place(start) for start, _ in wrong[: max(0, room)]]
    if wrong and not found.sample:
        start = at.data.rfind(b"\n", 0, wrong[0][0]) + 1
        found.sample = at.data[max(start, wrong[0][0] - 200) :][:_SAMPLE_BYTES]
    if n_nul:
        found.n_nul += n_nul
        start = -1
        while len(found.nul_places) < n_places and (start := at.data.find(b"\0", start + 1)) >= 0:
            found.nul_places.append(at.place(start))


def _passed_over(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    _decoding.wrong.append((error.start, error.end))
    return "?", error.end


codecs.register_error(_HANDLER, _passed_over)
