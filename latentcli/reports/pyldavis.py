"""The pyLDAvis page of a topic model, as one HTML file that asks nothing of the network.

Sievert and Shirley (2014), "LDAvis: A method for visualizing and interpreting topics"; the terms
shown before a topic is chosen are those of Chuang, Manning and Heer (2012), "Termite". pyLDAvis
computes them and draws them; this file hands it sound arrays and wraps what it returns.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from latentcli.errors import MachineError
from latentcli.models.topic_model import Doubles, LdaModel

with warnings.catch_warnings():  # importing pyLDAvis sets filters for the whole process
    warnings.simplefilter("ignore")
    import pandas as pd
    import pyLDAvis
    from pyLDAvis import urls
    from pyLDAvis.utils import NumPyEncoder

# A probability of 0 has no logarithm, and topic_word is float32: this is its smallest normal.
_FLOOR = float(np.finfo(np.float32).tiny)
_MOST_TERMS = 30  # the bars that ldavis.js has room for
_SAME = 1e-12  # divergences up to here are rounding: the topics are one

# In ldavis.js 0 means "no topic", so topic 0 cannot be selected and a term's circles are drawn
# one topic off (Topic - 1). Here -1 means that, and the empty box.
_COUNT_FROM_0 = (
    ("            topic: 0,\n", "            topic: -1,\n"),
    ("vis_state.topic > 0", "vis_state.topic >= 0"),
    ("var value_old = document.getElementById(topicID).value;", "var value_old = vis_state.topic;"),
    ("Math.min(K, +value_old + 1)", "Math.min(K - 1, +value_old + 1)"),
    ('topicInput.value = "0"; // a value of 0 indicates', 'topicInput.value = ""; // "" means'),
    (
        "if (!isNaN(value_new) && value_new > 0) {",
        "vis_state.topic = -1;\n                state_save(true);\n"
        "                if (value_new.trim() && !isNaN(value_new)) {",
    ),
    ("Math.min(K, Math.max(1, value_new))", "Math.min(K - 1, Math.max(0, Math.round(value_new)))"),
    (
        "document.getElementById(topicID).value = vis_state.topic = 0;",
        'vis_state.topic = -1;\n            document.getElementById(topicID).value = "";',
    ),
    ("Math.min(K, Math.max(0, vis_state.topic))", "Math.min(K - 1, Math.max(-1, vis_state.topic))"),
    (
        "document.getElementById(topicID).value = vis_state.topic;",
        'document.getElementById(topicID).value = vis_state.topic < 0 ? "" : vis_state.topic;',
    ),
    ("Topic - 1]", "Topic]"),
)
_MEND = (
    # Room at the map's edge for the widest circle, which few topics make very wide.
    (
        "xpad = 0.05;",
        "rWidest = Math.sqrt(d3.max(data['mdsDat'].Freq) / 100 * mdsarea * circle_prop / Math.PI),"
        "\n            xpad = Math.max(0.05, rWidest / (mdswidth - 2 * rWidest));",
    ),
    ("ypad = 0.05;", "ypad = xpad;"),
    # Bars begin at 0: from 1, a frequency below 1 asks for a rectangle of negative width.
    (".domain([1, d3.max", ".domain([0, d3.max"),
    # The axis is looked for by this class whenever the bars change their scale.
    ('.attr("x", "xaxis")', '.attr("class", "xaxis")'),
    # A word as it is, not as it would be written in HTML: "a&b", not "a&amp;b".
    ("term.innerHTML", "term.textContent"),
    # Some browsers call the origin of a file "null" and refuse the address made of it.
    ("return location.origin + location.pathname + ", "return "),
    ('"&term=" + vis_state.term;', '"&term=" + encodeURIComponent(vis_state.term);'),
    ('params[2].split("=")[1];', 'decodeURIComponent(params[2].split("=")[1]);'),
)

_DRAW = 'new LDAvis("#latent", JSON.parse(document.getElementById("prepared").textContent));'
_STYLE = """
body { margin: 16px; background: white; color: black; font-family: sans-serif; }
h1 { margin: 0 0 4px; font-size: 18px; overflow-wrap: anywhere; }
p { margin: 0 0 12px; font-size: 13px; color: #555; }
"""
_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
<h1>{title}</h1>
<p>Topics are numbered as by <b>latent topics</b>. A circle's area is its topic's share of the
tokens; topics that are near each other use words alike. Drawn by pyLDAvis.</p>
<div id="latent"></div>
<script type="application/json" id="prepared">{data}</script>
{scripts}
</body>
</html>
"""


def page(model: LdaModel, title: str, n_terms: int = _MOST_TERMS) -> bytes:
    """Return the page: HTML in UTF-8, the same bytes for the same model and title.

    Topics keep their numbers and order. The bar chart shows ``n_terms`` words, 1 to 30: of a
    topic by relevance, lambda log p(w | t) + (1 - lambda) log p(w | t) / p(w) (Sievert and
    Shirley 2014), of none by saliency, p(w) sum_t p(t | w) log p(t | w) / p(t) (Chuang, Manning
    and Heer 2012). Words reach the page as JSON data, never as markup or script, and its policy
    runs no script but its own. Raises MachineError where pyLDAvis is another than expected.
    """
    data = json.dumps(
        _prepared(model, n_terms).to_dict(),
        cls=NumPyEncoder,
        ensure_ascii=False,
        allow_nan=False,
        separators=(",", ":"),
    )
    scripts = [_source(urls.D3_LOCAL), _mended(_source(urls.LDAVIS_LOCAL)), _DRAW]
    text = _PAGE.format(
        policy=_policy(scripts),
        title=html.escape(title),
        style=_source(urls.LDAVIS_CSS_LOCAL) + _STYLE,
        data=_inert(data),
        scripts="\n".join(f"<script>{script}</script>" for script in scripts),
    )
    return text.encode("utf-8", "replace")


def topic_map(topic_word: Doubles) -> Doubles:
    """Return where topics lie on the map: float64 (n_topics, 2), centred, the first axis widest.

    ``topic_word``: float64 (n_topics, n_terms), positive, rows sum to 1. Classical scaling
    (Torgerson 1952; principal coordinates, Gower 1966) of the Jensen-Shannon divergences, in
    nats and unsquared as in LDAvis. In each column the first entry of largest magnitude is
    positive; a dimension that is not there is zeros, so two topics lie on the x axis.
    """
    squared = _jensen_shannon(topic_word) ** 2
    centred = squared - squared.mean(axis=0) - squared.mean(axis=1)[:, None] + squared.mean()
    values, vectors = np.linalg.eigh(-centred / 2)
    values, vectors = values[::-1][:2], vectors[:, ::-1][:, :2]
    values = np.where(values > values[0] * 1e-10, values, 0.0)
    coordinates = np.zeros((len(topic_word), 2))
    coordinates[:, : len(values)] = vectors * np.sqrt(values)
    magnitude = np.abs(coordinates)
    leading = np.argmax(magnitude >= magnitude.max(axis=0) * (1 - 1e-9), axis=0)
    signs = np.where(coordinates[leading, [0, 1]] < 0, -1.0, 1.0)
    placed: Doubles = coordinates * signs
    return placed


def _jensen_shannon(topic_word: Doubles) -> Doubles:
    n_topics = len(topic_word)
    p_log_p = topic_word * np.log(topic_word)
    divergences = np.zeros((n_topics, n_topics))
    for one in range(n_topics - 1):
        others = slice(one + 1, n_topics)
        middle = (topic_word[one] + topic_word[others]) / 2
        gaps = (p_log_p[one] + p_log_p[others]) / 2 - middle * np.log(middle)
        divergences[one, others] = divergences[others, one] = gaps.sum(axis=1)
    divergences[divergences < _SAME] = 0
    return divergences


def _prepared(model: LdaModel, n_terms: int) -> Any:
    # Of the documents pyLDAvis uses only the topics' total weight, so it is given one document
    # that holds all tokens: empty documents weigh nothing, and a million cost nothing.
    prepared = pyLDAvis.prepare(
        _floored(model.topic_word.astype(np.float64)),
        _floored(model.shares()[None, :]),
        [max(1, int(model.doc_lengths.sum()))],
        list(model.words),
        model.term_counts,
        R=min(max(1, n_terms), _MOST_TERMS),
        mds=lambda topics: topic_map(topics.to_numpy()),
        n_jobs=1,
        sort_topics=False,
        start_index=0,
    )
    return prepared if model.n_topics > 1 else _with_words_to_show(prepared)


def _floored(weights: Doubles) -> Doubles:
    positive = np.maximum(weights, _FLOOR)
    rows: Doubles = positive / positive.sum(axis=1, keepdims=True)
    return rows


def _with_words_to_show(prepared: Any) -> Any:
    # Nothing is salient of a single topic (every saliency is 0): show its most probable words.
    info = prepared.topic_info
    topic = info[info["Category"] != "Default"]
    first = topic.sort_values("logprob", ascending=False, kind="stable").head(prepared.R)
    first = first.assign(Category="Default")
    return prepared._replace(topic_info=pd.concat([first, topic]))


def _source(path: str) -> str:
    # Text that closes the element it stands in is spelled otherwise; \/ and \! are / and ! in
    # the strings of JavaScript, the only place for such text. A parser makes LF of CR LF.
    text = Path(path).read_text("utf-8")
    return re.sub(r"<(?=/(?:script|style))", r"<\\", text, flags=re.I).replace("<!--", r"<\!--")


def _mended(ldavis: str) -> str:
    for old, new in _COUNT_FROM_0 + _MEND:
        if old not in ldavis:
            raise MachineError(
                f"reports cannot be made with pyLDAvis {version('pyLDAvis')}: its page has changed",
                "install pyLDAvis 3.4.1",
            )
        ldavis = ldavis.replace(old, new)
    return ldavis


def _policy(scripts: list[str]) -> str:
    digests = (hashlib.sha256(script.encode("utf-8")).digest() for script in scripts)
    allowed = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _inert(data: str) -> str:
    # Inside a JSON string only, where \uXXXX is the same character; nothing else holds these.
    return re.sub("[<>&\u2028\u2029]", lambda match: f"\\u{ord(match[0]):04x}", data)
