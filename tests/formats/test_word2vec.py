"""What is written in word2vec's formats is what gensim reads, to the last bit."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from gensim.models import KeyedVectors
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from latentcli.errors import RequestError
from latentcli.formats.word2vec import write_binary, write_text
from latentcli.models.embedding import Embedding
from tests.small import embedding, random_embedding

Write = Callable[[Embedding, io.BytesIO], None]
both = pytest.mark.parametrize("write", [write_text, write_binary])


def written(model: Embedding, write: Write) -> bytes:
    out = io.BytesIO()
    write(model, out)
    return out.getvalue()


def read_by_gensim(model: Embedding, write: Write, folder: Path) -> KeyedVectors:
    path = folder / "vectors"
    path.write_bytes(written(model, write))
    return KeyedVectors.load_word2vec_format(str(path), binary=write is write_binary)


@both
def test_gensim_reads_the_same_words_and_vectors(write: Write, tmp_path: Path) -> None:
    model = random_embedding(5000, 7)  # more than one block of rows
    read = read_by_gensim(model, write, tmp_path)
    assert read.index_to_key == list(model.words)
    np.testing.assert_array_equal(read.vectors, model.vectors)


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1)


@both
@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    words=st.lists(WORDS, min_size=1, max_size=5, unique=True),
    row=hnp.arrays(np.float32, 3, elements=st.floats(width=32, allow_nan=False)),
)
def test_any_words_and_numbers_survive(
    write: Write, words: list[str], row: np.ndarray, tmp_path: Path
) -> None:
    model = embedding(np.tile(row, (len(words), 1)), words)
    read = read_by_gensim(model, write, tmp_path)
    assert read.index_to_key == words
    np.testing.assert_array_equal(read.vectors, model.vectors)


def test_the_text_is_as_the_c_program_writes_it() -> None:
    model = embedding([[0.5, -1], [0.1, 2]], ["king", "café"])
    assert written(model, write_text).decode() == "2 2\nking 0.5 -1.0\ncafé 0.1 2.0\n"


def test_the_binary_is_as_the_c_program_writes_it() -> None:
    model = embedding([[0.5, -1]], ["king"])
    assert written(model, write_binary) == b"1 2\nking \x00\x00\x00\x3f\x00\x00\x80\xbf\n"


@both
@pytest.mark.parametrize("word", ["new york", "a\tb", "a\nb", "a\u00a0b", "a\u2028b", " a", ""])
def test_words_that_the_format_cannot_hold_are_refused(write: Write, word: str) -> None:
    # fault 44
    out = io.BytesIO()
    with pytest.raises(RequestError) as raised:
        write(embedding([[1], [2]], ["king", word]), out)
    assert repr(word) in raised.value.message
    assert raised.value.hint == "use --to npy or --to gensim"
    assert out.getvalue() == b""
