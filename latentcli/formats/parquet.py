"""Models as Parquet files, by pyarrow, which is an extra: ``pip install 'latentcli[parquet]'``.

An embedding has the columns ``word``, ``count`` and ``vector``, a list of dim float32; a topic
model, in two files, those of the tidy tables of ``csv_tables.py``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, BinaryIO

import numpy as np

from latentcli.errors import RequestError
from latentcli.formats.csv_tables import document_topics, topic_words
from latentcli.models.embedding import Embedding
from latentcli.models.topic_model import TopicModel


def write_embedding(model: Embedding, out: BinaryIO) -> None:
    """Write ``word``, ``count`` and ``vector``; raise RequestError where pyarrow is missing.

    Counts that are not known are null.
    """
    arrow, parquet = _arrow()
    known = model.term_counts
    counts = [None] * len(model.words) if known is None else np.asarray(known)
    numbers = arrow.array(np.ascontiguousarray(model.vectors).reshape(-1))
    columns = {
        "word": arrow.array(list(model.words), arrow.string()),
        "count": arrow.array(counts, arrow.int64()),
        "vector": arrow.FixedSizeListArray.from_arrays(numbers, model.dim),
    }
    parquet.write_table(arrow.table(columns), out)


def write_topic_words(model: TopicModel, out: BinaryIO) -> None:
    """Write ``topic``, ``word`` and ``weight``."""
    _write_rows(topic_words(model), ("topic", "word", "weight"), out)


def write_document_topics(model: TopicModel, out: BinaryIO) -> None:
    """Write ``document``, ``topic`` and ``weight``."""
    _write_rows(document_topics(model), ("document", "topic", "weight"), out)


def _write_rows(rows: Iterable[tuple[Any, ...]], names: tuple[str, ...], out: BinaryIO) -> None:
    arrow, parquet = _arrow()
    types = {"topic": arrow.int32(), "weight": arrow.float32()}
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    table = {
        name: arrow.array(column, types.get(name, arrow.string()))
        for name, column in zip(names, columns, strict=True)
    }
    parquet.write_table(arrow.table(table), out)


def _arrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise RequestError(
            "Parquet needs pyarrow, which is not installed", "pip install 'latentcli[parquet]'"
        ) from None
    return pyarrow, pyarrow.parquet
