"""The page of a sweep: curves of each measure in SVG, as one HTML file that asks nothing of anyone.

It has no script, and its policy lets none run; names reach it as text.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Mapping, Sequence

from latentcli.reports.curves import Curves, Setting, Shown, Spread

_WIDTH, _HEIGHT = 460, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 18, 14, 40
_COLOURS = 5
# The share of the figures' range that is kept free above and below.
_MARGIN = 0.08

_STYLE = """
:root { color-scheme: light dark; --paper: #fdfdfc; --card: #fff; --ink: #1d2329; --faint: #66707a;
  --rule: #e3e6e8; --c0: #1769aa; --c1: #b8500b; --c2: #6b3fa0; --c3: #2b7a3d; --c4: #a8234f; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #14181c; --card: #1b2025; --ink: #e4e7ea; --faint: #98a2ab; --rule: #313940;
    --c0: #6db5ee; --c1: #f0a35e; --c2: #b99be6; --c3: #7fca8f; --c4: #f084a6; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1040px; padding: 32px 20px 48px; background: var(--paper);
  color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
h1 { margin: 0 0 6px; font-size: 26px; line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 0; font-size: 16px; }
h2 small { font-weight: normal; color: var(--faint); }
.facts { display: flex; flex-wrap: wrap; gap: 2px 22px; margin: 0 0 14px; padding: 0; }
.facts div { display: flex; gap: 6px; overflow-wrap: anywhere; }
.facts dt { color: var(--faint); } .facts dd { margin: 0; }
.lead { margin: 0 0 20px; max-width: 72ch; }
.grid { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr));
  gap: 18px; }
.card { margin: 0; padding: 14px 16px 12px; background: var(--card); border: 1px solid var(--rule);
  border-radius: 8px; }
.card p { margin: 2px 0 0; color: var(--faint); font-size: 13px; line-height: 1.45; }
svg { display: block; width: 100%; height: auto; margin: 6px 0; overflow: visible; }
svg text { font-size: 12px; fill: var(--faint); }
.rule { stroke: var(--rule); } .whisker { stroke-width: 1.5; opacity: .55; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; }
.fine { fill: none; stroke: var(--faint); stroke-width: 1.5; opacity: .6; }
.least { stroke: var(--faint); stroke-dasharray: 3 4; }
.of0 { stroke: var(--c0); } .of1 { stroke: var(--c1); } .of2 { stroke: var(--c2); }
.of3 { stroke: var(--c3); } .of4 { stroke: var(--c4); }
.in0 { fill: var(--c0); } .in1 { fill: var(--c1); } .in2 { fill: var(--c2); }
.in3 { fill: var(--c3); } .in4 { fill: var(--c4); } .out { fill: var(--card); }
circle { stroke-width: 2; }
.key { display: flex; flex-wrap: wrap; gap: 4px 20px; margin: 0 0 14px; font-size: 13px;
  color: var(--faint); }
.key svg { display: inline-block; width: 26px; height: 12px; margin: 0 5px 0 0;
  vertical-align: -1px; }
.scroll { overflow-x: auto; margin-top: 24px; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 6px 10px; text-align: right; border-bottom: 1px solid var(--rule);
  white-space: nowrap; }
th { font-weight: 600; color: var(--faint); font-size: 13px; }
th:first-child, td:first-child { text-align: left; }
td small { display: block; color: var(--faint); font-size: 12px; }
td.models { white-space: normal; font: 12px ui-monospace, monospace; color: var(--faint); }
td.yes { font-weight: 600; }
footer { margin-top: 20px; color: var(--faint); font-size: 13px; max-width: 76ch; }
code { font: 13px ui-monospace, monospace; overflow-wrap: anywhere; }
"""
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'"
)
_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="latent sweep">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
<h1>{title}</h1>
<dl class="facts">{facts}</dl>
<p class="lead">No curve alone says how many, and no setting is best in all. Settings in the
<b>Pareto set</b> are those that no other is as good as in every measure and better in one; among
them, the purpose decides. Look for bends: from where does more cost more than it gives?</p>
<div class="key">{key}</div>
<div class="grid">
{charts}
</div>
<div class="scroll">{table}</div>
<footer>{footer}</footer>
</body>
</html>
"""


