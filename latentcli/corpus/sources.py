"""Where bytes come from: files, directories, archives and standard input, decompressed.

Compression and archives are recognised by content, never by name. Archives are read in place,
member by member, and never unpacked to disk. Standard input and other streams that cannot be
read twice are spooled to a file first.
"""

from __future__ import annotations

import bz2
import contextlib
import gzip
import hashlib
import io
import lzma
import os
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Self, cast

from latentcli.corpus.decoding import Encoding, refuse_binary
from latentcli.errors import InputError

_BLOCK = 1 << 20
_TAR_MAGIC = slice(257, 262)


class Source(NamedTuple):
    """One input of a corpus, as a person named it.

    ``kind`` is ``file``, ``directory``, ``tar`` or ``zip``; the last three hold many files.
    """

    name: str
    path: Path
    kind: str

    @property
    def has_members(self) -> bool:
        """Whether this is a directory or an archive: a document a file."""
        return self.kind != "file"


class Member(NamedTuple):
    """One file of a source: its path inside it (empty for a plain file) and its bytes."""

    source: Source
    path: str
    stream: BinaryIO

    @property
    def name(self) -> str:
        """What errors call it."""
        if not self.path:
            return self.source.name
        joint = "/" if self.source.kind == "directory" else ":"
        return f"{self.source.name.rstrip('/')}{joint}{self.path}"


