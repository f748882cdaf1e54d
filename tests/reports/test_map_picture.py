"""Pictures of maps: the same bytes for the same map, no touching labels, hostile names inert."""

from __future__ import annotations

import re
from importlib.resources import files
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
        kind="documents",
        colourings={"label": groups},
        positions=apart.astype(np.float32),
        n_new=1,
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


def test_colours_are_those_of_the_page_in_its_order() -> None:
    script = (files("latentcli.reports") / "map_assets" / "colours.js").read_text("utf-8")
    light = script.split("light: [\n")[1].split("]")[0]
    assert [f"#{hue}" for hue in re.findall(r'"(\w{6})"', light)] == list(module.PALETTE)
    shown = module._shown_categories(["10 b", "2 a", "", "new", "new"])
    assert [name for name, _ in shown] == ["new", "2 a", "10 b"]


def test_a_category_in_two_islands_is_labelled_on_one_and_twenty_have_labels() -> None:
    draw = np.random.default_rng(3)
    names = [f"category {i % 20}" for i in range(2_000)]
    islands = draw.normal(size=(20, 2, 2)) * 20
    places = [islands[i % 20, i // 20 % 2] + draw.normal(size=2) for i in range(2_000)]
    labels = module._groups(np.array(places), names, len(names))
    assert len(labels) == 20
    for label in labels:
        number = int(label.text.split()[1])
        assert np.linalg.norm(islands[number] - label.place, axis=1).min() < 3


def test_all_of_twenty_categories_are_labelled_though_their_places_touch(texts: list[Any]) -> None:
    names = [f"category {i % 20}" for i in range(400)]
    crowded = view(400, kind="documents", colourings={"label": names})
    map_picture(crowded, "png")
    assert sorted(text for text, _ in texts) == sorted(set(names))


def test_a_category_that_is_called_new_is_one_like_others(texts: list[Any]) -> None:
    groups = ["new"] * 150 + ["old"] * 150
    map_picture(view(kind="documents", colourings={"label": groups}), "png")
    assert sorted(text for text, _ in texts) == ["new", "old"]
