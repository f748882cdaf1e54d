"""Files that are damaged, hostile or mistaken for another kind: told by name and row, or counted.

The numbers are those of the list of faults that the program is built against.
"""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import pickle
import resource
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import zstandard
from gensim.models import KeyedVectors

from latentcli.errors import InputError, LatentError, RequestError
from latentcli.formats import foreign, vector_file, vector_text
from latentcli.store.cache import Cache
from latentcli.store.runs import list_runs
from tests.importing import bring_in, word2vec_binary

ROWS = b"a 1 2\nb 3 4\nc 5 6\n"
VECTORS = np.array([[1, 2], [3, 4], [5, 6]], np.float32)


def refused(
    tmp_path: Path, data: bytes, *said: str, name: str = "v.txt", **options: object
) -> None:
    """Hold that a file is refused with words that say so, and that no run is made."""
    (tmp_path / name).write_bytes(data)
    with pytest.raises(LatentError) as told:
        bring_in(tmp_path, tmp_path / name, **options)
    assert told.value.exit_code == 2
    for part in said:
        assert part in f"{told.value.message} {told.value.hint}"
    assert not list_runs(Cache(tmp_path / "cache"))
    assert not any((tmp_path / "cache" / "tmp").iterdir())


def taken(tmp_path: Path, data: bytes, name: str = "v.txt", **options: object) -> list[str]:
    """Return the words of a file."""
    (tmp_path / name).write_bytes(data)
    return bring_in(tmp_path, tmp_path / name, **options).words


class _Witness:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return os.mkdir, (str(self.path),)


def test_a_pickle_is_not_read_unless_a_person_trusts_it(tmp_path: Path) -> None:  # fault 34
    witness = tmp_path / "witness"
    data = pickle.dumps(_Witness(witness))
    refused(tmp_path, data, "--trust-pickle")
    assert not witness.exists()


def test_gensims_own_files_are_read_where_they_are_trusted(tmp_path: Path) -> None:  # fault 34
    vectors = KeyedVectors(2)
    vectors.add_vectors(["a", "b", "c"], VECTORS)
    path = tmp_path / "v.kv"
    vectors.save(str(path))
    found = bring_in(tmp_path, path, trust_pickle=True)
    assert found.words == ["a", "b", "c"]
    np.testing.assert_array_equal(found.vectors, VECTORS)


def test_a_trusted_pickle_of_something_else_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, pickle.dumps({"a": 1}), "gensim cannot load it", trust_pickle=True)


def npy(array: np.ndarray, **settings: object) -> bytes:
    out = io.BytesIO()
    np.lib.format.write_array(out, array, **settings)  # type: ignore[arg-type]
    return out.getvalue()


def labelled(tmp_path: Path, labels: bytes = b"a\nb\nc\n") -> dict[str, str]:
    (tmp_path / "labels").write_bytes(labels)
    return {"labels": str(tmp_path / "labels")}


def test_an_array_of_objects_is_refused(tmp_path: Path) -> None:  # fault 35
    witness = tmp_path / "witness"
    array = np.array([[_Witness(witness)]], object)
    refused(tmp_path, npy(array, allow_pickle=True), "objects", **labelled(tmp_path))
    assert not witness.exists()


@pytest.mark.parametrize("shape", [(2_000_000_000, 300), (4, 2), (2, 2), (10**30, 1)])
def test_a_header_of_an_array_is_checked_against_the_file(
    shape: tuple[int, int], tmp_path: Path
) -> None:  # fault 36
    lying = npy(VECTORS).replace(b"(3, 2)", repr(shape).encode(), 1)
    head = lying[: lying.index(b"\n") + 1]
    size = int.from_bytes(npy(VECTORS)[8:10], "little") + 10
    head = head[: size - 1].rstrip()[: size - 1].ljust(size - 1) + b"\n"
    refused(tmp_path, head + npy(VECTORS)[size:], "promises", **labelled(tmp_path))


@pytest.mark.parametrize(
    ("array", "said"),
    [(np.zeros(3), "shape (3,)"), (np.array([["a"]]), "no rows"), (np.zeros((0, 4)), "no rows")],
)
def test_an_array_without_rows_of_numbers_is_refused(
    array: np.ndarray, said: str, tmp_path: Path
) -> None:
    refused(tmp_path, npy(array), said, **labelled(tmp_path))


