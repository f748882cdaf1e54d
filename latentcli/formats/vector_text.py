"""Vectors as text: a line is a word and its numbers, between spaces or tabs.

word2vec (Mikolov et al. 2013) and fastText's ``.vec`` begin with a line "n_terms dim", GloVe
(Pennington, Socher and Manning 2014) does not. A line's last ``dim`` fields are the numbers, so
that words may have spaces, as some of GloVe's have.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from contextlib import closing
from itertools import chain, cycle
from typing import BinaryIO, NamedTuple

import numpy as np

from latentcli import kernels
from latentcli.corpus.ahead import ahead
from latentcli.errors import InputError
from latentcli.formats.foreign import ForeignFile, is_number
from latentcli.formats.foreign_rows import BATCH_NUMBERS, ForeignVectors, Rows

_BLOCK = 1 << 23
_LONGEST_LINE = 1 << 25
_LOOKED_AT = 200  # lines that say how many numbers a line has
_BUFFERS = 2  # of rows: the next are parsed while some are judged and written
_MARK = b"\xef\xbb\xbf"


class _Form(NamedTuple):
    """What the first lines say; the rows begin with line ``first``, ``start`` bytes on."""

    dim: int
    promised: int | None
    first: int
    start: int


def read(file: ForeignFile, kind: str) -> ForeignVectors:
    """Return the vectors of a text file: a ``glove`` one has no line of counts.

    Raises InputError where the first lines are none of it.
    """
    blocks = ahead(_whole_lines(file))
    try:
        head = next(blocks, b"")
        form = _form(head, file.name, headed=kind != "glove")
    except BaseException:
        blocks.close()
        raise
    rows = ahead(_rows(blocks, head, form), depth=_BUFFERS - 1)
    return ForeignVectors(form.dim, rows, form.promised, "{name}:{number}")


def _whole_lines(file: ForeignFile) -> Generator[bytes, None, None]:
    """Yield the file in blocks of whole lines, each with its LF."""
    rest = b""
    with file.stream() as stream:
        while block := _filled(stream):
            cut = block.rfind(b"\n") + 1
            if not cut and len(rest) + len(block) > _LONGEST_LINE:
                raise InputError(
                    f"{file.name}: has a line of more than {_LONGEST_LINE >> 20} MiB",
                    "these are no vectors as text",
                )
            if cut:
                yield rest + block[:cut]
                rest = b""
            rest += block[cut:]
    if rest:
        yield rest + b"\n"


def _filled(stream: BinaryIO) -> bytes:
    parts, wanted = [], _BLOCK
    while wanted and (part := stream.read(wanted)):
        parts.append(part)
        wanted -= len(part)
    return b"".join(parts)


def _form(head: bytes, name: str, headed: bool) -> _Form:
    mark = len(_MARK) if head.startswith(_MARK) else 0
    if not headed:
        return _Form(_usual_dim(head[mark:], name), None, 1, mark)
    end = head.find(b"\n", mark) + 1
    counts = head[mark:end].split()
    if len(counts) != 2 or not all(count.isdigit() and len(count) < 20 for count in counts):
        raise InputError(
            f"{name}:1: two counts are wanted, of words and of dimensions",
            "a file without them is read with --format glove",
        )
    n_terms, dim = map(int, counts)
    if not 0 < dim <= _LONGEST_LINE // 2:
        raise InputError(f"{name}:1: {dim} dimensions cannot be")
    return _Form(dim, n_terms, 2, end)


def _usual_dim(head: bytes, name: str) -> int:
    """Return how many numbers most of the first lines have."""
    lines = head.split(b"\n", _LOOKED_AT)[:_LOOKED_AT]
    found = Counter(len(fields) - 1 for line in lines if len(fields := line.split()) > 1)
    for dim, _ in found.most_common():
        if any(all(map(is_number, line.split()[-dim:])) for line in lines if line.strip()):
            return dim
    raise InputError(f"{name}: no vectors as text", "a line is a word and its numbers")


def _rows(
    blocks: Generator[bytes, None, None], head: bytes, form: _Form
) -> Generator[Rows, None, None]:
    room = max(1, BATCH_NUMBERS // form.dim)
    buffers = cycle(
        [
            (
                np.empty((room, form.dim), np.float32),
                np.empty((room, 2), np.uint64),
                np.empty(room, np.uint8),
            )
            for _ in range(_BUFFERS)
        ]
    )
    threads, line, start = kernels.usable_cores(), form.first, form.start
    with closing(blocks):
        for block in chain([head], blocks):
            while start < len(block):
                vectors, places, faults = next(buffers)
                n_rows, start = kernels.parse_vectors(
                    block, start, vectors, places, faults, threads
                )
                words = [block[begin:end] for begin, end in places[:n_rows].tolist()]
                yield Rows(line, words, vectors[:n_rows], faults[:n_rows])
                line += n_rows
            start = 0
