"""Embeddings on 17 million tokens of English: ours against gensim's own script, same tokens.

Both train skip-gram, 100 dimensions, window 5, 5 negatives, min_count 10, 3 epochs, on the same
tokens and threads. gensim reads them in the way most scripts do it: LineSentence over a file with
a paragraph a line. Prints, and writes to results/embedding_quality.json, training seconds and the
Spearman correlation with WordSim-353 and MEN.

Run: python benchmarks/bench_embedding_quality.py [enwiki-10m|enwiki-100m]
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import gensim
import numpy as np
from gensim.models import Word2Vec
from gensim.models.word2vec import LineSentence
from scipy.stats import spearmanr

from latentcli.formats.corpus import open_corpus
from latentcli.formats.models import open_embedding
from latentcli.store.cache import Cache
from latentcli.store.runs import find

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"
THREADS = len(os.sched_getaffinity(0))
SETS = {"wordsim353": "EN-WS-353-ALL.txt", "men": "EN-MEN-TR-3k.txt"}


def main() -> None:
    """Train both, measure both, print and write what came out."""
    corpus_name = sys.argv[1] if len(sys.argv) > 1 else "enwiki-10m"
    source = DATA / "text" / f"{corpus_name}.txt.gz"
    if not source.exists():
        print("the shared data are not beside the checkout: nothing measured")
        return
    with tempfile.TemporaryDirectory() as folder:
        cache = Cache(Path(folder) / "cache")
        ours = measure_ours(cache, source)
        theirs = measure_gensim(cache, Path(folder))
    result = {
        "corpus": corpus_name,
        "threads": THREADS,
        "gensim": gensim.__version__,
        "numpy": np.__version__,
        "latent": ours,
        "gensim_script": theirs,
        "seconds_ratio": round(theirs["seconds"] / ours["seconds"], 2),
    }
    text = json.dumps(result, indent=1)
    print(text)
    (ROOT / "benchmarks" / "results" / f"embedding_quality_{corpus_name}.json").write_text(
        text + "\n"
    )


def measure_ours(cache: Cache, source: Path) -> dict[str, float]:
    """Time ``latent embed`` after the corpus is encoded, and score its model."""
    environment = {**os.environ, "LATENT_CACHE_DIR": str(cache.root)}
    program = [sys.executable, "-m", "latentcli"]
    subprocess.run([*program, "corpus", str(source)], env=environment, check=True)
    start = time.perf_counter()
    options = ["--min-count", "10", "--epochs", "3", "--threads", str(THREADS)]
    subprocess.run(
        [*program, "embed", *options], env=environment, check=True, stdin=subprocess.DEVNULL
    )
    seconds = time.perf_counter() - start
    model = open_embedding(find(cache, "latest", "embedding"))
    units = np.asarray(model.vectors) / np.asarray(model.norms)[:, None]
    return {"seconds": round(seconds, 1), **scores(units, model.words.find)}


def measure_gensim(cache: Cache, folder: Path) -> dict[str, float]:
    """Time gensim on the very tokens that the cache holds, and score its model."""
    corpus = open_corpus(find(cache, "latest", "corpus"))
    words = list(corpus.vocabulary.words)
    edges = [*corpus.break_offsets.astype(int).tolist(), corpus.n_tokens]
    path = folder / "paragraphs.txt"
    with open(path, "w") as out:
        for start, stop in zip(edges, edges[1:], strict=False):
            out.write(" ".join(words[i] for i in corpus.token_ids[start:stop].tolist()) + "\n")
    start_time = time.perf_counter()
    model = Word2Vec(
        LineSentence(str(path)), sg=1, vector_size=100, window=5, negative=5, min_count=10,
        epochs=3, workers=THREADS, seed=1,
    )  # fmt: skip
    seconds = time.perf_counter() - start_time
    units = model.wv.get_normed_vectors()
    return {"seconds": round(seconds, 1), **scores(units, model.wv.key_to_index.get)}


def scores(units: np.ndarray, row_of: Callable[[str], int | None]) -> dict[str, float]:
    """Return Spearman's correlation with people's ratings, for the pairs that are known."""
    found = {}
    for name, file in SETS.items():
        ours, people = [], []
        for line in (DATA / "eval" / "word-sim" / file).read_text().splitlines():
            a, b, rating = line.split()[:3]
            first, second = row_of(a.lower()), row_of(b.lower())
            if first is not None and second is not None:
                ours.append(float(units[first] @ units[second]))
                people.append(float(rating))
        found[name] = round(float(spearmanr(ours, people).statistic), 3)
    return found


if __name__ == "__main__":
    main()
