"""The interactive page of a map: what it does in a real browser, and that words are only text."""

from __future__ import annotations

import base64
import hashlib
import io
import itertools
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from latentcli.reports import map_page as module
from latentcli.reports.map_page import map_page
from latentcli.reports.map_view import MapView
from tests.conftest import ROOT
from tests.reports.browser import CHROMEDRIVER, CHROMIUM, Browser, start_browser

HOSTILE = [
    "</script><script>window.hacked=1;alert(1)</script>",
    "<img src=x onerror=window.hacked=1>",
    "<svg/onload=alert(1)>",
    "<!--<script>",
    "]]>",
    "a&b",
    "&lt;b&gt;",
    "'\"`${alert(1)}$policy",
    "\u2028\u2029",
    "\\u003c\\",
    "__proto__",
    "constructor",
    "javascript:alert(1)",
    "naïve 王 🜁",
    "\x00\x07\x1b[2J",
    "\u202eright to left",
    "line\r\nbreak",
    "lone \udcff",
    "\ufeff",
    "",
]
# So that the page does not learn that WebGL is SwiftShader's, which it leaves alone.
UNNAMED = "WebGL2RenderingContext.prototype.getExtension = () => null;"
SHIFT, ENTER, ESCAPE, RIGHT, DOWN = "\ue008", "\ue007", "\ue00c", "\ue014", "\ue015"
WEBGL, NO_WEBGL = "--enable-unsafe-swiftshader", "--disable-3d-apis"


def view(
    positions: Any,
    names: Sequence[str] | None = None,
    weights: Any = None,
    colourings: Mapping[str, Sequence[str]] | None = None,
    kind: str = "words",
    title: str = "A map",
    notes: Sequence[str] = ("by hand", "seed 1"),
) -> MapView:
    placed = np.asarray(positions, np.float32)
    return MapView(
        title=title,
        kind=kind,
        names=names or [f"w{number}" for number in range(len(placed))],
        positions=placed,
        weights=None if weights is None else np.asarray(weights, np.float64),
        colourings=colourings or {},
        notes=notes,
    )


def cloud(n: int, dims: int = 2, seed: int = 1, **others: Any) -> MapView:
    places = np.random.default_rng(seed).normal(0, 30, (n, dims))
    return view(places, weights=np.floor(1e5 / np.arange(1, n + 1)), **others)


def square(**others: Any) -> MapView:
    """Four points at the corners and one in the middle; two clusters."""
    places = [(-1, -1), (1, -1), (-1, 1), (1, 1), (0, 0)]
    names = ["south-west", "south-east", "north-west", "North-East", "middle"]
    clusters = {"cluster": ["2", "10", "2", "10", "10"], "label": ["a", "a", "b", "b", "a"]}
    weights = [1, 10, 100, 1000, 10_000]
    return view(places, names, weights, clusters, **others)


# --- the file


