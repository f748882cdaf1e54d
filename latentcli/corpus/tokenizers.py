"""Text to words: the word rule.

Text is NFC-normalised. A word is a letter or digit followed by letters, digits, marks, and
joiners or apostrophes that stand between these (U+2019 becomes '). Letters of scripts written
without spaces (Han, Kana, Thai, Lao, Khmer, Myanmar) become single-character words with the marks
that follow them. Words without a letter are dropped unless numbers are kept. Lower-casing is by
word, so that a Greek sigma ends a word in its final form.

White space never lies inside a word, so a tokenizer works on *pieces*: what stands between
white space. The encoder remembers what words a piece gave, and asks once for each distinct piece.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

from latentcli.errors import RequestError

# What words are depends on this and on the Unicode version; both are part of a corpus's digest.
REVISION = f"1-unicode{unicodedata.unidata_version}"

# A "word" longer than this is no word (base64, a line of a billion letters): left out, counted.
MAX_WORD_CHARACTERS = 256

APOSTROPHES = "'\u2019"
JOINERS = "\u200c\u200d"

# Blocks of letters written without spaces between words (Unicode Scripts: Hani, Hira, Kana,
# Thai, Laoo, Khmr, Mymr), as first, last.
UNSPACED = [
    (0x0E01, 0x0E5B), (0x0E81, 0x0EDF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x19E0, 0x19FF),
    (0x3005, 0x3007), (0x3021, 0x3029), (0x3038, 0x303B), (0x3041, 0x309F), (0x30A1, 0x30FA),
    (0x30FC, 0x30FF), (0x31F0, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xA9E0, 0xA9FF),
    (0xAA60, 0xAA7F), (0xF900, 0xFAFF), (0xFF66, 0xFF9F), (0x1AFF0, 0x1B16F), (0x20000, 0x323AF),
]  # fmt: skip
_UNSPACED_STARTS = [first for first, _ in UNSPACED]

# Normalising takes time quadratic in a run of combining marks; what a run this long belongs to is
# overlong however many more there are.
_MAX_MARKS = 2 * MAX_WORD_CHARACTERS
_MAYBE_FLOOD = re.compile(rf"(?<![^\w\s])[^\w\s]{{{_MAX_MARKS},}}")

ASCII_WORD = re.compile(r"[A-Za-z0-9]+(?:'[A-Za-z0-9]+)*")
# The same where a letter is among its characters.
ASCII_WORD_WITH_LETTER = re.compile(r"(?=[0-9]*(?:'[0-9]+)*'?[A-Za-z])" + ASCII_WORD.pattern)


@dataclass(frozen=True)
class TokenizerSettings:
    """What makes words: ``words``, ``whitespace``, ``characters`` or ``regex:PATTERN``."""

    kind: str = "words"
    keep_case: bool = False
    keep_numbers: bool = False


@dataclass(frozen=True)
class Tokenizer:
    """``pieces`` cuts a text; ``words`` turns one piece into its words, in order."""

    pieces: Callable[[str], Iterable[str]]
    words: Callable[[str], list[str]]

    def tokenize(self, text: str) -> list[str]:
        """Return the words of a text, overlong ones left out.

        >>> make_tokenizer(TokenizerSettings()).tokenize("The King's 2 ships")
        ['the', "king's", 'ships']
        """
        return [
            word
            for piece in self.pieces(text)
            for word in self.words(piece)
            if len(word) <= MAX_WORD_CHARACTERS
        ]


def make_tokenizer(settings: TokenizerSettings) -> Tokenizer:
    """Return the tokenizer for these settings; raise RequestError if there is none."""
    finish = _normalised if settings.keep_case else _lowered
    if settings.kind == "words":

        def words(piece: str) -> list[str]:
            found = ASCII_WORD.findall(piece) if piece.isascii() else _unicode_words(piece)
            if not settings.keep_numbers:
                found = [word for word in found if _has_letter(word)]
            return [finish(word) for word in found]

        return Tokenizer(str.split, words)
    if settings.kind == "whitespace":
        return Tokenizer(str.split, lambda piece: [finish(piece)])
    if settings.kind == "characters":
        return Tokenizer(str.split, lambda piece: [finish(c) for c in _characters(piece)])
    if settings.kind.startswith("regex:"):
        pattern = _compiled(settings.kind.removeprefix("regex:"))
        return Tokenizer(lambda text: _matches(pattern, text), lambda piece: [finish(piece)])
    raise RequestError(
        f"no tokenizer '{settings.kind}'", "use words, whitespace, characters or regex:PATTERN"
    )


def _normalised(text: str) -> str:
    if text.isascii():
        return text
    if len(text) > _MAX_MARKS and _MAYBE_FLOOD.search(text):
        text = _without_floods(text)
    return unicodedata.normalize("NFC", text)


def _without_floods(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _MAX_MARKS:
            kept.append(character)
    return "".join(kept)


def _lowered(word: str) -> str:
    # Lower-casing can leave a letter and a mark that compose, so it is normalised again.
    return word.lower() if word.isascii() else _normalised(word.lower())


def _has_letter(word: str) -> bool:
    return not word.isdigit() and any(character.isalpha() for character in word)


@cache
def _kind(character: str) -> str:
    """Classify a character: Letter, Digit, single (U), Mark, Joiner, Apostrophe or other."""
    category = unicodedata.category(character)
    if category[0] == "L" or category == "Nl":
        block = bisect_right(_UNSPACED_STARTS, ord(character)) - 1
        if block >= 0 and ord(character) <= UNSPACED[block][1]:
            return "U"
        return "L" if category[0] == "L" else "D"
    if category[0] == "N":
        return "D"
    if category in ("Mn", "Mc"):
        return "M"
    if character in JOINERS:
        return "J"
    return "A" if character in APOSTROPHES else " "


def _unicode_words(piece: str) -> list[str]:
    text = _normalised(piece)
    kinds = [_kind(character) for character in text]
    kinds.append(" ")
    found: list[str] = []
    i, n = 0, len(text)
    while i < n:
        kind = kinds[i]
        start = i
        i += 1
        if kind == "U":
            while kinds[i] == "M":
                i += 1
        elif kind in "LD":
            while kinds[i] in "LDM" or (kinds[i] in "JA" and kinds[i + 1] in "LDM"):
                i += 1
        else:
            continue
        found.append(text[start:i].replace("\u2019", "'"))
    return found


def _characters(piece: str) -> list[str]:
    text = _normalised(piece)
    found: list[str] = []
    for character in text:
        if _kind(character) == "M" and found:
            found[-1] += character
        else:
            found.append(character)
    return found


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        compiled = re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise RequestError(f"--tokenizer regex: {error}", f"the pattern was {pattern!r}") from None
    if not pattern:
        raise RequestError("--tokenizer regex: has no pattern", "for example 'regex:[a-z]+'")
    return compiled


def _matches(pattern: re.Pattern[str], text: str) -> Iterable[str]:
    text = _normalised(text)
    return (sys.intern(m[0]) for m in pattern.finditer(text) if m[0] and not m[0].isspace())
