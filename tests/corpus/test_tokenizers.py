"""The word rule against a second writing of it, on text made to be difficult."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from latentcli.corpus.tokenizers import MAX_WORD_CHARACTERS, TokenizerSettings, make_tokenizer
from latentcli.errors import RequestError
from tests.conftest import SAMPLES
from tests.corpus.word_rule import words_of

# Any character, and often those at which tokenizers stumble: apostrophes, joiners, combining and
# enclosing marks, jamo, sigmas, dotted and dotless i, ligatures, kana, Thai, Khmer, digits of all
# kinds, bidi controls, odd white space, and NUL.
NASTY = (
    "aZ09 '\u2019\u02bc`-_.\u00ad\u200b\u200c\u200d\u2060\ufeff\u202e\u0000\u001c\u0085\u2028\u3000"
    "\u00e9e\u0301\u0345\u0307\u20dd\u0903\u1100\u1161\u11a8\u03a3\u03c3\u03c2\u0130\u0131\u1e9e\u00df"
    "\ufb01\u01c5\u4e2d\u3007\u3042\u304b\u3099\u30fc\uff76\uff9e\uac00\u0e01\u0e31\u0e33\u1780"
    "\u17b6\u1000\u103c\u0b95\u0bbe\u0661\u00b2\u00bd\u2167\u0ead\u0ec8\U0001f600\U0001f1e6"
    "\U00020000\U000e0100\U0010ffff\ufffd"
)
hostile_text = st.text(
    st.one_of(st.sampled_from(NASTY), st.characters(exclude_categories=["Cs"])), max_size=60
)


def tokens(text: str, kind: str = "words", **settings: bool) -> list[str]:
    return make_tokenizer(TokenizerSettings(kind, **settings)).tokenize(text)


@settings(max_examples=2000, deadline=None)
@given(hostile_text, st.booleans(), st.booleans())
def test_words_are_those_of_the_rule(text: str, keep_case: bool, keep_numbers: bool) -> None:
    found = tokens(text, keep_case=keep_case, keep_numbers=keep_numbers)
    assert found == words_of(text, keep_case, keep_numbers)


@pytest.mark.parametrize("language", sorted(path.name for path in (SAMPLES / "tongues").iterdir()))
def test_words_of_every_sample_language_are_those_of_the_rule(language: str) -> None:
    for path in (SAMPLES / "tongues" / language).iterdir():
        text = path.read_text("utf-8")
        assert tokens(text) == words_of(text)


@settings(max_examples=300, deadline=None)
@given(hostile_text)
def test_the_normal_form_of_the_input_makes_no_difference(text: str) -> None:
    # fault 67
    composed, decomposed = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    for kind in ("words", "whitespace", "characters", "regex:\\w+"):
        assert tokens(composed, kind) == tokens(decomposed, kind)


@settings(max_examples=300, deadline=None)
@given(hostile_text)
def test_a_word_is_its_own_only_word(text: str) -> None:
    assert all(tokens(word) == [word] for word in tokens(text))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The king's horses\u2019 hooves", ["the", "king's", "horses", "hooves"]),
        ("Rock\u2019n\u2019roll", ["rock'n'roll"]),
        ("'quoted' don't \u2019tis", ["quoted", "don't", "tis"]),
        ("42 B2B 3.14 2nd \u2167 \u00bd", ["b2b", "2nd"]),
        ("\u039f\u0394\u039f\u03a3 \u03a3\u039f\u03a6\u039f\u03a3", ["οδος", "σοφος"]),
        ("\u6771\u4eac Tokyo\u99c5", ["\u6771", "\u4eac", "tokyo", "\u99c5"]),
        ("\u0e01\u0e34\u0e19", ["\u0e01\u0e34", "\u0e19"]),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", ["می‌خواهم"]),
        ("\u0939\u093f\u0928\u094d\u0926\u0940", ["हिन्दी"]),
        ("A\u030angstro\u0308m \u212bngstr\u00f6m", ["ångström", "ångström"]),
        ("mother-in-law e-mail snake_case", ["mother", "in", "law", "e", "mail", "snake", "case"]),
        ("king\u200bdom soft\u00adhyphen \u202eevil", ["king", "dom", "soft", "hyphen", "evil"]),
    ],
)  # fmt: skip
def test_words_by_example(text: str, words: list[str]) -> None:
    assert tokens(text) == words


def test_case_and_numbers_are_kept_on_request() -> None:
    assert tokens("Apollo 11", keep_case=True) == ["Apollo"]
    assert tokens("Apollo 11", keep_numbers=True) == ["apollo", "11"]


@settings(max_examples=300, deadline=None)
@given(hostile_text)
def test_whitespace_cuts_where_python_does(text: str) -> None:
    expected = [unicodedata.normalize("NFC", word) for word in text.split()]
    assert tokens(text, "whitespace", keep_case=True) == expected


@settings(max_examples=300, deadline=None)
@given(hostile_text)
def test_characters_lose_nothing_but_white_space(text: str) -> None:
    found = tokens(text, "characters", keep_case=True)
    assert "".join(found) == "".join(unicodedata.normalize("NFC", text).split())


def test_characters_keep_their_marks() -> None:
    assert tokens("x\u0301y \u0915\u093f", "characters") == ["x\u0301", "y", "\u0915\u093f"]


def test_a_regular_expression_finds_what_scikit_learn_finds() -> None:
    text = (SAMPLES / "tales.txt").read_text("utf-8")
    pattern = r"(?u)\b\w\w+\b"
    assert tokens(text, f"regex:{pattern}") == CountVectorizer(
        token_pattern=pattern
    ).build_analyzer()(text)


def test_a_regular_expression_gives_its_whole_match() -> None:
    assert tokens("a1 b22", "regex:([a-z])([0-9]+)") == ["a1", "b22"]


@pytest.mark.parametrize("kind", ["word", "", "regex:", "regex:(", "regex:(?P<a>x)(?P<a>y)"])
def test_what_is_no_tokenizer_is_refused(kind: str) -> None:
    with pytest.raises(RequestError, match="tokenizer"):
        make_tokenizer(TokenizerSettings(kind))


@pytest.mark.parametrize("kind", ["words", "whitespace", "regex:\\S+"])
def test_words_are_capped_at_their_length(kind: str) -> None:
    longest, longer = "x" * MAX_WORD_CHARACTERS, "y" * (MAX_WORD_CHARACTERS + 1)
    assert tokens(f"a {longest} b {longer} c", kind) == ["a", longest, "b", "c"]


@pytest.mark.parametrize("kind", ["words", "whitespace", "regex:\\S+"])
def test_a_flood_of_combining_marks_is_one_overlong_word(kind: str) -> None:
    # fault 67
    flood = "z" + "\u0301\u0323" * 500_000
    assert tokens(f"before {flood} after", kind) == ["before", "after"]
