"""Encoding a corpus: what changes under the reader's eyes is not stored."""

from __future__ import annotations

from pathlib import Path

import pytest

from latentcli.errors import InputError
from latentcli.observer import Observer
from latentcli.store.cache import Cache
from latentcli.workflows.corpus import corpus
from latentcli.workflows.manage import models
from latentcli.workflows.reading import CorpusRequest


class _Writer(Observer):
    """Adds to a file once it is being read."""

    def __init__(self, path: Path, stage: str) -> None:
        self._path, self._stage = path, stage

    def progress(self, stage: str, done: float, total: float | None = None) -> None:
        if stage == self._stage and not done:
            with open(self._path, "a") as out:
                out.write("and more\n")


# Fault 63.
@pytest.mark.parametrize("stage", ["encoding, MB", "reading, MB"])
def test_a_file_that_changes_while_it_is_read_is_an_error(
    stage: str, store: Cache, tmp_path: Path
) -> None:
    path = tmp_path / "text.txt"
    path.write_text("some words\n")
    corpus(store, CorpusRequest([str(path)]))  # a corpus of these settings: others are read twice
    path.write_text("other words\n")
    with pytest.raises(InputError, match="changed while it was being read"):
        corpus(store, CorpusRequest([str(path)]), _Writer(path, stage))
    assert len(models(store)) == 1


# Fault 63.
def test_the_first_corpus_is_read_once_and_watched_too(store: Cache, tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_text("some words\n")
    with pytest.raises(InputError, match="changed while it was being read"):
        corpus(store, CorpusRequest([str(path)]), _Writer(path, "encoding, MB"))
    assert models(store) == []
