"""``latent search``, ``documents`` and ``similar-documents`` as a person types them."""

from __future__ import annotations

import json

import pytest

from tests.conftest import Run


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("search", "qqxyzzy"), 1, "unknown word 'qqxyzzy'"),
        (("search", ""), 2, "the query is empty"),
        (("search", "-", "king"), 2, "stands alone"),
        (("search", "king", "-m", "nothing"), 2, "no such model"),
        (("search", "king", "-n", "0"), 2, "not in the range"),
        (("search",), 2, "TEXT"),
        (("similar-documents", "cooking-311", "-m", "notices"), 1, "cooking-31,"),
        (("documents", "-m", "notices"), 2, "--topic"),
        (("documents", "--topic", "10", "-m", "notices"), 2, "0 to 9"),
        (("documents", "--topic", "1", "-m", "tales"), 2, "is a run of kind embedding"),
    ],
)  # fmt: skip
def test_a_question_without_answer_says_why(
    arguments: tuple[str, ...], code: int, told: str, asked: Run
) -> None:
    done = asked(*arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert told in done.stderr and len(done.stderr.splitlines()) <= 4


def test_texts_come_a_line_each_and_say_which_they_are_of(asked: Run) -> None:
    lines = "butter in a pan\n\nqqxyzzy\ntelescope and moon\n"
    done = asked("search", "-", "-m", "notices", "-n", "2", "--json", stdin=lines)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["query"] for one in found] == ["butter in a pan"] * 2 + ["telescope and moon"] * 2
    assert "no known words in 'qqxyzzy'" in done.stderr and done.returncode == 0


def test_several_words_are_one_text_quoted_or_not(asked: Run) -> None:
    quoted, plain = (
        asked("search", *words, "-m", "notices", "-q").stdout
        for words in (("butter in a pan",), ("butter", "in", "a", "pan"))
    )
    assert quoted == plain != ""


def test_what_search_finds_is_what_similar_documents_takes(asked: Run) -> None:
    first = asked("search", "butter pan", "-m", "notices", "-n", "3", "-q").stdout
    ids = "".join(line.split("\t")[0] + "\n" for line in first.splitlines())
    done = asked("similar-documents", "-", "-m", "notices", "-n", "4", "-q", stdin=ids)
    assert done.returncode == 0 and len(done.stdout.splitlines()) == 12


def test_the_latest_model_of_either_kind_is_asked(asked: Run) -> None:
    done = asked("search", "butter", "-n", "1")
    assert done.returncode == 0 and "lda of notices.jsonl (the latest)" in done.stderr


def test_a_stop_word_is_said_to_be_left_out_and_not_misspelt(asked: Run) -> None:
    done = asked("search", "the of", "-m", "notices")
    assert (done.returncode, done.stdout) == (1, "")
    assert "the model leaves out 'the', 'of'" in done.stderr and "did you mean" not in done.stderr
    other = asked("search", "the butterr", "-m", "notices")
    assert "unknown word 'butterr'" in other.stderr and "did you mean butter" in other.stderr