class Parsed(HTMLParser):
    """The elements of a page, and the text in each kind of element."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self.within = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.within = tag
        self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        self.within = ""

    def handle_data(self, data: str) -> None:
        if self.within:
            self.texts[self.within][-1] += data


def given(text: str) -> dict[str, Any]:
    (data,) = re.findall(r'<script type="application/json" id="given">(.*)</script>', text)
    found: dict[str, Any] = json.loads(data)
    return found


def unpacked(packed: Mapping[str, str]) -> np.ndarray:
    kind = np.dtype(packed["type"].removesuffix("Array").lower()).newbyteorder("<")
    return np.frombuffer(base64.b64decode(packed["data"]), kind)


def test_numbers_and_names_reach_the_page_as_they_are() -> None:
    shown = cloud(300, dims=3, names=[f"{HOSTILE[i % 20]} {i}" for i in range(300)])
    found = given(map_page(shown))
    assert found["names"] == list(shown.names)
    np.testing.assert_array_equal(unpacked(found["positions"]).reshape(-1, 3), shown.positions)
    np.testing.assert_array_equal(unpacked(found["weights"]), shown.weights)


def test_weights_that_are_not_whole_or_are_huge_stay_exact() -> None:
    weights = np.array([0.1, 2.0**53 - 1, 0])
    found = given(map_page(view([(0, 0)] * 3, weights=weights)))
    np.testing.assert_array_equal(unpacked(found["weights"]), weights)


def test_categories_stand_in_a_persons_order() -> None:
    labels = ["10", "9", "rec.autos", "", "9", "Comp"] * 50 + [str(i) for i in range(300)]
    shown = view(np.zeros((600, 2)), colourings={"label": labels})
    (colouring,) = given(map_page(shown))["colourings"]
    codes = unpacked(colouring["codes"])
    assert [colouring["categories"][code] for code in codes] == labels
    assert colouring["categories"][:4] == ["", "0", "1", "2"]
    assert colouring["categories"][-2:] == ["Comp", "rec.autos"]


def test_hostile_words_titles_categories_and_notes_make_no_element() -> None:
    places = np.zeros((len(HOSTILE), 2))
    hostile = map_page(
        view(places, HOSTILE, None, {HOSTILE[0]: HOSTILE}, "<b>", HOSTILE[0], HOSTILE)
    )
    harmless = map_page(view(places, None, None, {"a": HOSTILE}, "b", "c", ["d"] * len(HOSTILE)))
    found, plain = Parsed(hostile), Parsed(harmless)
    assert [tag for tag, _ in found.elements] == [tag for tag, _ in plain.elements]
    assert found.texts["title"] == [HOSTILE[0]] and found.texts["h1"] == [HOSTILE[0]]
    assert given(hostile)["names"] == HOSTILE
    data = re.findall(r'id="given">(.*)</script>', hostile)[0]
    assert not re.search("[<>&\u2028\u2029\x00-\x1f\x7f-\x9f]", data)
    hostile.encode()


def test_the_policy_allows_the_pages_own_script_and_no_connection() -> None:
    parsed = Parsed(map_page(square()))
    (policy,) = (
        attributes["content"]
        for tag, attributes in parsed.elements
        if tag == "meta" and "http-equiv" in attributes
    )
    rules = dict(rule.strip().split(" ", 1) for rule in str(policy).split(";"))
    data, script = parsed.texts["script"]
    json.loads(data)
    for name, text in (("script-src", script), ("style-src", parsed.texts["style"][0])):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert rules[name] == f"'sha256-{digest}'"
    assert rules["default-src"] == rules["connect-src"] == "'none'"
    assert "unsafe" not in str(policy)


def test_the_page_names_no_address() -> None:
    text = map_page(square())
    for tag, attributes in Parsed(text).elements:
        for name in ("src", "href", "action", "data", "srcset", "style"):
            assert attributes.get(name, "data:,") == "data:,", tag
        assert not [name for name in attributes if name.startswith("on")]
    assert "http:" not in text and "https:" not in text
    assert "@import" not in text and "url(" not in text


def test_the_same_view_gives_the_same_bytes() -> None:
    make = (
        "import sys; from tests.reports.test_map_page import *\n"
        "sys.stdout.buffer.write(map_page(square()).encode())"
    )
    pages = {
        subprocess.run(
            [sys.executable, "-c", make],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=ROOT,
            capture_output=True,
            check=True,
        ).stdout
        for seed in "12"
    }
    assert pages == {map_page(square()).encode()}


def test_every_asset_is_in_the_page() -> None:
    names = {entry.name for entry in (files("latentcli.reports") / "map_assets").iterdir()}
    scripts = {f"{name}.js" for name in module._SCRIPTS}
    assert names == scripts | {"page.html", "page.css"}
    assert not [part for part in map(module._asset, sorted(scripts)) if "innerHTML" in part]


def _seen(colours: np.ndarray, matrix: Any) -> np.ndarray:
    """Colours, as sRGB in [0, 1], in OKLab (Ottosson 2020) after a matrix on linear RGB."""
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    seen = np.clip(linear @ np.transpose(matrix), 0, 1)
    cones = [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
    lab = [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
    result: np.ndarray = np.cbrt(seen @ np.transpose(cones)) @ np.transpose(lab)
    return result


# Machado, Oliveira and Fernandes (2009), at full severity.
VISIONS = {
    "all": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_categories_are_told_apart_by_the_colour_blind(scheme: str) -> None:
    """The first eight; about 0.02 in OKLab can just be seen, and 0.1 at a glance."""
    block = re.findall(
        rf"const CATEGORIES.*?{scheme}: \[(.*?)\]", module._asset("colours.js"), re.S
    )
    hexes = re.findall('"([0-9a-f]{6})"', block[0])
    assert len(set(hexes)) == 20
    colours = np.array([[int(h[k : k + 2], 16) / 255 for k in (0, 2, 4)] for h in hexes])
    for name, matrix in VISIONS.items():
        lab = _seen(colours, matrix)
        apart = [np.linalg.norm(a - b) for a, b in itertools.combinations(lab[:8], 2)]
        assert min(apart) > 0.1, name
    lab = _seen(colours, np.eye(3))
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(lab, 2)) > 0.07


# --- in a browser

Opened = Callable[[MapView], Browser]


def _started(profile: Path, flag: str, script: str = "") -> Iterator[Browser]:
    if not (CHROMIUM and CHROMEDRIVER):
        if os.environ.get("CI"):
            pytest.fail("chromium and chromedriver are not installed")
        pytest.skip("chromium and chromedriver are not installed")
    with start_browser(profile, flag) as browser:
        browser.devtools("Page.addScriptToEvaluateOnNewDocument", source=script)
        yield browser


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    yield from _started(tmp_path_factory.mktemp("profile"), WEBGL, UNNAMED)


@pytest.fixture(scope="module")
def without_webgl(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    yield from _started(tmp_path_factory.mktemp("profile"), NO_WEBGL)


def _opener(browser: Browser, path: Path) -> Iterator[Opened]:
    def opened(shown: MapView) -> Browser:
        path.write_text(map_page(shown), encoding="utf-8")
        browser.open(path.as_uri())
        browser.leave()
        settle(browser)
        return browser

    yield opened
    assert not browser.has_dialog()
    assert [e for e in browser.errors() if "GL Driver Message" not in e] == []
    assert set(browser.requests()) == {path.as_uri()}
    assert browser.run("return performance.getEntriesByType('resource').length") == 0
    assert browser.run("return window.hacked") is None


@pytest.fixture
def opened(chromium: Browser, tmp_path: Path) -> Iterator[Opened]:
    """Opens a view's page; afterwards there must be no error, dialog or request by it."""
    yield from _opener(chromium, tmp_path / "map.html")


