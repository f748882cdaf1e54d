"""Every file of the collection is read, or refused, as docs/formats.md says."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from gensim.models import KeyedVectors
from gensim.models.fasttext import load_facebook_vectors

from latentcli.errors import LatentError
from latentcli.formats.foreign import ForeignFile, kind_of
from tests.conftest import ROOT
from tests.importing import Imported, bring_in


class Row(NamedTuple):
    """A line of the table."""

    file: str
    kind: str
    size: str
    told: str


def _table() -> list[Row]:
    text = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    lines = text.split("| file | read as | words x dims |")[1].split("\n\n")[0].splitlines()[2:]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [Row(*row) for row in cells]


TABLE = _table()
REFUSED = [row for row in TABLE if row.kind == "refused"]
READ = [row for row in TABLE if row.kind != "refused"]


def _have_reader(path: Path) -> None:
    """Skip a model of fastText's where there is no reader of them."""
    try:
        kind = kind_of(ForeignFile(path.name, path))
    except LatentError:
        return
    if kind == "fasttext-bin":
        pytest.importorskip("latentcli.formats.fasttext_bin")


@pytest.fixture
def vectors(shared_data: Path) -> Path:
    """The collection."""
    return shared_data / "vectors"


def _by_gensim(path: Path, kind: str) -> tuple[list[str], np.ndarray]:
    if kind == "fasttext-bin":
        model = load_facebook_vectors(str(path))
    else:
        binary, headless = kind == "word2vec-bin", kind == "glove"
        model = KeyedVectors.load_word2vec_format(str(path), binary=binary, no_header=headless)
    return model.index_to_key, np.asarray(model.vectors)


def _labels(collection: Path, folder: Path, file: str) -> dict[str, str]:
    """Return the vocabulary of GloVe's raw file: the words of its text, ``<unk>`` aside."""
    if file != "glove-c/vectors.bin":
        return {}
    lines = (collection / "glove-c/vectors.txt").read_text().splitlines()
    words = [line.split()[0] for line in lines]
    (folder / "vocab.txt").write_text("".join(f"{word} 1\n" for word in words[:-1]))
    return {"labels": str(folder / "vocab.txt")}


def test_the_table_names_every_file(vectors: Path) -> None:
    files = {str(path.relative_to(vectors)) for path in vectors.rglob("*") if path.is_file()}
    assert {row.file for row in TABLE} == files


# gensim leaves files without a line of counts open.
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("row", READ, ids=lambda row: row.file)
def test_a_file_is_read_as_the_table_says(row: Row, vectors: Path, tmp_path: Path) -> None:
    labels = _labels(vectors, tmp_path, row.file)
    _have_reader(vectors / row.file)
    found = bring_in(tmp_path, vectors / row.file, **labels)
    assert found.engine == row.kind
    assert " x ".join(map(str, found.vectors.shape)) == row.size
    if "length 1" in row.told:
        np.testing.assert_allclose(np.linalg.norm(found.vectors, axis=1), 1, atol=2e-7)
        assert all(word and word.isprintable() for word in found.words)
        return
    words, expected = _witness(row, vectors, tmp_path)
    assert found.words == words
    tolerance = float(row.told.split(" to ")[1].split(",")[0]) if " to " in row.told else 0
    compared = [word != "</s>" or "</s>" not in row.told for word in words]
    np.testing.assert_allclose(found.vectors[compared], expected[compared], atol=tolerance, rtol=0)


def _witness(row: Row, collection: Path, folder: Path) -> tuple[list[str], np.ndarray]:
    if row.told.startswith("gensim"):
        return _by_gensim(collection / row.file, row.kind)
    name = row.told.split(" ")[0].rstrip(",")
    other: Imported = bring_in(folder / "other", collection / name)
    return other.words, other.vectors


@pytest.mark.parametrize("row", REFUSED, ids=lambda row: row.file)
def test_a_file_is_refused_as_the_table_says(row: Row, vectors: Path, tmp_path: Path) -> None:
    _have_reader(vectors / row.file)
    with pytest.raises(LatentError) as told:
        bring_in(tmp_path, vectors / row.file)
    assert row.told.strip("`") in told.value.message
    assert row.file in told.value.message
