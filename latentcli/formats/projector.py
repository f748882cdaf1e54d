"""What the TensorFlow Embedding Projector loads: vectors, metadata, and where they are.

Vectors have a row of numbers a line. Metadata have a header where they have several columns; line
i + 1 is that of row i, and blank lines are passed over, so that there must be none. Of
``projector_config`` the page reads JSON, TensorBoard the text form of protocol buffers.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.models.embedding import Embedding

VECTORS, METADATA = "tensors.tsv", "metadata.tsv"
CONFIG, TENSORBOARD_CONFIG = "projector_config.json", "projector_config.pbtxt"
FILES = (VECTORS, METADATA, CONFIG, TENSORBOARD_CONFIG)

_ROWS = 4096
_SEPARATORS = str.maketrans({"\t": " ", "\n": " ", "\r": " "})
_BLANK = "(blank)"
_BYTE_ORDER_MARK = "\ufeff"  # which the Projector takes for white space, too


class Column(NamedTuple):
    """A column of the metadata: a value for each row, None where there is none."""

    heading: str
    values: Sequence[Any] | npt.NDArray[Any]


def embedding_columns(model: Embedding) -> list[Column]:
    """Return words and, where they are known, counts."""
    words = Column("word", model.words)
    if model.term_counts is None:
        return [words]
    return [words, Column("count", model.term_counts)]


def write_vectors(vectors: npt.NDArray[np.float32], out: BinaryIO) -> None:
    """Write the vectors, with as many digits as float32 needs."""
    for start in range(0, len(vectors), _ROWS):
        rows = vectors[start : start + _ROWS]
        out.write("".join("\t".join(map(str, row)) + "\n" for row in rows).encode())


def write_metadata(columns: Sequence[Column], out: BinaryIO) -> None:
    """Write the columns; white space in a value that would end a cell becomes a space.

    A single column has no heading, for the Projector wants none.
    """
    if len(columns) > 1:
        out.write(("\t".join(column.heading for column in columns) + "\n").encode())
    for start in range(0, len(columns[0].values), _ROWS):
        cells = [map(_cell, column.values[start : start + _ROWS]) for column in columns]
        lines = ("\t".join(row) for row in zip(*cells, strict=True))
        out.write("".join(f"{_visible(line)}\n" for line in lines).encode())


def write_config(name: str, shape: tuple[int, int], out: BinaryIO) -> None:
    """Write what the page reads from ``?config=``; paths are relative to the page."""
    embedding = {
        "tensorName": name,
        "tensorShape": list(shape),
        "tensorPath": VECTORS,
        "metadataPath": METADATA,
    }
    text = json.dumps({"embeddings": [embedding]}, ensure_ascii=False, indent=2)
    out.write(f"{text}\n".encode())


def write_tensorboard_config(name: str, shape: tuple[int, int], out: BinaryIO) -> None:
    """Write what ``tensorboard --logdir`` reads; paths are relative to the file."""
    fields = [
        f"tensor_name: {json.dumps(name)}",
        *(f"tensor_shape: {size}" for size in shape),
        f'tensor_path: "{VECTORS}"',
        f'metadata_path: "{METADATA}"',
    ]
    lines = "".join(f"  {field}\n" for field in fields)
    out.write(f"embeddings {{\n{lines}}}\n".encode())


def _cell(value: Any) -> str:
    return "" if value is None else str(value).translate(_SEPARATORS)


def _visible(line: str) -> str:
    return line if line.strip().strip(_BYTE_ORDER_MARK) else _BLANK + line
