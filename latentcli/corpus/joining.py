"""Joins the words of a short text by a model's phrases, as ``phrases`` joins a corpus's."""

from __future__ import annotations

from collections.abc import Sequence

DELIMITER = "_"


def joined_words(words: Sequence[str], phrases: Sequence[str]) -> list[str]:
    """Return the words from left to right, two that are a phrase as one.

    ``phrases`` holds two words for each.

    >>> joined_words(["in", "new", "york"], ["new", "york"])
    ['in', 'new_york']
    """
    both = list(phrases)
    pairs = set(zip(both[::2], both[1::2], strict=True))
    joined: list[str] = []
    taken = False
    for first, second in zip(words, [*words[1:], ""], strict=True):
        if taken:
            taken = False
        elif (first, second) in pairs:
            joined.append(f"{first}{DELIMITER}{second}")
            taken = True
        else:
            joined.append(first)
    return joined
