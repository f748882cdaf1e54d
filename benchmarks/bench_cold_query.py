"""A cold ``latent neighbors king``, and a batch of words, against what they must cost.

Whole processes in turn, A B A B ...; the figures are medians, the ratios medians of the rounds'
own ratios:

- ours against ``python -c "import typer"`` in the same environment. **Aim: at most 1.3 at 50,000 x
  100 and 1.6 at 400,000 x 300**;
- NumPy over a memory map (our environment) and gensim's ``KeyedVectors.load`` and
  ``most_similar`` (the peers'), against ours;
- 1,000 words from standard input, as a whole process, against NumPy's float32 product of the same
  size alone, vectors in memory (**aim: at least as fast**), and against a process that selects and
  prints what that product finds. At 50,000 x 100 starting Python is most of ours, so the kernel
  alone is compared with the product too;
- how many rows the scan leaves to be compared exactly, of 500 words, for random vectors and for
  such as embeddings are: clusters in a space whose axes differ in weight;
- a real embedding: the ten nearest of 1,000 words against all cosines in float64. **Aim:
  identical**;
- a cold ``latent search`` of 20 Newsgroups' 18,846 documents by LDA, LSI and an embedding, with ten
  snippets, against ``latent neighbors`` of that embedding. **Aim: at most 1.3 times as long**.

Run: python benchmarks/bench_cold_query.py [--quick]
"""

from __future__ import annotations

import compileall
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from harness import (
    DATA,
    LATENT,
    PEER_PYTHON,
    ROOT,
    Measured,
    median,
    peer_version,
    run,
    run_peer,
    write_results,
)

from latentcli import kernels
from latentcli.corpus.strings import Strings
from latentcli.corpus.tokenizers import TokenizerSettings
from latentcli.formats.artefact import Artefact
from latentcli.formats.corpus import tokenizer_record
from latentcli.formats.models import EMBEDDING, embedding_parts, open_embedding
from latentcli.models.embedding import Embedding, lengths
from latentcli.models.scan_index import build_index
from latentcli.store.cache import Cache
from latentcli.store.derived import scan_index
from latentcli.store.runs import find, mark_latest, publish

QUICK = "--quick" in sys.argv[1:]
ROUNDS, SLOW_ROUNDS = (5, 2) if QUICK else (21, 5)
SIZES = [(50_000, 100, 1.3)] if QUICK else [(50_000, 100, 1.3), (400_000, 300, 1.6)]
N_WORDS = 1000

Floats = npt.NDArray[np.float32]

NUMPY_QUERY = """
import sys, numpy as np
folder = sys.argv[1]
words = open(f"{folder}/vocabulary.txt", "rb").read().split(b"\\n")
vectors = np.load(f"{folder}/arrays/vectors.npy", mmap_mode="r")
norms = np.load(f"{folder}/arrays/norms.npy")
cosines = vectors @ vectors[words.index(b"king")] / norms
best = np.argpartition(-cosines, 11)[:11]
for row in best[np.argsort(-cosines[best])]:
    print(words[row].decode(), cosines[row])
"""

NUMPY_BATCH = """
import json, sys, time, numpy as np
folder, n = sys.argv[1], int(sys.argv[2])
words = open(f"{folder}/vocabulary.txt").read().split("\\n")
vectors = np.load(f"{folder}/arrays/vectors.npy", mmap_mode="r")
norms = np.load(f"{folder}/arrays/norms.npy")
targets = np.array(vectors[:n])
def product():
    for start in range(0, n, 100):
        yield start, targets[start : start + 100] @ vectors.T
vectors.sum()  # into memory
wall, cpu = time.perf_counter(), time.process_time()
for _ in product():
    pass
print(json.dumps([time.perf_counter() - wall, time.process_time() - cpu]))
wall, cpu = time.perf_counter(), time.process_time()
with open("/dev/null", "w") as out:
    for start, products in product():
        products /= norms
        for i, cosines in enumerate(products, start):
            best = np.argpartition(cosines, -11)[-11:]
            for row in best[np.argsort(-cosines[best])]:
                if row != i:
                    cosine = f"{cosines[row] / norms[i]:.6f}"
                    print(words[i], words[row], cosine, sep="\\t", file=out)
print(json.dumps([time.perf_counter() - wall, time.process_time() - cpu]))
"""

