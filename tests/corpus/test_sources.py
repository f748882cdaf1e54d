"""Where bytes come from: files written by Python's own compressors and archivers."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import random
import socket
import tarfile
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from latentcli.corpus.documents import Document
from latentcli.corpus.sources import Member, find_sources, fingerprint, members
from latentcli.errors import InputError

TEXT = "".join(f"line {i} of some text\n" for i in range(40_000)).encode()
COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstandard.compress,
}
Write = Callable[[str, bytes | str], Path]
Read = Callable[..., list[Document]]


def contents(*inputs: Path | str, include: tuple[str, ...] = ()) -> list[tuple[str, bytes]]:
    """What the members of files, directories and archives hold."""
    sources = find_sources([os.fspath(path) for path in inputs], Path("/nonexistent"), None)
    return [(member.path, whole(member)) for member in members(sources, include)]


def whole(member: Member) -> bytes:
    return b"".join(iter(lambda: member.stream.read(65_536), b""))


def tar(files: dict[str, bytes], mode: str = "w") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize("suffix", COMPRESSORS)
@pytest.mark.parametrize("name", ["text", "text.txt", "text.gz", "text.zst"])
def test_compression_goes_by_content_not_by_name(suffix: str, name: str, written: Write) -> None:
    # fault 72
    assert contents(written(name, COMPRESSORS[suffix](TEXT))) == [("", TEXT)]


@pytest.mark.parametrize("suffix", COMPRESSORS)
def test_a_plain_text_may_be_named_as_if_compressed(suffix: str, written: Write) -> None:
    # fault 72
    assert contents(written(f"plain.{suffix}", TEXT)) == [("", TEXT)]


@pytest.mark.parametrize("suffix", COMPRESSORS)
def test_all_members_of_a_compressed_file_are_read(suffix: str, written: Write) -> None:
    # fault 72
    parts = [b"first\n", TEXT, b"", b"last\n"]
    data = b"".join(map(COMPRESSORS[suffix], parts))
    assert contents(written(f"parts.{suffix}", data)) == [("", b"".join(parts))]


@pytest.mark.parametrize("suffix", COMPRESSORS)
@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_compressed_data_cut_short_are_an_error(suffix: str, share: float, written: Write) -> None:
    # fault 72
    data = COMPRESSORS[suffix](random.Random(1).randbytes(500_000).hex().encode())
    path = written(f"cut.{suffix}", data[: max(7, int(share * len(data)) - 1)])
    with pytest.raises(InputError, match=f"cut.{suffix}: the compressed data end too early"):
        contents(path)


@pytest.mark.parametrize("suffix", COMPRESSORS)
def test_damaged_compressed_data_are_an_error(suffix: str, written: Write) -> None:
    # fault 72
    compress = COMPRESSORS[suffix]
    if suffix == "zst":  # its checksum is optional
        compress = zstandard.ZstdCompressor(write_checksum=True).compress
    data = bytearray(compress(random.Random(1).randbytes(500_000).hex().encode()))
    data[len(data) // 2] ^= 0x10
    with pytest.raises(InputError, match=f"bad.{suffix}: the compressed data are damaged"):
        contents(written(f"bad.{suffix}", bytes(data)))


def test_what_follows_compressed_data_is_an_error(written: Write) -> None:
    # fault 72
    with pytest.raises(InputError, match="damaged"):
        contents(written("text.gz", gzip.compress(TEXT) + b"and more"))


FILES = {"b/2.txt": b"two", "b/1.txt": TEXT, "a/10.txt": b"ten", "a/9.txt": "neun\u00e4".encode()}
IN_BYTE_ORDER = sorted(FILES.items())


def test_a_directory_is_read_in_byte_order_of_the_path(tmp_path: Path, written: Write) -> None:
    for name, data in FILES.items():
        written(f"corpus/{name}", data)
    assert contents(tmp_path / "corpus") == IN_BYTE_ORDER
    assert contents(f"{tmp_path}/corpus/") == IN_BYTE_ORDER


def test_a_zip_file_is_read_in_byte_order_of_the_path(written: Write) -> None:
    assert contents(written("corpus.zip", zipped(FILES))) == IN_BYTE_ORDER


@pytest.mark.parametrize("compress", [bytes, *COMPRESSORS.values()])
@pytest.mark.parametrize("format", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_a_tar_file_is_read_in_its_own_order(
    compress: Callable[[bytes], bytes],
    format: int,
    written: Write,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tarfile.TarFile, "format", format)
    assert contents(written("corpus", compress(tar(FILES)))) == list(FILES.items())


def test_compressed_files_in_archives_and_directories_are_read(written: Write) -> None:
    packed = {f"{suffix}.txt": compress(TEXT) for suffix, compress in COMPRESSORS.items()}
    for name, data in packed.items():
        written(f"corpus/{name}", data)
    expected = sorted((name, TEXT) for name in packed)
    inputs = written("c.zip", zipped(packed)), written("c.tar", tar(packed))
    for path in (*inputs, inputs[0].parent / "corpus"):
        assert sorted(contents(path)) == expected


def test_include_chooses_by_the_path_inside(tmp_path: Path, written: Write) -> None:
    for name, data in FILES.items():
        written(f"corpus/{name}", data)
    inputs = tmp_path / "corpus", written("c.zip", zipped(FILES)), written("c.tar", tar(FILES))
    for path in inputs:
        chosen = contents(path, include=("a/*", "*/2.txt"))
        assert sorted(name for name, _ in chosen) == ["a/10.txt", "a/9.txt", "b/2.txt"]


def test_hidden_files_are_passed_over(tmp_path: Path, written: Write) -> None:
    files = {"seen.txt": b"seen", ".hidden": b"x", ".git/config": b"x", "a/.b/c": b"x"}
    for name, data in files.items():
        written(f"corpus/{name}", data)
    for path in (tmp_path / "corpus", written("z", zipped(files)), written("t", tar(files))):
        assert contents(path) == [("seen.txt", b"seen")]


def test_a_loop_of_links_ends_and_a_linked_file_is_read(tmp_path: Path, written: Write) -> None:
    # fault 60
    written("corpus/a/text", "text")
    (tmp_path / "corpus" / "a" / "up").symlink_to("../..")
    (tmp_path / "corpus" / "b").symlink_to("a/text")
    assert contents(tmp_path / "corpus") == [("a/text", b"text"), ("b", b"text")]


def test_nothing_of_an_archive_but_its_files_is_read(written: Write) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE):
            entry = tarfile.TarInfo(f"special{kind!r}")
            entry.type, entry.linkname = kind, "/etc/passwd"
            archive.addfile(entry)
        directory = tarfile.TarInfo("directory")
        directory.type = tarfile.DIRTYPE
        archive.addfile(directory)
        archive.addfile(tarfile.TarInfo("../../outside.txt"), io.BytesIO())
    assert contents(written("c.tar", out.getvalue())) == [("../../outside.txt", b"")]
    assert contents(written("c.zip", zipped({"folder/": b"", "a": b"a"}))) == [("a", b"a")]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("size", [1000, 2_000_000])
def test_a_damaged_zip_file_is_an_error(method: int, size: int, written: Write) -> None:
    data = bytearray(zipped({"a.txt": random.Random(1).randbytes(size)}, method))
    data[len(data) // 2] ^= 0x10
    with pytest.raises(InputError, match=r"bad\.zip.*(damaged|not a readable zip)"):
        contents(written("bad.zip", bytes(data)))


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
@pytest.mark.parametrize("cut", [600, 100_000, 1_500_000, 2_100_000])
def test_a_tar_file_cut_short_is_an_error(
    compress: Callable[[bytes], bytes], cut: int, written: Write
) -> None:
    data = tar({"a": random.Random(1).randbytes(2_000_000), "b": TEXT})
    with pytest.raises(InputError, match=r"cut\.tar.*(damaged|not a readable tar)"):
        contents(written("cut.tar", compress(data[:cut])))


def test_a_tar_file_with_a_damaged_header_is_an_error(written: Write) -> None:
    data = bytearray(tar({"a": b"one", "b": b"two"}))
    data[1024 + 3] ^= 0x10
    with pytest.raises(InputError, match="not a readable tar archive"):
        contents(written("bad.tar", bytes(data)))


def test_what_only_begins_like_a_zip_file_is_an_error(written: Write) -> None:
    with pytest.raises(InputError, match="not a readable zip archive"):
        contents(written("half.zip", zipped(FILES)[:300]))


def test_an_encrypted_zip_member_is_named(written: Write) -> None:
    data = bytearray(zipped({"secret.txt": b"x"}))
    for header, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(header) + flags] |= 1
    with pytest.raises(InputError, match=r"c\.zip:secret\.txt: is encrypted"):
        contents(written("c.zip", bytes(data)))


@pytest.mark.parametrize(
    "name",
    ["with space", "new\nline", b"\xff\xfe bytes", "-dash", "x" * 255, "\U0001f451", "a:b", "*"],
)
def test_any_file_name_can_be_read(name: str | bytes, tmp_path: Path) -> None:
    # fault 65
    folder = os.fsencode(tmp_path) + b"/folder"
    os.mkdir(folder)
    path = os.path.join(folder, os.fsencode(name))
    with open(path, "wb") as out:
        out.write(b"text")
    shown = os.fsencode(name).decode("utf-8", "backslashreplace")
    assert contents(os.fsdecode(path)) == [("", b"text")]
    assert contents(os.fsdecode(folder)) == [(shown, b"text")]
    shown.encode()  # printable in any case


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing", "no such file or directory"),
        ("dangling", "no such file or directory"),
        ("loop", "[Tt]oo many levels of symbolic links"),
        ("file/inside", "not a directory"),
        ("x" * 300, "[Ff]ile name too long"),
        ("nul\0", "null byte"),
    ],
)
def test_what_cannot_be_opened_is_named_with_the_reason(
    name: str, reason: str, tmp_path: Path, written: Write
) -> None:
    # fault 60
    written("file", "text")
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(InputError, match=f"(?s)^{tmp_path}/{name}.*: .*{reason}"):
        contents(tmp_path / name)


def test_a_fifo_is_spooled_and_read_twice(tmp_path: Path) -> None:
    # fault 61
    os.mkfifo(tmp_path / "pipe")
    feeder = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=[gzip.compress(TEXT)])
    feeder.start()
    sources = find_sources([str(tmp_path / "pipe")], tmp_path, None)
    feeder.join()
    for _ in range(2):
        assert [whole(member) for member in members(sources)] == [TEXT]


@pytest.mark.parametrize("data", [TEXT, gzip.compress(tar(FILES), mtime=0), b""])
def test_standard_input_is_spooled_and_read_twice(data: bytes, tmp_path: Path) -> None:
    # fault 61
    sources = find_sources(["-"], tmp_path, io.BytesIO(data))
    first, second = ([whole(member) for member in members(sources)] for _ in range(2))
    assert first == second == ([data] if data in (TEXT, b"") else list(FILES.values()))


def test_a_spool_that_cannot_be_written_is_not_the_input_s_fault(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    feeder = os.open(tmp_path / "pipe", os.O_RDWR)
    with pytest.raises(OSError, match="missing"):
        find_sources([str(tmp_path / "pipe")], tmp_path / "missing", None)
    os.close(feeder)


def test_standard_input_is_read_once_and_only_if_open(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="only once"):
        find_sources(["-", "-"], tmp_path, io.BytesIO(b"text"))
    with pytest.raises(InputError, match="closed"):
        find_sources(["-"], tmp_path, None)


def test_a_socket_is_no_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # fault 60
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        with pytest.raises(InputError, match="^socket: "):
            contents("socket")


def digest(*inputs: Path, include: tuple[str, ...] = ()) -> str:
    sources = find_sources([os.fspath(path) for path in inputs], Path("/nonexistent"), None)
    return fingerprint(sources, include).hexdigest()


def test_a_fingerprint_is_of_the_decompressed_bytes_whatever_the_file_is_called(
    written: Write,
) -> None:
    # fault 64
    plain = digest(written("a.txt", TEXT))
    assert plain == digest(written("elsewhere/b.txt.gz", gzip.compress(TEXT)))
    assert plain == digest(written("c", zstandard.compress(TEXT)))
    assert plain != digest(written("a.txt", TEXT + b"."))


def test_a_fingerprint_tells_apart_what_is_cut_up_differently(written: Write) -> None:
    # fault 64
    one, two, both = written("1", "one "), written("2", "two"), written("12", "one two")
    archives = [
        {"a": b"one ", "b": b"two"},
        {"a": b"one", "b": b" two"},
        {"a": b"", "b": b"one two"},
    ]
    digests = [digest(both), digest(one, two), digest(two, one)]
    digests += [digest(written("c.tar", tar(files))) for files in archives]
    digests += [digest(written("c.tar", tar({"ab": b"one ", "": b"two"})))]
    assert len(set(digests)) == len(digests)


def test_a_directory_and_archives_of_it_have_one_fingerprint(
    tmp_path: Path, written: Write
) -> None:
    # fault 64
    for name, data in FILES.items():
        written(f"corpus/{name}", data)
    expected = digest(tmp_path / "corpus")
    assert digest(written("c.zip", zipped(FILES))) == expected
    assert digest(written("c.tgz", gzip.compress(tar(dict(IN_BYTE_ORDER))))) == expected
