"""An .npy export is two plain files: line i of the words is row i of the vectors."""

from __future__ import annotations

import errno
import io

import numpy as np
import pytest

from latentcli.corpus.strings import Strings
from latentcli.errors import RequestError
from latentcli.formats.npy import write_labels, write_vectors
from tests.small import random_embedding


def test_numpy_reads_the_vectors_without_pickle() -> None:
    model = random_embedding(30, 4)
    out = io.BytesIO()
    write_vectors(model.vectors, out)
    read = np.load(io.BytesIO(out.getvalue()), allow_pickle=False)
    assert read.dtype == np.float32
    np.testing.assert_array_equal(read, model.vectors)


def test_line_i_is_the_word_of_row_i() -> None:
    words = ["king", "new york", "café", "a\\b", "猫", "a\u2028b"]
    out = io.BytesIO()
    write_labels(Strings.of(words), out)
    assert out.getvalue().decode().split("\n") == [*words, ""]


@pytest.mark.parametrize("word", ["a\nb", "a\rb"])
def test_a_word_with_a_line_end_is_refused(word: str) -> None:
    # fault 44
    with pytest.raises(RequestError, match="line end"):
        write_labels(Strings.of([word]), io.BytesIO())


def test_a_full_disk_is_told_as_such() -> None:
    with pytest.raises(OSError) as told, open("/dev/full", "wb") as out:
        write_vectors(np.ones((300, 50), np.float32), out)
    assert told.value.errno == errno.ENOSPC
