"""Answers as a table on a terminal, and as TSV, CSV or JSON lines elsewhere.

An answer is a NamedTuple: its fields are the table's headings, the columns, and the JSON's keys.
"""

from __future__ import annotations

import codecs
import json
import sys
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import chain
from typing import Any, NamedTuple, TextIO

from latentcli.cli.streams import ClosedPipe, abandon_stdout, is_terminal, visible
from latentcli.errors import MachineError

FORMS = ("table", "tsv", "csv", "json")

Row = Any  # a NamedTuple

# A column of words breaks none that is shorter. Where a terminal has no room for that, lines are
# easier to read than a table.
_NARROWEST_COLUMN = 10

# So many columns are easier to read as a table, however narrow those of words are.
_FEW_COLUMNS = 3
_BROKEN_WORD = 2  # a wide character

# What rich adds to each column.
_GAP = 2

# Columns that are cut for no other where the terminal is of the usual width.
_WHOLE = ("id", "kind", "algorithm", "created")
_WIDE_ENOUGH = 80

_TSV_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class Written(NamedTuple):
    """A file that an answer was written to."""

    path: str


def render(rows: Iterable[Row], form: str | None) -> int:
    """Write the rows to standard output as they come; return how many there were.

    ``form`` None: a table on a terminal, else TSV. Raises MachineError where standard output is
    closed or full, ClosedPipe where its reader has gone.
    """
    if sys.stdout is None:
        raise MachineError("standard output is closed", "send the answer somewhere")
    terminal = is_terminal(sys.stdout)
    form = form or ("table" if terminal else "tsv")
    first = next(iter(rows := iter(rows)), None)
    if first is None:
        return 0
    rows = chain([first], rows)
    try:
        if form == "table":
            return _write_table(list(rows), first._fields)
        return _write_lines(rows, first._fields, form, sys.stdout, terminal)
    except OSError as error:
        raise _output_failed(error) from None


def render_to(out: TextIO, rows: Iterable[Row], form: str) -> None:
    """Write the rows to a file, in a form that is not a table."""
    first = next(iter(rows := iter(rows)), None)
    if first is not None:
        _write_lines(chain([first], rows), first._fields, form, out, terminal=False)


def write_text(lines: Iterable[str]) -> None:
    """Write lines, each with its end, to standard output; raise as ``render`` does."""
    terminal = is_terminal(sys.stdout)
    try:
        for line in lines:
            sys.stdout.write(_on_terminal(line) if terminal else line)
    except OSError as error:
        raise _output_failed(error) from None


@contextmanager
def to_stdout() -> Iterator[None]:
    """Raise as ``render`` does where what is written within does not go out."""
    try:
        yield
    except OSError as error:
        raise _output_failed(error) from None


