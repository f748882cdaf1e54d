"""Other programs' files of vectors: which kind one is, told by its content, and its bytes.

The kinds are those of ``READERS``; docs/formats.md describes each. A file is opened once to look
at its beginning; readers then ask it for a stream, decompressed, or for its bytes in place.
"""

from __future__ import annotations

import io
import lzma
import mmap
import os
import re
import struct
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from latentcli.corpus.sources import decompressed, printable_path
from latentcli.errors import InputError

# Each kind, and the module of its reader.
READERS = {
    "word2vec": "vector_text",
    "glove": "vector_text",
    "fasttext-vec": "vector_text",
    "word2vec-bin": "word2vec",
    "glove-bin": "glove_bin",
    "finalfusion": "finalfusion",
    "safetensors": "safetensors",
    "npy": "npy",
    "gensim": "gensim_vectors",
    "fasttext-bin": "fasttext_bin",
}
_HEAD_BYTES = 1 << 20
_TAR_MAGIC = slice(257, 262)
_COUNTS = re.compile(rb"[ \t]*(\d{1,20})[ \t]+(\d{1,20})[ \t\r]*\n")
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r"))
_SAMPLE = 4096
_LONGEST_HEADER = 100_000_000  # of safetensors, by its own specification

# What Python's modules raise for damaged archives and compressed data.
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, ValueError,
    RuntimeError, OverflowError, LookupError,
)  # fmt: skip

# A gigabyte of text that packs into a few megabytes is no vectors: random numbers do not repeat.
_MOST_EXPANSION = 200
_LEAST_SUSPECT = 1 << 26


class ForeignFile(NamedTuple):
    """A file by its path, as a person named it, with the labels that belong to it."""

    name: str
    path: Path
    labels: Path | None = None
    tensor: str | None = None

    @property
    def size(self) -> int:
        """Its bytes on the disk."""
        return os.stat(self.path).st_size

    @property
    def is_packed(self) -> bool:
        """Whether it is compressed, so that it can only be read from its beginning on."""
        with open(self.path, "rb") as raw:
            return raw.read(4).startswith(
                (b"\x1f\x8b", b"BZh", b"\xfd7zX", b"\x28\xb5\x2f\xfd", b"PK")
            )

    def stream(self) -> BinaryIO:
        """Open it for reading, decompressed; of a zip archive, its only file."""
        raw = open(self.path, "rb")
        zipped = raw.read(4) == b"PK\x03\x04"
        raw.seek(0)
        if zipped:
            return self._unzipped(raw)
        opened = decompressed(raw, self.name)
        return opened if opened is raw else cast(BinaryIO, _Bounded(opened, self))

    def mapped(self) -> memoryview:
        """Map its bytes, read-only; InputError where it is compressed or empty."""
        if self.is_packed:
            raise InputError(f"{self.name}: this kind cannot be read compressed", "decompress it")
        with open(self.path, "rb") as file:
            if not os.fstat(file.fileno()).st_size:
                raise InputError(f"{self.name}: is empty")
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))

    def _unzipped(self, raw: BinaryIO) -> BinaryIO:
        try:
            archive = zipfile.ZipFile(raw)
            inside = [entry for entry in archive.infolist() if not entry.is_dir()]
            if len(inside) != 1:
                shown = ", ".join(printable_path(entry.filename) for entry in inside[:6])
                raise InputError(
                    f"{self.name}: an archive of {len(inside)} files ({shown})",
                    f"choose one: unzip -p {self.name} FILE | latent import -",
                )
            if inside[0].flag_bits & 1:
                raise InputError(f"{self.name}: is encrypted")
            member = cast(BinaryIO, archive.open(inside[0]))
            return cast(BinaryIO, _Bounded(decompressed(member, self.name), self, member, raw))
        except _DAMAGED as error:
            raw.close()
            raise InputError(f"{self.name}: not a readable zip archive ({error})") from None
        except InputError:
            raw.close()
            raise


class _Bounded(io.RawIOBase):
    """A decompressed stream that ends with an InputError where it grows beyond all measure."""

    def __init__(self, stream: BinaryIO, file: ForeignFile, *below: BinaryIO) -> None:
        self._stream, self._name, self._read, self._below = stream, file.name, 0, below
        self._most = max(_LEAST_SUSPECT, _MOST_EXPANSION * file.size)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        try:
            block = self._stream.read(size)
        except _DAMAGED as error:
            raise InputError(f"{self._name}: the compressed data are damaged ({error})") from None
        self._read += len(block)
        if self._read > self._most:
            raise InputError(
                f"{self._name}: unpacks to more than {_MOST_EXPANSION} times its size",
                "these are no vectors; if they are, unpack it first",
            )
        return block

    def close(self) -> None:
        for stream in (self._stream, *self._below):
            stream.close()
        super().close()


