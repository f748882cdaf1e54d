"""Lenient decoding goes on, and notes what strict decoding would stop at."""

from __future__ import annotations

import io
import random
import tarfile
from pathlib import Path

import pytest

from latentcli.corpus import lenient
from latentcli.corpus.decoding import Encoding
from latentcli.corpus.encoding_guess import likely_encoding
from latentcli.corpus.lenient import Faults, lenient_text, lenient_utf8


class Slow(io.RawIOBase):
    """Gives bytes in pieces of the sizes asked for, whatever is wanted."""

    def __init__(self, data: bytes, size: int) -> None:
        self._data, self._size = data, size

    def read(self, size: int = -1) -> bytes:
        piece, self._data = self._data[: self._size], self._data[self._size :]
        return piece


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1 << 20])
def test_faults_are_where_they_are_however_the_bytes_come(size: int) -> None:
    draw = random.Random(size)
    parts = [draw.choice(["a", "é", "漢", "\n", "𝄞", "word "]).encode() for _ in range(300)]
    expected = []
    for i in sorted(draw.sample(range(20, 300), 20)):
        parts[i] = b"\xff"
        before = b"".join(parts[:i])
        expected.append((1 + before.count(b"\n"), len(before)))
    data = b"".join(parts)
    faults = Faults(100)
    found = b"".join(lenient_utf8(Slow(data, size), "f", Encoding(), faults))  # type: ignore[arg-type]
    assert found == data.replace(b"\xff", b"?")
    [file] = faults.files
    assert file.n_bytes == 20
    assert [tuple(place) for place in file.places] == expected


@pytest.mark.parametrize("name", ["utf-8", "cp1252", "shift_jis", "utf-16-le"])
def test_sound_text_is_what_python_decodes(name: str) -> None:
    text = "words\r\nof the day\rand more\n" * 200
    faults = Faults()
    found = "".join(lenient_text(Slow(text.encode(name), 11), "f", Encoding(name), faults))  # type: ignore[arg-type]
    assert found == text.replace("\r\n", "\n").replace("\r", "\n")
    assert (faults.files, faults.refused) == ([], [])


def test_nul_becomes_a_space_and_is_counted() -> None:
    faults = Faults(2)
    found = b"".join(lenient_utf8(io.BytesIO(b"a\0b\nc\0\0 and more"), "f", Encoding(), faults))
    assert found == b"a b\nc   and more"
    [file] = faults.files
    assert (file.n_nul, [tuple(p) for p in file.nul_places]) == (3, [(1, 1), (2, 5)])


def test_what_is_no_text_is_refused_and_passed_over() -> None:
    faults = Faults()
    for data in ("a text".encode("utf-16"), bytes(range(1, 9)) * 100):
        assert list(lenient_utf8(io.BytesIO(data), "f", Encoding(), faults)) == []
    assert [name for name, _ in faults.refused] == ["f", "f"]
    assert lenient._SNIFF_BYTES == 1 << 13


def test_encodings_of_real_files_are_guessed(shared_data: Path) -> None:
    """Those of one directory each; what is decoded the same counts as right."""
    wrong, n = [], 0
    with tarfile.open(shared_data / "nasty/encodings.tar.gz") as archive:
        for member in archive:
            stream = archive.extractfile(member)
            name = member.name.split("/")[1].removesuffix("-russian").removesuffix("-hebrew")
            name = name.removesuffix("-arabic").lower().replace("gb2312", "gb18030")
            name = {"maccyrillic": "mac_cyrillic", "euc-kr": "cp949", "shift_jis": "cp932"}.get(
                name, name
            )
            if stream is None or name.startswith(("utf", "iso-2022", "ascii")):
                continue
            data = stream.read()
            guess = likely_encoding(data[: 1 << 14])
            n += 1
            if guess is None or data.decode(guess, "replace") != data.decode(name, "replace"):
                wrong.append((member.name, guess))
    assert n > 25
    assert len(wrong) <= 4, wrong


def test_a_few_bytes_of_another_encoding_in_utf8_are_guessed_by_themselves() -> None:
    text = "Größe und Höhe über den Dächern. " * 20
    assert likely_encoding(text.encode() + "café".encode("cp1252")) == "cp1252"
    assert likely_encoding(text.encode()) is None