@pytest.fixture
def opened_without_webgl(without_webgl: Browser, tmp_path: Path) -> Iterator[Opened]:
    yield from _opener(without_webgl, tmp_path / "map.html")


def settle(browser: Browser) -> None:
    browser.wait("latentMap.settled()")


def where(browser: Browser, *points: int) -> np.ndarray:
    """Where on the page points are: a row for each, or the one's x and y."""
    places = np.array(browser.run("return arguments[0].map(latentMap.where)", list(points)))
    return places[0] if len(points) == 1 else places


def labels(browser: Browser) -> list[str]:
    found: list[str] = browser.run("return latentMap.labels()")
    return found


def zoom(browser: Browser) -> float:
    return float(browser.run("return latentMap.zoom()"))


def tip(browser: Browser) -> str | None:
    text: str | None = browser.run("const t = document.getElementById('tip');"
                                   "return t.hidden ? null : t.innerText")  # fmt: skip
    return text


def pixels(browser: Browser) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(browser.screenshot())).convert("RGB"), np.int64)


def colours(browser: Browser, n: int) -> np.ndarray:
    """The colours in the middles of the first n points: int64 (n, 3)."""
    places = where(browser, *range(n)).round().astype(int)
    found: np.ndarray = pixels(browser)[places[:, 1], places[:, 0]]
    return found


