"""``latent check`` on the command line: streams, exit codes, forms of the answer."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Shell
from tests.conftest import SAMPLES, Run

FIELDS = ["finding", "where", "count", "advice", "unit", "share", "example"]


def test_findings_go_to_stdout_and_the_summary_to_stderr(latent: Run) -> None:
    answer = latent("check", SAMPLES / "tales.txt")
    assert answer.returncode == 0
    [row] = [line.split("\t") for line in answer.stdout.splitlines()]
    assert row[0] == "very-short-documents"
    assert row[1].split()[0] == f"{SAMPLES / 'tales.txt'}:1"
    assert len(row) == len(FIELDS)
    for said in (
        "1,045 documents, 54,824 tokens",
        "language: 'en'",
        "1 finding",
        "default run drops",
    ):
        assert said in answer.stderr


def test_a_clean_corpus_is_an_answer_too(latent: Run) -> None:
    answer = latent("check", SAMPLES / "notices.jsonl")
    assert (answer.returncode, answer.stdout) == (0, "")
    assert "nothing found: fit to train on" in answer.stderr
    assert latent("check", SAMPLES / "notices.jsonl", "-q").stderr == ""


def test_standard_input_is_read_for_a_dash_and_where_is_a_list_in_json(latent: Run) -> None:
    text = b"a caf\xe9 in the morning\nanother caf\xe9 at night\n"
    answer = latent("check", "-", "--json", "-n", "1", stdin=text)
    assert answer.returncode == 0, answer.stderr
    first = json.loads(answer.stdout.splitlines()[0])
    assert list(first) == FIELDS
    assert first["finding"] == "undecodable-bytes"
    assert first["where"] == ["stdin:1:5"]
    assert first["count"] == 2


def test_a_file_takes_the_findings_and_its_path_is_printed(latent: Run, tmp_path: Path) -> None:
    out = tmp_path / "findings.tsv"
    answer = latent("check", SAMPLES / "tales.txt", "-q", "-o", out)
    assert answer.stdout == f"{out}\n"
    assert out.read_text() == latent("check", SAMPLES / "tales.txt", "-q").stdout


def test_nothing_is_kept_in_the_cache(latent: Run, cache: Path) -> None:
    latent("check", SAMPLES / "notices.jsonl")
    assert latent("models").stdout == ""
    assert list((cache / "tmp").iterdir()) == []


def test_an_input_that_is_missing_or_none_is_a_wrong_request(latent: Run, tmp_path: Path) -> None:
    assert latent("check", tmp_path / "none.txt").returncode == 2
    assert latent("check").returncode == 2
    assert latent("check", SAMPLES / "tales.txt", "-n", "0").returncode == 2


def test_a_corpus_without_a_word_is_told_so(latent: Run) -> None:
    answer = latent("check", "-", "-q", stdin="1 2 3\n\n")
    assert answer.returncode == 0
    assert answer.stdout.split("\t")[0] == "no-words"


def test_control_characters_of_an_example_reach_no_stream_raw(latent: Run) -> None:
    text = "\n".join(["some words of it"] * 5 + ["a \x1b[31mred\x1b[0m word"])
    answer = latent("check", "-", "-q", stdin=text)
    assert "control-characters" in answer.stdout


def test_a_script_can_ask_whether_a_corpus_is_clean(shell: Shell, cache: Path) -> None:
    script = 'test -z "$(latent check -q notices.jsonl)" && echo clean'
    assert shell(script, cache, SAMPLES).stdout == "clean\n"
    script = "latent check -q tales.txt | cut -f1 | head -1"
    assert shell(script, cache, SAMPLES).stdout == "very-short-documents\n"
