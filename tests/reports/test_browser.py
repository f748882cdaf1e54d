from __future__ import annotations

import math
import os
import select
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from latentcli.models.topic_model import LdaModel
from latentcli.reports.pyldavis import page
from tests.reports.browser import CHROMEDRIVER, CHROMIUM, Browser, start_browser
from tests.reports.models import planted_model, random_model

pytestmark = pytest.mark.slow

WORDS = [
    ["soil", "seed", "root", "leaf", "shared"],
    ["star", "moon", "orbit", "sky"],
    ["butter", "flour", "oven", "dough"],
    ["goal", "team", "keeper", "league"],
]
HOSTILE = [
    "</script><script>window.hacked=1;alert(1)</script>",
    "<img src=x onerror=window.hacked=1>",
    "<svg/onload=alert(1)>",
    "<!--<script>",
    "a&b",
    "&lt;b&gt;",
    "'\"`${alert(1)}",
    "\u2028\u2029",
    "\\u003c",
    "__proto__",
    "constructor",
    "javascript:alert(1)",
    "100%",
    "naïve 王 🜁",
    "\x07\x1b[2J",
]

Opened = Callable[[LdaModel], Browser]


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if not (CHROMIUM and CHROMEDRIVER):
        if os.environ.get("CI"):
            pytest.fail("chromium and chromedriver are not installed")
        pytest.skip("chromium and chromedriver are not installed")
    with start_browser(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def opened(chromium: Browser, tmp_path: Path) -> Iterator[Opened]:
    """Opens a model's page; afterwards there must be no error, dialog or request by it."""
    path = tmp_path / "report.html"

    def open_page(model: LdaModel) -> Browser:
        path.write_bytes(page(model, "a title"))
        chromium.open(path.as_uri())
        chromium.leave()
        return chromium

    yield open_page
    assert not chromium.has_dialog()
    assert chromium.errors() == []
    assert {url.partition("#")[0] for url in chromium.requests()} == {path.as_uri()}
    assert chromium.run("return performance.getEntriesByType('resource').length") == 0


@pytest.fixture
def planted(opened: Opened) -> Browser:
    return opened(planted_model(WORDS))


def labels(browser: Browser) -> list[str]:
    return texts(browser, "#latent .txt")


def texts(browser: Browser, selector: str) -> list[str]:
    found: list[str] = browser.run(
        "return [...document.querySelectorAll(arguments[0])].map(e => e.textContent)", selector
    )
    return found


def attributes(browser: Browser, selector: str, name: str) -> list[float]:
    found: list[str] = browser.run(
        "const [where, name] = arguments;"
        "return [...document.querySelectorAll(where)].map(e => e.getAttribute(name))",
        selector,
        name,
    )
    return [float(value) for value in found]


def terms(browser: Browser) -> list[str]:
    """The words of the bar chart, from above."""
    found: list[str] = browser.run(
        """return [...document.querySelectorAll("#latent .terms")]
            .sort((a, b) => a.getAttribute("y") - b.getAttribute("y")).map(e => e.textContent)"""
    )
    return found


def title(browser: Browser) -> str:
    (found,) = texts(browser, "#latent .bubble-tool")
    return found


def circle(browser: Browser, topic: int) -> Any:
    return browser.find(f"#latent-topic{topic}")


def box(browser: Browser) -> str:
    value: str = browser.run("return document.getElementById('latent-topic').value")
    return value


def shows(browser: Browser, topic: int | None) -> bool:
    """Tell whether this topic's words, bars and circle are shown (None: the salient words)."""
    lit = browser.run(
        """return [...document.querySelectorAll("#latent .dot")]
            .filter(e => e.style.opacity > 0.5).map(e => e.id)"""
    )
    red = len(attributes(browser, "#latent .overlay", "width"))
    if topic is None:
        return lit == [] and red == 0 and "Most Salient Terms" in title(browser)
    return (
        lit == [f"latent-topic{topic}"]
        and red == len(terms(browser))
        and f"for Topic {topic} (" in title(browser)
    )


# --- drawing


@pytest.mark.parametrize(("n_topics", "n_terms"), [(1, 50), (2, 50), (10, 400), (120, 60), (3, 2)])
def test_every_topic_is_drawn_on_the_map_under_its_number(
    opened: Opened, n_topics: int, n_terms: int
) -> None:
    browser = opened(random_model(n_topics, n_terms))
    assert labels(browser) == [str(topic) for topic in range(n_topics)]
    x, y, r = (attributes(browser, "#latent .dot", name) for name in ("cx", "cy", "r"))
    assert len(r) == n_topics
    for centre, radius in zip(x + y, r + r, strict=True):
        assert radius - 1 <= centre <= 530 - radius + 1
    assert len(terms(browser)) == min(30, n_terms)
    assert all(width > 0 for width in attributes(browser, "#latent .bar-totals", "width"))
    browser.hover(circle(browser, n_topics - 1))


def test_a_circles_area_is_its_topics_share(opened: Opened) -> None:
    model = random_model(6, 60)
    areas = np.array(attributes(opened(model), "#latent .dot", "r")) ** 2 * math.pi
    np.testing.assert_allclose(areas, model.shares() * 530 * 530 / 4, rtol=1e-6)


def test_topics_that_are_all_the_same_are_drawn(opened: Opened) -> None:
    model = planted_model([["one", "two"]])
    twin = planted_model([["one", "two"], ["three"]])
    twin = LdaModel(**{**vars(twin), "topic_word": np.ones_like(twin.topic_word)})
    assert labels(opened(twin)) == ["0", "1"]
    assert labels(opened(model)) == ["0"]


def test_frequencies_below_one_draw_no_negative_bars(opened: Opened) -> None:
    browser = opened(planted_model([["a"], ["b"], ["c"]], count=0.02))
    for topic in range(3):
        browser.hover(circle(browser, topic))
        assert shows(browser, topic)
        for selector in ("#latent .bar-totals", "#latent .overlay"):
            assert min(attributes(browser, selector, "width")) >= 0


# --- topics, from 0


@pytest.mark.parametrize("topic", range(4))
def test_hovering_a_topic_shows_its_words(planted: Browser, topic: int) -> None:
    salient = terms(planted)
    assert shows(planted, None)
    planted.hover(circle(planted, topic))
    assert shows(planted, topic)
    assert terms(planted)[: len(WORDS[topic])] == WORDS[topic]
    assert max(attributes(planted, "#latent .overlay", "width")) > 0
    planted.leave()
    assert shows(planted, None)
    assert terms(planted) == salient


@pytest.mark.parametrize("topic", [0, 3])
def test_a_click_holds_a_topic_until_it_is_cleared(planted: Browser, topic: int) -> None:
    planted.click(circle(planted, topic))
    planted.leave()
    assert shows(planted, topic)
    assert box(planted) == str(topic)
    planted.hover(circle(planted, 1))
    assert shows(planted, 1)
    planted.leave()
    assert shows(planted, topic)
    planted.click(planted.find("#latent-topic-clear"))
    assert shows(planted, None)
    assert box(planted) == ""


def test_a_click_on_the_empty_map_clears_topic_0(planted: Browser) -> None:
    planted.click(circle(planted, 0))
    planted.run(
        "document.querySelector('#latent-leftpanel rect').dispatchEvent(new Event('click'))"
    )
    planted.leave()
    assert shows(planted, None)


def test_next_and_previous_go_from_0_to_the_last_topic(planted: Browser) -> None:
    assert box(planted) == ""
    for topic in (0, 1, 2, 3, 3):
        planted.click(planted.find("#latent-topic-up"))
        assert shows(planted, topic)
        assert box(planted) == str(topic)
    for topic in (2, 1, 0, 0):
        planted.click(planted.find("#latent-topic-down"))
        assert shows(planted, topic)
        assert box(planted) == str(topic)


def test_a_topic_can_be_typed(planted: Browser) -> None:
    field = planted.find("#latent-topic")
    for typed, topic in (("0", 0), ("\ue003", None), ("2", 2), ("\ue003", None), ("9", 3)):
        planted.type(field, typed)  # U+E003 is the backspace key
        assert shows(planted, topic)
    assert box(planted) == "3"
    planted.type(field, "\ue003x")
    assert shows(planted, None)


def test_topic_0_is_kept_in_the_address(planted: Browser) -> None:
    planted.click(circle(planted, 0))
    address = planted.run("return location.href")
    assert address.endswith("#topic=0&lambda=1&term=")
    planted.open(address)
    assert shows(planted, 0)
    assert box(planted) == "0"


def test_the_slider_reorders_the_words_of_topic_0(opened: Opened) -> None:
    model = random_model(3, 200)
    browser = opened(model)
    browser.click(circle(browser, 0))
    probability = model.topic_word_probabilities()
    lift = probability[0] / (model.shares() @ probability)

    def best(weights: np.ndarray) -> list[str]:
        return [model.words[int(row)] for row in np.argsort(-weights)[:30]]

    assert terms(browser) == best(probability[0])
    browser.click(browser.find("#latent-lambda"), dx=-124)
    # Words that leave do so over the first half of 1.5 s.
    browser.wait("document.querySelectorAll('#latent .terms').length == 30")
    browser.wait(
        "[...document.querySelectorAll('#latent .terms')].every(e => e.getAttribute('y') < 540)"
    )
    assert texts(browser, "#latent-lambda-value") == ["0"]
    least = np.sort(lift)[-30]
    shown = [lift[list(model.words).index(word)] for word in terms(browser)]
    assert min(shown) > least * 0.999
    assert terms(browser) != best(probability[0])


def test_the_axis_follows_the_bars(opened: Opened) -> None:
    browser = opened(planted_model([["often"], [f"seldom{rank}" for rank in range(40)]]))
    before = [float(tick) for tick in texts(browser, "#latent .xaxis .tick")]
    browser.hover(circle(browser, 1))
    after = [float(tick) for tick in texts(browser, "#latent .xaxis .tick")]
    assert before[0] == after[0] == 0
    assert before[-1] > 5 * after[-1] > 0


@pytest.mark.parametrize(("held", "topic"), [("-1", None), ("2", 2), ("99", 3)])
def test_an_address_holds_a_topic_or_none(planted: Browser, held: str, topic: int | None) -> None:
    address = planted.run("return location.href.split('#')[0]")
    planted.open(f"{address}#topic={held}&lambda=1&term=")
    assert shows(planted, topic)
    assert box(planted) == ("" if topic is None else str(topic))


# --- words


@pytest.mark.parametrize("topic", range(4))
def test_hovering_a_word_grows_the_circles_of_its_topics(planted: Browser, topic: int) -> None:
    word = WORDS[topic][0]
    (place,) = [at for at, term in enumerate(texts(planted, "#latent .terms")) if term == word]
    planted.hover(planted.find_all("#latent .terms")[place])
    planted.wait(
        "[...document.querySelectorAll('#latent .dot')].every((e, topic) =>"
        " topic === args[0] ? e.getAttribute('r') > 100 : e.getAttribute('r') < 20)",
        topic,
    )
    assert f"given term = '{word}'" in texts(planted, "#latent .circleGuideTitle")[0]
    planted.leave()
    planted.wait("document.querySelector('#latent-topic0').getAttribute('r') < 100")


def test_hostile_words_are_shown_literally_and_do_nothing(opened: Opened) -> None:
    # fault 70
    browser = opened(planted_model([HOSTILE, ["plain", "words"]]))
    assert sorted(terms(browser)) == sorted([*HOSTILE, "plain", "words"])
    browser.hover(circle(browser, 0))
    assert terms(browser)[: len(HOSTILE)] == HOSTILE
    for place, element in enumerate(browser.find_all("#latent .terms")):
        word = texts(browser, "#latent .terms")[place]
        browser.run("arguments[0].dispatchEvent(new Event('mouseover'))", element)
        shown = texts(browser, "#latent .circleGuideTitle")[0]
        assert shown == f"Conditional topic distribution given term = '{word}'"
        browser.run("arguments[0].dispatchEvent(new Event('mouseout'))", element)
    assert browser.run("return window.hacked === undefined")
    assert browser.run("return document.title") == "a title"
    assert browser.run("return document.querySelectorAll('img, iframe, object').length") == 0
    assert browser.run("return document.scripts.length") == 4


def test_a_word_with_markup_is_found_again_by_its_address(opened: Opened) -> None:
    browser = opened(planted_model([["a&b=c%", "<b>"], ["plain", "words"]]))
    element = browser.find("#latent .terms[id='latent-terma&b=c%']")
    browser.run("arguments[0].dispatchEvent(new Event('mouseover'))", element)
    browser.open(browser.run("return location.href"))
    assert "given term = 'a&b=c%'" in texts(browser, "#latent .circleGuideTitle")[0]


def test_the_policy_stops_what_is_not_the_pages_own(chromium: Browser, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        intruders = (
            "<script>window.hacked = 1</script><img src=data:, onerror='window.hacked = 1'>"
            f"<img src={url}><script src={url}></script><link rel=stylesheet href={url}></body>"
        )
        content = page(random_model(2, 20), "").replace(b"</body>", intruders.encode())
        path.write_bytes(content)
        chromium.open(path.as_uri())
        assert labels(chromium) == ["0", "1"]
        assert chromium.run("return window.hacked === undefined")
        assert "".join(chromium.errors()).count("Content Security Policy") >= 5
        connected, _, _ = select.select([server], [], [], 0.2)
        assert not connected
