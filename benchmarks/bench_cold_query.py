"""A cold ``latent neighbors`` against what any Python program with NumPy and Typer must cost.

Each is a process of its own, in turn A B A B ..., fifteen times; printed and written to
results/cold_query.json are the medians and the median of the pairwise ratios. Vectors are random,
which an exact scan does not mind. Aim: at most 1.4 at 50,000 x 100, 1.8 at 400,000 x 300.

Run: python benchmarks/bench_cold_query.py
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from latentcli.corpus.strings import Strings
from latentcli.corpus.tokenizers import TokenizerSettings
from latentcli.formats.corpus import tokenizer_record
from latentcli.formats.models import EMBEDDING, embedding_parts
from latentcli.models.embedding import Embedding, lengths
from latentcli.store.cache import Cache
from latentcli.store.runs import mark_latest, publish

RESULTS = Path(__file__).resolve().parent / "results"
BASE = [sys.executable, "-c", "import numpy, typer"]
ROUNDS = 15


def main() -> None:
    """Measure both sizes, print and write what came out."""
    results = []
    for n_terms, dim, aim in ((50_000, 100, 1.4), (400_000, 300, 1.8)):
        with tempfile.TemporaryDirectory() as folder:
            cache = Cache(Path(folder))
            make_embedding(cache, n_terms, dim)
            query = [str(Path(sys.executable).with_name("latent")), "neighbors", "king"]
            results.append({"n_terms": n_terms, "dim": dim, "aim": aim, **compare(query, cache)})
    text = json.dumps(
        {"python": sys.version.split()[0], "numpy": np.__version__, "sizes": results}, indent=1
    )
    print(text)
    (RESULTS / "cold_query.json").write_text(text + "\n")


def make_embedding(cache: Cache, n_terms: int, dim: int) -> None:
    """Publish an embedding of random vectors, one of whose words is *king*."""
    vectors = np.random.default_rng(1).standard_normal((n_terms, dim), np.float32)
    model = Embedding(
        words=Strings.of(["king", *(f"word{i}" for i in range(1, n_terms))]),
        vectors=vectors,
        norms=lengths(vectors),
        term_counts=np.arange(n_terms, 0, -1),
        tokenizer=TokenizerSettings(),
    )
    arrays, strings = embedding_parts(model)
    description = {
        "kind": EMBEDDING,
        "algorithm": "word2vec",
        "tokenizer": tokenizer_record(model.tokenizer),
    }
    request = {"benchmark": [n_terms, dim]}
    mark_latest(cache, publish(cache, request, description, {}, arrays, strings))


def compare(query: list[str], cache: Cache) -> dict[str, float]:
    """Time the query and the base in turn."""
    environment = {**os.environ, "LATENT_CACHE_DIR": str(cache.root)}
    times: list[tuple[float, float]] = []
    for _ in range(ROUNDS + 1):
        times.append((timed(query, environment), timed(BASE, environment)))
    times = times[1:]  # the first round warms the page cache
    return {
        "query_ms": round(1000 * statistics.median(a for a, _ in times), 1),
        "import_numpy_typer_ms": round(1000 * statistics.median(b for _, b in times), 1),
        "ratio": round(statistics.median(a / b for a, b in times), 2),
    }


def timed(command: list[str], environment: dict[str, str]) -> float:
    """Return the seconds of a whole process."""
    start = time.perf_counter()
    subprocess.run(
        command, env=environment, check=True, capture_output=True, stdin=subprocess.DEVNULL
    )
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
