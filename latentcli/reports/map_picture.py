"""A map as a picture for paper, by matplotlib: PNG or SVG, the same bytes for the same map.

Labels are those of the heaviest points of each part of the map, as many as stand without touching.
"""

from __future__ import annotations

import io
import logging
import textwrap
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import matplotlib
import numpy as np
import numpy.typing as npt
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from mpl_toolkits.mplot3d import proj3d

from latentcli.reports.map_page import natural
from latentcli.reports.map_view import MapView

Doubles = npt.NDArray[np.float64]

# The page's, in its order: a category has the same colour there and here (map_assets/colours.js).
PALETTE = (
    "#0846bf", "#c4450c", "#57dfdf", "#642e6e", "#dd8b00", "#a66dd9", "#e0ce00", "#257a7d",
    "#50b4fa", "#8c0000", "#469664", "#462896", "#f082d2", "#a01e50", "#5ac882", "#5a64aa",
    "#008232", "#faa05a", "#468caa", "#005a46",
)  # fmt: skip
_OTHER, _NONE = "#b9bec3", "#d9dcdf"
_INK, _FAINT = "#1d2329", "#66707a"

_WIDTH, _DPI = 8.0, 200  # inches
_SIDE, _EDGE = 2.0, 0.16  # for the legend, and around
_ABOVE, _BELOW = 0.4, 0.7  # for the title, and for the notes
_CELLS = 12  # the map is cut into so many squared, so that labels come from everywhere
_FINE = 20  # and so finely, to find where a category is densest
_CANDIDATES, _LABELS = 1_200, 160
_BESIDE, _BESIDE_NEW = 5, 8  # points of type that a label stands above its point
_MOST_VECTORS = 3_000  # more points are an image within an SVG
_NAME, _CATEGORY = 24, 26  # characters
_FONTS = (
    "DejaVu Sans", "Noto Sans", "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans Arabic",
    "Noto Sans Devanagari", "WenQuanYi Zen Hei", "PingFang SC", "Hiragino Sans", "Arial Unicode MS",
)  # fmt: skip


_SMALL, _BOLD = 6, 7.5  # points


class _Label(NamedTuple):
    """A text and where it is to stand, in the map's own units."""

    text: str
    place: Doubles
    bold: bool = False
    above: float = 0  # points of type
    must: bool = False  # beside what stands there already, or in the frame

    @property
    def font(self) -> FontProperties:
        """How it is written; asked for while the picture's families are set."""
        if self.bold:
            return FontProperties(weight="bold", size=_BOLD)
        return FontProperties(size=_SMALL)


def map_picture(view: MapView, form: str, colour: str | None = None) -> bytes:
    """Return a picture of a map, ``form`` "png" or "svg".

    ``colour``: by which colouring; None: the view's first; "frequency", or where there is none: by
    the weights.
    """
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    settings: Any = {"svg.hashsalt": "latent", "font.family": _families(), "font.size": 7}
    with matplotlib.rc_context(settings), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of characters that no font has
        figure = _drawn(view, _categories(view, colour))
        out = io.BytesIO()
        metadata = {"Software": None} if form == "png" else {"Date": None}
        figure.savefig(out, format=form, dpi=_DPI, metadata=metadata, facecolor="white")
    return out.getvalue()


def _families() -> list[str]:
    there = set(font_manager.fontManager.get_font_names())
    return [name for name in _FONTS if name in there]


def _categories(view: MapView, colour: str | None) -> Sequence[str] | None:
    chosen = next(iter(view.colourings), None) if colour is None else colour
    return view.colourings.get(chosen or "")


def _drawn(view: MapView, categories: Sequence[str] | None) -> Figure:
    width = _WIDTH - 2 * _EDGE - (_SIDE if categories is not None else 0)
    height = width * _slope(view)
    whole = height + _ABOVE + _BELOW
    figure = Figure(figsize=(_WIDTH, whole))
    FigureCanvasAgg(figure)
    room = (_EDGE / _WIDTH, _BELOW / whole, width / _WIDTH, height / whole)
    axes: Any = figure.add_axes(room, projection="3d" if _is_space(view) else None)
    order, colours, sizes = _points(view, categories)
    axes.scatter(
        *view.positions[order].T, s=sizes[order], c=colours[order], alpha=_alpha(len(view.names)),
        linewidths=np.where(order < len(order) - view.n_new, 0, 0.8), edgecolors=_INK,
        rasterized=len(view.names) > _MOST_VECTORS,
    )  # fmt: skip
    _frame(axes, _is_space(view))
    _words(figure, view)
    if categories is not None:
        _legend(figure, categories)
    figure.canvas.draw()  # so that texts have a size
    _write_labels(figure, axes, view, _labels(view, categories))
    return figure


