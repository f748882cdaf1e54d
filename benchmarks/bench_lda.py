"""LDA: our native engine against tomotopy, gensim and scikit-learn, on the same tokens.

Aim, against tomotopy's 200 iterations on as many threads: equal or better held-out perplexity and
mean NPMI within .01, in a tenth of the time at k=20, and in a third of it at k=200 (two thirds at
the very most). Variational methods may reach a perplexity fast and yet have much worse topics; so
both count.

k=20 is trained on the 20 Newsgroups training posts and judged on the test posts, with three seeds
of ours and of tomotopy; k=200 on Wikipedia articles cut at about 300 tokens, judged on others.
Each trains in a process of its own, on the same token ids, and is timed there without its imports
and reading. One estimator judges all from their topics and priors: the proportions of a held-out
document are fitted to every second token (EM, 50 steps), the others are scored. NPMI is that of
``latent topics``, of the top 10 words in the training documents. tomotopy samples with copies of
its counts for each worker, which it merges after every iteration, so that its results depend on
their number; ours do not.

Run: python benchmarks/bench_lda.py [--quick]
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import harness
import numpy as np

from latentcli.corpus.counts import CountMatrix, count_matrix
from latentcli.corpus.decoding import Encoding
from latentcli.corpus.encoded import chunked
from latentcli.corpus.mask import topical
from latentcli.corpus.readers import ReaderSettings
from latentcli.corpus.stopwords import stop_words
from latentcli.evaluation.topics import npmi_coherence
from latentcli.store.cache import Cache
from latentcli.workflows.corpus import load_corpus
from latentcli.workflows.reading import CorpusRequest

QUICK = "--quick" in sys.argv
SEEDS = (1,) if QUICK else (1, 2, 3)
ITERATIONS = 20 if QUICK else 200
JUDGED_DOCS = 300 if QUICK else 1000

_LOAD = """
import json, resource, sys, time
import numpy as np
data, out, k, seed, threads, iterations = sys.argv[1:7]
k, seed, threads, iterations = int(k), int(seed), int(threads), int(iterations)
z = np.load(data)
starts, terms, counts, n_terms = z["starts"], z["terms"], z["counts"], int(z["n_terms"])
def clock():
    used = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter(), sum(u.ru_utime + u.ru_stime for u in used)
"""
_SAVE = """
np.savez(out, topics=topics, alpha=alpha)
status = open("/proc/self/status").read() if sys.platform == "linux" else ""
if "VmHWM" in status:  # ru_maxrss begins at the parent's
    more["peak_mib"] = int(status.split("VmHWM:")[1].split()[0]) // 1024
print(json.dumps({"seconds": end[0] - begin[0], "cpu_seconds": end[1] - begin[1], **more}))
"""
OURS = f"""{_LOAD}
import tempfile
from pathlib import Path
from latentcli.corpus.counts import CountMatrix
from latentcli.engines.lda_native import fit_topics
from latentcli.observer import SILENT
from latentcli.workflows.topic_request import TopicsRequest, lda_parameters
parameters = lda_parameters(TopicsRequest(k=k, seed=seed), "native")
begin = clock()
with tempfile.TemporaryDirectory() as scratch:
    found = fit_topics(
        CountMatrix(starts, terms, counts, n_terms), parameters, threads, Path(scratch), SILENT
    )
end = clock()
topics, alpha = found.topic_word, found.alpha
more = {{"sweeps": len(found.likelihoods), "converged": found.converged}}
{_SAVE}"""
TOMOTOPY = f"""{_LOAD}
import warnings
warnings.simplefilter("ignore")
import tomotopy
model = tomotopy.LDAModel(k=k, alpha=0.1, eta=0.01, seed=seed)
for first, last in zip(starts, starts[1:]):
    if last > first:
        words = np.repeat(terms[first:last], counts[first:last])
        model.add_doc([str(word) for word in words])
begin = clock()
model.train(iterations, workers=threads)
end = clock()
topics = np.zeros((k, n_terms))
for topic in range(k):
    topics[topic, [int(word) for word in model.used_vocabs]] = model.get_topic_word_dist(topic)
alpha, more = model.alpha, {{"isa": tomotopy.isa}}
{_SAVE}"""
GENSIM = f"""{_LOAD}
from gensim.models import LdaModel, LdaMulticore
bags = [
    list(zip(terms[a:b].tolist(), counts[a:b].tolist())) for a, b in zip(starts, starts[1:])
]
names = {{i: str(i) for i in range(n_terms)}}
begin = clock()
if threads == 1:
    model = LdaModel(bags, k, names, passes=iterations, random_state=seed)
else:
    model = LdaMulticore(
        bags, k, names, passes=iterations, random_state=seed, workers=threads - 1
    )
