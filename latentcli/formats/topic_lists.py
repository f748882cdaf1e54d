"""Topics that other programs found, as lists of words: a topic a line.

Words stand between white space or commas, behind the topic's number, if it has one, with a colon or
a tab. MALLET's topic keys (a number, a weight and the words, between tabs), gensim's
``0.050*"word" + ...`` and ``(0, [('word', 0.05), ...])``, JSON lists of words, one a line or in one
list, also as the ``topics`` of an object as OCTIS has them, and what ``latent topics`` prints, as
TSV, CSV or JSON, are recognised. A word counts once in a topic.
"""

from __future__ import annotations

import json
import re
from typing import Any

from latentcli.corpus.decoding import UTF_8, Encoding
from latentcli.corpus.sources import printable_path
from latentcli.errors import InputError
from latentcli.formats.text_lines import numbered_lines

_GENSIM = re.compile(r'-?\d*\.?\d+(?:e-?\d+)?\*"((?:[^"\\]|\\.)*)"')
_PAIRS = re.compile(r"""\((?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"), (?:np\.float\d+\()?-?\d""")
_MALLET = re.compile(r"\d+\t[-+.\deE]+\t(.*)")
# What 'latent topics' prints: number, three figures, words, and perhaps the seeds' name.
_OURS = re.compile(r"\d+([\t,])(?:[-+.\deE]*\1){3}([^\t,]+)(?:\1.*)?")
_HEADER = "topic,share,"
_NUMBERED = re.compile(r"\d+(?::|\t)\s*(.*)")


def read_topics(path: str, encoding: Encoding = UTF_8) -> list[list[str]]:
    """Return the words of each topic; raise InputError, which names the line, for what is none."""
    topics: list[list[str]] = []
    lines = list(numbered_lines(path, encoding))
    whole = "\n".join(line for _, line in lines)
    if "".join(whole.split()).startswith("[[") or _is_object(whole):
        topics = _json_topics(path, lines[0][0], whole)
    else:
        if lines and lines[0][1].startswith(_HEADER):
            del lines[0]
        for number, line in lines:
            topics += _json_topics(path, number, f"[{line}]") if line[0] in "[{" else [_words(line)]
    topics = [list(dict.fromkeys(words)) for words in topics]
    if not topics:
        raise InputError(f"{printable_path(path)}: no topics", "a topic a line: its top words")
    return topics


def _is_object(text: str) -> bool:
    """Tell whether it is one JSON object that has topics."""
    try:
        return text.startswith("{") and "topics" in json.loads(text)
    except (ValueError, RecursionError):
        return False


def _words(line: str) -> list[str]:
    weighted = _GENSIM.findall(line) or ["".join(found) for found in _PAIRS.findall(line)]
    if weighted:
        return [re.sub(r"\\(.)", r"\1", word) for word in weighted]
    ours, keys = _OURS.fullmatch(line), _MALLET.fullmatch(line) or _NUMBERED.fullmatch(line)
    words = ours[2] if ours else keys[1] if keys else line
    return re.split(r"[\s,]+", words.strip(" ,\t"))


def _json_topics(path: str, number: int, text: str) -> list[list[str]]:
    try:
        topics: Any = json.loads(text)
    except (ValueError, RecursionError):
        topics = None
    if isinstance(topics, dict):
        topics = topics.get("topics")
    elif isinstance(topics, list):
        topics = [topic.get("words") if isinstance(topic, dict) else topic for topic in topics]
    sound = isinstance(topics, list) and all(
        isinstance(topic, list) and all(isinstance(word, str) for word in topic) for topic in topics
    )
    if not sound:
        raise InputError(
            f"{printable_path(path)}:{number}: begins like JSON, but is no list of words",
            "a topic a line: its words, between spaces or commas",
        )
    found: list[list[str]] = topics
    return found
