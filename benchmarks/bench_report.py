"""A topic model's page against ``pyLDAvis.prepare``: the same figures, and the time they take.

The models are of real counts: the words of the 20 Newsgroups training posts, the 20,000 most
frequent, in as many topics as there are groups, or parts of groups. Timed are the figures alone, in
this process (pyLDAvis with one process and with its default, workers on all cores: the faster
counts), and whole processes: ``latent report`` on a stored model, and a script that loads the same
arrays, calls prepare, and saves the page. In the same run every word, number and place is compared.
Aim: the figures 10 times as fast at 20 and at 100 topics, all of them equal.

Run: python benchmarks/bench_report.py [--quick]
"""

from __future__ import annotations

import re
import sys
import tarfile
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from harness import DATA, LATENT, median, run, write_results

from latentcli.corpus.strings import Strings
from latentcli.corpus.tokenizers import TokenizerSettings
from latentcli.formats.corpus import tokenizer_record
from latentcli.formats.models import TOPIC_MODEL, topic_model_parts
from latentcli.models.topic_model import LdaModel
from latentcli.reports.pyldavis import page_data
from latentcli.store.cache import Cache
from latentcli.store.runs import mark_latest, publish

warnings.simplefilter("ignore")
import pyLDAvis  # noqa: E402

N_TERMS = 20_000
N_GROUPS = 20
SCRIPT = """
import sys, warnings
warnings.simplefilter("ignore")
import numpy as np, pyLDAvis
if __name__ == "__main__":
    model = np.load(sys.argv[1])
    prepared = pyLDAvis.prepare(
        model["topic_word"], model["doc_topic"], model["doc_lengths"], model["words"].tolist(),
        model["term_counts"], n_jobs=int(sys.argv[3]), sort_topics=False, start_index=0)
    pyLDAvis.save_html(prepared, sys.argv[2])
"""


def main() -> None:
    """Measure both sizes, print and write what came out."""
    quick = "--quick" in sys.argv
    posts = newsgroups()
    sizes = []
    for n_topics, rounds in ((20, 3),) if quick else ((20, 7), (100, 3)):
        model = model_of(posts, n_topics)
        sizes.append(
            {
                "n_topics": n_topics,
                "n_terms": len(model.words),
                "aim": 10,
                **in_process(model, rounds),
                **as_processes(model, rounds),
            }
        )
    result = {"numpy": np.__version__, "pyLDAvis": version("pyLDAvis"), "sizes": sizes}
    write_results("report_quick" if quick else "report", result)


def newsgroups() -> list[tuple[str, Counter[str]]]:
    """Return the training posts: group and counts of words, by group and number."""
    posts = []
    with tarfile.open(DATA / "labelled" / "20news-bydate.tar.gz") as archive:
        for member in archive:
            content = archive.extractfile(member)
            if content is not None and "train/" in member.name:
                words = re.findall("[a-z]+", content.read().decode("latin-1").lower())
                posts.append((member.name, Counter(words)))
    return [(name.split("/")[1], words) for name, words in sorted(posts)]


def model_of(posts: list[tuple[str, Counter[str]]], n_topics: int) -> LdaModel:
    """Return a model whose topics are groups, or equal parts of groups, and a prior of 0.01."""
    total: Counter[str] = Counter()
    for _, words in posts:
        total.update(words)
    best = sorted(total, key=lambda word: (-total[word], word))[:N_TERMS]
    rows = {word: row for row, word in enumerate(best)}
    groups = sorted({group for group, _ in posts})
    parts = n_topics // N_GROUPS
    topic_word = np.zeros((n_topics, len(best)))
    doc_topic = np.zeros((len(posts), n_topics), np.float32)
    lengths = np.zeros(len(posts), np.int64)
    for number, (group, words) in enumerate(posts):
        topic = groups.index(group) * parts + number % parts
        doc_topic[number, topic] = 1
        for word, count in words.items():
            if word in rows:
                topic_word[topic, rows[word]] += count
                lengths[number] += count
    return LdaModel(
        words=Strings.of(best),
        term_counts=topic_word.sum(axis=0).astype(np.int64),
        doc_lengths=lengths,
        document_ids=Strings.of(map(str, range(len(posts)))),
        tokenizer=TokenizerSettings(),
        topic_word=(topic_word + 0.01).astype(np.float32),
        alpha=np.full(n_topics, 0.1),
        eta=np.array([0.01]),
        doc_topic=doc_topic,
    ).ordered()


