"""Corpora in other programs' forms train as any other, and what goes out comes in again."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from latentcli.formats.corpus import open_corpus
from latentcli.store.cache import Cache
from latentcli.store.runs import find
from tests.conftest import SAMPLES, Run


def test_blei_s_corpus_of_the_associated_press_trains(latent: Run, shared_data: Path) -> None:
    answer = latent("topics", shared_data / "bow" / "ap.dat.gz", "--format", "lda-c", "--k", "10")
    assert answer.returncode == 0, answer.stderr
    assert len(answer.stdout.splitlines()) == 10
    assert "words: " in answer.stderr
    assert "ap.vocab.txt (choose another with --vocabulary)" in answer.stderr
    assert "2,246 documents" in answer.stderr


@pytest.mark.parametrize("form", ["lda-c", "svmlight", "uci", "mm", "octis", "mallet"])
def test_what_goes_out_comes_in_again(form: str, latent: Run, cache: Path, tmp_path: Path) -> None:
    first = latent("corpus", SAMPLES / "notices.jsonl", "--name", "notices")
    path = latent("export", "notices", "--to", form, cwd=tmp_path).stdout.splitlines()[0]
    packed = tmp_path / f"{path}.gz"
    packed.write_bytes(gzip.compress((tmp_path / path).read_bytes()))
    again = latent("corpus", packed, "--format", form)
    assert again.returncode == 0, again.stderr
    assert again.stdout.split("\t")[2:5] == first.stdout.split("\t")[2:5]
    old, new = (open_corpus(find(Cache(cache), ref, "corpus")) for ref in ("notices", "latest"))
    assert dict(zip(old.vocabulary.words, old.vocabulary.term_counts, strict=True)) == dict(
        zip(new.vocabulary.words, new.vocabulary.term_counts, strict=True)
    )


def test_the_words_are_part_of_what_a_corpus_is(latent: Run, tmp_path: Path) -> None:
    (tmp_path / "a.ldac").write_text("2 0:3 1:1\n1 1:2\n")
    for words in ("king\nqueen\n", "ship\nsea\n"):
        (tmp_path / "a.vocab").write_text(words)
        answer = latent("corpus", tmp_path / "a.ldac", "--format", "lda-c")
        assert "in the cache already" not in answer.stderr
    assert (
        "in the cache already" in latent("corpus", tmp_path / "a.ldac", "--format", "lda-c").stderr
    )


def test_counts_without_words_say_what_to_name(latent: Run, tmp_path: Path) -> None:
    (tmp_path / "a.mtx").write_text("%%MatrixMarket matrix coordinate real general\n1 1 1\n1 1 1\n")
    answer = latent("corpus", tmp_path / "a.mtx")
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "--vocabulary FILE" in answer.stderr
    text = latent("corpus", SAMPLES / "tales.txt", "--vocabulary", tmp_path / "a.mtx")
    assert text.returncode == 2
    assert "for formats that count numbered words" in text.stderr
