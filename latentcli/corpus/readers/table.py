"""``csv`` and ``tsv``: a document a row (RFC 4180, and the variants people write)."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from latentcli.corpus.documents import Document
from latentcli.corpus.readers.fields import FieldNames, pick_text_field
from latentcli.corpus.readers.jsonl import At, Skip
from latentcli.corpus.readers.lines import whole_lines
from latentcli.errors import InputError
from latentcli.wording import quoted

# A column whose name is longer is rather a document's cell.
_LONG_NAME = 30
_DELIMITERS = {";": ";", "\t": "tab", "|": "|"}


class TableStyle(NamedTuple):
    """How a table is written; a ``quote`` of None means that quotes are ordinary characters."""

    delimiter: str
    quote: str | None
    header: bool = True


def table_style(kind: str, delimiter: str | None, quote: str | None, header: bool) -> TableStyle:
    """Return the style of a ``csv`` (comma, double quotes) or ``tsv`` (tab, none) table."""
    delimiter = {"\\t": "\t", "tab": "\t"}.get(delimiter or "", delimiter)
    style = TableStyle(
        delimiter or ("," if kind == "csv" else "\t"),
        (quote or None) if quote is not None else ('"' if kind == "csv" else None),
        header,
    )
    for option, value in (("--delimiter", style.delimiter), ("--quote", style.quote)):
        if value is not None and (len(value) != 1 or value in "\n\r"):
            raise InputError(f"{option} must be one character, not {value!r}")
    return style


def read_table(
    chunks: Iterable[str],
    name: str,
    style: TableStyle,
    fields: FieldNames,
    skip: Skip | None = None,
    at: At = lambda line: None,
) -> Iterator[Document]:
    """Yield a document a row, its id the row's line unless a column holds ids.

    Raises InputError with file and line for a quote left open, and for a row with more or fewer
    cells than the first, of which text may be lost; it is given to ``skip`` where that is set.
    ``at`` is told the line of each document before it comes.
    """
    csv.field_size_limit(1 << 28)
    lines = (line + "\n" for _, line in whole_lines(chunks, name))
    rows = csv.reader(
        lines,
        delimiter=style.delimiter,
        quotechar=style.quote,
        quoting=csv.QUOTE_NONE if style.quote is None else csv.QUOTE_MINIMAL,
        strict=True,
    )
    columns: _Columns | None = None
    line = 1
    while True:
        start, line = line, line
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            raise InputError(
                f"{name}:{start}: not a well-formed table row ({error})",
                "check --delimiter and --quote; --quote '' takes quotes as ordinary characters",
            ) from None
        where, line = f"{name}:{start}", rows.line_num + 1
        if not row:
            continue
        if columns is None:
            _check_delimiter(row, style, where)
            columns = _columns(row, style, fields, where)
            if style.header:
                continue
        if len(row) != columns.number:
            uneven = InputError(
                f"{where}: has {len(row)} columns, the first row has {columns.number}",
                "check --delimiter and --quote, or add --skip-invalid",
            )
            if skip is None:
                raise uneven
            skip(uneven)
            continue
        at(start)
        yield Document(
            str(start) if columns.id is None else row[columns.id],
            "\n".join(row[i] for i in columns.text),
            None if columns.label is None else row[columns.label],
        )


class _Columns(NamedTuple):
    text: list[int]
    id: int | None
    label: int | None
    number: int


def _columns(row: Sequence[str], style: TableStyle, fields: FieldNames, where: str) -> _Columns:
    header = style.header
    names = [cell.strip() for cell in row] if header else [str(i + 1) for i in range(len(row))]
    wanted = pick_text_field(fields.text, names, where, _advice(names, style))
    label = fields.label or ("label" if header and "label" in names else None)
    identity = fields.id or ("id" if header and "id" in names else None)
    return _Columns(
        [_position(field, names, where) for field in wanted],
        None if identity is None else _position(identity, names, where),
        None if label is None else _position(label, names, where),
        len(row),
    )


def _advice(names: Sequence[str], style: TableStyle) -> str:
    """Return what else may be wrong with a first row in which no column is found."""
    advice = ""
    other = next((mark for mark in (";", "\t", "|") if mark in names[0]), None)
    if other is not None and other != style.delimiter:
        advice += (
            f"; if '{_DELIMITERS[other]}' parts columns, add --delimiter '{_DELIMITERS[other]}'"
        )
    if style.header and max(map(len, names)) > _LONG_NAME:
        advice += "; if the first row is a document, add --no-header"
    return advice


def _check_delimiter(row: Sequence[str], style: TableStyle, where: str) -> None:
    """Raise InputError where the header is one cell that another delimiter would part."""
    if not style.header or len(row) > 1:
        return
    for other, name in ((";", ";"), ("\t", "tab"), (",", ",")):
        if other in row[0]:
            raise InputError(
                f"{where}: the header is one column, though it has a {name!r} in it",
                f"if that parts the columns, add --delimiter '{name}'",
            )


def _position(field: str, names: Sequence[str], where: str) -> int:
    if field in names:
        return names.index(field)
    if field.isdecimal() and 1 <= int(field) <= len(names):
        return int(field) - 1
    raise InputError(
        f"{where}: there is no column '{field}'",
        f"columns are {quoted(names)}, or numbers from 1 to {len(names)}",
    )
