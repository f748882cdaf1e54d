"""A repeated request is answered from the cache, says so, and reads no more than it must."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import SAMPLES, Run

REQUESTS = [
    ("embed", SAMPLES / "tales.txt", "--threads", "1", "--epochs", "20"),
    ("topics", SAMPLES / "notices.jsonl", "--k", "10"),
    ("topics", SAMPLES / "notices.jsonl", "--k", "10", "-a", "lsi"),
    ("corpus", SAMPLES / "tales.txt"),
]


@pytest.mark.parametrize("request_", REQUESTS, ids=["word2vec", "lda", "lsi", "corpus"])
def test_a_repeated_command_is_a_hit_that_says_so_and_gives_the_same_bytes(
    request_: tuple[str, ...], on_copy: Run
) -> None:
    first, second = on_copy(*request_), on_copy(*request_)
    for answer in (first, second):
        assert "is in the cache already" in answer.stderr and "trained" not in answer.stderr
    assert first.stdout == second.stdout != ""


def test_defaults_written_out_are_the_same_request(on_copy: Run) -> None:
    written = (
        "--engine",
        "native",
        "--seed",
        "1",
        "--max-df",
        "0.5",
        "--stopwords",
        "en",
        "-n",
        "3",
    )
    answer = on_copy("topics", SAMPLES / "notices.jsonl", "--k", "10", *written)
    assert "lda: " in answer.stderr and "is in the cache already" in answer.stderr


def test_the_same_text_in_another_file_is_the_same_corpus(on_copy: Run, tmp_path: Path) -> None:
    (tmp_path / "copy.txt").write_bytes((SAMPLES / "tales.txt").read_bytes())
    answer = on_copy("embed", tmp_path / "copy.txt", "--threads", "1", "--epochs", "20")
    assert answer.stderr.count("is in the cache already") == 2


def test_another_min_count_reads_no_text_again(latent: Run, tmp_path: Path) -> None:
    source = tmp_path / "text.txt"
    source.write_text("a king and a queen\n" * 5 + "one prince in two castles\n" * 2)
    quick = ("--dim", "4", "--epochs", "1", "--threads", "1", "--json")
    assert latent("embed", source, "--min-count", "5", *quick).returncode == 0
    source.unlink()
    answer = latent("embed", "--min-count", "2", *quick)
    assert answer.returncode == 0, answer.stderr
    assert '"words": 9' in answer.stdout


def test_a_failed_request_leaves_no_run(latent: Run, tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("one two three\n")
    assert latent("embed", tmp_path / "text.txt", "--min-count", "5").returncode == 2
    kinds = [line.split("\t")[2] for line in latent("models").stdout.splitlines()]
    assert kinds == ["corpus"]
