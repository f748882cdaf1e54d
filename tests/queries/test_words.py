"""Query words find their rows through the model's own word rule."""

from __future__ import annotations

import pytest

from latentcli.corpus.tokenizers import TokenizerSettings
from latentcli.errors import NothingFound, RequestError
from latentcli.queries.words import Found, check_query, find_word, unknown_words
from tests.small import embedding

MODEL = embedding([[1], [2], [3], [4]], ["france", "café", "king's", "猫"])


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("france", "france"),
        ("France", "france"),
        ("  FRANCE,\n", "france"),
        ("cafe\u0301", "café"),
        ("CAFE\u0301", "café"),
        ("King\u2019s", "king's"),
        ("猫", "猫"),
    ],
)
def test_a_query_passes_through_the_word_rule_of_the_model(query: str, word: str) -> None:
    assert find_word(MODEL, query) == Found(word, list(MODEL.words).index(word))


def test_a_model_that_keeps_case_is_asked_as_given() -> None:
    model = embedding([[1], [2]], ["Polish", "polish"], tokenizer=TokenizerSettings(keep_case=True))
    assert find_word(model, "Polish") == Found("Polish", 0)
    assert find_word(model, "polish") == Found("polish", 1)
    assert find_word(model, "POLISH") is None


@pytest.mark.parametrize("query", ["new_york", "New_York", "New York", " new\tYORK ", "new-york"])
def test_several_words_are_looked_up_as_a_phrase(query: str) -> None:
    model = embedding([[1], [2], [3]], ["new", "york", "new_york"])
    assert find_word(model, query) == Found("new_york", 2)
    assert find_word(model, "york new") is None


@pytest.mark.parametrize("query", ["france king's", "spain", "--", "", "..."])
def test_what_is_no_single_word_of_the_model_is_not_found(query: str) -> None:
    assert find_word(MODEL, query) is None


def test_an_unknown_word_ends_with_1_and_names_what_it_may_have_been() -> None:
    # fault 80
    error = unknown_words(MODEL, ["Franse"])
    assert isinstance(error, NothingFound) and error.exit_code == 1
    assert error.message == "unknown word 'Franse' (the model has 4 words)"
    assert error.hint == "did you mean france?"


@pytest.mark.parametrize("query", ["", "  ", "\t\n"])
def test_an_empty_query_is_refused(query: str) -> None:
    # fault 81
    with pytest.raises(RequestError, match="empty"):
        check_query(query)


def test_a_query_of_a_million_letters_is_shortened_where_it_is_named() -> None:
    # fault 81
    error = unknown_words(MODEL, ["x" * 1_000_000])
    assert len(error.message) < 200


def test_only_the_first_of_many_unknown_words_are_named() -> None:
    error = unknown_words(MODEL, [f"zz{i}" for i in range(1000)])
    assert "'zz4' and 995 more" in error.message
