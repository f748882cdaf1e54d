"""The interactive page of a map: one HTML file that is drawn offline and asks nothing of anyone.

Its markup, style and scripts lie in map_assets/, the scripts to be read in the order below. Points
reach them as packed numbers, names as JSON that nothing in it can end; its policy runs no other
script and allows no connection.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Sequence
from importlib.resources import files
from string import Template
from typing import Any

import numpy as np
import numpy.typing as npt

from latentcli.reports.map_view import MapView

_SCRIPTS = (
    *("points", "camera", "grid", "colours", "look", "paint_gl", "paint_2d", "labels"),
    *("search", "legend", "gestures", "main"),
)
# What weights are called as a colouring, and what they count.
_WEIGHTS = {"words": ("frequency", "occurrences"), "documents": ("length", "tokens")}
_OTHER_WEIGHTS = ("size", "tokens")


def map_page(view: MapView) -> str:
    """Return the page: the same text for the same view, always encodable in UTF-8."""
    style, script = _asset("page.css"), _script()
    size = f"{len(view.names) - view.n_new:,} {view.kind}"
    if view.n_new:
        size += f" and {view.n_new:,} new"
    return Template(_asset("page.html")).substitute(
        policy=_policy(style, script),
        title=_text(view.title),
        size=_text(size),
        described=_text(
            f"Map of {size}. Arrow keys move it, plus and minus zoom, 0 shows the whole, Escape "
            "clears what is chosen."
        ),
        notes="".join(f"<p>{_text(note)}</p>" for note in view.notes),
        style=style,
        given=_inert(json.dumps(_given(view), ensure_ascii=False, separators=(",", ":"))),
        script=script,
    )


def _given(view: MapView) -> dict[str, Any]:
    """Return what the scripts read of a view."""
    weighed, unit = _WEIGHTS.get(view.kind, _OTHER_WEIGHTS)
    return {
        "kind": view.kind,
        "dims": view.positions.shape[1],
        "positions": _packed(view.positions.astype(np.float32)),
        "weights": None if view.weights is None else _packed(_counts(view.weights)),
        "weighed": weighed,
        "unit": unit,
        "colourings": [_colouring(name, of) for name, of in view.colourings.items()],
        "names": list(view.names),
        "new": view.n_new,
    }


def _colouring(name: str, of: Sequence[str]) -> dict[str, Any]:
    """Return the categories in a person's order (2 before 10), and the place of each point's."""
    categories = sorted(set(of), key=natural)
    places = {category: place for place, category in enumerate(categories)}
    kind = np.min_scalar_type(max(0, len(categories) - 1))
    codes = np.fromiter((places[category] for category in of), kind, len(of))
    return {"name": name, "categories": categories, "codes": _packed(codes)}


def natural(category: str) -> tuple[list[tuple[int, int, str]], str]:
    """Return by what categories are sorted as a person does: 2 before 10."""
    parts = re.findall(r"[0-9]+|[^0-9]+", category)
    return [_number(p) if "0" <= p[0] <= "9" else (1, 0, p.casefold()) for p in parts], category


def _number(digits: str) -> tuple[int, int, str]:
    value = digits.lstrip("0")  # of any length: it is never made an int
    return 0, len(value), value


def _counts(weights: npt.NDArray[np.float64]) -> npt.NDArray[Any]:
    """Return whole numbers in half the bytes."""
    whole = weights.astype(np.uint32) if weights.max(initial=0) < 1 << 32 else weights
    return whole if np.array_equal(whole, weights) else weights.astype(np.float64)


def _packed(values: npt.NDArray[Any]) -> dict[str, str]:
    """Return the name of JavaScript's array of such numbers, and their bytes, little-endian."""
    kind = {"f": "Float", "u": "Uint"}[values.dtype.kind]
    little = np.ascontiguousarray(values, values.dtype.newbyteorder("<"))
    data = base64.b64encode(little.tobytes()).decode()
    return {"type": f"{kind}{8 * values.itemsize}Array", "data": data}


def _asset(name: str) -> str:
    return (files("latentcli.reports") / "map_assets" / name).read_text("utf-8")


def _script() -> str:
    parts = "\n".join(_asset(f"{name}.js") for name in _SCRIPTS)
    return f'"use strict";\n(() => {{\n{parts}}})();\n'


def _policy(style: str, script: str) -> str:
    style_hash, script_hash = (
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for text in (style, script)
    )
    return (
        f"default-src 'none'; connect-src 'none'; script-src 'sha256-{script_hash}'; "
        f"style-src 'sha256-{style_hash}'; img-src data:; base-uri 'none'; form-action 'none'"
    )


def _text(text: str) -> str:
    return html.escape(text.encode("utf-8", "replace").decode())


def _inert(data: str) -> str:
    # Inside a JSON string only, where such an escape is the same character; nothing else has these.
    return re.sub(
        "[<>&\u2028\u2029\x7f-\x9f\ud800-\udfff]", lambda match: f"\\u{ord(match[0]):04x}", data
    )
