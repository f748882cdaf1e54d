"""``latent evaluate`` as a person types it: in a pipe, on a terminal, with what is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.terminal import on_terminal
from tests.conftest import SAMPLES, Run


@pytest.fixture
def rated(tmp_path: Path) -> Path:
    path = tmp_path / "rated.tsv"
    path.write_text("king\tqueen\t9\nking\tship\t2\nship\tsea\t8\nqueen\tsea\t1\n")
    return path


def test_a_missing_figure_is_empty_and_says_why(asked: Run) -> None:
    rows = [line.split("\t") for line in asked("evaluate", "notices", "-q").stdout.splitlines()]
    [(_, value, detail)] = [row for row in rows if row[0] == "held_out_perplexity"]
    assert value == "" and "--held-out" in detail
    lines = asked("evaluate", "notices", "--json", "-q").stdout.splitlines()
    found = {row["measure"]: row["value"] for row in map(json.loads, lines)}
    assert found["held_out_perplexity"] is None and isinstance(found["c_v"], float)


def test_what_is_held_out_by_topics_is_judged_by_evaluate(latent: Run) -> None:
    trained = latent("topics", SAMPLES / "notices.jsonl", "-k", "8", "--held-out", "0.1")
    assert "40 of 400 documents are held out" in trained.stderr
    assert "note: 360 documents, " in trained.stderr
    answer = latent("evaluate", "--json")
    assert answer.returncode == 0, answer.stderr
    assert "note: model:" in answer.stderr
    rows = {row["measure"]: row for row in map(json.loads, answer.stdout.splitlines())}
    assert rows["held_out_perplexity"]["value"] > 1
    assert "40 documents" in rows["held_out_perplexity"]["detail"]


def test_a_table_of_figures_stands_on_a_terminal(trained_cache: Path) -> None:
    text = on_terminal(trained_cache, "evaluate", "notices", columns=100).text
    assert "measure" in text and "c_npmi" in text and "\\x" not in text


def test_an_embedding_without_data_is_told_what_to_pass(asked: Run) -> None:
    answer = asked("evaluate", "tales")
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "hint: --similarity FILE" in answer.stderr


def test_documents_may_come_through_a_pipe(asked: Run) -> None:
    text = "Stir the butter and the onion into the soup and simmer it in the pan.\n"
    answer = asked("evaluate", "notices", "--unseen", "-", "--format", "lines", stdin=text)
    assert answer.returncode == 0, answer.stderr
    [row] = [r for r in answer.stdout.splitlines() if r.startswith("unseen_perplexity\t")]
    assert "1 document;" in row


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("evaluate", "--similarity", "nosuch"), "nosuch: no such file"),
        (("evaluate", "--analogies", SAMPLES), "sample_corpora: is a directory"),
        (("evaluate", "--topics", "nosuch"), "nosuch: no such file"),
        (("evaluate", "notices", "--corpus", "nosuch"), "nosuch: no such file"),
        (("evaluate", "notices", "--corpus", ""), "empty"),
        (("evaluate", "notices", "--corpus", "-", "--unseen", "-"), "read only once"),
        (("evaluate", "notices", "--format", "lines"), "none to read"),
        (("evaluate", "nosuchmodel"), "no such model"),
        (("evaluate", "notices", "--similarity", "x"), "is not for a topic model"),
        (("evaluate", "notices", "--seed", "1"), "--seed is not for a topic model"),
        (
            ("evaluate", "notices", "--restrict-vocab", "300000"),
            "--restrict-vocab is not for a topic model",
        ),
        (
            ("evaluate", "tales", "--similarity", "x", "--top", "10"),
            "--top is not for an embedding",
        ),
        (("evaluate", "--topics", "x", "--seed", "2"), "--seed is not for a list of topics"),
        (("evaluate", "notices", "--encoding", "latin-1"), "none to read"),
    ],
)
def test_what_is_wrong_is_said_in_a_line_or_two(
    arguments: tuple[str, ...], said: str, asked: Run
) -> None:
    answer = asked(*arguments, stdin="")
    assert (answer.returncode, answer.stdout) == (2, "")
    assert said in answer.stderr
    assert len(answer.stderr.splitlines()) <= 3


def test_a_wrong_line_of_a_file_is_named(asked: Run, rated: Path) -> None:
    rated.write_bytes(rated.read_bytes() + b"king queen\r\n")
    answer = asked("evaluate", "tales", "--similarity", rated)
    assert answer.returncode == 2 and "rated.tsv:5: two words and a number" in answer.stderr


def test_files_of_another_encoding_are_read_where_it_is_named(
    asked: Run, rated: Path, tmp_path: Path
) -> None:
    rated.write_bytes(rated.read_bytes() + "König\tking\t9\n".encode("latin-1"))
    answer = asked("evaluate", "tales", "--similarity", rated)
    assert answer.returncode == 2 and "--encoding" in answer.stderr
    for how in (("--encoding", "latin-1"), ("--encoding-errors", "replace")):
        answer = asked("evaluate", "tales", "--similarity", rated, *how)
        assert answer.returncode == 0, answer.stderr
        assert "4 of 5 pairs covered" in answer.stdout
    questions = tmp_path / "questions"
    questions.write_bytes(": Könige\nman king woman queen\n".encode("latin-1"))
    answer = asked("evaluate", "tales", "--analogies", questions, "--encoding", "latin-1")
    assert "3cosadd questions: Könige\t" in answer.stdout
    topics = tmp_path / "topics"
    topics.write_bytes("soup butter café\n".encode("latin-1"))
    answer = asked("evaluate", "--topics", topics, "--encoding", "latin-1")
    assert answer.returncode == 0 and "1 of 3 words are not in it" in answer.stdout


def test_a_line_taken_for_headings_is_named(asked: Run, rated: Path) -> None:
    rated.write_text("word1\tword2\tpoints\n" + rated.read_text())
    answer = asked("evaluate", "tales", "--similarity", rated)
    assert "rated.tsv: its first line is taken for headings: word1, word2, points" in answer.stderr
    assert "4 of 4 pairs covered" in answer.stdout


def test_escapes_in_a_files_name_and_words_are_shown_not_obeyed(
    trained_cache: Path, tmp_path: Path
) -> None:
    path = tmp_path / "a\x1b]0;x\x07.txt"
    path.write_text("soup butter \x1b[31m\n")
    screen = on_terminal(trained_cache, "evaluate", "--topics", path, "--per-topic", columns=200)
    assert screen.returncode == 0
    assert "soup butter \\x1b[31m" in screen.text and "\x1b[31m" not in screen.raw