def in_process(model: LdaModel, rounds: int) -> dict[str, Any]:
    """Time the figures in turn, ours and pyLDAvis's, and compare them."""
    ours_s, theirs_s, ours = [], [], {}
    expected: dict[str, Any] = {}
    for number in range(rounds):
        seconds, ours = timed(lambda: page_data(model))
        ours_s.append(seconds)
        if number < 3:
            # One process in the odd rounds; its workers are started in the first.
            seconds, expected = timed(lambda n=number: prepare(model, 1 if n % 2 else -1))
            theirs_s.append(seconds)
    ours_median, theirs_best = median(ours_s), min(theirs_s)
    return {
        "ours_s": ours_median,
        "pyldavis_s": median([theirs_best]),
        "ratio": round(theirs_best / ours_median, 1),
        "content": compared(ours, expected),
    }


def prepare(model: LdaModel, n_jobs: int) -> dict[str, Any]:
    """Return what pyLDAvis makes of a model."""
    data: dict[str, Any] = pyLDAvis.prepare(
        model.topic_word_probabilities(),
        model.doc_topic,
        model.doc_lengths,
        list(model.words),
        model.term_counts,
        n_jobs=n_jobs,
        sort_topics=False,
        start_index=0,
    ).to_dict()
    return data


def timed(make: Callable[[], dict[str, Any]]) -> tuple[float, dict[str, Any]]:
    """Return the seconds that a call takes, and what it returns."""
    start = time.perf_counter()
    made = make()
    return time.perf_counter() - start, made


def compared(ours: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    """Return whether words are the same ones, and how far numbers lie apart at most."""

    def pairs(data: dict[str, Any], table: str, *names: str) -> list[Any]:
        return sorted(zip(*(data[table][name] for name in names), strict=True))

    same_words = pairs(ours, "tinfo", "Category", "Term") == pairs(
        expected, "tinfo", "Category", "Term"
    )
    same_tokens = pairs(ours, "token.table", "Term", "Topic") == pairs(
        expected, "token.table", "Term", "Topic"
    )
    if not (same_words and same_tokens):
        raise SystemExit("the words are not those of pyLDAvis")
    farthest = {}
    for table, name in (("tinfo", "Freq"), ("tinfo", "logprob"), ("tinfo", "loglift"),
                        ("token.table", "Freq"), ("mdsDat", "Freq")):  # fmt: skip
        gap = np.subtract(ours[table][name], expected[table][name])
        farthest[f"{table} {name}"] = float(f"{np.abs(gap).max():.1e}")
    for axis in "xy":
        our, their = (np.array(data["mdsDat"][axis]) for data in (ours, expected))
        gap = our * np.sign(our @ their) - their
        farthest[f"map {axis}"] = float(f"{np.abs(gap).max():.1e}")
    if max(farthest.values()) > 1.1e-4:  # logprob and loglift are rounded to four digits
        raise SystemExit(f"the numbers are not those of pyLDAvis: {farthest}")
    return {"same_words_and_topics": True, "rows": len(ours["tinfo"]["Term"]), "apart": farthest}


def as_processes(model: LdaModel, rounds: int) -> dict[str, Any]:
    """Time ``latent report`` and the script, each a process of its own, in turn."""
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as folder:
        cache, arrays, out = (Path(folder) / name for name in ("cache", "model.npz", "page.html"))
        store(Cache(cache), model)
        np.savez(
            arrays,
            topic_word=model.topic_word_probabilities(),
            doc_topic=model.doc_topic,
            doc_lengths=model.doc_lengths,
            words=np.array(list(model.words)),
            term_counts=model.term_counts,
        )
        script = Path(folder) / "script.py"
        script.write_text(SCRIPT)
        for n_jobs in (-1, 1, -1)[: max(2, rounds // 2)]:
            ours.append(run([LATENT, "report", "-o", out], {"LATENT_CACHE_DIR": str(cache)}))
            theirs.append(run([sys.executable, script, arrays, out, str(n_jobs)]))
    our_wall, their_wall = (min(done.wall for done in all_) for all_ in (ours, theirs))
    return {
        "process_s": median([our_wall]),
        "script_s": median([their_wall]),
        "process_ratio": round(their_wall / our_wall, 1),
    }


def store(cache: Cache, model: LdaModel) -> None:
    """Publish the model as the newest."""
    arrays, strings = topic_model_parts(model)
    description = {
        "kind": TOPIC_MODEL,
        "algorithm": "lda",
        "tokenizer": tokenizer_record(model.tokenizer),
    }
    request = {"benchmark": model.topic_word.shape}
    mark_latest(cache, publish(cache, request, description, {}, arrays, strings))


if __name__ == "__main__":
    main()