def page(curves: Curves) -> bytes:
    """Return the page: HTML in UTF-8, the same bytes for the same figures."""
    text = _PAGE.format(
        policy=_POLICY,
        style=_STYLE,
        title=html.escape(curves.title),
        facts="".join(
            f"<div><dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd></div>"
            for name, value in curves.facts
        ),
        key=_key(curves),
        charts="\n".join(_chart(curves, measure) for measure in curves.drawn()),
        table=_table(curves),
        footer=_footer(curves),
    )
    return text.encode("utf-8", "replace")


def _key(curves: Curves) -> str:
    parts = []
    if len(curves.curves) > 1:
        for number, name in enumerate(curves.curves):
            own = number % _COLOURS
            parts.append(
                f'<span><svg viewBox="0 0 26 12"><path class="line of{own}" d="M1 6H25"/></svg>'
                f"{html.escape(name)}</span>"
            )
    for kind, meaning in (("in0", "in the Pareto set"), ("out", "not in it")):
        parts.append(
            f'<span><svg viewBox="0 0 26 12"><circle class="of0 {kind}" cx="13" cy="6" r="4.5"/>'
            f"</svg>{meaning}</span>"
        )
    parts.append(
        '<span><svg viewBox="0 0 26 12"><path class="whisker of0" d="M13 0V12M9 0H17M9 12H17"/>'
        "</svg>least and most over the seeds (stability, overlap: over pairs of seeds)</span>"
    )
    return "".join(parts)


class _Scale:
    """Where the figures of a chart stand: places at equal distances, in order."""

    def __init__(self, places: Sequence[int], low: float, high: float) -> None:
        self._places = places
        margin = (high - low) * _MARGIN or abs(high) * _MARGIN or 1.0
        self.low, self.high = low - margin, high + margin

    def x(self, at: float) -> float:
        """Return a place's x; between places by its logarithm."""
        last = len(self._places) - 1
        inner = _WIDTH - _LEFT - _RIGHT - 30
        if not last:
            return _LEFT + 15 + inner / 2
        after = next((i for i, place in enumerate(self._places) if place >= at), last)
        before = max(0, after - 1)
        a, b = self._places[before], self._places[after]
        share = (math.log(at) - math.log(a)) / (math.log(b) - math.log(a)) if b > a else 0
        return _LEFT + 15 + inner * (before + share) / last

    def y(self, value: float) -> float:
        """Return a figure's y."""
        share = (self.high - value) / (self.high - self.low)
        return _TOP + share * (_HEIGHT - _TOP - _BOTTOM)

    @property
    def step(self) -> float:
        """The distance of ticks: a round figure that gives some five."""
        rough = (self.high - self.low) / 5
        power = 10.0 ** math.floor(math.log10(rough))
        return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)

    def ticks(self) -> list[float]:
        """Return the figures at which there are ticks."""
        first, last = math.ceil(self.low / self.step), math.floor(self.high / self.step)
        return [number * self.step for number in range(first, last + 1)]


def _chart(curves: Curves, measure: Shown) -> str:
    figures = [s.figures[measure.name] for s in curves.settings if measure.name in s.figures]
    places = curves.places
    fine = {
        at: value
        for at, value in curves.background.get(measure.name, {}).items()
        if places[0] <= at <= places[-1]
    }
    low = min([figure.low for figure in figures] + list(fine.values()))
    high = max([figure.high for figure in figures] + list(fine.values()))
    scale = _Scale(places, low, high)
    parts = [*_axes(curves, scale), *_fine(scale, fine)]
    for number, curve in enumerate(curves.curves):
        if points := curves.of_curve(curve, measure.name):
            parts += _curve(points, scale, number % _COLOURS)
    better = "higher is better" if measure.better > 0 else "lower is better"
    name = measure.name.replace("pip_loss", "PIP loss")
    return (
        f'<section class="card"><h2>{name} <small>{better}</small></h2>'
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{name} by {curves.axis}">'
        f"{''.join(parts)}</svg><p>{html.escape(measure.reading)}</p></section>"
    )


