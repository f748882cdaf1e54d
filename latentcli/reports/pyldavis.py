"""The pyLDAvis page of a topic model, as one HTML file that asks nothing of the network.

Sievert and Shirley (2014), "LDAvis: A method for visualizing and interpreting topics". The page
and its script are pyLDAvis's own, which is not imported, for it brings pandas and scikit-learn
along; the figures that they draw are made in prepared.py.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from latentcli.corpus.strings import Strings
from latentcli.errors import MachineError
from latentcli.models.topic_model import Doubles, MixtureModel
from latentcli.observer import SILENT, Observer
from latentcli.reports import PYLDAVIS_MARK
from latentcli.reports.prepared import LAMBDA_STEP, Figures, figures

_MOST_TERMS = 30  # the bars that ldavis.js has room for
_D3, _LDAVIS, _LDAVIS_CSS = "d3.v5.min.js", "ldavis.v3.0.0.js", "ldavis.v1.0.0.css"

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
{mark}
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


def page(
    model: MixtureModel, title: str, n_terms: int = _MOST_TERMS, observer: Observer = SILENT
) -> bytes:
    """Return the page: HTML in UTF-8, the same bytes for the same model and title.

    Topics keep their numbers and order. The bar chart shows ``n_terms`` words, 1 to 30: of a
    topic by relevance, lambda log p(w | t) + (1 - lambda) log p(w | t) / p(w) (Sievert and
    Shirley 2014), of none by saliency, p(w) sum_t p(t | w) log p(t | w) / p(t) (Chuang, Manning
    and Heer 2012). Words reach the page as JSON data, never as markup or script, and its policy
    runs no script but its own. Raises MachineError where pyLDAvis is another than expected.
    """
    data = json.dumps(
        page_data(model, n_terms, observer),
        ensure_ascii=False,
        allow_nan=False,
        separators=(",", ":"),
    )
    scripts = [_source(_D3), _mended(_source(_LDAVIS)), _DRAW]
    text = _PAGE.format(
        mark=PYLDAVIS_MARK,
        policy=_policy(scripts),
        title=html.escape(title),
        style=_source(_LDAVIS_CSS) + _STYLE,
        data=_inert(data),
        scripts="\n".join(f"<script>{script}</script>" for script in scripts),
    )
    return text.encode("utf-8", "replace")


def page_data(
    model: MixtureModel, n_terms: int = _MOST_TERMS, observer: Observer = SILENT
) -> dict[str, Any]:
    """Return what the page's script reads, in the layout of pyLDAvis's ``PreparedData``."""
    found = figures(model, min(max(1, n_terms), _MOST_TERMS), observer)
    n_tokens = max(1, int(model.doc_lengths.sum()))
    n_topics = len(found.shares)
    return {
        "mdsDat": {
            "x": found.places[:, 0].tolist(),
            "y": found.places[:, 1].tolist(),
            "topics": list(range(n_topics)),
            "cluster": [1] * n_topics,
            "Freq": (found.shares * 100).tolist(),
        },
        "tinfo": _terms(found, model.words, n_tokens),
        "token.table": _tokens(found, model.words, n_tokens),
        "R": len(found.default_terms),
        "lambda.step": LAMBDA_STEP,
        "plot.opts": {"xlab": "PC1", "ylab": "PC2"},
        "topic.order": list(range(n_topics)),
    }


def _terms(found: Figures, words: Strings, n_tokens: int) -> dict[str, list[Any]]:
    totals = found.term_shares * n_tokens
    default = totals[found.default_terms]
    if len(found.topics) > 1:  # as LDAvis has it; a single topic's words may be less than a token
        default = np.floor(default)
    ranks = np.arange(len(default), 0.0, -1.0)
    terms, counts, sums = [found.default_terms], [default], [default]
    log_probabilities: list[Doubles] = [ranks]
    log_lifts: list[Doubles] = [ranks]
    categories = ["Default"] * len(default)
    for number, (topic, share) in enumerate(zip(found.topics, found.shares, strict=True)):
        terms.append(topic.terms)
        counts.append(np.exp(topic.log_probability) * share * n_tokens)
        sums.append(totals[topic.terms])
        categories += [f"Topic{number}"] * len(topic.terms)
        log_probabilities.append(topic.log_probability.round(4))
        log_lifts.append(topic.log_lift.round(4))
    return {
        "Term": [words[row] for row in np.concatenate(terms).tolist()],
        "Freq": np.concatenate(counts).tolist(),
        "Total": np.concatenate(sums).tolist(),
        "Category": categories,
        "logprob": np.concatenate(log_probabilities).tolist(),
        "loglift": np.concatenate(log_lifts).tolist(),
    }


def _tokens(found: Figures, words: Strings, n_tokens: int) -> dict[str, list[Any]]:
    """Return the part of each word's tokens that is each topic's, where half a token is."""
    spelled = [words[row] for row in found.shown.tolist()]
    order = np.array(sorted(range(len(spelled)), key=spelled.__getitem__))
    tokens = (found.shown_probabilities * found.shares[:, None]).T[order] * n_tokens
    terms, topics = np.nonzero(tokens >= 0.5)
    totals = found.term_shares[found.shown[order[terms]]] * n_tokens
    return {
        "Topic": topics.tolist(),
        "Freq": (tokens[terms, topics].round() / totals).tolist(),
        "Term": [spelled[place] for place in order[terms].tolist()],
    }


def _source(name: str) -> str:
    # Text that closes the element it stands in is spelled otherwise; \/ and \! are / and ! in
    # the strings of JavaScript, the only place for such text. A parser makes LF of CR LF.
    try:
        text = (_folder() / name).read_text("utf-8")
    except FileNotFoundError:
        raise _another_pyldavis() from None
    return re.sub(r"<(?=/(?:script|style))", r"<\\", text, flags=re.I).replace("<!--", r"<\!--")


def _folder() -> Path:
    package = find_spec("pyLDAvis")  # which does not run it
    if package is None or package.origin is None:
        raise MachineError("reports need pyLDAvis", "install pyLDAvis 3.4.1")
    return Path(package.origin).parent / "js"


def _mended(ldavis: str) -> str:
    for old, new in _COUNT_FROM_0 + _MEND:
        if old not in ldavis:
            raise _another_pyldavis()
        ldavis = ldavis.replace(old, new)
    return ldavis


def _another_pyldavis() -> MachineError:
    return MachineError(
        f"reports cannot be made with pyLDAvis {version('pyLDAvis')}: its page has changed",
        "install pyLDAvis 3.4.1",
    )


def _policy(scripts: list[str]) -> str:
    digests = (hashlib.sha256(script.encode("utf-8")).digest() for script in scripts)
    allowed = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _inert(data: str) -> str:
    # Inside a JSON string only, where such an escape is the same character; nothing else has these.
    return re.sub("[<>&\u2028\u2029]", lambda match: f"\\u{ord(match[0]):04x}", data)
