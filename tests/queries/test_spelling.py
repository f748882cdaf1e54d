"""Spellings near an unknown word: by edit distance, the nearest and most frequent first."""

from __future__ import annotations

from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from latentcli.corpus.strings import Strings
from latentcli.corpus.tokenizers import TokenizerSettings
from latentcli.queries.spelling import edit_distances, nearest_spellings

LETTERS = st.text(st.sampled_from("abcé猫\U0001f409"), max_size=9)


def alignment(a: str, b: str) -> int:
    """Optimal string alignment by its recurrence, as it stands in any textbook."""

    @cache
    def distance(i: int, j: int) -> int:
        if not i or not j:
            return i + j
        least = min(
            distance(i - 1, j) + 1,
            distance(i, j - 1) + 1,
            distance(i - 1, j - 1) + (a[i - 1] != b[j - 1]),
        )
        if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
            least = min(least, distance(i - 2, j - 2) + 1)
        return least

    return distance(len(a), len(b))


@given(LETTERS, st.lists(LETTERS.filter(bool), min_size=1, max_size=8))
def test_edit_distances_are_those_of_the_textbook(word: str, others: list[str]) -> None:
    assert edit_distances(word, others).tolist() == [alignment(word, other) for other in others]


def suggestions(words: list[str], query: str, n: int = 5) -> list[str]:
    return nearest_spellings(Strings.of(words), TokenizerSettings(), query, n)


def test_suggestions_go_by_distance_and_then_by_frequency() -> None:
    # fault 80
    words = ["wing", "sing", "king", "kings", "kind", "queen", "ring"]
    assert suggestions(words, "kinng") == ["king", "wing", "sing", "kings", "kind"]
    assert suggestions(words, "kinng", 1) == ["king"]


def test_letters_that_changed_places_are_one_edit() -> None:
    assert suggestions(["in", "high", "king"], "kign", 1) == ["king"]


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


def test_what_is_there_more_than_once_is_named_once() -> None:
    ids = Strings.of(["doc-1", "doc-1", "doc-2", "doc-1", "doc-3", "doc-4", "doc-5", "doc-6"])
    whole = TokenizerSettings("whitespace", keep_case=True)
    assert nearest_spellings(ids, whole, "doc-") == [f"doc-{i}" for i in range(1, 6)]