def kind_of(file: ForeignFile) -> str:
    """Return the kind of a file by its content; raise InputError where it is none of them."""
    with file.stream() as stream:
        head = _whole_read(stream, _HEAD_BYTES)
    if not head:
        raise InputError(f"{file.name}: is empty")
    kind = _by_magic(head, file) or _as_text_or_rows(head)
    if kind is None and file.labels is not None and not _looks_like_text(head):
        kind = "glove-bin"
    if kind is None:
        raise InputError(
            f"{file.name}: not vectors of a known kind",
            "GloVe's raw binary needs its vocabulary (--labels); --format names a kind"
            if not _looks_like_text(head)
            else "as text, a line is a word and its numbers",
        )
    return kind


def _whole_read(stream: BinaryIO, size: int) -> bytes:
    found = bytearray()
    while len(found) < size and (block := stream.read(size - len(found))):
        found += block
    return bytes(found)


def _by_magic(head: bytes, file: ForeignFile) -> str | None:
    if head.startswith(b"\x93NUMPY"):
        return "npy"
    if head.startswith(b"FiFu"):
        return "finalfusion"
    if head.startswith(b"SQLite format 3\x00"):
        raise InputError(
            f"{file.name}: an SQLite database, such as Magnitude makes: its vectors are scaled to "
            "length 1 and rounded, and it is not read here",
            "import the file that it was made from",
        )
    if head[:1] == b"\x80" and head[1:2] in b"\x02\x03\x04\x05" and len(head) > 2:
        return "gensim"
    if head[_TAR_MAGIC] == b"ustar":
        raise InputError(f"{file.name}: a tar archive", "unpack it, and name the file of vectors")
    if head.startswith(b"\xba\x16\x4f\x2f") or _is_early_fasttext(head):
        return "fasttext-bin"
    length = int.from_bytes(head[:8], "little")
    if head[8:9] == b"{" and 2 <= length <= _LONGEST_HEADER:
        return "safetensors"
    return None


def _is_early_fasttext(head: bytes) -> bool:
    """Tell whether a file begins with the settings that fastText wrote before it had a magic."""
    numbers = memoryview(head[:48]).cast("i").tolist() if len(head) >= 48 else []
    if not numbers:
        return False
    dim, window, epochs, least, negative, n_grams, loss, model, buckets, shortest, longest, _ = (
        numbers
    )
    return (
        0 < dim <= 10_000
        and 0 < window <= 1000
        and 0 < epochs <= 100_000
        and min(least, negative, n_grams, buckets, shortest, longest) >= 0
        and loss in (1, 2, 3, 4)
        and model in (1, 2, 3)
    )


def _as_text_or_rows(head: bytes) -> str | None:
    """Tell text, with counts before it or not, from word2vec's binary rows."""
    counts = _COUNTS.match(head.removeprefix(b"\xef\xbb\xbf"))
    if counts is None:
        return "glove" if _looks_like_text(head) and _has_numbers(head) else None
    rest = head.removeprefix(b"\xef\xbb\xbf")[counts.end() :]
    first = rest.split(b"\n", 1)[0].split()
    dim = int(counts[2])
    if len(first) > dim and all(map(is_number, first[len(first) - dim :])):
        return "word2vec"
    if dim == 1 and len(first) == 2 and is_number(first[1]):
        return "glove"
    return "word2vec" if _looks_like_text(rest) else "word2vec-bin"


def _looks_like_text(head: bytes) -> bool:
    sample = head[:_SAMPLE]
    return len(sample.translate(None, _CONTROLS)) == len(sample)


def _has_numbers(head: bytes) -> bool:
    """Tell whether the first line is a word and numbers; one number alone is a word's count."""
    fields = next((line.split() for line in head.split(b"\n") if line.strip()), [])
    return len(fields) > 2 and is_number(fields[-1])


def is_number(field: bytes) -> bool:
    """Tell whether a field of text is a number."""
    try:
        float(field)
    except ValueError:
        return False
    return b"_" not in field