def _slope(view: MapView) -> float:
    """Return the height of a map for its width, within what a page of paper bears."""
    if _is_space(view):
        return 1.0
    wide, high = np.ptp(view.positions, axis=0)
    return float(np.clip(high / wide if wide > 0 else 1.0, 0.6, 1.15))


def _is_space(view: MapView) -> bool:
    return int(view.positions.shape[1]) == 3


def _alpha(n: int) -> float:
    return float(np.clip(1.15 - 0.12 * np.log10(max(n, 1)), 0.5, 0.9))


def _points(
    view: MapView, categories: Sequence[str] | None
) -> tuple[npt.NDArray[np.int64], npt.NDArray[Any], Doubles]:
    """Return in which order points are drawn, their colours and sizes; heavy and new ones last."""
    n = len(view.names)
    heavy = np.zeros(n) if view.weights is None else np.log1p(view.weights)
    share = (heavy - heavy.min()) / (np.ptp(heavy) or 1.0)
    sizes = float(np.clip(9_000 / max(n, 1), 1.6, 40)) * (0.6 + 1.6 * share)
    if categories is None:
        colours = matplotlib.colormaps["viridis_r"](0.08 + 0.92 * share)
        return np.argsort(share, kind="stable"), colours, sizes
    colour_of = dict(_shown_categories(categories))
    colours = np.array([colour_of.get(c, _OTHER if c else _NONE) for c in categories])
    new = np.arange(n) >= n - view.n_new
    named = np.array([category in colour_of for category in categories])
    sizes[new] = np.maximum(sizes[new], 14)
    return np.lexsort((share, named, new)), colours, sizes


def _shown_categories(categories: Sequence[str]) -> list[tuple[str, str]]:
    """Return the categories that have a colour of their own, with it; the largest first."""
    sizes = Counter(c for c in categories if c)
    largest = sorted(sizes, key=lambda category: (-sizes[category], natural(category)))
    return list(zip(largest, PALETTE, strict=False))


def _frame(axes: Any, space: bool) -> None:
    for axis in (axes.xaxis, axes.yaxis, *([axes.zaxis] if space else [])):
        axis.set_ticks([])
    if space:
        axes.set_box_aspect((1, 1, 1), zoom=1.15)
        return
    axes.set_aspect("equal", adjustable="datalim")
    axes.margins(0.03)
    for spine in axes.spines.values():
        spine.set(linewidth=0.5, edgecolor=_OTHER)


def _words(figure: Figure, view: MapView) -> None:
    """Write the title above, the notes below."""
    title = textwrap.shorten(_visible(view.title), 110, placeholder=" ...")
    left, whole = _EDGE / _WIDTH, figure.get_figheight()
    above, below = 1 - _ABOVE / 2 / whole, (_BELOW - 0.08) / whole
    figure.text(left, above, title, size=10, color=_INK, va="center", parse_math=False)
    lines = [line for note in view.notes for line in textwrap.wrap(_visible(note), 170)]
    figure.text(
        left, below, "\n".join(lines), size=6, color=_FAINT, va="top", linespacing=1.4,
        parse_math=False,
    )  # fmt: skip


def _legend(figure: Figure, categories: Sequence[str]) -> None:
    shown = _shown_categories(categories)
    known = {category for category, _ in shown}
    others = {c for c in categories if c and c not in known}
    rows = [(_cut(category, _CATEGORY), colour) for category, colour in shown]
    rows += [(f"{len(others):,} others", _OTHER)] * bool(others)
    rows += [("none", _NONE)] * ("" in categories)
    marks = [Line2D([], [], marker="o", linestyle="", ms=5, color=colour) for _, colour in rows]
    corner = 1 - (_SIDE + _EDGE) / _WIDTH, 1 - _ABOVE / figure.get_figheight()
    legend = figure.legend(
        marks, ["." for _ in rows], loc="upper left", bbox_to_anchor=corner,
        frameon=False, handletextpad=0.2, labelspacing=0.7,
    )  # fmt: skip
    for text, (name, _) in zip(legend.get_texts(), rows, strict=True):
        text.set(parse_math=False, text=name, color=_INK)


def _labels(view: MapView, categories: Sequence[str] | None) -> list[_Label]:
    """Return what could be labelled, the most important first: new points, groups, points."""
    positions = view.positions.astype(np.float64)
    old = len(positions) - view.n_new
    labels = [
        _Label(_cut(view.names[i], _NAME), positions[i], True, _BESIDE_NEW, must=True)
        for i in range(old, len(positions))
    ]
    if view.kind == "documents":
        return labels + _groups(positions, categories or (), old)
    return labels + [
        _Label(_cut(view.names[i], _NAME), positions[i], above=_BESIDE)
        for i in _spread(view)
        if i < old
    ]