GENSIM_SAVE = """
import json, sys, numpy as np
from gensim.models import KeyedVectors
folder, target = sys.argv[1:]
vectors = np.load(f"{folder}/arrays/vectors.npy")
model = KeyedVectors(vectors.shape[1])
model.add_vectors(open(f"{folder}/vocabulary.txt").read().split(), vectors)
model.save(target)
print(json.dumps(len(model)))
"""

GENSIM_QUERY = """
import sys
from gensim.models import KeyedVectors
for word, cosine in KeyedVectors.load(sys.argv[1], mmap="r").most_similar("king"):
    print(word, cosine)
"""


def main() -> None:
    """Measure, print and write what came out."""
    # As a person's program is: its bytecode kept, its output buffered.
    for variable in ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "LATENT_MODEL"):
        os.environ.pop(variable, None)
    compileall.compile_dir(ROOT / "latentcli", quiet=1)
    result: dict[str, Any] = {
        "gensim": peer_version("gensim"),
        "numpy": np.__version__,
        "instruction_set": kernels.instruction_sets()[-1],
        "sizes": [measure_size(*size) for size in SIZES],
    }
    if QUICK:
        print(json.dumps(result, indent=1))
        return
    result["real"] = real_embedding()
    result["search"] = searches()
    write_results("cold_query", result)


def measure_size(n_terms: int, dim: int, aim: float) -> dict[str, Any]:
    """Measure one size on random vectors; count contenders on both kinds."""
    vectors = np.random.default_rng(1).standard_normal((n_terms, dim), np.float32)
    with tempfile.TemporaryDirectory() as folder:
        cache = Cache(Path(folder) / "cache")
        run_folder = publish_vectors(cache, vectors).folder
        os.environ["LATENT_CACHE_DIR"] = str(cache.root)
        ours = [LATENT, "neighbors", "king", "-q"]
        result: dict[str, Any] = {"n_terms": n_terms, "dim": dim, "aim": aim}
        times = in_turn(ROUNDS, [ours, [sys.executable, "-c", "import typer"]])
        result["query_ms"] = milliseconds(times, 0)
        result["import_typer_ms"] = milliseconds(times, 1)
        result["ratio"] = ratio(times, 0, 1)
        result["ratio_cpu"] = ratio(times, 0, 1, lambda one: one.cpu)
        numpy_query = [sys.executable, "-c", NUMPY_QUERY, run_folder]
        times = in_turn(SLOW_ROUNDS, [ours, numpy_query])
        result["numpy_ms"], result["numpy_over_ours"] = milliseconds(times, 1), ratio(times, 1, 0)
        if peer_version("gensim"):
            model = Path(folder) / "model.kv"
            run_peer(GENSIM_SAVE, run_folder, model)
            times = in_turn(SLOW_ROUNDS, [ours, [PEER_PYTHON, "-c", GENSIM_QUERY, model]])
            result["gensim_ms"] = milliseconds(times, 1)
            result["gensim_over_ours"] = ratio(times, 1, 0)
        result["batch"] = batch(run_folder, Path(folder), vectors)
    result["contenders"] = {"random": contenders(vectors)}
    result["contenders"]["clustered"] = contenders(clustered(n_terms, dim))
    return result