def colour_by(browser: Browser, name: str) -> None:
    browser.run(
        """const select = document.getElementById("colour");
        select.value = arguments[0];
        select.dispatchEvent(new Event("change"));""",
        name,
    )
    settle(browser)


def lit(browser: Browser, n: int) -> list[int]:
    found: list[int] = browser.run(
        "return [...Array(arguments[0]).keys()].filter(i => latentMap.lit(i))", n
    )
    return found


def found(browser: Browser) -> list[str]:
    listed: list[str] = browser.run(
        "return [...document.querySelectorAll('#found li')].map(e => e.firstChild?.data ?? '')"
    )
    return listed


@pytest.mark.slow
def test_pointing_at_a_point_says_its_name_categories_and_count(opened: Opened) -> None:
    browser = opened(square())
    assert tip(browser) is None
    assert browser.run("return latentMap.painter()") == "webgl"
    browser.move(*where(browser, 3))
    browser.wait("!document.getElementById('tip').hidden")
    shown = str(tip(browser)).split()
    assert shown == ["North-East", "cluster", "10", "label", "b", "occurrences", "1,000"]
    x, y = where(browser, 4)
    browser.move(x + 5, y - 4)
    browser.wait("document.getElementById('tip').innerText.startsWith('middle')")
    browser.move(x + 60, y)
    browser.wait("document.getElementById('tip').hidden")


@pytest.mark.slow
def test_of_many_points_the_nearest_is_meant(opened: Opened) -> None:
    shown = cloud(3000)
    browser = opened(shown)
    places = where(browser, *range(3000))
    random = np.random.default_rng(3)
    for x, y in random.integers((300, 250), (800, 700), (6, 2)):
        away = np.hypot(*(places - (x, y)).T)
        browser.move(x, y)
        if away.min() < 13:
            browser.wait(
                "document.getElementById('tip').innerText.split('\\n')[0] === args[0]",
                shown.names[int(away.argmin())],
            )


@pytest.mark.slow
def test_search_finds_beginnings_then_parts_in_any_case_and_flies_there(opened: Opened) -> None:
    names = [f"w{i}" for i in range(2000)]
    names[7], names[70], names[700], names[900] = "Straße", "STRASSENBAHN", "hauptstrasse", "σοφός"
    browser = opened(cloud(2000, names=names))
    browser.press("/", "s", "t", "r", "a", "s", "s", "e")
    assert found(browser) == ["Straße", "STRASSENBAHN", "hauptstrasse"]
    assert browser.run("return document.getElementById('status').textContent") == "3 found"
    assert lit(browser, 2000) == [7, 70, 700]
    settle(browser)
    assert set(labels(browser)) <= {"Straße", "STRASSENBAHN", "hauptstrasse"}
    browser.press(DOWN, DOWN, ENTER)
    browser.wait("latentMap.zoom() > 1.5")
    settle(browser)
    stage = browser.run("const b = document.getElementById('stage').getBoundingClientRect();"
                        "return [b.left + b.width / 2, b.top + b.height / 2]")  # fmt: skip
    np.testing.assert_allclose(where(browser, 70), stage, atol=1)
    assert str(tip(browser)).startswith("STRASSENBAHN")
    assert len(lit(browser, 2000)) == 2000  # among its neighbours
    browser.press(ESCAPE, "Σ", "Ο", "Φ", "Ό", "Σ")
    assert found(browser) == ["σοφός"]
    browser.press(*"nothing of the kind")
    assert browser.run("return document.getElementById('status').textContent") == "nothing found"


