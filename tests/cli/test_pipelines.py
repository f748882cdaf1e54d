"""The day that the command line must make easy, typed at a shell."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.conftest import SAMPLES, run_latent


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with corpora, and a cache in which the first of them is trained on."""
    folder = tmp_path_factory.mktemp("desk")
    tales = (SAMPLES / "tales.txt").read_text()
    (folder / "corpus.txt").write_text(tales[:25_000])
    (folder / "news.txt").write_text(tales[-15_000:].replace("castle", "paris"))
    with (folder / "abstracts.jsonl").open("w") as out:
        for line in (SAMPLES / "notices.jsonl").read_text().splitlines()[:100]:
            record = json.loads(line)
            out.write(json.dumps({"id": record["id"], "abstract": record["text"]}) + "\n")
    (folder / "words.tsv").write_text("king\t1\nqueen\t2\nriver\t3\n")
    done = run_latent(folder / "cache", "embed", "corpus.txt", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder


def test_topics_take_the_corpus_of_embed_without_a_path(desk: Path, shell: Shell) -> None:
    answer = shell("latent topics --k 20", desk / "cache", desk)
    assert answer.returncode == 0, answer.stderr
    assert [line.split("\t")[0] for line in answer.stdout.splitlines()] == [
        str(i) for i in range(20)
    ]
    kinds = [
        line.split("\t")[2] for line in run_latent(desk / "cache", "models").stdout.splitlines()
    ]
    assert kinds.count("corpus") == 1


def test_the_newest_embedding_answers(desk: Path, shell: Shell) -> None:
    answer = shell("latent neighbors king", desk / "cache", desk)
    assert answer.returncode == 0
    assert answer.stdout.count("king\t") == 10
    assert "word2vec of corpus.txt (the latest)" in answer.stderr


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
def test_jq_takes_the_words_of_the_json(desk: Path, shell: Shell) -> None:
    words = shell("latent neighbors king --json | jq -r .word", desk / "cache", desk).stdout
    lines = shell("latent neighbors king", desk / "cache", desk).stdout.splitlines()
    assert words.split() == [line.split("\t")[1] for line in lines]


def test_records_are_read_from_a_pipe(desk: Path, shell: Shell, tmp_path: Path) -> None:
    shutil.copytree(desk / "cache", tmp_path / "cache")
    answer = shell(
        "gzip -k abstracts.jsonl; zcat < abstracts.jsonl.gz |"
        " latent topics - --format jsonl --text-field abstract --k 50 -a lsi",
        tmp_path / "cache",
        desk,
    )
    assert answer.returncode == 0, answer.stderr
    assert len(answer.stdout.splitlines()) == 50
    assert "100 documents" in answer.stderr


def test_words_come_from_a_pipe_and_answers_go_to_a_file(desk: Path, shell: Shell) -> None:
    pipeline = "cut -f1 words.tsv | latent neighbors - -n 5 > neighbours.tsv; cat neighbours.tsv"
    rows = [line.split("\t") for line in shell(pipeline, desk / "cache", desk).stdout.splitlines()]
    assert [row[0] for row in rows] == ["king"] * 5 + ["queen"] * 5 + ["river"] * 5


def test_an_answers_first_column_names_the_model_of_the_next_command(
    desk: Path, shell: Shell, tmp_path: Path
) -> None:
    shutil.copytree(desk / "cache", tmp_path / "cache")
    pipeline = 'latent neighbors paris -m "$(latent embed news.txt | cut -f1)"'
    answer = shell(pipeline, tmp_path / "cache", desk)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.count("paris\t") == 10
    assert "(the latest)" not in answer.stderr


def test_one_commands_words_are_the_next_ones_queries(desk: Path, shell: Shell) -> None:
    pipeline = "latent neighbors king -n 3 | cut -f2 | latent neighbors - -n 2 | wc -l"
    assert shell(pipeline, desk / "cache", desk).stdout.strip() == "6"
