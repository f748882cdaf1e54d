"""Topic coherence against gensim's CoherenceModel: u_mass, c_uci, c_npmi and c_v of 20 topics.

The corpus: the first 10,000 posts of 20 Newsgroups, in the same tokens for both; the topics: the
top 10 words of an LDA model of it. gensim has the tokens in memory and its dictionary made; we have
the encoded corpus mapped. Each measure is timed by itself, in gensim on one process, whose figures
are the truth, and on one for each core, whichever is faster; ours on all cores, counting anew for
each. Aims: at least 20 times as fast in all, and the same figure for each topic to 1e-6.

Run: python benchmarks/bench_coherence.py [--quick]
"""

from __future__ import annotations

import json
import re
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from harness import DATA, LATENT, THREADS, median, peer_version, run, run_peer, write_results

N_DOCS = 10_000
N_TOPICS = 20
MEASURES = ("u_mass", "c_uci", "c_npmi", "c_v")
AIM = 20

OURS = """
import json, sys, time
from pathlib import Path
import numpy as np
from latentcli.evaluation.coherence import coherence
from latentcli.formats.corpus import open_corpus
from latentcli.store.cache import Cache
from latentcli.store.runs import find
corpus = open_corpus(find(Cache(Path(sys.argv[1])), "latest", "corpus"))
topics = [[corpus.vocabulary.words.find(word) for word in words]
          for words in json.loads(sys.argv[2])]
topics = [np.array(rows) for rows in topics]
found = {}
for measure in sys.argv[3].split(","):
    rounds = []
    for _ in range(3):
        wall, cpu = time.perf_counter(), time.process_time()
        values = coherence(topics, corpus, [measure], threads=int(sys.argv[4]))[measure]
        rounds.append((time.perf_counter() - wall, time.process_time() - cpu))
    wall, cpu = min(rounds)
    found[measure] = {"wall": wall, "cpu": cpu, "values": values.tolist()}
print(json.dumps(found))
"""
GENSIM = """
import json, os, sys, time
from gensim.corpora import Dictionary
from gensim.models import CoherenceModel
texts = [line.split() for line in open(sys.argv[1], encoding="utf-8")]
dictionary = Dictionary(texts)
found = {}
for measure in sys.argv[3].split(","):
    wall = time.perf_counter()
    judge = CoherenceModel(topics=json.loads(sys.argv[2]), texts=texts, dictionary=dictionary,
                           coherence=measure, processes=int(sys.argv[4]))
    values = [float(value) for value in judge.get_coherence_per_topic()]
    found[measure] = {"wall": time.perf_counter() - wall, "values": values}
print(json.dumps(found))
"""


def main() -> None:
    """Measure, compare, print and write what came out."""
    quick = "--quick" in sys.argv
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        posts, cache = folder / "posts.txt", folder / "cache"
        figures = write_posts(posts, N_DOCS // 20 if quick else N_DOCS)
        topics, whole = train(posts, cache)
        listed = json.dumps(topics)
        done = run([sys.executable, "-c", OURS, cache, listed, ",".join(MEASURES), str(THREADS)])
        ours = json.loads(done.output)
        theirs = gensims(posts, listed)
    result = {"gensim": peer_version("gensim"), **figures, "topics": N_TOPICS, "top_words": 10}
    result |= {"latent_evaluate_whole_process": whole, "measures": compared(ours, theirs)}
    write_results("coherence_quick" if quick else "coherence", {**result, **aims(ours, theirs)})


def write_posts(path: Path, n_docs: int) -> dict[str, int]:
    """Write the words of the posts' bodies, a post a line; return how many there are."""
    lines: list[str] = []
    with tarfile.open(DATA / "labelled" / "20news-bydate.tar.gz") as archive:
        for member in archive:
            content = archive.extractfile(member)
            if content is not None and len(lines) < n_docs:
                body = content.read().decode("latin-1").partition("\n\n")[2].lower()
                lines.append(" ".join(re.findall("[a-z]+", body)))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return {"documents": len(lines), "tokens": sum(len(line.split()) for line in lines)}


def train(posts: Path, cache: Path) -> tuple[list[list[str]], dict[str, float]]:
    """Train the topics; return their words, and what a whole ``latent evaluate`` of them takes."""
    environment = {"LATENT_CACHE_DIR": str(cache)}
    words = ["topics", str(posts), "--format", "lines", "--tokenizer", "whitespace"]
    trained = run([LATENT, *words, "-k", str(N_TOPICS), "--json", "-q"], environment)
    topics = [json.loads(line)["words"] for line in trained.output.splitlines()]
    runs = [run([LATENT, "evaluate", "-q"], environment) for _ in range(3)]
    whole = {"wall": median([r.wall for r in runs]), "cpu": median([r.cpu for r in runs])}
    return topics, {**whole, "peak_mib": median([r.peak_mib for r in runs])}


def gensims(posts: Path, topics: str) -> list[dict[str, Any]] | None:
    """Return gensim's figures by measure, on one process and on one for each core."""
    if peer_version("gensim") is None:
        return None
    counts = (1, THREADS) if THREADS > 1 else (1,)
    return [run_peer(GENSIM, posts, topics, ",".join(MEASURES), str(n))[1] for n in counts]


def compared(ours: dict[str, Any], theirs: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
    """Return a row for each measure: seconds, their ratio, and the largest difference."""
    rows = []
    for measure, mine in ours.items():
        row = {"measure": measure, "latent_wall": digits(mine["wall"])}
        row |= {"latent_cpu": digits(mine["cpu"]), "latent_mean": mean(mine["values"])}
        if theirs is not None:
            truth = theirs[0][measure]["values"]
            pairs = zip(mine["values"], truth, strict=True)
            row |= {
                "gensim_wall": [digits(found[measure]["wall"]) for found in theirs],
                "gensim_mean": mean(truth),
                "ratio": digits(fastest(theirs, measure) / mine["wall"]),
                "largest_difference": max(abs(a - b) for a, b in pairs),
            }
        rows.append(row)
    return rows


def aims(ours: dict[str, Any], theirs: list[dict[str, Any]] | None) -> dict[str, Any]:
    """Return the ratio of all seconds, and whether the aims are reached."""
    if theirs is None:
        return {"missing": "gensim is not installed"}
    ratio = sum(fastest(theirs, m) for m in ours) / sum(found["wall"] for found in ours.values())
    difference = max(row["largest_difference"] for row in compared(ours, theirs))
    return {
        "ratio": digits(ratio),
        "aim": AIM,
        "aim_reached": ratio >= AIM,
        "equal_to_1e-6": difference <= 1e-6,
    }


def fastest(theirs: list[dict[str, Any]], measure: str) -> float:
    """Return gensim's seconds for a measure, on as many processes as suit it best."""
    return float(min(found[measure]["wall"] for found in theirs))


def mean(values: list[float]) -> float:
    """Return the mean over topics."""
    return sum(values) / len(values)


def digits(value: float) -> float:
    """Return a figure with four significant digits."""
    return float(f"{value:.4g}")


if __name__ == "__main__":
    main()
