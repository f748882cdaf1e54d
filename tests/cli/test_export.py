"""Where an exported file goes, and what happens to a file that is there already."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from gensim.models import KeyedVectors

from tests.conftest import Run


def test_a_file_is_named_after_the_model_and_printed(asked: Run, tmp_path: Path) -> None:
    answer = asked("export", "tales", cwd=tmp_path)
    assert answer.stdout == "tales.vec\n"
    vectors = KeyedVectors.load_word2vec_format(tmp_path / "tales.vec")
    found = [word for word, _ in vectors.most_similar("king", topn=5)]
    lines = asked("neighbors", "king", "-n", "5").stdout.splitlines()
    assert [line.split("\t")[1] for line in lines] == found


# Fault 86.
def test_a_file_that_is_there_is_replaced_only_if_it_is_named(asked: Run, tmp_path: Path) -> None:
    (tmp_path / "tales.vec").write_text("mine")
    refused = asked("export", "tales", cwd=tmp_path)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert (tmp_path / "tales.vec").read_text() == "mine"
    assert "-o tales.vec" in refused.stderr
    assert asked("export", "tales", "-o", "tales.vec", cwd=tmp_path).returncode == 0
    assert (tmp_path / "tales.vec").stat().st_size > 1000
    assert os.listdir(tmp_path) == ["tales.vec"]


@pytest.mark.parametrize("out", ["", "folder", "missing/file.vec"])
def test_a_place_where_no_file_can_go_is_refused(out: str, asked: Run, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    answer = asked("export", "tales", "-o", out, cwd=tmp_path)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert os.listdir(tmp_path) == ["folder"]


@pytest.mark.parametrize("stdout", ["-", "/dev/stdout"])
def test_stdout_gets_the_file(stdout: str, asked: Run, tmp_path: Path) -> None:
    asked("export", "tales", "-o", tmp_path / "file")
    answer = asked("export", "tales", "-o", stdout)
    assert answer.returncode == 0
    assert answer.stdout.startswith((tmp_path / "file").read_text())


@pytest.mark.parametrize("form", ["npy", "gensim"])
def test_formats_of_several_files_do_not_go_to_stdout(form: str, asked: Run) -> None:
    answer = asked("export", "tales", "--to", form, "-o", "-")
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "several files" in answer.stderr or "two files" in answer.stderr


def test_a_link_leads_to_the_file_that_is_replaced(asked: Run, tmp_path: Path) -> None:
    (tmp_path / "file.vec").write_text("old")
    (tmp_path / "link.vec").symlink_to("file.vec")
    assert asked("export", "tales", "-o", tmp_path / "link.vec").returncode == 0
    assert (tmp_path / "link.vec").is_symlink()
    assert (tmp_path / "file.vec").stat().st_size > 1000


def test_words_of_a_corpus_are_left_out_as_for_topics(asked: Run, tmp_path: Path) -> None:
    corpus = next(line for line in asked("models").stdout.splitlines() if "notices.jsonl" in line)
    name = corpus.split("\t")[0]
    arguments = ("export", name, "--to", "lda-c", "-o", "notices.ldac")
    assert asked(*arguments, cwd=tmp_path).returncode == 0
    every = (tmp_path / "notices.ldac.vocab").read_text().split()
    assert asked(*arguments, "--stopwords", "en", "--min-df", "3", cwd=tmp_path).returncode == 0
    some = (tmp_path / "notices.ldac.vocab").read_text().split()
    assert {"the", "of"} <= set(every) - set(some)
    assert 500 < len(some) < len(every) / 2
    refused = asked("export", "tales", "--min-df", "3", cwd=tmp_path)
    assert refused.returncode == 2
    assert "for corpora, not for models" in refused.stderr
