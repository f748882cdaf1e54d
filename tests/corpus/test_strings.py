"""The memory-mapped sequence of strings, against a plain list."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latentcli.corpus.strings import Strings

hostile = st.lists(st.one_of(st.text(max_size=8), st.text("\\\n\rnr\t\0", max_size=8)), max_size=12)


@given(hostile, st.slices(12))
def test_it_is_the_list_that_it_was_made_of(strings: list[str], part: slice) -> None:
    found = Strings.of(strings)
    assert list(found) == strings
    assert len(found) == len(strings)
    assert found[part] == strings[part]
    assert [found[i] for i in range(-len(strings), len(strings))] == strings * 2


@given(hostile, st.lists(st.integers(0, 11), max_size=9))
def test_some_of_its_rows_are_a_sequence_too(strings: list[str], rows: list[int]) -> None:
    rows = [row for row in rows if row < len(strings)]
    found = Strings.of(strings).taken(np.array(rows, np.int64))
    expected = Strings.of(strings[row] for row in rows)
    for part in ("text", "offsets", "hashes", "rows"):
        assert np.array_equal(getattr(found, part), getattr(expected, part))


@given(hostile, st.text(max_size=3))
def test_a_string_is_found_in_its_first_row(strings: list[str], other: str) -> None:
    found = Strings.of(strings)
    for string in [*strings, other]:
        expected = strings.index(string) if string in strings else None
        assert found.find(string) == expected
        assert (string in found) == (string in strings)


def test_strings_of_one_checksum_are_told_apart() -> None:
    twins = ["plumless", "buckeroo"]
    assert zlib.crc32(twins[0].encode()) == zlib.crc32(twins[1].encode())
    found = Strings.of(["a", *twins, "b"])
    assert [found.find(word) for word in twins] == [1, 2]
    assert Strings.of(["a", twins[0]]).find(twins[1]) is None


@given(hostile)
def test_each_string_is_a_line_of_utf_8_text(strings: list[str]) -> None:
    lines = Strings.of(strings).text.tobytes().decode("utf-8").split("\n")
    escaped = [s.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r") for s in strings]
    assert lines == [*escaped, ""]


def test_it_can_be_mapped_from_files(tmp_path: Path) -> None:
    words = [f"w\u00f6rd{i}" for i in range(100_000)]
    made = Strings.of(words)
    parts = (made.text, made.offsets, made.hashes, made.rows)
    for i, part in enumerate(parts):
        np.save(tmp_path / f"{i}.npy", part)
    mapped = Strings(*(np.load(tmp_path / f"{i}.npy", mmap_mode="r") for i in range(4)))
    assert list(mapped) == words
    assert [mapped.find(words[i]) for i in (0, 54_321, 99_999)] == [0, 54_321, 99_999]


@pytest.mark.parametrize("place", [3, -4, 10**10])
def test_a_place_outside_is_an_index_error(place: int) -> None:
    with pytest.raises(IndexError):
        Strings.of(["a", "b", "c"])[place]


def test_a_lone_surrogate_is_in_no_text() -> None:
    # fault 67
    assert Strings.of(["a", "?"]).find("\udcff") is None
    assert "\udcff" not in Strings.of(["a"])
