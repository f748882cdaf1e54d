"""``octis`` and ``mallet``: documents whose words are cut already, a line each.

- OCTIS (Terragni et al. 2021): words, the part, and perhaps the label, between tabs.
- MALLET (McCallum 2002; ``import-file``): the document's name, its label, and its words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from latentcli.corpus.documents import Document
from latentcli.corpus.readers.lines import whole_lines
from latentcli.errors import InputError

FORMATS = ("octis", "mallet")


def read_word_lines(chunks: Iterable[str], name: str, form: str) -> Iterator[Document]:
    """Yield the documents; ids are those of the lines, or MALLET's names.

    Raises InputError, which names the line, for one that has no label or part.
    """
    for number, line in whole_lines(chunks, name):
        if not line.strip():
            continue
        cells = line.split("\t") if form == "octis" else line.split(None, 2)
        if len(cells) < 2:
            what = "words and part between tabs" if form == "octis" else "a name and a label"
            raise InputError(f"{name}:{number}: has no {what}", "is it another --format?")
        if form == "octis":
            yield Document(str(number), cells[0], cells[2] if len(cells) > 2 else None)
        else:
            yield Document(cells[0], cells[2] if len(cells) > 2 else "", cells[1])