def publish_vectors(cache: Cache, vectors: Floats) -> Artefact:
    """Publish an embedding with these vectors, the first of which is *king*'s, and its index."""
    model = Embedding(
        words=Strings.of(["king", *(f"word{i}" for i in range(1, len(vectors)))]),
        vectors=vectors,
        norms=lengths(vectors),
        term_counts=np.arange(len(vectors), 0, -1),
        tokenizer=TokenizerSettings(),
    )
    description = {
        "kind": EMBEDDING,
        "algorithm": "word2vec",
        "tokenizer": tokenizer_record(model.tokenizer),
    }
    run = publish(cache, {"benchmark": 1}, description, {}, *embedding_parts(model))
    mark_latest(cache, run)
    scan_index(cache, run, run.buffer("vectors"))
    return run


def in_turn(rounds: int, commands: Sequence[Sequence[str | Path]]) -> list[list[Measured]]:
    """Run the commands in turn; a first round, which warms the page cache, is not counted."""
    times = [[run(command) for command in commands] for _ in range(rounds + 1)]
    return [list(column) for column in zip(*times[1:], strict=True)]


def milliseconds(times: list[list[Measured]], which: int) -> float:
    """Return the median wall time of a command."""
    return median([1000 * one.wall for one in times[which]])


def ratio(
    times: list[list[Measured]],
    a: int,
    b: int,
    of: Callable[[Measured], float] = lambda one: one.wall,
) -> float:
    """Return the median of the rounds' ratios of command ``a`` to ``b``."""
    pairs = zip(times[a], times[b], strict=True)
    return round(statistics.median(of(x) / of(y) for x, y in pairs), 3)


def batch(run_folder: Path, scratch: Path, vectors: Floats) -> dict[str, Any]:
    """Time 1,000 words as a process, and the kernel alone, against NumPy, in turn."""
    words = scratch / "words.txt"
    words.write_text("\n".join(["king", *(f"word{i}" for i in range(1, N_WORDS))]))
    index = build_index(memoryview(vectors))
    targets = vectors[:N_WORDS].astype(np.float64)
    ours, alone, products, answers = [], [], [], []
    for _ in range(SLOW_ROUNDS):
        ours.append(run(["sh", "-c", f"'{LATENT}' neighbors - -q < '{words}'"]))
        start = time.perf_counter()
        for first in range(0, N_WORDS, 100):
            part = targets[first : first + 100]
            kernels.nearest(vectors, part, 11, "cosine", index, kernels.usable_cores())
        alone.append(time.perf_counter() - start)
        theirs = run([sys.executable, "-c", NUMPY_BATCH, run_folder, str(N_WORDS)])
        product, answer = map(json.loads, theirs.output.splitlines())
        products.append(product)
        answers.append(answer)
    assert ours[0].output.count("\n") == 10 * N_WORDS
    wall, cpu = [one.wall for one in ours], [one.cpu for one in ours]
    return {
        "words": N_WORDS,
        "ours_ms": median([1000 * one for one in wall]),
        "kernel_ms": median([1000 * one for one in alone]),
        "product_ms": median([1000 * one[0] for one in products]),
        "numpy_answers_ms": median([1000 * one[0] for one in answers]),
        "product_over_ours": _ratio([one[0] for one in products], wall),
        "product_over_ours_cpu": _ratio([one[1] for one in products], cpu),
        "product_over_kernel": _ratio([one[0] for one in products], alone),
        "numpy_answers_over_ours": _ratio([one[0] for one in answers], wall),
    }


def _ratio(a: Sequence[float], b: Sequence[float]) -> float:
    return round(statistics.median(x / y for x, y in zip(a, b, strict=True)), 2)


