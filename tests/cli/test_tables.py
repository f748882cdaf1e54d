"""Answers on a terminal: tables that fit it, colours that can be turned off, no raw controls."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest

from tests.cli.terminal import on_terminal
from tests.conftest import SAMPLES, Run, run_latent

_COLOUR = re.compile(r"\x1b\[(\d+;)*[39][0-7]")  # SGR 30 to 37 and 90 to 97

QUESTIONS = [
    ("neighbors", "king"),
    ("infer", SAMPLES / "tongues" / "de", "-m", "notices"),
    ("models",),
]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question[0])
def test_a_terminal_gets_the_pipes_answer_as_a_table_with_headings(
    question: tuple[str, ...], trained_cache: Path, asked: Run
) -> None:
    header, *rows = asked(*question, "--as", "csv", "-q").stdout.splitlines()
    screen = on_terminal(trained_cache, *question, "-q", columns=200)
    shown = screen.text.splitlines()
    assert screen.returncode == 0
    assert shown[0].split() == header.split(",")
    assert len(shown) == 1 + len(rows)


def test_the_topics_on_a_terminal_are_those_in_a_pipe(copied_cache: Path) -> None:
    question = ("topics", SAMPLES / "notices.jsonl", "--k", "10")
    first = run_latent(copied_cache, *question).stdout.splitlines()[0].split("\t")
    screen = on_terminal(copied_cache, *question, columns=120)
    table = screen.text[screen.text.index("topic  ") :].splitlines()
    assert table[0].split() == ["topic", "share", "coherence", "exclusivity", "words", "seeds"]
    assert table[1].split()[4:] == first[4].split()


def test_a_record_is_shown_as_a_line_for_each_field(trained_cache: Path) -> None:
    text = on_terminal(trained_cache, "show", "tales").text
    assert re.search(r"^algorithm +word2vec *$", text, re.MULTILINE)
    assert re.search(r"^parameters +dim: 100 *$", text, re.MULTILINE)


def test_ids_are_short_on_a_terminal_of_80_columns_and_whole(
    trained_cache: Path, asked: Run
) -> None:
    ids = [line[:12] for line in asked("models").stdout.splitlines()]
    shown = on_terminal(trained_cache, "models", columns=80).text
    assert re.findall(r"\b[0-9a-f]{12}\b", shown) == ids


# Fault 96; COLUMNS=1 is fault 87.
@pytest.mark.parametrize("columns", [1, 5, 10, 20, 40])
def test_a_narrow_terminal_shows_every_word_of_the_answer(
    columns: int, trained_cache: Path, near_king: str
) -> None:
    screen = on_terminal(trained_cache, "neighbors", "king", "-q", columns=columns)
    assert screen.returncode == 0
    for line in near_king.splitlines():
        assert line.split("\t")[1][:5] in screen.text  # a narrow column goes on below itself


@pytest.fixture(scope="module")
def chinese_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache with an embedding of Chinese and emoji, whose characters are two cells wide."""
    folder = tmp_path_factory.mktemp("chinese")
    text = (SAMPLES / "tongues" / "zh" / "market.txt").read_text().replace("。", " 🚲🚲🚲 。")
    (folder / "market.txt").write_text(text)
    how = ("--tokenizer", r"regex:\w{1,9}|🚲+", "--min-count", "1", "--epochs", "1")
    done = run_latent(folder / "cache", "embed", folder / "market.txt", *how, "--threads", "1")
    assert done.returncode == 0, done.stderr
    return folder / "cache"


def _cells(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in line)


def test_wide_characters_stay_within_a_terminal_of_20_columns(chinese_cache: Path) -> None:
    question = ("neighbors", "🚲🚲🚲", "-n", "30")
    screen = on_terminal(chinese_cache, *question, "-q", columns=20)
    words = [
        line.split("\t")[1] for line in run_latent(chinese_cache, *question).stdout.splitlines()
    ]
    assert max(len(word) for word in words) > 5
    assert max(map(_cells, screen.text.splitlines())) <= 20
    assert set("".join(words)) <= set(screen.text)


def test_colours_can_be_turned_off(copied_cache: Path) -> None:
    reading = ("corpus", SAMPLES / "tales.txt", "--retrain")
    coloured, *plain = (
        on_terminal(copied_cache, *reading, env=env).raw
        for env in ({}, {"NO_COLOR": "1"}, {"TERM": "dumb"})
    )
    assert _COLOUR.search(coloured)
    for shown in plain:
        assert "tales.txt" in shown and not _COLOUR.search(shown)


def test_a_dumb_terminal_is_sent_no_escape_sequence(trained_cache: Path) -> None:
    screen = on_terminal(trained_cache, "neighbors", "king", env={"TERM": "dumb"})
    assert "king" in screen.text and "\x1b" not in screen.raw


def test_progress_is_shown_on_a_terminal_and_wiped_away(copied_cache: Path) -> None:
    question = ("embed", SAMPLES / "tales.txt", "--epochs", "3", "--dim", "5", "--threads", "1")
    screen = on_terminal(copied_cache, *question)
    assert screen.returncode == 0, screen.text
    assert "training" in screen.raw and re.search(r"(\d\d\d,\d+)/\1", screen.raw)
    assert screen.raw.rindex("\x1b[2K") > screen.raw.rindex("training ")  # the line is erased


def test_quiet_shows_no_progress(copied_cache: Path) -> None:
    shown = on_terminal(copied_cache, "corpus", SAMPLES / "tales.txt", "--retrain", "-q").text
    assert "encoding" not in shown and "note" not in shown and "tales.txt" in shown


def test_a_table_of_80_columns_is_within_it_and_breaks_no_heading_or_id(
    copied_cache: Path,
) -> None:
    question = ("search", "bread and butter", "-q", "-m", "notices", "-n", "4")
    heading, *lines = on_terminal(copied_cache, *question).text.splitlines()
    assert heading.split() == ["document", "similarity", "snippet", "label", "query"]
    assert max(map(_cells, lines)) <= 80
    piped = run_latent(copied_cache, *question).stdout.splitlines()
    found = [line.split("\t")[0] for line in piped]
    assert [line.split()[0] for line in lines if not line.startswith(" ")] == found


def test_a_terminal_with_no_room_for_a_tables_words_gets_lines(copied_cache: Path) -> None:
    question = ("search", "bread and butter", "-q", "-m", "notices", "-n", "2")
    screen = on_terminal(copied_cache, *question, columns=40)
    assert screen.text == run_latent(copied_cache, *question).stdout