def test_labels_must_be_as_many_as_rows(tmp_path: Path) -> None:
    refused(tmp_path, npy(VECTORS), "3 rows, but 2 labels", **labelled(tmp_path, b"a\nb\n"))
    refused(tmp_path, npy(VECTORS), "--labels")


@pytest.fixture
def little_memory() -> object:
    """What is asked for beyond a gigabyte more than there is fails."""
    size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (size + (1 << 30), before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


@pytest.mark.parametrize(
    "head", [b"2000000000 2\n", b"3 2000000000\n", b"99999999999999999999 2\n", b"3 16000000\n"]
)
@pytest.mark.parametrize("form", ["word2vec", "word2vec-bin"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_lying_line_of_counts_takes_no_memory(
    head: bytes, form: str, pack: Callable[[bytes], bytes], little_memory: None, tmp_path: Path
) -> None:  # fault 37
    binary = word2vec_binary([b"a", b"b", b"c"], VECTORS)
    data = ROWS if form == "word2vec" else binary[binary.index(b"\n") + 1 :]
    refused(tmp_path, pack(head + data), "v.txt", format=form)


@pytest.mark.parametrize("form", ["word2vec", "word2vec-bin"])
def test_more_rows_than_promised_are_told(form: str, tmp_path: Path) -> None:  # fault 38
    binary = word2vec_binary([b"a", b"b", b"c"], VECTORS).replace(b"3 2\n", b"2 2\n", 1)
    data = b"2 2\n" + ROWS if form == "word2vec" else binary
    refused(tmp_path, data, "2", "promises", format=form)


def test_a_binary_file_cut_anywhere_is_told_with_the_row(tmp_path: Path) -> None:  # fault 39
    whole = word2vec_binary([b"a", b"b", b"c"], VECTORS)
    size = len(whole) // 3
    for length in (4, 5, size, size + 3, 2 * size + 4, len(whole) - 2):
        refused(tmp_path, whole[:length], "row ", "promises", format="word2vec-bin")
    packed = gzip.compress(whole[:-6])
    refused(tmp_path, packed, "row 3", format="word2vec-bin")
    assert taken(tmp_path, whole[:-1]) == ["a", "b", "c"]  # the last line feed alone


def test_fewer_lines_than_promised_are_told_or_taken_where_asked(tmp_path: Path) -> None:
    refused(tmp_path, b"4 2\n" + ROWS, "promises 4 rows, but there are 3")  # fault 39
    assert taken(tmp_path, b"4 2\n" + ROWS, skip_invalid=True) == ["a", "b", "c"]


@pytest.mark.parametrize("head", [b"3 0\n", b"0 0\n", b"3 -2\n", b"3 x\n", b"-3 2\n", b"3 2 1\n"])
def test_counts_that_cannot_be_are_one_error(head: bytes, tmp_path: Path) -> None:  # fault 40
    refused(tmp_path, head + ROWS, "v.txt", format="word2vec")
    refused(tmp_path, head + ROWS, "v.txt:1", format="word2vec")
    refused(tmp_path, head + word2vec_binary([b"a"], [[1, 2]])[4:], format="word2vec-bin")


def test_a_missing_line_of_counts_is_no_fault_but_an_empty_file_is(tmp_path: Path) -> None:
    refused(tmp_path, b"", "empty")  # fault 40
    refused(tmp_path, b"0 2\n", "no vectors")
    assert taken(tmp_path, ROWS) == ["a", "b", "c"]


def test_a_repeated_word_is_told_or_its_first_row_stands(tmp_path: Path) -> None:  # fault 41
    data = ROWS + b"a 7 8\nd 9 9\nb 3 4\n"
    refused(tmp_path, data, "v.txt:4: 'a' repeats the word of line 1")
    (tmp_path / "v.txt").write_bytes(data)
    found = bring_in(tmp_path, tmp_path / "v.txt", skip_invalid=True)
    assert found.words == ["a", "b", "c", "d"]
    np.testing.assert_array_equal(found.vectors, [*VECTORS.tolist(), [9, 9]])
    assert "left out 2 rows: 2 repeated (the first: " in found.notes


def test_many_repeated_words_leave_the_others_vectors_with_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fault 41
    monkeypatch.setattr(vector_file, "_BLOCK_BYTES", 1 << 10)  # so that rows move in many parts
    draw = np.random.default_rng(1)
    numbers = draw.integers(0, 6_000, 10_000)
    rows = np.stack([numbers, np.arange(len(numbers)) + 1], 1)
    (tmp_path / "v.bin").write_bytes(
        word2vec_binary([b"w%d" % number for number in numbers.tolist()], rows)
    )
    found = bring_in(tmp_path, tmp_path / "v.bin", skip_invalid=True)
    first = np.sort(np.unique(numbers, return_index=True)[1])
    np.testing.assert_array_equal(found.vectors, rows[first].astype(np.float32))
    assert found.words == [f"w{number}" for number in numbers[first].tolist()]


@pytest.mark.parametrize(
    ("row", "said", "counted"),
    [
        (b"x nan 2", "not finite", "1 not finite"),  # fault 42
        (b"x 1 -inf", "not finite", "1 not finite"),
        (b"x 1e39 1", "not finite", "1 not finite"),
        (b"x 0 0.0", "all zeros", "1 all zeros"),
        (b"x 1", "fewer than 2 numbers", "1 with too few numbers"),
        (b"x 1 2 3", "more than 2 numbers", "1 with too many numbers"),
        (b"x 1 2.0.1", "no number", "1 not all numbers"),
        (b"x\xe3\x81 1 2", "not UTF-8", "1 not UTF-8"),  # fault 43
    ],
)
def test_a_row_with_a_fault_is_named_or_left_out_and_counted(
    row: bytes, said: str, counted: str, tmp_path: Path
) -> None:
    data = ROWS + row + b"\nd 7 8\n"
    refused(tmp_path, data, "v.txt:4: 'x", said)
    refused(tmp_path, b"5 2\n" + data, "v.txt:5: 'x", said)
    (tmp_path / "v.txt").write_bytes(data)
    found = bring_in(tmp_path, tmp_path / "v.txt", skip_invalid=True)
    assert found.words == ["a", "b", "c", "d"]
    np.testing.assert_array_equal(found.vectors[3], [7, 8])
    assert f"left out 1 row: {counted} (the first: {tmp_path}/v.txt:4)" in found.notes


@pytest.mark.parametrize("fault", ["nan", "zero", "word", "utf8", "twice"])
def test_rows_of_binary_files_are_judged_alike(fault: str, tmp_path: Path) -> None:
    words, vectors = [b"a", b"b", b"c"], VECTORS.copy()
    if fault in ("nan", "zero"):
        vectors[1] = np.nan if fault == "nan" else 0  # fault 42
    words[1] = {"word": b"", "utf8": b"\xff", "twice": b"a"}.get(fault, b"b")  # faults 41, 43
    data = word2vec_binary(words, vectors)
    refused(tmp_path, data, "v.txt, row 2: ")
    assert taken(tmp_path, data, skip_invalid=True) == ["a", "c"]


def test_broken_text_can_be_mended_and_two_words_mended_alike_are_told(tmp_path: Path) -> None:
    twice = b"a\xff 1 2\na\xfe 3 4\n"  # fault 43
    refused(tmp_path, twice, "repeats", name="twice", encoding_errors="replace")
    mended = taken(tmp_path, b"a\xff 1 2\nb 3 4\n", encoding_errors="replace")
    assert mended == ["a\ufffd", "b"]
    with pytest.raises(RequestError, match="--encoding-errors ignore"):
        bring_in(tmp_path, tmp_path / "twice", encoding_errors="ignore")


def test_words_with_spaces_are_read_from_the_right(tmp_path: Path) -> None:  # fault 44
    data = b"a 1 2\n. . . 3 4\nat b@c.de 5 6\nx\\y 7 8\n"
    assert taken(tmp_path, data) == ["a", ". . .", "at b@c.de", "x\\y"]


def test_labels_may_hold_anything_but_line_ends(tmp_path: Path) -> None:  # fault 44
    labels = b"two words\r\nback\\slash\ncarriage\rreturn"
    given = labelled(tmp_path, labels)
    assert taken(tmp_path, npy(VECTORS), **given) == [
        "two words",
        "back\\slash",
        "carriage\rreturn",
    ]


def test_text_named_bin_and_binary_named_txt_are_told_apart(tmp_path: Path) -> None:  # fault 45
    assert taken(tmp_path, b"3 2\n" + ROWS, name="v.bin") == ["a", "b", "c"]
    assert taken(tmp_path, word2vec_binary([b"a", b"b", b"c"], VECTORS), name="v.vec") == [
        "a", "b", "c",
    ]  # fmt: skip


@pytest.fixture
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes seconds to unpack at the usual limits is over at these."""
    monkeypatch.setattr(foreign, "_LEAST_SUSPECT", 1 << 16)
    monkeypatch.setattr(vector_text, "_LONGEST_LINE", 1 << 16)
    monkeypatch.setattr(vector_text, "_BLOCK", 1 << 14)


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, zstandard.compress])
def test_what_unpacks_beyond_all_measure_is_refused(
    pack: Callable[[bytes], bytes], small_limits: None, tmp_path: Path
) -> None:  # fault 46
    line = b"a" + b" 1" * 200_000 + b"\n"
    refused(tmp_path, pack(line), "these are no vectors")
    refused(tmp_path, pack(b"x 1 1\n" * 200_000), "200 times its size", skip_invalid=True)


@pytest.mark.parametrize("cut", [0, 7])
@pytest.mark.parametrize(
    "pack",
    [gzip.compress, bz2.compress, lzma.compress, zstandard.compress],
    ids=lambda f: f.__module__,
)
def test_compression_is_undone_by_content_and_an_early_end_told(
    pack: Callable[[bytes], bytes], cut: int, tmp_path: Path
) -> None:
    packed = pack(ROWS * 1)
    if cut:
        refused(tmp_path, packed[:-cut], "v.txt: the compressed data")
    else:
        assert taken(tmp_path, packed) == ["a", "b", "c"]


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def test_an_archive_is_never_unpacked_to_the_disk(tmp_path: Path) -> None:  # fault 47
    work = tmp_path / "deep" / "er"
    work.mkdir(parents=True)
    assert taken(work, zipped({"../../escaped.txt": ROWS})) == ["a", "b", "c"]
    assert taken(work, zipped({"/escaped.txt": ROWS}), name="w.txt") == ["a", "b", "c"]
    assert not list(tmp_path.rglob("escaped*"))


def test_an_archive_of_several_files_asks_which(tmp_path: Path) -> None:  # fault 47
    refused(tmp_path, zipped({"one": ROWS, "two": ROWS}), "2 files (one, two)", "unzip -p")
    many = zipped({f"{i}": b"" for i in range(2000)})
    refused(tmp_path, many, "2000 files")
    refused(tmp_path, zipped({"one": ROWS})[:-30], "not a readable zip archive")


def test_a_symbolic_link_to_a_file_is_followed(tmp_path: Path) -> None:  # fault 48
    (tmp_path / "v.txt").write_bytes(ROWS)
    (tmp_path / "link").symlink_to(tmp_path / "v.txt")
    assert bring_in(tmp_path, tmp_path / "link").words == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("path", "said"), [("missing", "no such file"), (".", "not a file"), ("a\0b", "null")]
)
def test_what_is_no_file_is_told(path: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=said):
        bring_in(tmp_path, tmp_path / path)


def safetensors(header: object, data: bytes = b"", length: int | None = None) -> bytes:
    text = json.dumps(header).encode()
    return (len(text) if length is None else length).to_bytes(8, "little") + text + data


@pytest.mark.parametrize(
    ("header", "length", "said"),
    [
        ({"t": {"dtype": "F32", "shape": [3, 2], "data_offsets": [0, 24]}}, 90_000_000, "longer"),
        ({"t": {"dtype": "F32", "shape": [3, 2], "data_offsets": [0, 400]}}, None, "behind"),
        ({"t": {"dtype": "F32", "shape": [9, 9], "data_offsets": [0, 24]}}, None, "bytes of its"),
        ({"t": {"dtype": "F32", "shape": [-3, -2], "data_offsets": [0, 24]}}, None, "not a header"),
        ({"t": {"dtype": "F32", "shape": [3, 2], "data_offsets": [24, 0]}}, None, "behind"),
        ({"t": {"dtype": "F99", "shape": [3, 2], "data_offsets": [0, 24]}}, None, "0 matrices"),
        ({"t": 5}, None, "not a header"),
    ],
)
def test_a_header_of_safetensors_is_checked_against_the_file(
    header: object, length: int | None, said: str, tmp_path: Path
) -> None:
    refused(tmp_path, safetensors(header, VECTORS.tobytes(), length), said, **labelled(tmp_path))