end = clock()
topics, alpha, more = model.get_topics(), model.alpha, {{"passes": iterations}}
{_SAVE}"""
SKLEARN = f"""{_LOAD}
from scipy.sparse import csr_matrix
from sklearn.decomposition import LatentDirichletAllocation
matrix = csr_matrix((counts, terms, starts), shape=(len(starts) - 1, n_terms))
model = LatentDirichletAllocation(
    k, learning_method="online", max_iter=iterations, random_state=seed, n_jobs=threads
)
begin = clock()
model.fit(matrix)
end = clock()
topics, alpha = model.components_, np.full(k, model.doc_topic_prior_)
more = {{"passes": iterations}}
{_SAVE}"""


class Held(NamedTuple):
    """A corpus to train on, and the halves of the held-out documents."""

    counts: CountMatrix
    given: CountMatrix
    scored: CountMatrix


def main() -> None:
    """Train all, judge all, print and write what came out."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        cache = Cache(scratch / "cache")
        rows = [*newsgroups(cache, scratch), *wikipedia(cache, scratch)]
    versions = {name: harness.peer_version(name) for name in ("tomotopy", "gensim", "scikit-learn")}
    name = "lda_quick" if QUICK else "lda"
    harness.write_results(name, {"threads": harness.THREADS, "versions": versions, "runs": rows,
                                 "ratios": ratios(rows)})  # fmt: skip


