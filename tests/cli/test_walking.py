"""``interpolate``, ``odd-one-out``, ``axis``, ``vector`` and expressions as a person types them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from latentcli.formats.models import open_embedding
from latentcli.store.cache import Cache
from latentcli.store.runs import find
from tests.cli.conftest import Shell
from tests.cli.terminal import on_terminal
from tests.conftest import Run


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("neighbors", "king - kign"), 1, "did you mean king"),
        (("neighbors", "king-man+woman"), 1, "An expression has spaces around its signs"),
        (("neighbors", "king - (man + woman)"), 2, "without parentheses"),
        (("neighbors", "king - king"), 2, "cancel out"),
        (("odd-one-out", "king", "queen", "kign"), 1, "did you mean king"),
        (("odd-one-out", "king", "queen", "kign"), 1, "3 known words are needed"),
        (("odd-one-out", "king", "queen"), 2, "three words or more"),
        (("odd-one-out", "king", "-", "queen"), 2, "'-' stands alone"),
        (("vector", "kign"), 1, "did you mean king"),
        (("axis", "king", "kign"), 1, "did you mean king"),
        (("axis", "king", "king"), 2, "the same"),
        (("axis", "king", "ship", "sea", "-n", "3"), 2, "leave -n or the words out"),
        (("axis", "king", "ship", "sea", "--restrict-vocab", "9"), 2, "--restrict-vocab: all"),
        (("axis", "king"), 2, "Missing argument"),
        (("why", "king", "queen", "--lines", "2", "-n", "3"), 2, "leave one of the two out"),
        (("why", "king", "queen", "--least", "1000"), 1, "lower --least"),
        (("why", "baker", "oven", "-m", "notices", "--least", "3"), 2, "--least: a topic model"),
        (("interpolate", "king", "kign"), 1, "did you mean king"),
        (("interpolate", "king", "ship", "--steps", "1"), 2, "not in the range"),
        (("interpolate", "3", "7", "--of", "topics", "-m", "notices-lsi"), 2, "--of documents"),
        (("interpolate", "cooking-311", "cooking-01", "-m", "notices"), 1, "cooking-31,"),
    ],
)  # fmt: skip
def test_a_question_without_answer_says_why(
    arguments: tuple[str, ...], code: int, told: str, asked: Run
) -> None:
    done = asked(*arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert told in done.stderr and len(done.stderr.splitlines()) <= 4


def test_an_expression_is_the_analogy_in_its_other_form(asked: Run) -> None:
    expression = asked("neighbors", "king - man + woman").stdout.splitlines()
    solved = asked("analogy", "man", "king", "woman").stdout.splitlines()
    assert [line.split("\t")[1:] for line in expression] == [
        line.split("\t")[1:] for line in solved
    ]
    assert {line.split("\t")[0] for line in expression} == {"king - man + woman"}


def test_words_and_expressions_come_from_stdin(asked: Run) -> None:
    lines = "king\nking - man + woman\nkign + ship\n"
    done = asked("neighbors", "-", "-n", "2", stdin=lines)
    assert done.returncode == 0 and "unknown word 'kign'" in done.stderr
    queries = [line.split("\t")[0] for line in done.stdout.splitlines()]
    assert queries == ["king"] * 2 + ["king - man + woman"] * 2


def test_sets_come_from_stdin_a_set_a_line(asked: Run) -> None:
    done = asked("odd-one-out", "-", stdin="king queen ship\n\nsea\tship\tbread\n")
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert [row[0] for row in rows] == ["king queen ship"] * 3 + ["sea ship bread"] * 3
    short = asked("odd-one-out", "-", stdin="king queen ship\nking queen\n")
    assert (short.returncode, short.stdout) == (2, "")
    assert "stdin:2: 2 words, three or more are wanted" in short.stderr


@pytest.mark.parametrize("unit", [(), ("--unit",)])
def test_vectors_go_through_a_pipe_into_another_model_bit_by_bit(
    unit: tuple[str, ...], copied_cache: Path, shell: Shell, tmp_path: Path
) -> None:
    words = "king queen ship castle"
    done = shell(
        f"latent vector {words} -m tales {' '.join(unit)} | latent import - --name few",
        copied_cache,
        tmp_path,
    )
    assert done.returncode == 0, done.stderr
    cache = Cache(copied_cache)
    few, tales = (open_embedding(find(cache, name)) for name in ("few", "tales"))
    assert list(few.words) == words.split()
    expected = np.array([tales.vectors[tales.words.find(word)] for word in words.split()])
    if unit:
        lengths = np.linalg.norm(expected.astype(float), axis=1, keepdims=True)
        expected = (expected / lengths).astype(np.float32)
    assert np.array_equal(few.vectors, expected)


def test_json_has_vectors_as_lists_with_the_same_numbers(asked: Run) -> None:
    tsv, as_json = (asked("vector", "king", *form).stdout for form in ((), ("--json",)))
    found = json.loads(as_json)
    assert found["word"] == "king" and len(found["vector"]) == 100
    written = np.array(tsv.split("\t")[1].split(), float)
    assert np.array_equal(written.astype(np.float32), np.array(found["vector"], np.float32))


def test_words_are_placed_on_an_axis_from_stdin_too(asked: Run) -> None:
    given = asked("axis", "king,queen", "ship", "sea", "crown").stdout
    piped = asked("axis", "king,queen", "ship", "-", stdin="sea\ncrown\n").stdout
    assert given == piped and len(given.splitlines()) == 2
    ends = [
        line.split("\t") for line in asked("axis", "king", "ship", "-n", "4").stdout.splitlines()
    ]
    assert len(ends) == 8
    assert [float(row[1]) for row in ends] == sorted(float(row[1]) for row in ends)


def test_a_terminal_gets_tables(trained_cache: Path) -> None:
    screen = on_terminal(trained_cache, "interpolate", "king", "ship", "-n", "1", "-q")
    header, *rows = screen.text.splitlines()
    assert header.split() == ["step", "word", "similarity", "t"]
    assert [row.split()[0] for row in rows] == [str(step) for step in range(7)]
    assert rows[0].split()[1:] == ["king", "1.0000", "0.0000"]
    narrow = on_terminal(trained_cache, "vector", "king", "-q", columns=60)
    assert narrow.returncode == 0 and "king" in narrow.text
