"""Analogy questions as word2vec's questions-words.txt has them (Mikolov et al. 2013).

    : capital-common-countries
    Athens Greece Baghdad Iraq

A line that begins with a colon names a section; four words, between white space, tabs or commas,
are a question: the first is to the second as the third to the fourth.
"""

from __future__ import annotations

from typing import NamedTuple

from latentcli.corpus.decoding import UTF_8, Encoding
from latentcli.corpus.sources import printable_path
from latentcli.errors import InputError
from latentcli.formats.text_lines import cells, numbered_lines

Question = tuple[str, str, str, str]


class Section(NamedTuple):
    """The questions of a section; ``name`` is empty where none stands above them."""

    name: str
    questions: list[Question]


def read_analogies(path: str, encoding: Encoding = UTF_8) -> list[Section]:
    """Return the sections that have questions, in the file's order.

    Raises InputError, which names the line, for a line that is not a question.
    """
    sections = [Section("", [])]
    for number, line in numbered_lines(path, encoding):
        if line.startswith(":"):
            sections.append(Section(line[1:].strip(), []))
            continue
        words = cells(line)
        if len(words) != 4 or not all(words):
            raise InputError(
                f"{printable_path(path)}:{number}: four words are wanted, not {len(words)}",
                "a question a line, A B C D; ': NAME' begins a section, '#' a comment",
            )
        sections[-1].questions.append((words[0], words[1], words[2], words[3]))
    found = [section for section in sections if section.questions]
    if not found:
        raise InputError(f"{printable_path(path)}: no questions", "four words a line: A B C D")
    return found
