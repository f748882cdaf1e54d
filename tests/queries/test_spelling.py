"""Spellings near an unknown word: Levenshtein's distance, the nearest and most frequent first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from latentcli.corpus.strings import Strings
from latentcli.corpus.tokenizers import TokenizerSettings
from latentcli.queries.spelling import edit_distances, nearest_spellings

LETTERS = st.text(st.sampled_from("abcé猫\U0001f409"), max_size=9)


def levenshtein(a: str, b: str) -> int:
    """The recurrence, as it stands in any textbook."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        above, row = row, [i]
        for j, y in enumerate(b, 1):
            row.append(min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (x != y)))
    return row[-1]


@given(LETTERS, st.lists(LETTERS.filter(bool), min_size=1, max_size=8))
def test_edit_distances_are_those_of_the_textbook(word: str, others: list[str]) -> None:
    assert edit_distances(word, others).tolist() == [levenshtein(word, other) for other in others]


def suggestions(words: list[str], query: str, n: int = 5) -> list[str]:
    return nearest_spellings(Strings.of(words), TokenizerSettings(), query, n)


def test_suggestions_go_by_distance_and_then_by_frequency() -> None:
    # fault 80
    words = ["wing", "sing", "king", "kings", "kind", "queen", "ring"]
    assert suggestions(words, "kinng") == ["king", "wing", "sing", "kings", "kind"]
    assert suggestions(words, "kinng", 1) == ["king"]


def test_short_words_are_suggested_at_one_edit_only() -> None:
    assert suggestions(["cat", "dog", "cart"], "cap") == ["cat"]


def test_a_word_that_resembles_nothing_gets_no_suggestion() -> None:
    assert suggestions(["king", "queen"], "zyzzyva") == []


def test_case_is_no_edit_where_the_model_has_lower_case_words() -> None:
    assert suggestions(["king", "kin"], "KINGG") == ["king", "kin"]


def test_a_query_of_several_words_suggests_those_that_are_known() -> None:
    assert suggestions(["new", "york", "old"], "New-York") == ["new", "york"]


def test_a_query_of_a_million_letters_is_not_compared_with_anything() -> None:
    # fault 81
    assert suggestions(["king"], "k" * 1_000_000) == []