def flush() -> None:
    """Send all that is buffered; raise as ``render`` does."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        raise _output_failed(error) from None


def _output_failed(error: OSError) -> BaseException:
    if isinstance(error, BrokenPipeError):
        return ClosedPipe()
    if error.filename is not None:
        return error  # of a file that the rows came from
    reason = (error.strerror or str(error)).lower()
    abandon_stdout()
    return MachineError(f"standard output: {reason}", "the answer is not complete")


def _write_lines(
    rows: Iterable[Row], fields: Sequence[str], form: str, out: TextIO, terminal: bool
) -> int:
    # What the stream would escape for want of the character must be escaped as JSON does.
    ascii_only = codecs.lookup(out.encoding or "ascii").name != "utf-8"
    lines: dict[str, Callable[[Row], str]] = {
        "tsv": _tsv_line, "csv": _csv_line, "json": partial(_json_line, ascii_only),
    }  # fmt: skip
    line = lines[form]
    write = out.write
    if form == "csv":
        write(_csv_cells(fields))
    n_rows = 0
    for row in rows:
        text = line(row)
        write(_on_terminal(text) if terminal else text)
        n_rows += 1
    return n_rows


def _on_terminal(line: str) -> str:
    return visible(line[:-1]).replace("\\x09", "\t") + "\n"


def _tsv_line(row: Row) -> str:
    return "\t".join([_escaped(_cell(value)) for value in row]) + "\n"


def _escaped(text: str) -> str:
    plain = text.isprintable() and "\\" not in text
    return text if plain else text.translate(_TSV_ESCAPES)


def _csv_line(row: Row) -> str:
    return _csv_cells(map(_cell, row))


def _csv_cells(cells: Iterable[str]) -> str:
    import csv
    import io

    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue()


def _json_line(ascii_only: bool, row: Row) -> str:
    return json.dumps(row._asdict(), ensure_ascii=ascii_only, default=_numbers) + "\n"


def _numbers(value: Any) -> list[float]:
    """Return an array of numbers as JSON has it; what else JSON has no word for is a bug."""
    if isinstance(value, array):
        return value.tolist()
    raise TypeError(f"no JSON for {type(value).__name__}")


def _cell(value: Any, digits: int = 6) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        vanishes = 0 < abs(value) < 0.5 * 10**-digits
        return f"{value:.1e}" if vanishes else f"{value:.{digits}f}"
    if isinstance(value, list):
        return " ".join(_cell(item, digits) for item in value)
    if isinstance(value, array):  # of float32, which these digits tell apart
        return " ".join([f"{item:.9g}" for item in value])
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _write_table(rows: Sequence[Row], fields: Sequence[str]) -> int:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(file=sys.stdout, markup=False, emoji=False, highlight=False)
    if len(rows) == 1 and any(isinstance(value, dict) for value in rows[0]):
        table = Table.grid(padding=(0, 2))
        for name, value in zip(fields, rows[0], strict=True):
            table.add_row(Text(name, style="bold"), Text(_shown(value), overflow="fold"))
    elif (widths := _least_widths(rows, fields, console.width)) is None:
        return _write_lines(rows, fields, "tsv", sys.stdout, terminal=True)
    else:
        table = Table(box=None, header_style="bold", pad_edge=False)
        for name, value, width in zip(fields, rows[0], widths, strict=True):
            table.add_column(
                name,
                justify="right" if isinstance(value, int | float) else "left",
                overflow="fold",
                min_width=width,
                no_wrap=name == "id" or (name in _WHOLE and console.width >= _WIDE_ENOUGH),
            )
        for row in rows:
            table.add_row(
                *(Text(_shown(value, name)) for name, value in zip(fields, row, strict=True))
            )
    console.print(table)
    return len(rows)


def _least_widths(rows: Sequence[Row], fields: Sequence[str], room: int) -> list[int] | None:
    """Return how wide each column must be to break no figure and few words; None: no room.

    Headings are whole where that leaves room. A table of few columns may break any word.
    """
    figures = [_longest_figure(rows, name) for name in fields]
    cells = [
        figure or _longest_word(rows, name) for name, figure in zip(fields, figures, strict=True)
    ]
    headed = [max(len(name), cell) for name, cell in zip(fields, cells, strict=True)]
    broken = [figure or _BROKEN_WORD for figure in figures]
    choices = [headed, cells, broken] if len(fields) <= _FEW_COLUMNS else [headed, cells]
    gaps = _GAP * len(fields)
    return next((widths for widths in choices if sum(widths) + gaps <= room), None)


def _longest_word(rows: Sequence[Row], name: str) -> int:
    words = (word for row in rows for word in _shown(getattr(row, name), name).split())
    return min(max(map(len, words), default=0), _NARROWEST_COLUMN)


def _longest_figure(rows: Sequence[Row], name: str) -> int:
    values = (getattr(row, name) for row in rows)
    return max((len(_shown(v, name)) for v in values if isinstance(v, int | float)), default=0)


def _shown(value: Any, name: str = "") -> str:
    """Return a value as a person reads it: short ids, four decimals, no control characters."""
    if isinstance(value, dict):
        return "\n".join(f"{key}: {_shown(item)}" for key, item in value.items()) or "-"
    if isinstance(value, list | array):
        return visible(" ".join(_shown(item) for item in value))
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}" if name not in ("topic",) else str(value)
    text = _cell(value, digits=4)
    if name == "id" and len(text) == 64:
        return text[:12]
    return visible(text[:16].replace("T", " ") if name == "created" else text)
