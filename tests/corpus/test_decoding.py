"""Bytes to text: what Python's own decoders and line rule make of them, and where they fail."""

from __future__ import annotations

import io
import random
from typing import BinaryIO

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from latentcli.corpus import decoding
from latentcli.corpus.decoding import Encoding, checked_encoding, decoded_chunks
from latentcli.errors import InputError

hostile_bytes = st.lists(
    st.one_of(
        st.sampled_from([b"\r", b"\n", b"\r\n", b"a", b"\xc3\xa9", b"\xe2\x82\xac", b"\xff"]),
        st.sampled_from([b"\xc3", b"\xf0\x9f\x98\x80", b"\xe2\x80\xa8", b"\xc2\x85", b"\x0b\x0c"]),
        st.binary(max_size=3),
    ),
    max_size=30,
).map(b"".join)


def decoded(data: bytes, encoding: str = "utf-8", errors: str = "strict") -> str:
    stream: BinaryIO = io.BytesIO(data)
    return "".join(decoded_chunks(stream, "file.txt", checked_encoding(encoding, errors)))


def as_python_reads(data: bytes, encoding: str, errors: str = "strict") -> str:
    return io.TextIOWrapper(io.BytesIO(data), encoding, errors, newline=None).read()


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=40), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]))
def test_lines_end_where_python_s_universal_newlines_end_them(text: str, encoding: str) -> None:
    # faults 56 and 58
    data = ("ordinary text " * 5 + text.replace("\0", "")).encode(encoding)
    assert decoded(data, encoding) == as_python_reads(data, encoding)


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_every_line_end_becomes_lf(end: str) -> None:
    # fault 58
    assert decoded(f"one{end}{end}two{end}".encode()) == "one\n\ntwo\n"


@pytest.mark.parametrize("kept", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x1d"])
def test_nothing_else_ends_a_line(kept: str) -> None:
    # fault 58
    assert decoded(f"one{kept}two\n".encode()) == f"one{kept}two\n"


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"],
)
def test_a_byte_order_mark_is_no_text(encoding: str) -> None:
    # fault 56
    mark = "" if encoding in ("utf-8-sig", "utf-16", "utf-32") else "\ufeff"
    assert decoded((mark + "hello").encode(encoding), encoding) == "hello"


