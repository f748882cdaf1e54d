"""Pictures of maps: the same bytes for the same map, no touching labels, hostile names inert."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import matplotlib.image
import numpy as np
import pytest

from latentcli.reports import map_picture as module
from latentcli.reports.map_picture import map_picture
from latentcli.reports.map_view import MapView


def view(n: int = 300, dims: int = 2, **changed: Any) -> MapView:
    draw = np.random.default_rng(1)
    given: dict[str, Any] = {
        "title": "A map",
        "kind": "words",
        "names": [f"word{i}" for i in range(n)],
        "positions": draw.normal(size=(n, dims)).astype(np.float32),
        "weights": draw.gamma(1, 100, n),
        "colourings": {
            "cluster": [f"{i % 30} c" for i in range(n)],
            "topic": ["one", ""] * (n // 2),
        },
        "notes": ["by t-SNE", "trustworthiness 0.9"],
    }
    return MapView(**(given | changed))


def pixels(picture: bytes) -> Any:
    return matplotlib.image.imread(BytesIO(picture))


@pytest.mark.parametrize("form", ["png", "svg"])
@pytest.mark.parametrize("dims", [2, 3])
def test_a_map_gives_the_same_bytes_each_time(form: str, dims: int) -> None:
    assert map_picture(view(60, dims), form) == map_picture(view(60, dims), form)


def test_colours_follow_the_colouring_and_else_the_frequency() -> None:
    pictures = [
        map_picture(view(60), "png", colour) for colour in ("cluster", "topic", "frequency")
    ]
    assert len(set(pictures)) == 3
    assert map_picture(view(60), "png") == pictures[0]
    assert map_picture(view(60, colourings={}), "png") == pictures[2]
    assert pixels(pictures[0]).shape[1] == 1600


@pytest.fixture
def texts(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The labels that stand on the pictures, with where they are."""
    found: list[Any] = []
    drawn = module._drawn

    def watched(*given: Any) -> Any:
        figure = drawn(*given)
        renderer = figure.canvas.get_renderer()
        found.extend((t.get_text(), t.get_window_extent(renderer)) for t in figure.axes[0].texts)
        return figure

    monkeypatch.setattr(module, "_drawn", watched)
    return found


def test_labels_are_of_the_heaviest_and_do_not_touch(texts: list[Any]) -> None:
    weights = np.ones(3000)
    weights[7] = 1000
    map_picture(view(3000, weights=weights), "png")
    boxes = [box for _, box in texts]
    assert "word7" in [text for text, _ in texts] and 40 < len(boxes) <= 160
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_documents_are_labelled_by_group_and_new_ones_by_name(texts: list[Any]) -> None:
    groups = ["sport"] * 150 + ["music"] * 149 + ["new"]
    draw = np.random.default_rng(1)
    apart = draw.normal(size=(300, 2)) + 9 * np.array([[g == "music", g == "new"] for g in groups])
    changed = view(
        kind="documents", colourings={"label": groups}, positions=apart.astype(np.float32)
    )
    map_picture(changed, "png")
    assert sorted(text for text, _ in texts) == ["music", "sport", "word299"]


def test_more_categories_than_colours_are_counted() -> None:
    written = re.findall(r"<!-- (.*?) -->", map_picture(view(60), "svg").decode())
    assert written[-3:] == ["18 c", "19 c", "10 others"]


@pytest.mark.parametrize(
    "name",
    [
        "$x^{$",
        "_hidden",
        "<b>&amp;",
        "--> <script>",
        "a\nb\x00\x1b[2J",
        "\u202er",
        "語",
        "\ud800",
        "",
    ],
)
def test_hostile_names_are_drawn_as_text(name: str) -> None:
    hostile = view(
        40, names=[name] * 40, title=name, notes=[name], colourings={"label": [name or "x"] * 40}
    )
    svg = map_picture(hostile, "svg")
    tree = ElementTree.fromstring(svg)
    assert not [element for element in tree.iter() if "script" in str(element.tag)]
    assert pixels(map_picture(hostile, "png")).size


def test_many_points_are_an_image_within_the_drawing() -> None:
    assert b"<image" in map_picture(view(3002), "svg")
    assert b"<image" not in map_picture(view(60), "svg")


def test_points_on_a_line_and_one_weight_are_drawn() -> None:
    flat = view(10, positions=np.column_stack([np.arange(10), np.zeros(10)]).astype(np.float32))
    assert pixels(map_picture(flat, "png")).size
    assert pixels(map_picture(view(10, weights=None, colourings={}), "png")).size
