"""The topics of documents as MALLET 2 writes them (McCallum 2002; TopicInferencer).

``mallet infer-topics --output-doc-topics``: a line that says what follows, then a line for each
document with its number from 0, its name, and the proportion of every topic, all between tabs. A
document whose topics are not known has nothing in place of the proportions, where MALLET has the
prior's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

HEADER = "#doc name topic proportion ...\n"

_SEPARATORS = str.maketrans({"\t": " ", "\n": " ", "\r": " "})


def doc_topics(rows: Iterable[Sequence[str | float | None]]) -> Iterator[str]:
    """Yield the lines, with their ends, of rows that each have an id and a weight for each topic.

    White space in an id that would end a column or line becomes a space.
    """
    yield HEADER
    for number, (name, *weights) in enumerate(rows):
        cells = ["" if weight is None else repr(weight) for weight in weights]
        yield "\t".join([str(number), str(name).translate(_SEPARATORS), *cells]) + "\n"
