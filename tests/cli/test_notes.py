"""Notes on stderr say what was chosen for the person: format, stop words, defaults."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import SAMPLES, Run


@pytest.mark.parametrize(
    ("sample", "chosen"),
    [("tales.txt", "paragraphs"), ("notices.jsonl", "jsonl"), ("tongues", "files")],
)
def test_the_format_that_auto_chose_is_said(sample: str, chosen: str, on_copy: Run) -> None:
    assert f"note: format: {chosen}" in on_copy("corpus", SAMPLES / sample).stderr


def test_a_format_that_was_given_needs_no_note(on_copy: Run) -> None:
    answer = on_copy("corpus", SAMPLES / "notices.jsonl", "--format", "jsonl")
    assert "format" not in answer.stderr


def test_the_stop_words_are_said_unless_they_were_chosen(on_copy: Run) -> None:
    question = ("topics", SAMPLES / "notices.jsonl", "--k", "10")
    assert "note: stop words: English" in on_copy(*question).stderr
    assert "stop words" not in on_copy(*question, "--stopwords", "en").stderr


def test_defaults_that_adapt_to_a_small_corpus_are_said(latent: Run, tmp_path: Path) -> None:
    (tmp_path / "small.txt").write_text("a king and a queen\n" * 60)
    answer = latent("embed", tmp_path / "small.txt", "--dim", "4", "--threads", "1")
    assert "--min-count 2" in answer.stderr and "--epochs 150" in answer.stderr
    assert "300 tokens are few" in answer.stderr


def test_few_documents_are_cut_and_stderr_says_so(latent: Run, tmp_path: Path) -> None:
    for number in range(3):
        text = (SAMPLES / "tales.txt").read_text()[number * 20_000 : (number + 1) * 20_000]
        (tmp_path / f"{number}.txt").write_text(text)
    question = ("topics", tmp_path, "--include", "*.txt", "--k", "3", "--iterations", "1")
    answer = latent(*question)
    assert answer.returncode == 0, answer.stderr
    assert "3 documents are few: long ones are cut at about 1000 tokens (--chunk)" in answer.stderr


def test_how_the_training_went_is_said(on_copy: Run) -> None:
    lda = on_copy("topics", SAMPLES / "notices.jsonl", "--k", "10").stderr
    assert "400 documents" in lda and "converged after" in lda and "coherence" in lda