@pytest.mark.slow
def test_zooming_in_shows_more_names_of_an_area_and_drops_none(opened: Opened) -> None:
    browser = opened(cloud(4000))
    before = labels(browser)
    assert 20 < len(before) < 400 and before[0] == "w0"
    x, y = where(browser, 0)
    for _ in range(5):
        browser.wheel(x, y, -200)
    settle(browser)
    assert zoom(browser) > 5
    np.testing.assert_allclose(where(browser, 0), (x, y), atol=5)  # the mouse is at whole pixels
    left, top, right, low = browser.run(
        "const b = document.getElementById('stage').getBoundingClientRect();"
        "return [b.left, b.top, b.right, b.bottom]"
    )
    places = where(browser, *(int(name[1:]) for name in before))
    within = ((places > (left, top)) & (places < (right, low))).all(axis=1)
    kept = {name for name, inside in zip(before, within, strict=True) if inside}
    after = set(labels(browser))
    assert kept and kept <= after
    assert len(after) > 2 * len(kept)
    for _ in range(5):
        browser.wheel(x, y, 200)
    settle(browser)
    assert labels(browser) == before


@pytest.mark.slow
def test_names_stay_while_panning(opened: Opened) -> None:
    browser = opened(cloud(3000))
    before = labels(browser)
    browser.drag(400, 400, 37, 21)
    settle(browser)
    assert set(before) <= set(labels(browser)) and len(before) > 20


@pytest.mark.slow
def test_another_colouring_paints_points_otherwise(opened: Opened) -> None:
    browser = opened(square())
    found = colours(browser, 5)
    np.testing.assert_array_equal(found[0], found[2])
    np.testing.assert_array_equal(found[1], found[3])
    assert np.abs(found[0] - found[1]).max() > 60
    colour_by(browser, "label")
    found = colours(browser, 5)
    np.testing.assert_array_equal(found[0], found[1])
    assert np.abs(found[0] - found[2]).max() > 60
    colour_by(browser, "frequency")
    light = colours(browser, 4).sum(axis=1).tolist()
    assert light == sorted(light, reverse=True) and light[0] > light[3] + 150
    ticks = browser.run(
        "return [...document.querySelectorAll('.ticks span')].map(e => e.innerText)"
    )
    assert ticks == ["1", "10", "100", "1k", "10k"]


@pytest.mark.slow
def test_the_legend_dims_what_is_not_chosen(opened: Opened) -> None:
    browser = opened(square())
    before = colours(browser, 5)
    legend = browser.run("return document.getElementById('legend').innerText").split()
    assert legend == ["2", "2", "10", "3"]  # categories, and how many are of each
    button = browser.find("#legend button")
    browser.click(button)
    settle(browser)
    assert lit(browser, 5) == [0, 2]
    dimmed = colours(browser, 5)
    assert (dimmed[[1, 3]].sum(axis=1) > before[[1, 3]].sum(axis=1) + 150).all()  # paler
    assert (dimmed[[0, 2]].sum(axis=1) <= before[[0, 2]].sum(axis=1)).all()
    browser.click(button)
    settle(browser)
    np.testing.assert_array_equal(colours(browser, 5), before)


@pytest.mark.slow
def test_the_largest_twenty_of_many_categories_have_colours_and_all_can_be_chosen(
    opened: Opened,
) -> None:
    clusters = [str(c) for c in range(30) for _ in range(c + 1)]
    browser = opened(cloud(len(clusters), colourings={"cluster": clusters}))
    swatches = browser.run(
        "return [...document.querySelectorAll('#legend i')].map(e => e.style.background)"
    )
    assert len(swatches) == 30 and len(set(swatches[:20])) == 20
    assert len(set(swatches[20:])) == 1 and swatches[20] not in swatches[:20]
    heading = browser.run("return document.querySelector('#legend h2').textContent")
    assert heading == "other: 10 groups, 55 in all"
    browser.run("document.querySelectorAll('#legend button')[22].click()")
    assert lit(browser, len(clusters)) == [3, 4, 5]  # cluster 2, the third smallest