def newsgroups(cache: Cache, scratch: Path) -> list[dict[str, Any]]:
    """Compare all at k=20."""
    held = newsgroup_posts(cache)
    rows = [run("ours", OURS, held, scratch, 20, seed) for seed in SEEDS]
    rows += [run("tomotopy", TOMOTOPY, held, scratch, 20, seed) for seed in SEEDS]
    if not QUICK:
        rows.append(run("gensim", GENSIM, held, scratch, 20, 1, iterations=10))
        rows.append(run("scikit-learn", SKLEARN, held, scratch, 20, 1, iterations=10))
        half = held._replace(counts=held.counts.rows(0, held.counts.n_docs // 2))
        rows.append({**run("ours", OURS, half, scratch, 20, 1), "scaling": "half the posts"})
    return [{"corpus": "20 Newsgroups", **row} for row in rows if row]


def wikipedia(cache: Cache, scratch: Path) -> list[dict[str, Any]]:
    """Compare with tomotopy at k=200, and show how ours scales with k."""
    if QUICK:
        return []
    held = wikipedia_articles(cache)
    rows = [run("ours", OURS, held, scratch, 200, seed) for seed in SEEDS]
    rows.append(run("tomotopy", TOMOTOPY, held, scratch, 200, 1))
    for k in (20, 50, 100, 500):
        rows.append({**run("ours", OURS, held, scratch, k, 1), "scaling": "k"})
    return [{"corpus": "Wikipedia", **row} for row in rows if row]


def run(
    who: str,
    script: str,
    held: Held,
    scratch: Path,
    k: int,
    seed: int,
    iterations: int = ITERATIONS,
) -> dict[str, Any]:
    """Train in a process of its own, and judge the topics; empty where a peer is missing."""
    if who != "ours" and harness.peer_version(who) is None:
        print(f"{who} is not installed: left out", file=sys.stderr)
        return {}
    counts = held.counts
    np.savez(scratch / "counts.npz", starts=counts.starts, terms=counts.terms,
             counts=counts.counts, n_terms=counts.n_terms)  # fmt: skip
    out = scratch / "topics.npz"
    python = sys.executable if who == "ours" else harness.PEER_PYTHON
    numbers = [str(number) for number in (k, seed, harness.THREADS, iterations)]
    command = [python, "-c", script, scratch / "counts.npz", out, *numbers]
    try:
        done = harness.run(command, {"OPENBLAS_NUM_THREADS": str(harness.THREADS)})
    except subprocess.CalledProcessError as error:
        print(f"{who} failed: {error}", file=sys.stderr)
        return {}
    figures = json.loads(done.output.strip().rsplit("\n", 1)[-1])
    with np.load(out) as found:
        topics = found["topics"] / found["topics"].sum(axis=1, keepdims=True)
        alpha = found["alpha"].astype(np.float64)
    top = np.argsort(-topics, axis=1, kind="stable")[:, :10]
    row = {
        "who": who,
        "k": k,
        "seed": seed,
        "tokens": int(counts.counts.sum()),
        **{key: round(v, 2) if isinstance(v, float) else v for key, v in figures.items()},
        "perplexity": round(perplexity(topics, alpha, held), 1),
        "npmi": round(float(npmi_coherence(top, counts).mean()), 4),
    }
    print(json.dumps(row), file=sys.stderr, flush=True)
    return row


def perplexity(topics: np.ndarray, alpha: np.ndarray, held: Held) -> float:
    """Return the perplexity of the scored halves, given the others: document completion."""
    by_word = np.ascontiguousarray(topics.T)
    total, n_tokens = 0.0, 0
    for document in range(held.given.n_docs):
        given, scored = (part.rows(document, document + 1) for part in (held.given, held.scored))
        own = by_word[given.terms]
        weights = alpha + given.counts.sum() / len(alpha)
        for _ in range(50):
            weights = alpha + weights * (given.counts / np.maximum(own @ weights, 1e-300) @ own)
        p = by_word[scored.terms] @ (weights / weights.sum())
        total += float(scored.counts @ np.log(p))
        n_tokens += int(scored.counts.sum())
    return float(np.exp(-total / n_tokens))


def newsgroup_posts(cache: Cache) -> Held:
    """Return the training posts, and the first test posts (of each group alike)."""
    archive = str(harness.DATA / "labelled" / "20news-bydate.tar.gz")
    posts = ReaderSettings(encoding=Encoding("utf-8", "replace"))
    corpus, _ = load_corpus(cache, CorpusRequest([archive], posts))
    in_train = np.array(["20news-bydate-train" in name for name in corpus.document_ids])
    kept = topical(corpus, 5, 0.5, None, stop_words("en", corpus.tokenizer))
    return split(count_matrix(corpus, kept), in_train)


def wikipedia_articles(cache: Cache) -> Held:
    """Return a third of the articles, in chunks, and some others."""
    text = str(harness.DATA / "text" / "enwiki-100m.txt.gz")
    corpus, _ = load_corpus(cache, CorpusRequest([text], ReaderSettings(format="paragraphs")))
    corpus = chunked(corpus, 300)
    stops = stop_words("en", corpus.tokenizer)
    kept = topical(corpus, 5, 0.5, 20_000, stops)
    articles = np.array([name.split("#")[0] for name in corpus.document_ids])
    _, number = np.unique(articles, return_inverse=True)
    part = np.random.default_rng(0).permutation(number.max() + 1)[number] % 20
    counts = count_matrix(corpus, kept)
    seen = np.flatnonzero(part <= 7)
    return split(select(counts, seen), part[seen] <= 6)


def split(counts: CountMatrix, in_train: np.ndarray) -> Held:
    """Return the training rows, and the halves of some others, of words that training saw."""
    train = select(counts, np.flatnonzero(in_train))
    seen = train.term_counts() > 0
    others = np.flatnonzero(~in_train)
    others = others[:: max(1, len(others) // JUDGED_DOCS)][:JUDGED_DOCS]
    halves: list[list[np.ndarray]] = [[], []]
    for document in others:
        row = counts.rows(document, document + 1)
        tokens = np.repeat(row.terms, row.counts)
        tokens = np.random.default_rng(int(document)).permutation(tokens[seen[tokens]])
        for half in (0, 1):
            halves[half].append(np.bincount(tokens[half::2], minlength=counts.n_terms))
    given, scored = (sparse(half) for half in halves)
    return Held(train, given, scored)


def select(counts: CountMatrix, documents: np.ndarray) -> CountMatrix:
    """Return some rows."""
    sizes = np.diff(counts.starts)[documents]
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
    pairs = np.repeat(counts.starts[documents] - starts[:-1], sizes) + np.arange(starts[-1])
    return CountMatrix(starts, counts.terms[pairs], counts.counts[pairs], counts.n_terms)


def sparse(rows: list[np.ndarray]) -> CountMatrix:
    """Return dense rows as a sparse matrix."""
    terms = [np.flatnonzero(row) for row in rows]
    starts = np.cumsum([0, *map(len, terms)]).astype(np.int64)
    counts = [row[own] for row, own in zip(rows, terms, strict=True)]
    return CountMatrix(starts, np.concatenate(terms).astype(np.int32),
                       np.concatenate(counts).astype(np.int32), len(rows[0]))  # fmt: skip


def ratios(rows: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Return how ours and tomotopy compare: medians of seconds, means of quality."""
    found = {}
    for corpus, k in (("20 Newsgroups", 20), ("Wikipedia", 200)):
        both = {
            who: [
                row
                for row in rows
                if (row["who"], row["corpus"], row["k"]) == (who, corpus, k)
                and "scaling" not in row
            ]
            for who in ("ours", "tomotopy")
        }
        if not all(both.values()):
            continue
        figures = {
            key: [[row[key] for row in both[who]] for who in ("ours", "tomotopy")]
            for key in ("seconds", "cpu_seconds", "perplexity", "npmi")
        }
        found[f"{corpus}, k={k}"] = {
            "times_faster": harness.median(figures["seconds"][1])
            / harness.median(figures["seconds"][0]),
            "times_less_cpu": harness.median(figures["cpu_seconds"][1])
            / harness.median(figures["cpu_seconds"][0]),
            "perplexity_ratio": float(
                np.mean(figures["perplexity"][0]) / np.mean(figures["perplexity"][1])
            ),
            "npmi_difference": float(np.mean(figures["npmi"][0]) - np.mean(figures["npmi"][1])),
        }
    return {name: {key: round(v, 4) for key, v in row.items()} for name, row in found.items()}


if __name__ == "__main__":
    main()
