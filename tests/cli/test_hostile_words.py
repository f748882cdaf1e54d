"""Words that are terminal escapes, markup or formulas are data, wherever they are shown."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.cli.terminal import on_terminal
from tests.conftest import run_latent

# Faults 68, 69 and 71.
HOSTILE = [
    "\x1b]0;title\x07",
    "\x1b]8;;http://x\x1b\\link",
    "\x1b[31mred",
    "\x9b2jclear",
    "\x08\x08back",
    "\x7fdelete",
    "\u202egnp.exe",
    "[bold]",
    "[/foo]",
    "[link=x]y[/link]",
    ":smile:",
    "=cmd()",
    "back\\slash",
    "back\\tslash",
    'quo"te',
    "com,ma",
    "<script>",
]
PLAIN = "plain"


@pytest.fixture(scope="module")
def hostile_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache with an embedding of the hostile words, from a file with a hostile name."""
    folder = tmp_path_factory.mktemp("hostile")
    source = folder / "evil\x1b[31m[red].txt"
    source.write_text(f"{' '.join([PLAIN, *HOSTILE])}\n" * 20)
    how = ("--tokenizer", "whitespace", "--format", "lines", "--epochs", "1", "--threads", "1")
    done = run_latent(folder / "cache", "embed", source, *how, "--name", "hostile")
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stderr
    return folder / "cache"


def test_a_terminal_is_sent_no_control_character_of_a_word(hostile_cache: Path) -> None:
    screen = on_terminal(hostile_cache, "neighbors", PLAIN, "-n", "30", columns=120)
    assert not set("\x07\x08\x7f\x9b\u202e") & set(screen.raw)
    assert "\x1b]" not in screen.raw and "\x1b[31m" not in screen.raw
    for shown in ("\\x1b]0;title\\x07", "\\x1b[31mred", "\\x9b2jclear", "\\u202egnp.exe"):
        assert shown in screen.text


@pytest.mark.parametrize("form", ["tsv", "csv", "json"])
def test_no_other_form_sends_controls_to_a_terminal_either(form: str, hostile_cache: Path) -> None:
    screen = on_terminal(hostile_cache, "neighbors", PLAIN, "-n", "30", "--as", form)
    assert screen.returncode == 0
    assert not set("\x07\x08\x1b\x7f\x9b\u202e") & set(screen.raw)


def test_markup_is_shown_as_it_is_written(hostile_cache: Path) -> None:
    screen = on_terminal(hostile_cache, "neighbors", PLAIN, "-n", "30", columns=120)
    assert screen.returncode == 0
    for word in ("[bold]", "[/foo]", "[link=x]y[/link]", ":smile:"):
        assert word in screen.text


def test_hostile_names_of_files_are_shown_as_escapes(hostile_cache: Path) -> None:
    for question in (("models",), ("show", "hostile")):
        screen = on_terminal(hostile_cache, *question, columns=200)
        assert "evil\\x1b[31m[red].txt" in screen.text
        assert "\x1b[31m" not in screen.raw


def test_hostile_queries_are_shown_as_escapes() -> None:
    for query in ("\x1b[2Jx", "[/nosuch]"):
        screen = on_terminal(Path("/nonexistent"), "neighbors", "king", "-m", query)
        assert screen.returncode == 2
        assert query.replace("\x1b", "\\x1b") in screen.text
        assert "\x1b[2J" not in screen.raw


def test_json_gives_hostile_words_back(hostile_cache: Path) -> None:
    lines = run_latent(hostile_cache, "neighbors", PLAIN, "-n", "30", "--json").stdout.splitlines()
    assert {json.loads(line)["word"] for line in lines} == set(HOSTILE)


def test_csv_quotes_hostile_words(hostile_cache: Path) -> None:
    answer = run_latent(hostile_cache, "neighbors", PLAIN, "-n", "30", "--as", "csv")
    rows = list(csv.DictReader(answer.stdout.splitlines()))
    assert {row["word"] for row in rows} == set(HOSTILE)


def test_tsv_escapes_can_be_undone(tmp_path: Path) -> None:
    words = ["tab\there", "back\\slash", "back\\tslash", "line\nfeed", "carriage\rreturn"]
    text = tmp_path / "words.jsonl"
    text.write_text(json.dumps({"text": "|".join([PLAIN, *words]) + "|"}) + "\n")
    how = ("--tokenizer", r"regex:(?s)[^|]+", "--min-count", "1", "--epochs", "1", "--threads", "1")
    done = run_latent(tmp_path / "cache", "embed", text, *how)
    assert done.returncode == 0, done.stderr
    lines = run_latent(tmp_path / "cache", "neighbors", PLAIN).stdout.splitlines()
    escapes = {"\\t": "\t", "\\n": "\n", "\\r": "\r", "\\\\": "\\"}
    found = set()
    for line in lines:
        pieces = iter(line.split("\t")[1])
        found.add("".join(escapes[p + next(pieces)] if p == "\\" else p for p in pieces))
    assert found == set(words)
