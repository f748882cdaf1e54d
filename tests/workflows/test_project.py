"""What the Embedding Projector is given, read back as it reads: tabs alone part cells."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pandas
import pytest

from latentcli.errors import MachineError, RequestError
from latentcli.formats.projector import FILES, Column, write_metadata
from latentcli.queries.clusters import kmeans
from latentcli.store.cache import Cache
from latentcli.workflows.points import Wanted, open_points
from latentcli.workflows.project import project
from tests.workflows.test_cluster import imported_points

KINDS = [
    ("tales", None, ["word", "count"]),
    ("notices", None, ["document", "count", "label", "topic"]),
    ("notices", "words", ["word", "count", "topic"]),
    ("notices", "topics", ["topic", "count"]),
    ("notices-lsi", None, ["document", "count", "label"]),
]


def _metadata(folder: Path) -> pandas.DataFrame:
    return pandas.read_csv(folder / "metadata.tsv", sep="\t", na_filter=False, quoting=3)


@pytest.mark.parametrize(("ref", "of", "columns"), KINDS)
def test_every_point_has_a_row_of_numbers_and_what_is_known_of_it(
    ref: str, of: str | None, columns: list[str], trained: Cache, tmp_path: Path
) -> None:
    folder = tmp_path / "projector"
    rows = project(trained, ref, Wanted(of), clusters=3, out=folder)
    assert [Path(row.path) for row in rows] == [folder / name for name in FILES]
    _, points = open_points(trained, ref, Wanted(of))
    vectors = np.loadtxt(folder / "tensors.tsv", np.float32, delimiter="\t")
    np.testing.assert_array_equal(vectors, points.vectors)
    table = _metadata(folder)
    assert list(table.columns) == [*columns, "cluster"]
    assert table[columns[0]].astype(str).tolist() == list(points.names)
    assert points.counts is not None and table["count"].tolist() == points.counts.tolist()
    assert table["cluster"].tolist() == kmeans(points.placed(), 3).tolist()
    if "label" in columns:
        assert points.labels is not None and table["label"].tolist() == list(points.labels)
    if columns[-1] == "topic":
        assert points.topics is not None
        leading = points.topics.tolist() if of != "topics" else list(points.names)
        assert table["topic"].tolist() == leading


def test_the_configuration_names_the_files_and_the_shape(trained: Cache, tmp_path: Path) -> None:
    folder = tmp_path / "projector"
    project(trained, "tales", Wanted(n=50), out=folder)
    [embedding] = json.loads((folder / "projector_config.json").read_text())["embeddings"]
    assert embedding == {
        "tensorName": "50 words of tales.txt",
        "tensorShape": [50, 100],
        "tensorPath": "tensors.tsv",
        "metadataPath": "metadata.tsv",
    }
    text = (folder / "projector_config.pbtxt").read_text()
    for field in ('tensor_path: "tensors.tsv"', 'metadata_path: "metadata.tsv"'):
        assert field in text
    assert "tensor_shape: 50" in text and "tensor_shape: 100" in text


def test_a_single_column_has_no_heading(store: Cache, tmp_path: Path) -> None:
    ref = imported_points(store, tmp_path, np.eye(4))
    project(store, ref, out=tmp_path / "projector")
    assert (tmp_path / "projector" / "metadata.tsv").read_text() == "p0\np1\np2\np3\n"


def test_no_value_ends_a_cell_and_no_line_is_blank(tmp_path: Path) -> None:
    names = ["a\tb", "c\nd", 'quo"te', " ", "\ufeff", ""]
    for columns in ([Column("word", names)], [Column("word", names), Column("count", range(6))]):
        path = tmp_path / "metadata.tsv"
        with open(path, "wb") as out:
            write_metadata(columns, out)
        lines = path.read_text("utf-8").split("\n")[:-1]
        assert len(lines) == 6 + (len(columns) > 1)
        # The Projector passes over what is blank to JavaScript's trim().
        assert all(line.replace("\ufeff", " ").strip() for line in lines)
        assert {line.count("\t") for line in lines} == {len(columns) - 1}
    assert lines[1].split("\t")[0] == "a b"


def test_a_folder_of_ours_is_replaced_whole(trained: Cache, tmp_path: Path) -> None:
    folder = tmp_path / "projector"
    folder.mkdir()
    for n in (10, 20):
        project(trained, "tales", Wanted(n=n), out=folder)
        assert len(_metadata(folder)) == n
    assert os.listdir(tmp_path) == ["projector"]
    assert sorted(os.listdir(folder)) == sorted(FILES)


def test_other_files_are_never_written_over(trained: Cache, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for target, message in (
        (other, "holds other files, such as 'thesis.txt'"),
        (tmp_path / "file", "is a file"),
        (tmp_path / "missing" / "folder", "there is no folder"),
    ):
        with pytest.raises(RequestError, match=message):
            project(trained, "tales", out=target)
    assert (other / "thesis.txt").read_text() == (tmp_path / "file").read_text() == "mine"
    assert sorted(os.listdir(tmp_path)) == ["file", "other"]


def test_what_fails_leaves_the_old_folder_and_no_part_of_a_new_one(
    trained: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "projector"
    project(trained, "tales", Wanted(n=10), out=folder)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("latentcli.workflows.project.write_config", full)
    with pytest.raises(MachineError, match="no space left"):
        project(trained, "tales", Wanted(n=20), out=folder)
    assert len(_metadata(folder)) == 10 and os.listdir(tmp_path) == ["projector"]


def test_without_a_path_it_goes_to_the_current_folder_once(
    trained: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = project(trained, "tales", Wanted(n=10))
    assert rows[0].path == os.path.join("tales-projector", "tensors.tsv")
    with pytest.raises(RequestError, match="is there already"):
        project(trained, "tales", Wanted(n=10))


def test_what_the_projector_cannot_show_is_refused(
    trained: Cache, store: Cache, tmp_path: Path
) -> None:
    with pytest.raises(RequestError, match="more clusters than words"):
        project(trained, "tales", Wanted(n=5), clusters=6, out=tmp_path / "projector")
    line = imported_points(store, tmp_path, np.arange(1.0, 5.0)[:, None])
    with pytest.raises(RequestError, match="wants 2 at least"):
        project(store, line, out=tmp_path / "projector")