def clustered(n_terms: int, dim: int) -> Floats:
    """Vectors in clusters of about twenty, on axes of falling weight, as embeddings have them."""
    draw = np.random.default_rng(2)
    axes = (np.arange(1, dim + 1) ** -0.5).astype(np.float32)
    centres = draw.standard_normal((n_terms // 20, dim), np.float32)
    vectors = centres[draw.integers(0, len(centres), n_terms)]
    vectors += 0.7 * draw.standard_normal((n_terms, dim), np.float32)
    return vectors * axes


def contenders(vectors: Floats, n_queries: int = 500) -> dict[str, float]:
    """Count the rows that are compared exactly for the ten nearest of ``n_queries`` words."""
    index = build_index(memoryview(vectors))
    rows = np.random.default_rng(3).choice(len(vectors), n_queries, replace=False)
    counts = []
    for start in range(0, n_queries, 50):
        targets = vectors[rows[start : start + 50]].astype(np.float64)
        found = kernels.contenders(vectors, targets, 11, index=index, threads=2)
        counts += [len(one) for one in found]
    return {"median": statistics.median(counts), "most": max(counts)}


def real_embedding() -> dict[str, Any] | str:
    """Train on real text; compare the ten nearest of 1,000 words with float64's."""
    corpus = DATA / "text" / "enwiki-10m.txt.gz"
    if not corpus.exists():
        return "the shared corpora are not beside the checkout"
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LATENT_CACHE_DIR"] = folder
        run([LATENT, "embed", corpus, "--epochs", "3", "-q"])
        model = open_embedding(find(Cache(Path(folder)), "latest", EMBEDDING))
        rows = np.random.default_rng(4).choice(len(model.words), N_WORDS, replace=False)
        asked = [model.words[int(row)] for row in rows]
        answers = run([LATENT, "neighbors", *asked, "--json", "-q"]).output.splitlines()
        near = [json.loads(line) for line in answers]
        vectors = model.vectors.astype(np.float64)
        units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        identical = 0
        for i, row in enumerate(rows):
            cosines = units @ units[row]
            cosines[row] = -2
            best = np.lexsort((np.arange(len(cosines)), -cosines))[:10]
            found = near[10 * i : 10 * i + 10]
            identical += [one["word"] for one in found] == [model.words[int(j)] for j in best]
        return {
            "corpus": corpus.name,
            "n_terms": len(model.words),
            "dim": model.dim,
            "words": N_WORDS,
            "identical_top_10": identical,
            "contenders": contenders(np.ascontiguousarray(model.vectors)),
        }


def searches() -> dict[str, Any] | str:
    """Train on 20 Newsgroups, then time cold searches of its documents."""
    corpus = DATA / "labelled" / "20news-bydate.tar.gz"
    if not corpus.exists():
        return "the shared corpora are not beside the checkout"
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LATENT_CACHE_DIR"] = folder
        source = [corpus, "--encoding-errors", "replace", "-q"]
        run([LATENT, "embed", *source, "--epochs", "3", "--name", "embedding"])
        run([LATENT, "topics", *source, "-a", "lsi", "--k", "100", "--name", "lsi"])
        run([LATENT, "topics", *source, "--k", "50", "--iterations", "60", "--name", "lda"])
        return {"corpus": corpus.name, "aim": 1.3, **cold_searches()}


def cold_searches() -> dict[str, Any]:
    """Time searches of the cache's models lda, lsi and embedding, and their yardsticks, in turn."""
    models = ["lda", "lsi", "embedding"]
    asked = [[LATENT, "search", "shuttle launch into orbit", "-q", "-m", name] for name in models]
    for command in asked:
        run(command)  # makes the documents' vectors
    commands = [
        [LATENT, "neighbors", "shuttle", "-q", "-m", "embedding"],
        [sys.executable, "-c", "import typer"],
        [sys.executable, "-c", "import typer, numpy"],
        *asked,
    ]
    times = in_turn(ROUNDS, commands)
    result = {}
    for i, name in enumerate(["neighbors", "import_typer", "import_typer_numpy", *models]):
        result[f"{name}_ms"] = milliseconds(times, i)
        result[f"{name}_over_neighbors"] = ratio(times, i, 0)
        result[f"{name}_over_neighbors_cpu"] = ratio(times, i, 0, lambda one: one.cpu)
    return result


if __name__ == "__main__":
    main()
