"""The page of a sweep: hostile names are inert, nothing is asked of a network, all is drawn."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from latentcli.reports.curves import Curves, Setting, Shown, Spread
from latentcli.reports.sweep import page
from tests.reports.browser import CHROMEDRIVER, CHROMIUM, Browser, start_browser

HOSTILE = "</title><script>alert(1)</script><img src=x onerror=alert(1)>&\"'{x}"
MEASURES = (Shown("stability", 1, "Read <b>so</b>."), Shown("perplexity", -1, "Or so."))


def _setting(curve: str, at: int, **figures: float) -> Setting:
    spreads = {name: Spread(value, value * 0.9, value * 1.1) for name, value in figures.items()}
    return Setting(f"{curve} k={at}", curve, at, 3, at == 5, ["aaaa", "bbbb"], spreads)


def _curves(name: str = "a corpus") -> Curves:
    settings = [
        _setting("lda", 5, stability=0.5, perplexity=900),
        _setting("lda", 10, stability=0.7, perplexity=800),
        _setting(name, 5, stability=0.4),
    ]
    return Curves(name, "topics", MEASURES, settings, [("corpus", name)], f"latent sweep {name}")


class _Page(HTMLParser):
    """What a browser would make of a page: elements that are open, addresses asked for."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]
        assert not [name for name, _ in attrs if name.startswith("on")]


def test_hostile_names_make_no_element() -> None:
    text = page(_curves(HOSTILE)).decode()
    found, harmless = _Page(text), _Page(page(_curves()).decode())
    assert sorted(found.tags) == sorted(harmless.tags)
    assert not {"script", "img"} & set(found.tags)


def test_nothing_is_asked_of_a_network() -> None:
    text = page(_curves()).decode()
    assert _Page(text).addresses == ["data:,"]
    assert "default-src 'none'" in text
    assert "http:" not in text and "https:" not in text and "@import" not in text


def test_every_figure_is_drawn_and_stands_in_the_table() -> None:
    text = page(_curves()).decode()
    charts = re.findall(r'<section class="card">.*?</section>', text, re.DOTALL)
    assert [chart.count("<circle") for chart in charts] == [3, 2]
    for figure in ("0.5000", "0.4500 to 0.5500", "900.0", "810.0 to 990.0"):
        assert figure in text.partition("<table>")[2]


def test_a_measure_that_no_setting_has_is_left_out() -> None:
    settings = [_setting("lda", 5, stability=0.5)]
    text = page(Curves("one", "topics", MEASURES, settings, [])).decode()
    assert "perplexity" not in text
    assert text.count('<section class="card">') == 1


def test_the_same_figures_give_the_same_bytes() -> None:
    assert page(_curves()) == page(_curves())


def test_a_background_is_drawn_between_the_settings_with_its_least() -> None:
    fine = {at: (at - 7) ** 2 / 100 + 0.5 for at in range(1, 50)}
    given = _curves()
    drawn = Curves("t", "dimensions", MEASURES, given.settings, [], "", {"stability": fine})
    text = page(drawn).decode()
    assert "least: 7<" in text and text.count('class="fine"') == 1


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if not (CHROMIUM and CHROMEDRIVER):
        if os.environ.get("CI"):
            pytest.fail("chromium and chromedriver are not installed")
        pytest.skip("chromium and chromedriver are not installed")
    with start_browser(tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.mark.slow
def test_a_browser_shows_it_without_a_request_or_an_error(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_bytes(page(_curves(HOSTILE)))
    browser.open(path.as_uri())
    assert not browser.has_dialog()
    assert browser.run("return document.title") == HOSTILE
    assert browser.run("return document.querySelectorAll('.card circle').length") == 5
    assert browser.run("return document.documentElement.scrollWidth <= innerWidth")
    assert browser.errors() == []
    assert browser.requests() == [path.as_uri()]
