"""What the native encoder must know of every character, from Python's own Unicode tables.

The tables are made when a process first encodes a text (in some 20 milliseconds) and not when the
program is built: they must be those of the Python that runs, to which the tokenizer of queries
keeps, and one build serves several.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from operator import itemgetter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.corpus.tokenizers import APOSTROPHES, JOINERS, UNSPACED

# A character's properties, as kernels/characters.hpp has them: its kind, and flags.
_LETTER, _SINGLE, _MARK, _JOINER, _APOSTROPHE, _SPACE = range(1, 7)
_ALPHABETIC, _HARD, _COMBINING, _FIRST, _SECOND = 8, 16, 32, 64, 128

_BY_CATEGORY = {
    **dict.fromkeys(["Lu", "Ll", "Lt", "Lm", "Lo"], _LETTER | _ALPHABETIC),
    **dict.fromkeys(["Nd", "Nl", "No"], _LETTER),
    **dict.fromkeys(["Mn", "Mc"], _MARK),
    # Of these, some are white space: it is looked for among them only.
    **dict.fromkeys(["Cc", "Zs", "Zl", "Zp"], _SPACE),
    **dict.fromkeys(["Me", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So"], 0),
    **dict.fromkeys(["Cf", "Cs", "Co", "Cn"], 0),
}

_N_CHARACTERS, _N_LOWER = 0x110000, 0x20000

# Only the basic plane is looked at, for the tables take time. In the other planes that have
# characters all are called hard, and what has them is put to the tokenizer, which is as right. The
# rest is unassigned or for private use, never in words.
_BASIC_PLANE = 0x10000
_OTHER_PLANES = (slice(0x10000, 0x40000), slice(0xE0000, 0xF0000))

# Hangul syllables are composed of a consonant and a vowel, and these of one more (Unicode 3.12).
_HANGUL_FIRST = [*range(0x1100, 0x1113), *range(0xAC00, 0xD7A4, 28)]
_HANGUL_SECOND = [*range(0x1161, 0x1176), *range(0x11A8, 0x11C3)]


class Characters(NamedTuple):
    """``properties`` uint8 (0x110000,), ``lower`` uint32 (0x20000,): each one's lower case."""

    properties: npt.NDArray[np.uint8]
    lower: npt.NDArray[np.uint32]


@cache
def characters() -> Characters:
    """Return the tables of the Unicode version that this Python has."""
    properties = np.zeros(_N_CHARACTERS, np.uint8)
    lower = np.arange(_N_CHARACTERS, dtype=np.uint32)
    firsts, seconds = set(_HANGUL_FIRST), set(_HANGUL_SECOND)
    points = np.arange(_BASIC_PLANE, dtype=np.uint32)
    points = points[(points < 0xD800) | (points >= 0xE000)]  # surrogates are no characters
    text = points.astype("<u4").tobytes().decode("utf-32-le")
    kinds = map(_BY_CATEGORY.__getitem__, map(unicodedata.category, text))
    properties[points] |= np.frombuffer(bytes(kinds), np.uint8)
    classes = bytes(map(unicodedata.combining, text))
    properties[points[np.frombuffer(classes, np.uint8) > 0]] |= _COMBINING
    decompositions = map(unicodedata.decomposition, text)
    for character, parts in filter(itemgetter(1), zip(text, decompositions, strict=True)):
        if parts[0] == "<":
            continue
        if unicodedata.normalize("NFC", character) != character:
            properties[ord(character)] |= _HARD
        else:
            first, second = parts.split()
            # A mark behind a composed character may have to come before one inside it.
            firsts |= {int(first, 16), ord(character)}
            seconds.add(int(second, 16))
    if text.lower() != text:
        _lower(text, properties, lower)
    for plane in _OTHER_PLANES:
        properties[plane] = _HARD
    properties[0x03A3] |= _HARD  # a sigma's lower case depends on what is around it
    for found, flag in ((firsts, _FIRST), (seconds, _SECOND)):
        members = np.zeros(_N_CHARACTERS, np.bool_)
        members[list(found)] = True
        properties[members | members[lower]] |= flag
    _mark_kinds(properties)
    return Characters(properties, lower[:_N_LOWER].copy())


def _lower(text: str, properties: npt.NDArray[np.uint8], lower: npt.NDArray[np.uint32]) -> None:
    """Fill in lower cases; hard is what has one that is not a character in normal form C."""
    for character, small in zip(text, map(str.lower, text), strict=True):
        if small == character:
            continue
        if (
            len(small) == 1
            and ord(character) < _N_LOWER
            and unicodedata.normalize("NFC", small) == small
            and unicodedata.combining(small) == unicodedata.combining(character)
        ):
            lower[ord(character)] = ord(small)
        else:
            properties[ord(character)] |= _HARD


def _mark_kinds(properties: npt.NDArray[np.uint8]) -> None:
    """Set the kinds that a category does not tell."""
    for first, last in UNSPACED:
        block = properties[first : last + 1]
        letters = (block & 7) == _LETTER
        for i in np.flatnonzero(letters & ((block & _ALPHABETIC) == 0)).tolist():
            letters[i] = unicodedata.category(chr(first + i)) == "Nl"
        block[letters] += _SINGLE - _LETTER
    for point in np.flatnonzero((properties & 7) == _SPACE).tolist():
        if not chr(point).isspace():
            properties[point] &= 0xF8
    for kind, text in ((_JOINER, JOINERS), (_APOSTROPHE, APOSTROPHES)):
        for character in text:
            properties[ord(character)] = (properties[ord(character)] & 0xF8) | kind