def printable_path(path: str | bytes | os.PathLike[str]) -> str:
    r"""Return a path as text that can always be encoded: undecodable bytes become \xNN."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def find_sources(
    arguments: Sequence[str],
    spool: Path,
    stdin: BinaryIO | None,
    encoding: Encoding = Encoding(),  # noqa: B008
    progress: Callable[[int], None] = lambda n_bytes: None,
) -> list[Source]:
    """Resolve command-line inputs; ``-`` is standard input.

    Streams are spooled into the directory ``spool``; ``progress`` is told how many bytes of one
    have come. One that begins neither as text in ``encoding`` nor as what is compressed is refused
    at once, since it may never end. Raises InputError for that, and for an input that is missing,
    unreadable or neither file nor directory.
    """
    if list(arguments).count("-") > 1:
        raise InputError("standard input ('-') can be read only once")

    def spooled(stream: BinaryIO, name: str) -> Path:
        path = spool / f"input-{os.urandom(4).hex()}"
        _spool(stream, path, name, encoding, progress)
        return path

    return [_find_source(argument, spooled, stdin) for argument in arguments]


def _find_source(
    argument: str, spooled: Callable[[BinaryIO, str], Path], stdin: BinaryIO | None
) -> Source:
    name = printable_path(argument)
    if argument == "-":
        if stdin is None:
            raise InputError("standard input is closed", "name a file, or pipe text in")
        path = spooled(stdin, "stdin")
        return Source("stdin", path, _file_kind(path, "stdin"))
    path = Path(argument)
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            os.listdir(path)
            return Source(name, path, "directory")
        if stat.S_ISREG(mode):
            return Source(name, path, _file_kind(path, name))
        if not (stat.S_ISFIFO(mode) or stat.S_ISCHR(mode) or stat.S_ISSOCK(mode)):
            raise InputError(f"{name}: is neither a file nor a directory")
        stream = open(path, "rb")
    except (OSError, ValueError) as error:
        raise _unreadable(name, error) from None
    with stream:  # a spool that cannot be written is the machine's fault, not the input's
        path = spooled(stream, name)
    return Source(name, path, _file_kind(path, name))


def _unreadable(name: str, error: OSError | ValueError) -> InputError:
    reason = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
    return InputError(f"{name}: {reason[:1].lower()}{reason[1:]}", "check the path")


def _spool(
    stream: BinaryIO,
    path: Path,
    name: str,
    encoding: Encoding,
    progress: Callable[[int], None],
) -> None:
    n_bytes = 0
    with open(path, "wb") as kept:
        while block := stream.read(_BLOCK):
            if n_bytes == 0 and not _is_packed(block):
                refuse_binary(block, name, encoding)
            kept.write(block)
            n_bytes += len(block)
            progress(n_bytes)


def _is_packed(head: bytes) -> bool:
    """Tell whether bytes begin as a compressed file or an archive."""
    magics = (
        b"\x1f\x8b",
        b"BZh",
        b"\xfd7zXZ\x00",
        b"\x28\xb5\x2f\xfd",
        b"PK\x03\x04",
        b"PK\x05\x06",
    )
    return head.startswith(magics) or head[_TAR_MAGIC] == b"ustar"


def _file_kind(path: Path, name: str) -> str:
    try:
        with open(path, "rb") as raw:
            if raw.read(4) in (b"PK\x03\x04", b"PK\x05\x06"):
                return "zip"
            raw.seek(0)
            with decompressed(raw, name) as stream:
                head = stream.read(512)
    except OSError as error:
        raise _unreadable(name, error) from None
    return "tar" if head[_TAR_MAGIC] == b"ustar" else "file"


def members(sources: Sequence[Source], include: Sequence[str] = ()) -> Iterator[Member]:
    """Yield every file of the sources with its decompressed bytes.

    Directories and zip files go in byte order of the path, tar files in their own order.
    ``include`` holds shell patterns, one of which the path inside a directory or archive must
    match.
    """
    for source in sources:
        if source.kind == "file":
            with open_source(source) as stream:
                yield Member(source, "", stream)
        else:
            walk = {"directory": _directory, "tar": _tar, "zip": _zip}[source.kind]
            for path, stream in walk(source, tuple(include)):
                yield Member(source, path, stream)


def open_source(source: Source) -> BinaryIO:
    """Open a plain file for reading, decompressed; a spooled stream is opened by its spool."""
    try:
        raw = open(source.path, "rb")
    except OSError as error:
        raise _unreadable(source.name, error) from None
    return decompressed(raw, source.name)


def expected_bytes(sources: Sequence[Source]) -> int | None:
    """Return about how many bytes the sources will give, or None where only reading tells.

    Of gzip it is what its last four bytes say (RFC 1952): less where it has several members or
    more than 4 GB.
    """
    total = 0
    for source in sources:
        if source.kind != "file":
            return None
        with contextlib.suppress(OSError), open(source.path, "rb") as raw:
            head = raw.read(6)
            size = raw.seek(0, os.SEEK_END)
            if head.startswith(b"\x1f\x8b") and size >= 18:
                raw.seek(-4, os.SEEK_END)
                size = int.from_bytes(raw.read(4), "little")
            elif head.startswith((b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd")):
                return None
            total += size
    return total


def decompressed(raw: BinaryIO, name: str) -> BinaryIO:
    """Wrap a byte stream so that gzip, bz2, xz and zstd, known by their magic, are undone."""
    buffered = raw if hasattr(raw, "peek") else io.BufferedReader(cast(Any, raw), _BLOCK)
    head = buffered.peek(6)[:6]
    opened: BinaryIO
    if head.startswith(b"\x1f\x8b"):
        opened = cast(BinaryIO, gzip.GzipFile(fileobj=buffered))
    elif head.startswith(b"BZh") and head[3:4].isdigit():
        opened = cast(BinaryIO, bz2.BZ2File(buffered))
    elif head.startswith(b"\xfd7zXZ\x00"):
        opened = cast(BinaryIO, lzma.LZMAFile(buffered))
    elif head.startswith(b"\x28\xb5\x2f\xfd"):
        opened = _zstd(buffered)
    else:
        return buffered
    return cast(BinaryIO, _Checked(opened, name, buffered))


def _zstd(stream: BinaryIO) -> BinaryIO:
    try:
        from compression import zstd  # Python 3.14 and newer
    except ImportError:
        return cast(BinaryIO, io.BufferedReader(_Zstd(stream), _BLOCK))
    return cast(BinaryIO, zstd.ZstdFile(stream))


class _Zstd(io.RawIOBase):
    """The frames of a zstd stream; zstandard's own reader takes a truncated one for whole."""

    _INPUT = 1 << 11  # small, since 4 bytes may become 128 KiB

    def __init__(self, stream: BinaryIO) -> None:
        import zstandard

        self._stream, self._new_frame = stream, zstandard.ZstdDecompressor().decompressobj
        self._frame, self._input, self._data = self._new_frame(), b"", memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._data:
            self._input = self._input or self._stream.read(self._INPUT)
            if not self._input:
                if not self._frame.eof:
                    raise EOFError
                return 0
            if self._frame.eof:
                self._frame = self._new_frame()
            self._data = memoryview(self._frame.decompress(self._input))
            self._input = self._frame.unused_data
        size = min(len(buffer), len(self._data))
        buffer[:size], self._data = self._data[:size], self._data[size:]
        return size


