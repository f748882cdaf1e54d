"""A map by principal components: the plane in which the points differ most, seen from above."""

from __future__ import annotations

from latentcli.layouts.settings import Floats, Laid, LayoutSettings
from latentcli.observer import Observer
from latentcli.queries.principal_components import components

_DIGITS = 4


def lay_out(vectors: Floats, settings: LayoutSettings, threads: int, observer: Observer) -> Laid:
    """Place points by their first principal components."""
    found = components(vectors, settings.dims)
    explained = [round(float(share), _DIGITS) for share in found.explained]
    return Laid(found.project(vectors).astype("float32"), {"explained": explained})


def place(vectors: Floats, new: Floats, settings: LayoutSettings) -> Floats:
    """Project new points on the components of the old ones."""
    return components(vectors, settings.dims).project(new).astype("float32")
