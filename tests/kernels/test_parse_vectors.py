"""Vectors as text are parsed as Python parses each number, word by word."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from latentcli.kernels import parse_vectors

SOUND, BLANK, TOO_FEW, TOO_MANY, NOT_A_NUMBER = range(5)
Parsed = list[tuple[int, bytes, list[float]]]


def parsed(text: bytes, dim: int, threads: int = 1, room: int = 5) -> Parsed:
    """What the kernel makes of a text, ``room`` rows at a time."""
    vectors, words = np.empty((room, dim), np.float32), np.empty((room, 2), np.uint64)
    faults = np.empty(room, np.uint8)
    found: Parsed = []
    start = 0
    while start < len(text):
        n_rows, start = parse_vectors(text, start, vectors, words, faults, threads)
        if not n_rows:
            break
        for row in range(n_rows):
            begin, end = words[row].tolist()
            numbers = vectors[row].tolist() if faults[row] == SOUND else []
            found.append((int(faults[row]), text[begin:end] if not faults[row] else b"", numbers))
    return found


def number(field: bytes) -> float | None:
    """Python's own reading of a field; None where it is no number."""
    try:
        value = float(field)
    except ValueError:
        return None
    with np.errstate(over="ignore"):
        return None if b"_" in field else float(np.float32(value))


def naive(text: bytes, dim: int) -> Parsed:
    """Line by line, in plain Python."""
    found: Parsed = []
    for whole in text.split(b"\n")[:-1]:
        line = whole.rstrip(b" \t\r").replace(b"\t", b" ")
        fields = [field for field in line.split(b" ") if field]
        numbers = [number(field) for field in fields[len(fields) - dim :]]
        if not fields:
            found.append((BLANK, b"", []))
        elif len(fields) < dim + 1:
            found.append((TOO_FEW, b"", []))
        elif None in numbers:
            found.append((NOT_A_NUMBER, b"", []))
        elif len(fields) > dim + 1 and number(fields[-dim - 1]) is not None:
            found.append((TOO_MANY, b"", []))
        else:
            word = whole.rstrip(b" \t\r")
            for field in reversed(fields[-dim:]):
                word = word.removesuffix(field).rstrip(b" \t")
            found.append((SOUND, word.lstrip(b" \t"), [x for x in numbers if x is not None]))
    return found


def same(a: Parsed, b: Parsed) -> bool:
    return len(a) == len(b) and all(
        x[:2] == y[:2] and np.array_equal(x[2], y[2], equal_nan=True)
        for x, y in zip(a, b, strict=True)
    )


FIELDS = st.one_of(
    st.sampled_from(
        [b"a", b"the", b"caf\xc3\xa9", b".", b"-", b"+", b"e5", b"1e", b"1e+", b"0x1p3"]
    ),
    st.sampled_from([b"nan", b"-inf", b"Infinity", b"1e400", b"-1e-400", b"1e39", b"+1.5", b"+-1"]),
    st.sampled_from([b".5", b"5.", b"1_000", b"--1", b"1.2.3", b"nan(1)", b"\xff", b"\\", b"1\r2"]),
    st.floats(allow_nan=False).map(lambda x: repr(x).encode()),
    st.floats(width=32, allow_nan=False).map(lambda x: f"{x:.5g}".encode()),
    st.integers(-(10**25), 10**25).map(lambda x: str(x).encode()),
)
LINES = st.lists(FIELDS, max_size=6).map(b" ".join)


@given(st.lists(LINES, max_size=12), st.integers(1, 4), st.integers(1, 3), st.integers(1, 6))
@example([b"a b 1 2", b"a 1 2 3", b" 1 2", b"a\t1  2 \r", b""], 2, 2, 3)
def test_rows_are_those_of_a_plain_loop(
    lines: list[bytes], dim: int, threads: int, room: int
) -> None:
    text = b"".join(line + b"\n" for line in lines)
    assert same(parsed(text, dim, threads, room), naive(text, dim))


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(0, 17))
def test_every_decimal_is_rounded_as_python_and_numpy_round_it(x: float, digits: int) -> None:
    for field in (f"{x:.{digits}e}", f"{x:.{digits}g}", repr(x), f"{x % 1:.{digits}f}"):
        [(fault, word, [value])] = parsed(f"w {field}\n".encode(), 1)
        with np.errstate(over="ignore"):
            expected = float(np.float32(float(field)))
        assert (fault, word, value) == (SOUND, b"w", expected)
        assert math.copysign(1, value) == math.copysign(1, expected)


def test_a_last_line_without_its_end_is_left_for_the_next_block() -> None:
    vectors, words = np.empty((4, 1), np.float32), np.empty((4, 2), np.uint64)
    n_rows, end = parse_vectors(b"a 1\nb 2", 0, vectors, words, np.empty(4, np.uint8))
    assert (n_rows, end) == (1, 4)


@pytest.mark.parametrize(
    ("room", "word_shape", "start", "threads"),
    [(2, (3, 2), 0, 1), (2, (2, 1), 0, 1), (2, (2, 2), 9, 1), (2, (2, 2), 0, 0)],
)
def test_arrays_that_do_not_fit_together_are_refused(
    room: int, word_shape: tuple[int, int], start: int, threads: int
) -> None:
    vectors, words = np.empty((room, 1), np.float32), np.empty(word_shape, np.uint64)
    with pytest.raises(ValueError, match=r"must|before"):
        parse_vectors(b"a 1\n", start, vectors, words, np.empty(room, np.uint8), threads)