class _Checked(io.RawIOBase):
    """A stream whose faults are InputErrors that name the file; closes what it reads from."""

    def __init__(self, stream: BinaryIO, name: str, below: BinaryIO | None = None) -> None:
        self._stream, self._name, self._below = stream, name, below

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        try:
            return self._stream.read(size)
        except EOFError:
            raise InputError(
                f"{self._name}: the compressed data end too early", "get the whole file again"
            ) from None
        except (OSError, zlib.error, lzma.LZMAError, ValueError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise InputError(f"{self._name}: the compressed data are damaged ({error})") from None
        except (tarfile.TarError, zipfile.BadZipFile) as error:
            raise InputError(f"{self._name}: the archive is damaged ({error})") from None
        except Exception as error:
            if type(error).__name__ != "ZstdError":
                raise
            raise InputError(f"{self._name}: the compressed data are damaged ({error})") from None

    def peek(self, size: int = 1) -> bytes:
        return b""

    def close(self) -> None:
        self._stream.close()
        if self._below is not None:
            self._below.close()
        super().close()


def _wanted(path: str, include: tuple[str, ...]) -> bool:
    return not include or any(fnmatchcase(path, pattern) for pattern in include)


def _directory(source: Source, include: tuple[str, ...]) -> Iterator[tuple[str, BinaryIO]]:
    found: list[bytes] = []
    root = os.fsencode(source.path)

    def unreadable(error: OSError) -> None:
        raise _unreadable(printable_path(error.filename or source.name), error)

    # Links to directories are not followed, so that a loop of links ends.
    for folder, subfolders, files in os.walk(root, onerror=unreadable):
        subfolders[:] = [name for name in subfolders if not name.startswith(b".")]
        for file in files:
            path = os.path.join(folder, file)
            if not file.startswith(b".") and os.path.isfile(path):
                found.append(os.path.relpath(path, root))
    for relative in sorted(found):
        inside = printable_path(relative)
        if _wanted(inside, include):
            name = f"{source.name.rstrip('/')}/{inside}"
            try:
                raw = open(os.path.join(root, relative), "rb")
            except OSError as error:
                raise _unreadable(name, error) from None
            with decompressed(raw, name) as stream:
                yield inside, stream


def _tar(source: Source, include: tuple[str, ...]) -> Iterator[tuple[str, BinaryIO]]:
    try:
        with (
            open_source(source) as stream,
            tarfile.open(
                fileobj=stream, mode="r|", errors="surrogateescape", tarinfo=_Entry
            ) as archive,
        ):
            for entry in archive:
                path = printable_path(entry.name).removeprefix("./")
                if not entry.isreg() or not _wanted(path, include) or _is_hidden(path):
                    continue
                raw = archive.extractfile(entry)
                if raw is not None:
                    yield path, _member(raw, f"{source.name}:{path}")
    except tarfile.TarError as error:
        raise InputError(f"{source.name}: not a readable tar archive ({error})") from None


class _Entry(tarfile.TarInfo):
    """An entry whose damaged header is an error; tarfile takes it for the archive's end."""

    @classmethod
    def fromtarfile(cls, archive: tarfile.TarFile) -> Self:
        try:
            return super().fromtarfile(archive)
        except tarfile.InvalidHeaderError as error:  # type: ignore[attr-defined]
            raise tarfile.ReadError(str(error)) from None


def _zip(source: Source, include: tuple[str, ...]) -> Iterator[tuple[str, BinaryIO]]:
    try:
        with zipfile.ZipFile(source.path) as archive:
            entries = {printable_path(e.filename): e for e in archive.infolist() if not e.is_dir()}
            for path in sorted(entries, key=os.fsencode):
                if not _wanted(path, include) or _is_hidden(path):
                    continue
                if entries[path].flag_bits & 1:
                    raise InputError(f"{source.name}:{path}: is encrypted")
                with archive.open(entries[path]) as raw:
                    yield path, _member(raw, f"{source.name}:{path}")
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        # RuntimeError: of a compression or encryption that zipfile does not know
        raise InputError(f"{source.name}: not a readable zip archive ({error})") from None


def _member(raw: Any, name: str) -> BinaryIO:
    return cast(BinaryIO, _Checked(decompressed(raw, name), name))


def _is_hidden(path: str) -> bool:
    return any(part.startswith(".") and part not in (".", "..") for part in path.split("/"))


class Fingerprint:
    """The running sha256 of all bytes of a corpus in the order in which they are read."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self.bytes = 0

    def watch(self, member: Member) -> Member:
        """Return the member with a stream that adds to the fingerprint all that is read of it."""
        path = member.path.encode()
        self._hash.update(b"member %d %d\n" % (member.source.kind != "file", len(path)) + path)
        return member._replace(stream=cast(BinaryIO, _Watched(member.stream, self)))

    def update(self, block: bytes) -> None:
        """Add bytes of the member at hand."""
        self._hash.update(block)
        self.bytes += len(block)

    def hexdigest(self) -> str:
        """Return the digest of everything read so far, the number of bytes included."""
        final = self._hash.copy()
        final.update(b"bytes %d" % self.bytes)
        return final.hexdigest()


class _Watched:
    def __init__(self, stream: BinaryIO, fingerprint: Fingerprint) -> None:
        self._stream, self._fingerprint = stream, fingerprint

    def read(self, size: int = -1) -> bytes:
        block = self._stream.read(size)
        self._fingerprint.update(block)
        return block


def fingerprint(
    sources: Sequence[Source],
    include: Sequence[str] = (),
    progress: Callable[[int], None] = lambda n_bytes: None,
) -> Fingerprint:
    """Read all bytes of the sources once and return their fingerprint."""
    total = Fingerprint()
    for member in members(sources, include):
        stream = total.watch(member).stream
        while stream.read(_BLOCK):
            progress(total.bytes)
    return total
