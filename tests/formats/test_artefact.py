from __future__ import annotations

import hashlib
import json
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from latentcli.corpus.strings import Strings
from latentcli.errors import DamagedArtefact
from latentcli.formats.artefact import Artefact, npy_header
from latentcli.formats.writing import write_artefact

ARRAYS: dict[str, np.ndarray[Any, Any]] = {
    "vectors": np.arange(12, dtype=np.float32).reshape(4, 3),
    "counts": np.array([2**40, -1, 0, 7]),
    "doubles": np.array([np.pi, -0.0, np.inf, 5e-324]),
    "ids": np.array([0, 2**32 - 1], np.uint32),
    "offsets": np.array([0, 2**63], np.uint64),
    "bytes": np.frombuffer(b"\x00\xff", np.uint8),
    "small": np.array([-1, 1], np.int32),
    "no_rows": np.zeros((0, 3), np.float32),
    "no_columns": np.zeros((3, 0), np.float32),
}
WORDS = ["plain", "", "two\nlines", "back\\slash", "\\n", "carriage\rreturn", "naïve", "𝔘", "plain"]


def written(
    folder: Path,
    arrays: dict[str, np.ndarray[Any, Any]] | None = None,
    called: str = "one",
    **description: object,
) -> Artefact:
    folder.mkdir()
    write_artefact(
        folder,
        {"kind": "embedding", **description},
        {"created": called, "argv": [called]},
        ARRAYS if arrays is None else arrays,
        {"vocabulary": Strings.of(WORDS)},
    )
    return Artefact(folder)


@pytest.mark.parametrize("name", ARRAYS)
def test_numpy_itself_reads_each_array_as_it_was(tmp_path: Path, name: str) -> None:
    run = written(tmp_path / "run")
    loaded = np.load(run.folder / f"arrays/{name}.npy", allow_pickle=False)
    assert loaded.dtype == ARRAYS[name].dtype
    np.testing.assert_array_equal(loaded, ARRAYS[name])
    np.testing.assert_array_equal(run.array(name), ARRAYS[name])


@pytest.mark.parametrize("dtype", ["<f4", "<i8", "|u1"])
@pytest.mark.parametrize(
    "shape", [(), (0,), (7,), (10**15,), (4, 3), (400_000, 300), (1, 0, 12345), tuple(range(40))]
)
def test_headers_are_numpys_own_byte_for_byte(dtype: str, shape: tuple[int, ...]) -> None:
    header = BytesIO()
    description = {"descr": dtype, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(header, description)
    assert npy_header(dtype, shape) == header.getvalue()


@pytest.mark.parametrize("name", ARRAYS)
def test_an_array_is_mapped_as_typed_memory_too(tmp_path: Path, name: str) -> None:
    data = written(tmp_path / "run").buffer(name)
    assert data.readonly
    assert data.tolist() == ARRAYS[name].ravel().tolist() or data.tolist() == ARRAYS[name].tolist()
    assert data.nbytes == ARRAYS[name].nbytes


def test_data_begins_at_a_multiple_of_64_bytes_where_the_manifest_says(tmp_path: Path) -> None:
    run = written(tmp_path / "run")
    entry = run.manifest["files"]["arrays/vectors.npy"]
    assert entry["offset"] % 64 == 0
    data = (run.folder / "arrays/vectors.npy").read_bytes()[entry["offset"] :]
    assert data == ARRAYS["vectors"].tobytes()


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6, dtype=">f4").reshape(2, 3),
        np.asfortranarray(np.arange(6, dtype=np.float32).reshape(2, 3)),
        np.arange(12, dtype=np.float32).reshape(4, 3)[::2],
    ],
    ids=["big-endian", "fortran order", "strided"],
)
def test_any_layout_is_written_little_endian_in_c_order(
    tmp_path: Path, array: np.ndarray[Any, Any]
) -> None:
    run = written(tmp_path / "run", {"vectors": array})
    data = (run.folder / "arrays/vectors.npy").read_bytes()
    assert data.endswith(array.astype("<f4").tobytes(order="C"))
    np.testing.assert_array_equal(run.array("vectors"), array)


def test_strings_with_line_ends_and_backslashes_read_back(tmp_path: Path) -> None:
    run = written(tmp_path / "run")
    words = run.strings("vocabulary")
    assert list(words) == WORDS
    assert [words[row] for row in range(len(words))] == WORDS
    assert [words.find(word) for word in WORDS] == [WORDS.index(word) for word in WORDS]
    assert (run.folder / "vocabulary.txt").read_bytes().count(b"\n") == len(WORDS)


def test_arrays_cannot_be_written_to_through_a_reader(tmp_path: Path) -> None:
    mapped = written(tmp_path / "run").array("vectors")
    with pytest.raises(ValueError, match="read-only"):
        mapped[0, 0] = 1


def test_the_same_content_has_the_same_id_whoever_made_it(tmp_path: Path) -> None:
    first = written(tmp_path / "first", called="monday")
    second = written(tmp_path / "second", called="tuesday")
    assert first.id == second.id
    assert first.manifest["invocation"] != second.manifest["invocation"]


def test_other_content_has_another_id(tmp_path: Path) -> None:
    changed = {**ARRAYS, "counts": ARRAYS["counts"] + 1}
    ids = {
        written(tmp_path / "as it was").id,
        written(tmp_path / "data", changed).id,
        written(tmp_path / "kind", kind="corpus").id,
        written(tmp_path / "parameters", parameters={"seed": 2}).id,
    }
    assert len(ids) == 4


def test_the_id_is_the_digest_of_the_manifest_as_the_format_says(tmp_path: Path) -> None:
    run = written(tmp_path / "run")
    manifest = json.loads((run.folder / "manifest.json").read_text("utf-8"))
    for key in ("id", "checksum", "invocation"):
        del manifest[key]
    text = json.dumps(manifest, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert run.id == hashlib.sha256(text.encode()).hexdigest()


def test_the_manifest_holds_size_and_sha256_of_every_other_file(tmp_path: Path) -> None:
    run = written(tmp_path / "run")
    on_disk = {
        str(path.relative_to(run.folder)): path.read_bytes()
        for path in run.folder.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    recorded = {
        path: (entry["bytes"], entry["sha256"]) for path, entry in run.manifest["files"].items()
    }
    assert recorded == {
        path: (len(data), hashlib.sha256(data).hexdigest()) for path, data in on_disk.items()
    }
    assert run.bytes == sum(map(len, on_disk.values()))
    assert run.problems() == []


def test_an_array_that_is_not_there_is_a_damaged_artefact(tmp_path: Path) -> None:
    run = written(tmp_path / "run")
    assert not run.has("context_vectors")
    with pytest.raises(DamagedArtefact, match="lacks arrays/context_vectors.npy"):
        run.array("context_vectors")
    with pytest.raises(DamagedArtefact, match="lacks labels.txt"):
        run.strings("labels")


def test_a_figure_that_json_lacks_is_refused_before_anything_is_published(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        written(tmp_path / "run", metrics={"loss": float("nan")})
    assert not (tmp_path / "run" / "manifest.json").exists()


def test_writing_does_not_overwrite(tmp_path: Path) -> None:
    written(tmp_path / "run")
    with pytest.raises(FileExistsError):
        write_artefact(tmp_path / "run", {}, {}, {}, {})
