"""Stop words: languages, files, and what must not be among them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from latentcli.corpus.stopwords import languages, stop_words
from latentcli.corpus.tokenizers import TokenizerSettings
from latentcli.errors import LatentError
from tests.conftest import SAMPLES
from tests.corpus.word_rule import words_of

Write = Callable[[str, bytes | str], Path]
WORDS = TokenizerSettings()


def test_english_leaves_out_function_words_and_no_subject() -> None:
    english = stop_words("en", WORDS)
    assert {"the", "and", "of", "don't", "i'm", "which", "s"} <= english
    assert not english & {"computer", "general", "system", "king", "bread", "new", "state", "time"}


def test_english_stop_words_are_in_the_wide_list_of_the_iso_project(shared_data: Path) -> None:
    iso = json.loads((shared_data / "eval/stopwords-iso.json").read_text("utf-8"))["en"]
    known = {word.replace("\u2019", "'") for word in iso}
    strange = sorted(stop_words("en", WORDS) - known)
    assert len(strange) < 12, strange


@pytest.mark.parametrize("language", languages())
def test_every_language_has_words_that_pass_through_the_word_rule(language: str) -> None:
    found = stop_words(language, WORDS)
    assert len(found) >= 20
    assert all(words_of(word) == [word] for word in found)


@pytest.mark.parametrize("language", sorted({*languages()} & {*os.listdir(SAMPLES / "tongues")}))
def test_stop_words_are_frequent_in_a_text_in_their_language(language: str) -> None:
    text = " ".join(path.read_text("utf-8") for path in (SAMPLES / "tongues" / language).iterdir())
    own, finnish = stop_words(language, WORDS), stop_words("fi", WORDS)
    words = words_of(text)
    n_own, n_finnish = (sum(word in listed for word in words) for listed in (own, finnish))
    assert n_own > 0.05 * len(words)
    assert n_own > 2 * n_finnish


def test_words_of_a_phrase_are_not_stop_words_themselves() -> None:
    assert "\u043b\u0430\u0441\u043a\u0430" not in stop_words("uk", WORDS)  # of a word for please


def test_none_is_none() -> None:
    assert stop_words("none", WORDS) == frozenset()


def test_a_file_has_words_and_comments(written: Write) -> None:
    path = written("stop.txt", "\ufeff# a comment\nKing queen\r\nL\u2019\u00c9tat\n\n")
    assert stop_words(str(path), WORDS) == {"king", "queen", "l'\u00e9tat"}


def test_languages_and_files_with_commas_between_are_taken_together(written: Write) -> None:
    path = written("own.txt", "king\n")
    english = stop_words("en", WORDS)
    assert stop_words(f"en,{path}", WORDS) == english | {"king"}
    assert stop_words(f"en,de,{path}", WORDS) == english | stop_words("de", WORDS) | {"king"}
    assert stop_words(f"none,{path}", WORDS) == {"king"}
    with pytest.raises(LatentError, match="--stopwords xx: neither"):
        stop_words("en,xx", WORDS)


def test_a_file_whose_name_has_a_comma_is_a_file(written: Write) -> None:
    assert stop_words(str(written("en,de", "king\n")), WORDS) == {"king"}


def test_stop_words_meet_the_words_of_the_corpus_s_own_tokenizer(written: Write) -> None:
    path = str(written("stop.txt", "The\n"))
    assert stop_words(path, TokenizerSettings(keep_case=True)) == {"The"}
    assert stop_words(path, TokenizerSettings("regex:[a-z]+")) == {"he"}


def test_what_is_neither_a_language_nor_a_file_is_an_error_that_names_languages() -> None:
    with pytest.raises(LatentError, match="--stopwords xx: neither") as caught:
        stop_words("xx", WORDS)
    assert " de " in caught.value.hint


@pytest.mark.parametrize("content", [b"\xff\xfe\xfd", None])
def test_a_file_that_cannot_be_read_is_an_error(
    content: bytes | None, tmp_path: Path, written: Write
) -> None:
    path = tmp_path if content is None else written("stop.txt", content)
    with pytest.raises(LatentError, match="cannot be read"):
        stop_words(str(path), WORDS)
