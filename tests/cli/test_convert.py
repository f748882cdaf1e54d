"""Conversions keep words, numbers and counts, and leave nothing in the cache."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from gensim.corpora import BleiCorpus, UciCorpus
from gensim.models import KeyedVectors

from tests.conftest import Run

VECTORS = "3 2\nking 0.5 -1.25\nqueen 1e-05 3\nship 2 0.1\n"
EXPECTED = np.array([[0.5, -1.25], [1e-5, 3], [2, 0.1]], np.float32)


@pytest.fixture
def vectors(tmp_path: Path) -> Path:
    path = tmp_path / "some.vec"
    path.write_text(VECTORS)
    return path


def test_vectors_go_through_every_form_and_back(latent: Run, vectors: Path, tmp_path: Path) -> None:
    for name in ("a.bin", "a.safetensors", "a.npy"):
        labels = [] if name == "a.bin" else ["--labels", tmp_path / "words.txt"]
        (tmp_path / "words.txt").write_text("king\nqueen\nship\n")
        first = latent("convert", vectors, name, cwd=tmp_path)
        assert first.returncode == 0, first.stderr
        assert first.stdout.splitlines()[0] == name
        back = latent("convert", tmp_path / name, "-", "--to", "word2vec", *labels)
        (tmp_path / "back.vec").write_text(back.stdout)
        read = KeyedVectors.load_word2vec_format(tmp_path / "back.vec")
        assert read.index_to_key == ["king", "queen", "ship"]
        np.testing.assert_array_equal(read.vectors, EXPECTED)
    assert latent("models").stdout == ""


def text(word: str | bytes) -> str:
    """A word of gensim's, which some of its readers have as bytes."""
    return word if isinstance(word, str) else word.decode()


def test_counts_go_from_one_form_to_another(latent: Run, tmp_path: Path) -> None:
    packed = tmp_path / "counts.dat.gz"
    packed.write_bytes(gzip.compress(b"2 0:3 2:1\n0\n1 1:2\n"))
    (tmp_path / "counts.vocab").write_text("king\nqueen\nship\n")
    answer = latent("convert", packed, tmp_path / "out.uci", "--from", "lda-c")
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.splitlines() == [f"{tmp_path}/out.uci", f"{tmp_path}/out.uci.vocab"]
    read = UciCorpus(str(tmp_path / "out.uci"), str(tmp_path / "out.uci.vocab"))
    found = [{text(read.id2word[i]): int(n) for i, n in bag} for bag in read]
    assert found == [{"king": 3, "ship": 1}, {}, {"queen": 2}]
    again = latent("convert", tmp_path / "out.uci", tmp_path / "out.ldac", "--from", "uci")
    assert again.returncode == 0, again.stderr
    back = BleiCorpus(str(tmp_path / "out.ldac"))
    assert [{text(back.id2word[i]): int(n) for i, n in bag} for bag in back] == found


def test_a_form_that_cannot_be_told_is_asked_for(latent: Run, vectors: Path) -> None:
    for arguments, what in (
        (("out.unknown",), "does not say which form"),
        (("-",), "does not say which form"),
        (("out.vec", "--to", "state"), "vectors cannot be written as state"),
        (("out.vec", "--from", "magnitude"), "no such form"),
        (("out.mtx", "--from", "glove"), "does not say which form"),
    ):
        answer = latent("convert", vectors, *arguments)
        assert (answer.returncode, answer.stdout) == (2, "")
        assert what in answer.stderr


def test_a_pickle_is_not_opened_unless_it_is_trusted(
    latent: Run, vectors: Path, tmp_path: Path
) -> None:
    assert latent("convert", vectors, tmp_path / "a.gensim").returncode == 0
    refused = latent("convert", tmp_path / "a.gensim", tmp_path / "b.vec")
    assert refused.returncode == 2
    trusted = latent("convert", tmp_path / "a.gensim", tmp_path / "b.vec", "--trust-pickle")
    assert trusted.returncode == 0, trusted.stderr
    read = KeyedVectors.load_word2vec_format(tmp_path / "b.vec")
    np.testing.assert_array_equal(read.vectors, EXPECTED)
