"""Curves on a terminal, in Braille characters; in plain ASCII where it has no others.

Places on the axis stand at equal distances. A mark is filled where its setting is in the Pareto
set; a vertical line shows the range over seeds.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from latentcli.cli.streams import visible
from latentcli.reports.curves import Curves, Shown, Spread

if TYPE_CHECKING:
    from rich.console import Console

_ROWS = 7  # lines of a plot, without its heading and axis
_NARROWEST, _WIDEST = 26, 52
_LABELS = 8  # columns for the figures on the left

# Bits of a Braille character, by column and line of its eight dots.
_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
_MARKS = ("●○", "■□", "▲△", "◆◇", "★☆")
_ASCII_MARKS = ("*o", "#=", "Aa", "Xx", "@c")
_COLOURS = ("cyan", "yellow", "magenta", "green", "blue")

Cell = tuple[str, int | None]  # a character, and whose curve it is of


class Line(NamedTuple):
    """Values from 0 up, at ``first`` and the whole numbers after it."""

    heading: str
    values: Sequence[float]
    first: int


def draw(curves: Curves) -> None:
    """Print a plot for each measure, two side by side where there is room."""
    console = _console()
    if console.width < _NARROWEST or not curves.drawn():
        return
    from rich.text import Text

    plain = _is_plain(console.encoding)
    width = _width(console)
    _print(console, [_plot(curves, measure, width, plain) for measure in curves.drawn()])
    console.print()
    console.print(Text(_legend(curves, plain)))


def draw_lines(*lines: Line) -> None:
    """Print a plot of each line, two side by side where there is room."""
    console = _console()
    if console.width < _NARROWEST:
        return
    plain = _is_plain(console.encoding)
    _print(console, [_line_plot(line, _width(console), plain) for line in lines])


def _console() -> Console:
    from rich.console import Console

    return Console(file=sys.stdout, markup=False, emoji=False, highlight=False)


def _side_by_side(console: Console) -> int:
    return 2 if console.width >= 2 * (_NARROWEST + 6) else 1


def _width(console: Console) -> int:
    room = console.width if _side_by_side(console) == 1 else (console.width - 2) // 2
    return min(_WIDEST, room)


def _print(console: Console, plots: Sequence[list[list[Cell]]]) -> None:
    from rich.text import Text

    step = _side_by_side(console)
    for start in range(0, len(plots), step):
        console.print()
        for cells in zip(*plots[start : start + step], strict=True):
            line = Text()
            for number, part in enumerate(cells):
                if number:
                    line.append("  ")
                for character, curve in part:
                    line.append(character, _style(curve))
            line.rstrip()
            console.print(line, no_wrap=True, overflow="crop")


def _is_plain(encoding: str) -> bool:
    try:
        "⣿●".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return True
    return os.environ.get("TERM") == "dumb"


def _style(curve: int | None) -> str:
    return "" if curve is None else _COLOURS[curve % len(_COLOURS)]


def _legend(curves: Curves, plain: bool) -> str:
    marks = _ASCII_MARKS if plain else _MARKS
    own = marks[0]
    parts = [f"{own[0]} in the Pareto set, {own[1]} not; vertical: range over seeds"]
    if len(curves.curves) > 1:
        parts = [
            f"{marks[n % len(marks)][0]} {visible(name)}" for n, name in enumerate(curves.curves)
        ] + ["filled: in the Pareto set; vertical: range over seeds"]
    return "; ".join(parts)


def _plot(curves: Curves, measure: Shown, width: int, plain: bool) -> list[list[Cell]]:
    """Return the lines of a plot: heading, canvas, axis, each ``width`` characters."""
    columns = width - _LABELS - 1
    low, high = _limits(curves, measure.name)
    canvas = _Canvas(columns, _ROWS, plain)
    xs = _columns(len(curves.places), columns)
    at = {place: x for place, x in zip(curves.places, xs, strict=True)}

    def height(value: float) -> float:
        return (high - value) / (high - low)

    for number, curve in enumerate(curves.curves):
        points = curves.of_curve(curve, measure.name)
        _line(canvas, [(at[s.at], height(f.mean)) for s, f in points], number)
        for setting, figure in points:
            _range(canvas, at[setting.at], height(figure.high), height(figure.low), number)
    for number, curve in enumerate(curves.curves):
        marks = (_ASCII_MARKS if plain else _MARKS)[number % len(_MARKS)]
        for setting, figure in curves.of_curve(curve, measure.name):
            mark = marks[0] if setting.pareto else marks[1]
            canvas.mark(at[setting.at], height(figure.mean), mark, number)
    better = "higher" if measure.better > 0 else "lower"
    heading = f"{measure.name} ({better} is better)"
    return _framed(heading, canvas, (low, high), _axis(curves.places, xs, columns), width)


def _line_plot(line: Line, width: int, plain: bool) -> list[list[Cell]]:
    """Return the lines of a plot of values at equal distances, from 0 to the largest."""
    columns = width - _LABELS - 1
    canvas = _Canvas(columns, _ROWS, plain)
    high = max(line.values) or 1.0
    step = (2 * columns - 1) / max(1, len(line.values) - 1)
    dots = [(round(i * step), 1 - value / high) for i, value in enumerate(line.values)]
    for (x0, y0), (x1, y1) in zip(dots, dots[1:] or dots, strict=False):
        for x in range(x0, x1 + 1):
            canvas.dot(x, canvas.y(y0 + (y1 - y0) * (x - x0) / max(1, x1 - x0)), 0)
    first, last = str(line.first), str(line.first + len(line.values) - 1)
    axis = first + (last.rjust(columns - len(first)) if last != first else "")
    return _framed(line.heading, canvas, (0.0, high), axis, width)


def _framed(
    heading: str, canvas: _Canvas, limits: tuple[float, float], axis: str, width: int
) -> list[list[Cell]]:
    low, high = limits
    bar = "|" if canvas.plain else "│"
    lines = [_text(heading, width)]
    for row, cells in enumerate(canvas.lines()):
        value = {0: high, _ROWS - 1: low}.get(row)
        label = "" if value is None else _figure(value)
        lines.append([*_text(f"{label:>{_LABELS}}{bar}", _LABELS + 1), *cells])
    return [*lines, _text(" " * (_LABELS + 1) + axis, width)]


def _limits(curves: Curves, measure: str) -> tuple[float, float]:
    figures: Iterable[Spread] = (
        setting.figures[measure] for setting in curves.settings if measure in setting.figures
    )
    pairs = [(figure.low, figure.high) for figure in figures]
    low, high = min(pair[0] for pair in pairs), max(pair[1] for pair in pairs)
    margin = (high - low) * 0.05 or abs(high) * 0.05 or 1.0
    return low - margin, high + margin


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3f}"


def _columns(n: int, columns: int) -> list[int]:
    """Return the columns of places at equal distances, with room for labels at both ends."""
    edge = min(2, columns // 4)
    if n == 1:
        return [columns // 2]
    return [edge + round(i * (columns - 1 - 2 * edge) / (n - 1)) for i in range(n)]


def _axis(places: Sequence[int], xs: Sequence[int], columns: int) -> str:
    """Return the labels below the places, those left out that there is no room for."""
    line = [" "] * columns
    end = -1
    for place, x in zip(places, xs, strict=True):
        label = str(place)
        start = min(max(0, x - len(label) // 2), columns - len(label))
        if start > end and start >= 0:
            line[start : start + len(label)] = label
            end = start + len(label)
    return "".join(line)


def _text(text: str, width: int) -> list[Cell]:
    return [(character, None) for character in f"{text[:width]:<{width}}"]


class _Canvas:
    """Dots, two by four in a character, and marks above them."""

    def __init__(self, columns: int, rows: int, plain: bool) -> None:
        self.columns, self.rows, self.plain = columns, rows, plain
        self._bits = [[0] * columns for _ in range(rows)]
        self._curve: list[list[int | None]] = [[None] * columns for _ in range(rows)]
        self._marks: dict[tuple[int, int], str] = {}

    def dot(self, x: int, y: int, curve: int) -> None:
        """Set a dot; ``x`` to 2 columns, ``y`` to 4 rows, from the upper left."""
        if 0 <= x < 2 * self.columns and 0 <= y < 4 * self.rows:
            self._bits[y // 4][x // 2] |= _DOTS[x % 2][y % 4]
            self._curve[y // 4][x // 2] = curve

    def y(self, height: float) -> int:
        """Return the dot of a height from 0, above, to 1."""
        return round(height * (4 * self.rows - 1))

    def mark(self, column: int, height: float, character: str, curve: int) -> None:
        """Put a character at a place."""
        row = self.y(height) // 4
        self._marks[row, column] = character
        self._curve[row][column] = curve

    def lines(self) -> list[list[Cell]]:
        """Return the characters, line by line."""
        columns = range(self.columns)
        return [
            [(self._character(row, column), self._curve[row][column]) for column in columns]
            for row in range(self.rows)
        ]

    def _character(self, row: int, column: int) -> str:
        bits = self._bits[row][column]
        if (row, column) in self._marks:
            return self._marks[row, column]
        if self.plain:
            return "." if bits else " "
        return chr(0x2800 + bits) if bits else " "


def _line(canvas: _Canvas, points: Sequence[tuple[int, float]], curve: int) -> None:
    for (x0, y0), (x1, y1) in zip(points, points[1:], strict=False):
        for x in range(2 * x0, 2 * x1 + 1):
            share = (x - 2 * x0) / (2 * (x1 - x0))
            canvas.dot(x, canvas.y(y0 + share * (y1 - y0)), curve)


def _range(canvas: _Canvas, column: int, top: float, bottom: float, curve: int) -> None:
    if top < bottom:
        for y in range(canvas.y(top), canvas.y(bottom) + 1):
            canvas.dot(2 * column, y, curve)
