"""Topics that other programs found, as lists of words: a topic a line.

Words stand between white space or commas. MALLET's topic keys (a number, a weight and the words,
between tabs), gensim's ``0.050*"word" + ...`` and JSON lists of words, one a line or in one list
as OCTIS has them, are recognised.
"""

from __future__ import annotations

import json
import re
from typing import Any

from latentcli.corpus.sources import printable_path
from latentcli.errors import InputError
from latentcli.formats.text_lines import numbered_lines

_GENSIM = re.compile(r'-?\d*\.?\d+(?:e-?\d+)?\*"((?:[^"\\]|\\.)*)"')
_MALLET = re.compile(r"\d+\t[-+.\deE]+\t(.*)")


def read_topics(path: str) -> list[list[str]]:
    """Return the words of each topic; raise InputError, which names the line, for what is none."""
    topics: list[list[str]] = []
    lines = list(numbered_lines(path))
    if lines and "".join(line for _, line in lines).startswith("[["):
        topics = _json_topics(path, lines[0][0], "\n".join(line for _, line in lines))
    else:
        for number, line in lines:
            topics += _json_topics(path, number, f"[{line}]") if line[0] == "[" else [_words(line)]
    if not topics:
        raise InputError(f"{printable_path(path)}: no topics", "a topic a line: its top words")
    return topics


def _words(line: str) -> list[str]:
    weighted = _GENSIM.findall(line)
    if weighted:
        return [re.sub(r"\\(.)", r"\1", word) for word in weighted]
    keys = _MALLET.fullmatch(line)
    return re.split(r"[\s,]+", (keys[1] if keys else line).strip(" ,\t"))


def _json_topics(path: str, number: int, text: str) -> list[list[str]]:
    try:
        topics: Any = json.loads(text)
    except (ValueError, RecursionError):
        topics = None
    sound = isinstance(topics, list) and all(
        isinstance(topic, list) and all(isinstance(word, str) for word in topic) for topic in topics
    )
    if not sound:
        raise InputError(
            f"{printable_path(path)}:{number}: begins like a JSON list, but is no list of words",
            "a topic a line: its words, between spaces or commas",
        )
    found: list[list[str]] = topics
    return found