def _axes(curves: Curves, scale: _Scale) -> Iterable[str]:
    for tick in scale.ticks():
        y = scale.y(tick)
        yield f'<path class="rule" d="M{_LEFT} {y:.1f}H{_WIDTH - _RIGHT}"/>'
        yield f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{_tick(tick, scale)}</text>'
    base = _HEIGHT - _BOTTOM
    end = -math.inf
    for place in curves.places:
        x, half = scale.x(place), 3.6 * len(str(place)) + 2
        yield f'<path class="rule" d="M{x:.1f} {base}v5"/>'
        if x - half > end:
            yield f'<text x="{x:.1f}" y="{base + 18}" text-anchor="middle">{place}</text>'
            end = x + half
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    yield f'<text x="{middle:.0f}" y="{_HEIGHT - 4}" text-anchor="middle">{curves.axis}</text>'


def _tick(value: float, scale: _Scale) -> str:
    digits = max(0, -math.floor(math.log10(scale.step) + 1e-9))
    return f"{value:,.{digits}f}"


def _fine(scale: _Scale, values: Mapping[int, float]) -> Iterable[str]:
    if len(values) < 3:
        return
    yield f'<path class="fine" d="{_path((scale.x(at), scale.y(v)) for at, v in values.items())}"/>'
    least = min(values, key=values.__getitem__)
    x = scale.x(least)
    yield f'<path class="least" d="M{x:.1f} {_TOP}V{_HEIGHT - _BOTTOM}"/>'
    yield f'<text x="{x + 5:.1f}" y="{_TOP + 10}">least: {least}</text>'


def _curve(points: Sequence[tuple[Setting, Spread]], scale: _Scale, own: int) -> Iterable[str]:
    path = _path((scale.x(setting.at), scale.y(figure.mean)) for setting, figure in points)
    yield f'<path class="line of{own}" d="{path}"/>'
    for setting, figure in points:
        x, top, bottom = scale.x(setting.at), scale.y(figure.high), scale.y(figure.low)
        if bottom - top > 0.5:
            yield (
                f'<path class="whisker of{own}" d="M{x:.1f} {top:.1f}V{bottom:.1f}'
                f'M{x - 4:.1f} {top:.1f}h8M{x - 4:.1f} {bottom:.1f}h8"/>'
            )
        inside = f"in{own}" if setting.pareto else "out"
        yield (
            f'<circle class="of{own} {inside}" cx="{x:.1f}" cy="{scale.y(figure.mean):.1f}" '
            f'r="4.5"><title>{html.escape(setting.name)}: {_shown(figure)}</title></circle>'
        )


def _path(points: Iterable[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _shown(figure: Spread) -> str:
    return f"{_number(figure.mean)} {_ends(figure)}".rstrip()


def _ends(figure: Spread) -> str:
    """Return the least and the most where they differ in what is shown of them."""
    low, high = _number(figure.low), _number(figure.high)
    return "" if low == high else f"{low} to {high}"


def _number(value: float) -> str:
    return f"{value:,.1f}" if abs(value) >= 100 else f"{value:.4f}"


def _table(curves: Curves) -> str:
    names = [measure.name for measure in curves.drawn()]
    heads = ["setting", *names, "Pareto", "seeds", "models"]
    rows = "".join(_table_row(setting, names) for setting in curves.settings)
    head = "".join(f"<th>{name.replace('pip_loss', 'PIP loss')}</th>" for name in heads)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _table_row(setting: Setting, names: Sequence[str]) -> str:
    cells = [f"<td>{html.escape(setting.name)}</td>"]
    for name in names:
        figure = setting.figures.get(name)
        if figure is None:
            cells.append("<td></td>")
            continue
        cells.append(f"<td>{_number(figure.mean)}<small>{_ends(figure)}</small></td>")
    cells.append('<td class="yes">yes</td>' if setting.pareto else "<td>no</td>")
    cells.append(f"<td>{setting.seeds}</td>")
    cells.append(f'<td class="models">{html.escape(" ".join(setting.models))}</td>')
    return f"<tr>{''.join(cells)}</tr>"


def _footer(curves: Curves) -> str:
    command = "topics" if curves.axis == "topics" else "neighbors king"
    return (
        f"Figures are means over the seeds, below them the least and the most. A model is asked by "
        f"its id, as in <code>latent {command} -m ID</code>. Places on the axis stand at equal "
        f"distances. Made by <code>{html.escape(curves.command)}</code>."
    )
