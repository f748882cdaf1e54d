"""Bringing files in for tests: a cache of their own, and the model that comes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.formats.models import open_embedding
from latentcli.models.embedding import Embedding
from latentcli.store.cache import Cache
from latentcli.store.runs import open_run
from latentcli.workflows.importing import ImportRequest, import_vectors
from tests.small import Notes


class Imported(NamedTuple):
    """What came of a file."""

    model: Embedding
    engine: str
    notes: Notes

    @property
    def words(self) -> list[str]:
        return list(self.model.words)

    @property
    def vectors(self) -> npt.NDArray[np.float32]:
        return np.asarray(self.model.vectors)


def bring_in(folder: Path, path: Path, **options: Any) -> Imported:
    """Import a file into a cache in ``folder``."""
    cache, notes = Cache(folder / "cache"), Notes()
    request = ImportRequest(str(path), **options)
    run = open_run(cache, import_vectors(cache, request, observer=notes).id)
    return Imported(open_embedding(run), run.manifest["engine"], notes)


def word2vec_binary(words: list[bytes], vectors: npt.ArrayLike, after: bytes = b"\n") -> bytes:
    """The bytes that word2vec's program writes."""
    rows = np.asarray(vectors, "<f4")
    head = b"%d %d\n" % rows.shape
    pairs = zip(words, rows, strict=True)
    return head + b"".join(word + b" " + row.tobytes() + after for word, row in pairs)
