"""Paragraphs inside a document: where a context window must end.

Blank lines always separate paragraphs. A single line end does too, except in hard-wrapped text
(books and mail broken at some 70 columns), where it is only a space.
"""

from __future__ import annotations

import re

_BLANK_LINES = re.compile(r"\n[^\S\n]*\n\s*")


def is_hard_wrapped(text: str) -> bool:
    """Tell whether most lines that another line follows are about as long as a page is wide."""
    lines = [line for line in text[: 1 << 16].split("\n")]
    inner = [len(a) for a, b in zip(lines, lines[1:], strict=False) if a.strip() and b.strip()]
    return bool(inner) and sum(40 <= width <= 100 for width in inner) * 2 > len(inner)


def paragraphs(text: str, hard_wrapped: bool) -> list[str]:
    """Split a document's text into its paragraphs."""
    if "\n" not in text:
        return [text]
    return _BLANK_LINES.split(text) if hard_wrapped else text.split("\n")


def continues(before: str, text: str, hard_wrapped: bool) -> bool:
    """Tell whether a text begins within the last paragraph of the piece before it."""
    between = before[len(before.rstrip()) :] + text[: len(text) - len(text.lstrip())]
    return between.count("\n") < (2 if hard_wrapped else 1)
