from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest

from latentcli.errors import MachineError
from latentcli.models.topic_model import LdaModel
from latentcli.reports import pyldavis
from latentcli.reports.pyldavis import page
from tests.conftest import ROOT
from tests.reports.models import lda_model, planted_model, random_model


class Parsed(HTMLParser):
    """A page's scripts, links to elsewhere and policy, as an HTML parser sees them."""

    def __init__(self, content: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self.inside = ""
        self.feed(content.decode("utf-8"))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.texts.setdefault(tag, []).append("")

        self.inside = tag

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.texts[self.inside][-1] += data


def prepared(content: bytes) -> dict[str, Any]:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    scripts = Parsed(content).texts["script"]
    (data,) = (script for script in scripts if script.startswith("{"))
    found: dict[str, Any] = json.loads(data, parse_constant=refuse)
    return found


def rows(table: dict[str, list[Any]], *key: str) -> dict[tuple[Any, ...], dict[str, Any]]:
    columns = [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]
    return {tuple(row[name] for name in key): row for row in columns}


def python(code: str, *options: str, **environment: str) -> bytes:
    done = subprocess.run(
        [sys.executable, *options, "-c", code],
        capture_output=True,
        env={**os.environ, **environment},
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


# --- the numbers


@pytest.fixture(scope="module")
def model() -> LdaModel:
    return random_model(n_topics=7, n_terms=300)


@pytest.fixture(scope="module")
def ours(model: LdaModel) -> dict[str, Any]:
    return prepared(page(model, "a title"))


def test_topics_keep_their_numbers_and_shares(model: LdaModel, ours: dict[str, Any]) -> None:
    assert ours["topic.order"] == ours["mdsDat"]["topics"] == list(range(7))
    np.testing.assert_allclose(ours["mdsDat"]["Freq"], model.shares() * 100)
    unsorted = replace(model, topic_word=model.topic_word[::-1], doc_topic=model.doc_topic[:, ::-1])
    np.testing.assert_allclose(
        prepared(page(unsorted, ""))["mdsDat"]["Freq"], model.shares()[::-1] * 100
    )


def test_a_topics_top_words_are_its_most_probable_ones(
    model: LdaModel, ours: dict[str, Any]
) -> None:
    info = rows(ours["tinfo"], "Category", "Term")
    for topic, weights in enumerate(model.topic_word):
        own = [row for (category, _), row in info.items() if category == f"Topic{topic}"]
        shown = {row["Term"] for row in sorted(own, key=lambda row: -row["logprob"])[:30]}
        assert shown == {model.words[int(row)] for row in np.argsort(-weights)[:30]}


@pytest.mark.parametrize(("asked", "shown"), [(5, 5), (30, 30), (100, 30), (0, 1)])
def test_the_bar_chart_has_1_to_30_words(model: LdaModel, asked: int, shown: int) -> None:
    found = prepared(page(model, "", asked))
    assert found["R"] == shown
    assert found["tinfo"]["Category"].count("Default") == shown


# --- awkward models


@pytest.mark.parametrize(
    ("n_topics", "n_terms"),
    [(1, 1), (1, 60), (2, 1), (2, 60), (3, 2), (30, 30), (61, 60), (120, 40), (200, 60)],
)
def test_any_number_of_topics_and_words_makes_a_page(n_topics: int, n_terms: int) -> None:
    found = prepared(page(random_model(n_topics, n_terms, n_docs=300), ""))
    assert found["mdsDat"]["topics"] == list(range(n_topics))
    assert found["R"] == min(30, n_terms)
    assert sum(found["mdsDat"]["Freq"]) == pytest.approx(100)
    for topic in range(n_topics):
        assert found["tinfo"]["Category"].count(f"Topic{topic}") >= found["R"]


def test_of_a_single_topic_the_most_probable_words_are_shown() -> None:
    model = random_model(1, 500)
    info = prepared(page(model, ""))["tinfo"]
    assert info["Category"][:31] == ["Default"] * 30 + ["Topic0"]
    best = np.argsort(-model.topic_word[0])[:30]
    assert info["Term"][:30] == [model.words[int(row)] for row in best]


def test_zero_and_denormal_probabilities_are_finite_in_the_page() -> None:
    model = random_model(4, 80)
    topic_word = model.topic_word.copy()
    topic_word[:, :40] = 0
    topic_word[1] = 0
    topic_word[2, 50:] = 1e-45
    doc_topic = model.doc_topic.copy()
    doc_topic[:, 3] = 0
    found = prepared(page(replace(model, topic_word=topic_word, doc_topic=doc_topic), ""))
    for table in ("mdsDat", "tinfo", "token.table"):
        for column in found[table].values():
            if not isinstance(column[0], str):
                assert np.isfinite(column).all()


def test_empty_documents_change_nothing() -> None:
    model = random_model(4, 80)
    nothing = np.zeros((2, 4), np.float32)
    longer = replace(
        model,
        doc_topic=np.vstack([nothing[:1], model.doc_topic, nothing[:1] + 1]),
        doc_lengths=np.concatenate([[0], model.doc_lengths, [0]]),
    )
    assert page(longer, "") == page(model, "")


def test_a_model_of_empty_documents_alone_makes_a_page() -> None:
    model = random_model(3, 20, n_docs=2)
    found = prepared(page(replace(model, doc_lengths=np.zeros(2, np.int64)), ""))
    np.testing.assert_allclose(found["mdsDat"]["Freq"], 100 / 3)


def test_duplicate_topics_make_a_page() -> None:
    model = random_model(4, 80)
    found = prepared(page(replace(model, topic_word=model.topic_word[[0, 1, 1, 1]]), ""))
    assert len({*found["mdsDat"]["x"]}) >= 2
    assert all(isinstance(x, float) for x in found["mdsDat"]["x"])


def test_read_only_memory_mapped_arrays_are_left_alone() -> None:
    model = random_model(3, 40)
    for array in (model.topic_word, model.doc_topic, model.doc_lengths, model.term_counts):
        array.flags.writeable = False
    page(model, "")


@pytest.mark.slow
def test_twenty_topics_of_24000_words_take_seconds() -> None:
    model = random_model(20, 24_000, n_docs=20_000)
    began = time.process_time()
    page(model, "")
    assert time.process_time() - began < 5


# --- the page

HOSTILE = [
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "]]>",
    "a&b",
    "&lt;",
    "'\"`",
    "\u2028\u2029",
    "\\u003c\\",
    "__proto__",
    "\x00\x07\x1b[2J",
    "line\r\nbreak",
    "naïve 王 🜁",
    "\ufeff",
]


def test_hostile_words_are_data_and_nothing_else() -> None:
    content = page(planted_model([HOSTILE, ["plain", "words"]]), "a title")
    assert set(prepared(content)["tinfo"]["Term"]) == {*HOSTILE, "plain", "words"}
    plain = page(planted_model([[f"w{i}" for i in range(len(HOSTILE))], ["plain"]]), "a title")
    assert Parsed(content).elements == Parsed(plain).elements
    line = next(line for line in content.split(b"\n") if b'id="prepared"' in line)
    data = line.partition(b">")[2].removesuffix(b"</script>").decode()
    assert not re.search("[<>&\u2028\u2029\x00-\x1f]", data)


def test_a_hostile_title_is_text() -> None:
    title = "<b>&amp;</title><script>alert(1)</script>\udcff"
    parsed = Parsed(page(random_model(2, 20), title))
    shown = title.replace("\udcff", "?")
    assert parsed.texts["title"] == [shown]
    assert parsed.texts["h1"] == [shown]
    assert len(parsed.texts["script"]) == 4


def test_the_policy_allows_the_pages_own_scripts_and_no_other() -> None:
    parsed = Parsed(page(random_model(2, 20), ""))
    (policy,) = (
        attributes["content"]
        for tag, attributes in parsed.elements
        if tag == "meta" and "http-equiv" in attributes
    )
    assert policy is not None
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    scripts = [script for script in parsed.texts["script"] if not script.startswith("{")]
    assert rules["script-src"].split() == [
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in scripts
    ]
    assert "unsafe" not in rules["script-src"]
    assert not set(rules) & {"connect-src", "font-src", "frame-src"}


def test_the_page_loads_nothing() -> None:
    parsed = Parsed(page(random_model(2, 20), ""))
    for tag, attributes in parsed.elements:
        for name in ("src", "href", "action", "data", "srcset"):
            assert attributes.get(name, "data:,") == "data:,", tag
    assert "@import" not in "".join(parsed.texts["style"])
    assert "url(" not in "".join(parsed.texts["style"])


def test_the_page_says_its_encoding_language_and_title() -> None:
    content = page(random_model(2, 20), "LDA, 2 topics of α")
    assert content.startswith(b'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">')
    assert "<title>LDA, 2 topics of α</title>".encode() in content


def test_a_library_that_holds_a_closing_tag_stays_one_script(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = tmp_path / "d3.v5.min.js"
    library.write_bytes(b'var a = "</SCRIPT><!--<script>";\r\nvar b;')
    for name in ("ldavis.v3.0.0.js", "ldavis.v1.0.0.css"):
        shutil.copy(pyldavis._folder() / name, tmp_path)
    monkeypatch.setattr(pyldavis, "_folder", lambda: tmp_path)
    parsed = Parsed(page(random_model(2, 20), ""))
    assert len(parsed.texts["script"]) == 4
    assert parsed.texts["script"][1] == 'var a = "<\\/SCRIPT><\\!--<script>";\nvar b;'


@pytest.mark.parametrize("content", ["var LDAvis;", None], ids=["other", "missing"])
def test_another_pyldavis_is_an_error_that_says_so(
    content: str | None, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(pyldavis._folder(), tmp_path, dirs_exist_ok=True)
    library = tmp_path / "ldavis.v3.0.0.js"
    library.unlink()
    if content is not None:
        library.write_text(content)
    monkeypatch.setattr(pyldavis, "_folder", lambda: tmp_path)
    with pytest.raises(MachineError, match="pyLDAvis") as caught:
        page(random_model(2, 20), "")
    assert "3.4.1" in caught.value.hint


# --- how it is made

MAKE = """
import sys, warnings, numpy
before = list(warnings.filters)
import latentcli.reports.pyldavis as pyldavis
assert warnings.filters == before, warnings.filters
from tests.conftest import ROOT
from tests.reports.models import random_model
for n_topics in (1, 2, 7):
    sys.stdout.buffer.write(pyldavis.page(random_model(n_topics, 60), "t"))
assert warnings.filters == before, warnings.filters
"""


def test_the_same_model_gives_the_same_bytes_and_warnings_keep_their_filters() -> None:
    one = python(MAKE, PYTHONHASHSEED="1")
    assert one == python(MAKE, "-W", "error", PYTHONHASHSEED="2")
    assert one.count(b"<!DOCTYPE html>") == 3


def test_the_page_is_the_same_without_asserts() -> None:
    without = python(MAKE.replace("assert", "# "), PYTHONOPTIMIZE="2")
    assert without == python(MAKE)


def test_a_page_is_made_without_pandas_and_pyldavis() -> None:
    loaded = python(
        MAKE + "sys.stdout.buffer.flush()\n"
        "print('\\nloaded', *({'pandas', 'pyLDAvis', 'scipy', 'sklearn'} & set(sys.modules)))"
    ).rpartition(b"loaded")[2]
    assert loaded.strip() == b""


def test_lda_model_of_one_document_and_one_word() -> None:
    model = lda_model(np.array([[3.0]]), np.array([[1.0]]), np.array([3]), ["word"])
    found = prepared(page(model, ""))
    assert found["tinfo"]["Term"] == ["word", "word"]
    assert found["tinfo"]["Total"] == [3.0, 3.0]
