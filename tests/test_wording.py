"""How messages say numbers and choices."""

from __future__ import annotations

import pytest

from latentcli.wording import counted, listed, quoted, there_are


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 words"), (1, "1 word"), (2, "2 words"), (12345, "12,345 words")]
)
def test_one_thing_is_not_said_in_the_plural(number: int, said: str) -> None:
    assert counted(number, "word") == said


def test_choices_are_a_sentence() -> None:
    assert listed(["a"]) == "a"
    assert there_are(["a"]) == "there is a"
    assert there_are(["a", "b"]) == "there are a and b"
    assert there_are(["a", "b", "c"]) == "there are a, b and c"


def test_names_are_cut_and_not_too_many() -> None:
    assert quoted(["id", "text"]) == "'id', 'text'"
    assert quoted(["x" * 30]) == repr("x" * 30)
    assert quoted(["x" * 31]) == repr("x" * 30 + "...")
    assert quoted(str(i) for i in range(10)).endswith("'7' and 2 more")
    assert quoted([]) == ""