def _groups(positions: Doubles, categories: Sequence[str], old: int) -> list[_Label]:
    """Return the names of categories of the ``old`` points, each where it is densest."""
    members: dict[str, list[int]] = {}
    for i, category in enumerate(categories[:old]):
        members.setdefault(category, []).append(i)
    reach = np.ptp(positions, axis=0).max() or 1.0
    return [
        _Label(_cut(name, _NAME), _densest(positions[members[name]], reach), bold=True, must=True)
        for name, _ in _shown_categories(categories)
        if name in members
    ]


def _densest(positions: Doubles, reach: float) -> Doubles:
    """Return the point nearest to the middle of the cell of a grid that holds most points."""
    cells = np.floor(positions / reach * _FINE).astype(np.int64)
    _, of, sizes = np.unique(cells, axis=0, return_inverse=True, return_counts=True)
    within = positions[of.ravel() == sizes.argmax()]
    away = np.linalg.norm(within - within.mean(axis=0), axis=1)
    found: Doubles = within[away.argmin()]
    return found


def _spread(view: MapView) -> Iterator[int]:
    """Yield points: first the heaviest of each cell of the map, then the second of each ..."""
    positions = view.positions
    low, span = positions.min(axis=0), np.ptp(positions, axis=0)
    cells = ((positions - low) / np.where(span > 0, span, 1) * (_CELLS - 1e-3)).astype(np.int64)
    keys = cells @ _CELLS ** np.arange(cells.shape[1])
    heavy = np.arange(len(keys))
    if view.weights is not None:
        heavy = np.argsort(-view.weights, kind="stable")
    seen: Counter[int] = Counter()
    ranks = np.empty(len(keys), np.int64)
    for point in heavy.tolist():
        ranks[point] = seen[int(keys[point])]
        seen[int(keys[point])] += 1
    place = np.empty(len(keys), np.int64)
    place[heavy] = np.arange(len(keys))
    yield from np.lexsort((place, ranks))[:_CANDIDATES].tolist()


def _write_labels(figure: Figure, axes: Any, view: MapView, labels: Sequence[_Label]) -> None:
    """Write labels in order, but those that would touch one that stands, or the frame."""
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    room = axes.get_window_extent(renderer)
    standing = np.empty((0, 4))
    for label in labels:
        place = label.place
        if _is_space(view):
            place = np.array(proj3d.proj_transform(*place, axes.get_proj())[:2])
        wide, high, _ = renderer.get_text_width_height_descent(label.text, label.font, False)
        half = np.array([wide / 2 + 1, high / 2 + 1])
        point = axes.transData.transform(place)
        wanted = point + [0, label.above * figure.dpi / 72]
        middle = _free(wanted, half, room, standing, label.must)
        if middle is None:
            continue
        axes.annotate(
            label.text, place, (middle - point) * 72 / figure.dpi, textcoords="offset points",
            ha="center", va="center", font=label.font, color=_INK, parse_math=False,
            path_effects=[withStroke(linewidth=1.8, foreground="white")],
        )  # fmt: skip
        standing = np.vstack([standing, [*(middle - half), *(middle + half)]])
        if len(standing) >= _LABELS:
            return


def _free(middle: Doubles, half: Doubles, room: Any, standing: Doubles, must: bool) -> Any:
    """Return where a label touches nothing, near by if it ``must`` stand; None: nowhere."""
    shifts = [(0.0, 0.0)]
    if must:
        middle = np.clip(middle, room.min + half + 1, np.maximum(room.max - half - 1, room.min))
        shifts = sorted(
            ((x, y) for x in (-1.0, -0.5, 0.0, 0.5, 1.0) for y in range(-4, 5)),
            key=lambda shift: (shift[0] * half[0]) ** 2 + (shift[1] * half[1]) ** 2,
        )
    for shift in shifts:
        at = middle + shift * half
        low, top = at - half, at + half
        if (low <= room.min).any() or (top >= room.max).any():
            continue
        if not ((standing[:, :2] < top) & (standing[:, 2:] > low)).all(axis=1).any():
            return at
    return None


def _cut(name: str, most: int) -> str:
    shown = _visible(name)
    return shown if len(shown) <= most else shown[: most - 1] + "…"


def _visible(text: str) -> str:
    """Return text without what is no character, controls a line or its direction."""
    sound = text.encode("utf-8", "replace").decode()
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in sound)