@pytest.mark.slow
def test_hostile_words_are_text_wherever_they_are_shown(opened: Opened, shared_data: Path) -> None:
    naughty = (shared_data / "nasty" / "blns.txt").read_text("utf-8").splitlines()
    names = [*HOSTILE, *(line for line in naughty if line and not line.startswith("#"))]
    n = len(names)
    side = int(np.ceil(np.sqrt(n)))
    places = [(i % side, i // side) for i in range(n)]
    colourings = {HOSTILE[1]: [HOSTILE[i % 20] for i in range(n)], "label": names}
    browser = opened(
        view(places, names, np.arange(n) + 1, colourings, "documents", HOSTILE[0], HOSTILE[:9])
    )
    scripts = browser.run("return document.querySelectorAll('script').length")
    assert scripts == 2 and browser.run("return document.title") == HOSTILE[0]
    for point in (0, 1, 2, 7, 8, 14, 15):
        browser.move(*where(browser, point))
        browser.wait("document.querySelector('#tip strong')?.textContent === args[0]", names[point])
    for text in ("<", "alert", "script", "\\", "'"):
        browser.run(
            """const box = document.getElementById("search");
            box.value = arguments[0]; box.dispatchEvent(new Event("input"))""",
            text,
        )
        assert found(browser)
        settle(browser)
    colour_by(browser, "label")
    settle(browser)
    foreign = browser.run(
        "return document.querySelectorAll('img, svg, iframe, b, a, video, object, embed').length"
    )
    assert foreign == 0
    assert browser.run("return document.querySelectorAll('script').length") == scripts


@pytest.mark.slow
def test_nothing_can_leave_the_page(opened: Opened) -> None:
    browser = opened(square())
    refused = """
        const done = arguments[arguments.length - 1];
        fetch(location.href).then(() => done("answered"), () => done("refused"));
    """
    body = {"script": refused, "args": []}
    assert browser._call("POST", "/execute/async", body) == "refused"
    assert any("Content Security Policy" in error for error in browser.errors())


@pytest.mark.slow
def test_without_webgl_the_same_is_drawn_by_hand(
    opened: Opened, opened_without_webgl: Opened
) -> None:
    shown = cloud(2000, colourings={"cluster": [str(i % 3) for i in range(2000)]})
    by_webgl, by_hand = opened(shown), opened_without_webgl(shown)
    assert by_hand.run("return latentMap.painter()") == "canvas"
    assert labels(by_webgl) == labels(by_hand)
    one, other = pixels(by_webgl), pixels(by_hand)
    drawn = (np.abs(one - one[5, 5]).max(2) > 30).sum()
    assert drawn > 10_000
    assert (np.abs(one - other).max(2) > 40).sum() < drawn * 0.01
    by_hand.move(*where(by_hand, 1))
    by_hand.wait("document.getElementById('tip').innerText.startsWith('w1')")


@pytest.mark.slow
def test_webgl_in_software_is_left_alone(opened: Opened) -> None:
    shown = cloud(10)
    browser = opened(shown)
    assert browser.run("return latentMap.painter()") == "webgl"
    named = (
        "WebGL2RenderingContext.prototype.getExtension = () => ({UNMASKED_RENDERER_WEBGL: 7937})"
    )
    other = f"{named}; WebGL2RenderingContext.prototype.getParameter = () => 'Google SwiftShader';"
    script = browser.devtools("Page.addScriptToEvaluateOnNewDocument", source=other)
    try:
        opened(shown)
        assert browser.run("return latentMap.painter()") == "canvas"
    finally:
        browser.devtools("Page.removeScriptToEvaluateOnNewDocument", **script)


@pytest.mark.slow
@pytest.mark.parametrize("fixture", ["opened", "opened_without_webgl"])
def test_three_dimensions_turn(fixture: str, request: pytest.FixtureRequest) -> None:
    places = [(1, 0, 0), (0, 1, 0), (0, 0, 1), (-1, -1, -1)]
    browser = request.getfixturevalue(fixture)(view(places, colourings={"label": list("abcd")}))
    before = where(browser, 0, 1, 2, 3)
    browser.drag(400, 400, 120, 0)
    settle(browser)
    turned = where(browser, 0, 1, 2, 3)
    moved = turned - before
    assert np.ptp(moved[:, 0]) > 50
    browser.move(*turned[2])
    browser.wait("document.getElementById('tip').innerText.startsWith('w2')")
    found = colours(browser, 4)
    assert len(np.unique(found, axis=0)) == 4
    browser.drag(400, 400, 50, 20, key=SHIFT)
    settle(browser)
    panned = where(browser, 0, 1, 2, 3) - turned
    np.testing.assert_allclose(panned, [[50, 20]] * 4, atol=0.1)


@pytest.mark.slow
def test_dragging_pinching_and_keys_move_the_map(opened: Opened) -> None:
    browser = opened(square())
    start = where(browser, 0, 1, 2, 3, 4)
    browser.drag(300, 300, 80, -30)
    settle(browser)
    np.testing.assert_allclose(where(browser, 4) - start[4], (80, -30), atol=0.1)
    browser.press("0")
    settle(browser)
    np.testing.assert_allclose(where(browser, 4), start[4], atol=0.1)
    browser.pinch(400, 400, 100, 300)
    settle(browser)
    assert zoom(browser) == pytest.approx(3, rel=0.05)
    browser.press("-", RIGHT, ESCAPE)
    settle(browser)
    np.testing.assert_allclose(where(browser, 0), start[0], atol=0.1)
    browser.press("+")
    settle(browser)
    assert zoom(browser) == pytest.approx(1.4)


@pytest.mark.slow
def test_it_is_dark_where_that_is_wanted(opened: Opened) -> None:
    browser = opened(square())
    assert pixels(browser)[40, 40].min() > 240
    dark = {"name": "prefers-color-scheme", "value": "dark"}
    browser.devtools("Emulation.setEmulatedMedia", features=[dark])
    try:
        settle(browser)
        assert pixels(browser)[40, 40].max() < 40
        assert colours(browser, 2).max(axis=1).min() > 150
    finally:
        browser.devtools("Emulation.setEmulatedMedia", features=[])


@pytest.mark.slow
def test_it_fits_the_width_of_a_phone(opened: Opened) -> None:
    browser = opened(square(title="A map with a rather long title that wants two lines"))
    size = {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True}
    browser.devtools("Emulation.setDeviceMetricsOverride", **size)
    try:
        browser.wait("innerWidth === 360 && document.getElementById('stage').clientWidth === 360")
        settle(browser)
        assert browser.run("return document.documentElement.scrollWidth") == 360
        assert browser.run("return document.getElementById('stage').clientHeight") > 400
        places = where(browser, 0, 1, 2, 3, 4)
        assert (places > 0).all() and (places < (360, 740)).all()
    finally:
        browser.devtools("Emulation.clearDeviceMetricsOverride")


@pytest.mark.slow
def test_regions_of_documents_are_named_before_the_documents(opened: Opened) -> None:
    random = np.random.default_rng(1)
    groups = [("rec.autos", (-60, 0)), ("sci.med", (60, 0))]
    places = np.vstack([random.normal(middle, 8, (500, 2)) for _, middle in groups])
    names = [f"document-{i}" for i in range(1000)]
    label = {"label": [group for group, _ in groups for _ in range(500)]}
    browser = opened(view(places, names, None, label, "documents"))
    assert sorted(labels(browser)) == ["rec.autos", "sci.med"]
    for _ in range(6):
        browser.wheel(*where(browser, 5), -200)
    settle(browser)
    assert sum(name.startswith("document-") for name in labels(browser)) > 5


@pytest.mark.slow
@pytest.mark.parametrize(
    "places",
    [np.zeros((0, 2)), [(3, 4)], [(3, 4)] * 50, [(0, 0, 0)] * 3, [(0, 0), (1e30, 0)]],
    ids=["none", "one", "one place", "one place of space", "far apart"],
)
def test_maps_of_hardly_anything_are_drawn(opened: Opened, places: Any) -> None:
    browser = opened(view(places, weights=np.zeros(len(places)), kind="topics"))
    assert len(labels(browser)) == (min(len(places), 1) if len(set(map(tuple, places))) < 2 else 2)
    browser.press("+", RIGHT, "0")
    settle(browser)