def place_of_error(data: bytes) -> tuple[int, int] | None:
    """The line and byte offset that Python's decoder stumbles over."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = as_python_reads(data[: error.start], "utf-8")
        return 1 + before.count("\n"), error.start
    return None


@settings(max_examples=1000, deadline=None)
@given(hostile_bytes, st.integers(1, 9))
def test_an_undecodable_byte_is_named_by_line_and_offset(data: bytes, chunk: int) -> None:
    # fault 55
    data = data.replace(b"\0", b"")
    place = place_of_error(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decoding, "CHUNK_BYTES", chunk)
        patch.setattr(decoding, "refuse_binary", lambda *_: None)
        if place is None:
            assert decoded(data) == as_python_reads(data, "utf-8").removeprefix("\ufeff")
            return
        with pytest.raises(InputError) as caught:
            decoded(data)
    line, offset = place
    assert caught.value.message == f"file.txt:{line}: byte {offset} is not valid utf-8"
    assert "--encoding-errors replace" in caught.value.hint


@pytest.mark.parametrize("encoding", ["utf-16-be", "utf-32-le", "shift_jis", "gb18030", "cp1252"])
def test_the_line_is_right_in_other_encodings_too(encoding: str) -> None:
    # fault 55
    bad = {"utf-16-be": b"\xd8\x00\x00a", "utf-32-le": b"\xff\xff\xff\xff"}.get(
        encoding, b"\x81\x0a"
    )
    bad = b"\x81" if encoding == "cp1252" else bad
    head = "one\r\ntwo\rthree ".encode(encoding)
    with pytest.raises(InputError, match=rf"^file.txt:3: byte {len(head)} is not valid"):
        decoded(head + bad + "x".encode(encoding), encoding)


@settings(max_examples=300, deadline=None)
@given(hostile_bytes)
def test_replacing_is_what_python_s_decoder_does(data: bytes) -> None:
    # fault 55
    data = b"text " * 20 + data.replace(b"\0", b"")
    assert decoded(data, errors="replace") == as_python_reads(data, "utf-8", "replace")


@pytest.mark.parametrize(
    ("mark", "encoding", "named"),
    [
        (True, "utf-16-le", "utf-16"),
        (True, "utf-16-be", "utf-16"),
        (True, "utf-32-le", "utf-32"),
        (True, "utf-32-be", "utf-32"),
        (False, "utf-16-le", "utf-16-le"),
        (False, "utf-16-be", "utf-16-be"),
        (False, "utf-32-le", "utf-32-le"),
        (False, "utf-32-be", "utf-32-be"),
    ],
)
def test_wide_text_is_recognised_and_then_readable(mark: bool, encoding: str, named: str) -> None:
    # fault 57
    text = "The king and the queen went down to the sea."
    data = ("\ufeff" * mark + text).encode(encoding)
    with pytest.raises(InputError, match=f"looks like {named.upper()}$") as caught:
        decoded(data)
    assert f"--encoding {named}" in caught.value.hint
    assert decoded(data, named) == text


@pytest.mark.parametrize(
    "data",
    [
        b"text with a \0 in it",
        b"\x7fELF\x02\x01\x01\0",
        bytes(range(1, 9)) * 20,
    ],
)
def test_binary_data_are_refused_by_name(data: bytes) -> None:
    # fault 59
    with pytest.raises(InputError, match=r"^file\.txt[^ ]*: .*looks binary"):
        decoded(data)


@pytest.mark.parametrize("seed", range(5))
def test_random_bytes_are_refused_not_garbled(seed: int) -> None:
    # fault 59
    with pytest.raises(InputError, match=r"^file\.txt"):
        decoded(random.Random(seed).randbytes(100_000))


nul_bytes = st.lists(
    st.sampled_from([b"a", b" ", b"\n", b"\r", b"\r\n", b"\xc3\xa9", b"\xc3", b"\0"]), max_size=20
).map(b"".join)


@settings(max_examples=500, deadline=None)
@given(nul_bytes, st.integers(1, 9), st.booleans())
@example(b"word " * 5000 + b"\n\0 end", 1 << 20, True)
@example(b"\xc3\0", 1, True)
@example(b"\0\xff", 9, False)
def test_a_nul_is_refused_by_line_and_byte_wherever_it_stands(
    data: bytes, chunk: int, raw: bool
) -> None:
    # fault 59
    nul, wrong = data.find(b"\0"), place_of_error(data)
    if nul < 0 or (not raw and wrong is not None and wrong[1] < nul):
        return
    read = decoding.utf8_chunks if raw else decoding.decoded_chunks
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decoding, "CHUNK_BYTES", chunk)
        patch.setattr(decoding, "refuse_binary", lambda *_: None)
        with pytest.raises(InputError) as caught:
            list(read(io.BytesIO(data), "file.txt", Encoding()))
    line = 1 + as_python_reads(data[:nul], "utf-8", "replace").count("\n")
    assert caught.value.message == f"file.txt:{line}: byte {nul} is NUL: looks binary"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32-le", "latin-1", "utf-8-sig"])
def test_the_byte_of_a_nul_is_right_in_other_encodings_too(encoding: str) -> None:
    before = "first\r\nsecond \u00e9 "
    place = len(before.encode(encoding))
    with pytest.raises(InputError, match=rf"^file.txt:2: byte {place} is NUL"):
        decoded((before + "\0").encode(encoding), encoding)


def test_a_nul_is_a_character_like_any_other_where_bytes_are_replaced() -> None:
    for text in ("a\0b " * 10, "word " * 5000 + "\0 end"):
        assert decoded(text.encode(), errors="replace") == text


def test_terminal_escapes_and_form_feeds_are_text() -> None:
    text = "\x1b[1mbold\x1b[0m\fnext page\b\n" * 3
    assert decoded(text.encode()) == text


@pytest.mark.parametrize(
    "name", ["utf-9", "", "rot13", "hex", "undefined", "idna", "a b", "\udcff"]
)
def test_what_is_no_text_encoding_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="unknown text encoding"):
        checked_encoding(name, "strict")


@pytest.mark.parametrize(
    ("name", "canonical"), [("UTF8", "utf-8"), ("Latin-1", "iso8859-1"), ("sjis", "shift_jis")]
)
def test_encodings_go_by_python_s_own_name(name: str, canonical: str) -> None:
    assert checked_encoding(name, "strict") == Encoding(canonical, "strict")
