"""The word rule once more, one character at a time and with no regard for speed.

Scripts are told by the characters' Unicode names, not by blocks.
"""

from __future__ import annotations

import unicodedata
from itertools import pairwise

UNSPACED = (
    "CJK UNIFIED IDEOGRAPH", "CJK COMPATIBILITY IDEOGRAPH", "IDEOGRAPHIC", "HANGZHOU",
    "VERTICAL IDEO", "HIRAGANA", "HENTAIGANA", "KATAKANA", "HALFWIDTH KATAKANA", "THAI ", "LAO ",
    "KHMER ", "MYANMAR ",
)  # fmt: skip
INNER = "'\u2019\u200c\u200d"


def words_of(text: str, keep_case: bool = False, keep_numbers: bool = False) -> list[str]:
    """The words of a text, overlong ones included."""
    characters = list(unicodedata.normalize("NFC", text))
    found = [""]  # the last is the word still open; empty where there is none
    for here, after in pairwise([*characters, " "]):
        spaced = found[-1] and not is_unspaced(found[-1][0])
        if is_unspaced(here) or (is_alphanumeric(here) and not spaced):
            found.append(here)
        elif is_alphanumeric(here) or (found[-1] and is_mark(here)):
            found[-1] += here
        elif spaced and here in INNER and continues(after):
            found[-1] += here.replace("\u2019", "'")
        else:
            found.append("")
    kept = [word for word in found if word and (keep_numbers or any(map(is_letter, word)))]
    return kept if keep_case else [unicodedata.normalize("NFC", word.lower()) for word in kept]


def is_letter(character: str) -> bool:
    return unicodedata.category(character)[0] == "L"


def is_alphanumeric(character: str) -> bool:
    return unicodedata.category(character)[0] in "LN"


def is_mark(character: str) -> bool:
    return unicodedata.category(character) in ("Mn", "Mc")


def is_unspaced(character: str) -> bool:
    """Han, Kana, Thai, Lao, Khmer or Myanmar letters (and letter-like numbers such as 〇)."""
    if not (is_letter(character) or unicodedata.category(character) == "Nl"):
        return False
    return unicodedata.name(character, "").startswith(UNSPACED)


def continues(character: str) -> bool:
    return (is_alphanumeric(character) or is_mark(character)) and not is_unspaced(character)
