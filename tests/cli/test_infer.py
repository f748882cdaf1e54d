"""``latent infer``: its forms, in a pipe, on a terminal and in a file."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal, on_terminal
from tests.conftest import SAMPLES, Run

TEXTS = "The telescope shows a distant star.\nzzzz\nStir the onion into the soup.\n"
K = 10


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE))


def test_the_wide_form_is_the_same_in_tsv_csv_and_json(asked: Run) -> None:
    given = ("infer", "-", "-m", "notices", "--wide")
    tsv = rows(asked(*given, stdin=TEXTS).stdout)
    header, *cells = csv.reader(io.StringIO(asked(*given, "--as", "csv", stdin=TEXTS).stdout))
    records = [
        json.loads(line) for line in asked(*given, "--json", stdin=TEXTS).stdout.splitlines()
    ]
    assert header == ["id", *(f"topic_{k}" for k in range(K))]
    assert (
        tsv
        == cells
        == [
            [
                f"{value:.6f}" if isinstance(value, float) else value or ""
                for value in record.values()
            ]
            for record in records
        ]
    )
    assert all(list(record) == header for record in records)
    assert tsv[1] == ["2", *[""] * K]
    assert set(records[1].values()) == {"2", None}
    assert sum(list(records[0].values())[1:]) == pytest.approx(1)


def test_the_doc_topics_form_is_mallet_s(asked: Run) -> None:
    """As MALLET 2.0.8 writes it: what gensim's and R's readers of such files parse."""
    wide = asked("infer", "-", "-m", "notices", "--wide", "--json", stdin=TEXTS).stdout
    done = asked("infer", "-", "-m", "notices", "--mallet", stdin=TEXTS)
    head, *lines = done.stdout.splitlines()
    assert head == "#doc name topic proportion ..."
    parts = [line.split("\t") for line in lines]
    assert [part[:2] for part in parts] == [["0", "1"], ["1", "2"], ["2", "3"]]
    assert parts[1][2:] == [""] * K
    for part, record in zip(parts, map(json.loads, wide.splitlines()), strict=True):
        assert [float(cell) if cell else None for cell in part[2:]] == list(record.values())[1:]
    assert "1 of 3 documents has no known words: 2" in done.stderr


def test_an_answer_goes_to_a_file_in_one_step(asked: Run, tmp_path: Path) -> None:
    out = tmp_path / "topics.tsv"
    out.write_text("what was there")
    done = asked("infer", "-", "-m", "notices", "-o", out, stdin=TEXTS)
    assert (done.returncode, done.stdout) == (0, f"{out}\n")
    assert out.read_text() == asked("infer", "-", "-m", "notices", stdin=TEXTS).stdout
    nothing = asked("infer", "-", "-m", "notices", "--mallet", "-o", out, stdin="zzzz")
    assert (nothing.returncode, nothing.stdout) == (1, "")
    assert out.read_text().splitlines()[1].split("\t") == ["0", "1", *[""] * K]
    assert [path.name for path in tmp_path.iterdir()] == ["topics.tsv"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--wide", "--mallet"), "two forms"),
        (("--wide", "-n", "3"), "--wide has every topic"),
        (("--mallet", "--min-weight", "0.1"), "--mallet has every topic"),
        (("--mallet", "--json"), "--as json"),
        (("--mallet", "-m", "notices-lsi"), "is LSI"),
        (("--wide", "-m", "tales"), "is an embedding"),
        (("-n", "3", "-m", "tales"), "one vector, no topics"),
        (("--min-weight", "0.01", "-m", "tales"), "one vector, no topics"),
    ],
)
def test_forms_that_cannot_be_are_refused(options: tuple[str, ...], said: str, asked: Run) -> None:
    given = options if "-m" in options else ("-m", "notices", *options)
    done = asked("infer", "-", *given, stdin=TEXTS)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_a_bar_tells_how_far_inference_is_and_leaves_the_answer_alone(
    trained_cache: Path, tmp_path: Path
) -> None:
    text = tmp_path / "many.txt"
    text.write_text(TEXTS * 20_000)
    with open(tmp_path / "out.tsv", "wb") as out:
        given = ("infer", text, "-m", "notices", "-n", "1")
        with Terminal(trained_cache, *given, stdout=out.fileno()) as terminal:
            terminal.wait_for("inferring, MB")
            screen = terminal.finish()
    assert screen.returncode == 0
    assert "20,000 of 60,000 documents have no known words: 2, 5, 8, 11, 14 ..." in screen.text
    assert len((tmp_path / "out.tsv").read_text().splitlines()) == 60_000


def test_on_a_terminal_there_is_a_table_or_lines_and_no_bar_in_them(trained_cache: Path) -> None:
    path = SAMPLES / "notices.jsonl"
    table = on_terminal(trained_cache, "infer", path, "-m", "notices", "-n", "1")
    assert table.returncode == 0
    assert "weight" in table.text
    lines = on_terminal(trained_cache, "infer", path, "-m", "notices", "-n", "1", "--as", "tsv")
    assert lines.returncode == 0
    assert "inferring" not in lines.text


def test_ctrl_c_ends_inference(trained_cache: Path, tmp_path: Path) -> None:
    # fault 91
    text = tmp_path / "many.txt"
    text.write_text(TEXTS * 300_000)
    with open(tmp_path / "out.tsv", "wb") as out:
        given = ("infer", text, "-m", "notices", "-n", "1")
        with Terminal(trained_cache, *given, stdout=out.fileno()) as terminal:
            terminal.wait_for("inferring, MB")
            terminal.press_ctrl_c()
            screen = terminal.finish(timeout=20)
    assert screen.returncode == 130
    assert "Traceback" not in screen.text
    assert list((trained_cache / "tmp").iterdir()) == []
