"""Word2vec from compressed text to stored vectors: ours beside gensim, fastText and word2vec.c.

Each program is a whole process that is given the same English Wikipedia (106 MB, gzip; fastText and
word2vec.c, which read plain text only, get it unpacked and lower-cased with no punctuation, which
is not counted): skip-gram, 100 dimensions, window 5, 5 negative samples, min_count 10, sample
1e-3, on all cores. gensim runs as the script that people write (simple tokens, LineSentence) and by
its fast ``corpus_file`` path, whose training is also timed alone, and so is ours. Aims: 8 times the
throughput of ``corpus_file`` on the same threads; a tenth of the time of every other process.

Then quality, of three seeds of ours and of gensim's on the same tokens: Spearman's correlation with
WordSim-353, SimLex-999 and MEN, and the share of analogies solved. What was tuned was tuned
on another text (enwiki-10m).

Prints, and writes to results/word2vec.json. Run: python benchmarks/bench_word2vec.py [--quick]
"""

from __future__ import annotations

import gzip
import re
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from harness import (
    DATA,
    LATENT,
    PEER_PYTHON,
    THREADS,
    Measured,
    peer_version,
    run,
    run_peer,
    write_results,
)
from word_scores import scores

from latentcli.formats.models import open_embedding
from latentcli.store.cache import Cache
from latentcli.store.runs import find

QUICK = "--quick" in sys.argv
CORPUS = DATA / "text" / ("enwiki-10m.txt.gz" if QUICK else "enwiki-100m.txt.gz")
SPEED_EPOCHS = 1
QUALITY_EPOCHS = 3
SEEDS = (1, 2, 3)

# The script as people write it: read, split into words, train, save.
GENSIM_SCRIPT = """
import gzip, json, re, sys, time
from gensim.models import Word2Vec
source, tokens, out, epochs, threads, seed, fast = sys.argv[1:]
word = re.compile("[a-z]+")
if source:
    with gzip.open(source, "rt") as lines, open(tokens, "w") as kept:
        for line in lines:
            kept.write(" ".join(word.findall(line.lower())) + "\\n")
settings = dict(sg=1, vector_size=100, window=5, negative=5, min_count=10, sample=1e-3,
                epochs=int(epochs), workers=int(threads), seed=int(seed))
model = Word2Vec(**settings)
corpus = {"corpus_file": tokens} if int(fast) else {"corpus_iterable": None}
if int(fast):
    model.build_vocab(corpus_file=tokens)
else:
    from gensim.models.word2vec import LineSentence
    model.build_vocab(LineSentence(tokens))
start, cpu = time.perf_counter(), time.process_time()
counts = dict(total_examples=model.corpus_count, epochs=model.epochs)
if int(fast):
    model.train(corpus_file=tokens, total_words=model.corpus_total_words, **counts)
else:
    model.train(LineSentence(tokens), **counts)
seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
model.wv.save_word2vec_format(out, binary=True)
kept = sum(model.wv.get_vecattr(w, "count") for w in model.wv.key_to_index)
print(json.dumps({"train_seconds": seconds, "train_cpu": cpu, "tokens": int(kept)}))
"""

FASTTEXT_SCRIPT = """
import json, sys
import fasttext
tokens, out, epochs, threads = sys.argv[1:]
model = fasttext.train_unsupervised(tokens, model="skipgram", dim=100, ws=5, neg=5, minCount=10,
    t=1e-3, minn=0, maxn=0, lr=0.025, epoch=int(epochs), thread=int(threads), verbose=0)
model.save_model(out)
print(json.dumps({}))
"""


def main() -> None:
    """Measure all, print and write what came out."""
    if not CORPUS.exists():
        print("the shared data are not beside the checkout: nothing measured")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tokens = plain_tokens(folder)
        processes = {"latent": ours(folder), **peers(folder, tokens)}
        mine = processes["latent"]
        for row in processes.values():
            row["times_as_long"] = round(row["seconds"] / mine["seconds"], 1)
            if "tokens_per_second" in row:
                ratio = mine["tokens_per_second"] / row["tokens_per_second"]
                row["our_throughput_ratio"] = round(ratio, 1)
        quality = {
            "latent": summary([our_scores(folder, seed) for seed in SEEDS[: 1 if QUICK else 3]])
        }
        if peer_version("gensim"):
            found = [gensim_scores(folder, tokens, seed) for seed in SEEDS[: 1 if QUICK else 3]]
            quality["gensim"] = summary(found)
    versions = {name: peer_version(name) for name in ("gensim", "fasttext", "word2vec")}
    write_results(
        "word2vec_quick" if QUICK else "word2vec",
        {
            "corpus": CORPUS.name,
            "versions": versions,
            "epochs": SPEED_EPOCHS,
            "processes": processes,
            "quality_epochs": QUALITY_EPOCHS,
            "quality": quality,
        },
    )


def plain_tokens(folder: Path) -> Path:
    """Write the corpus as the C programs want it: words and spaces, a line for each line."""
    path = folder / "tokens.txt"
    word = re.compile("[a-z]+")
    with gzip.open(CORPUS, "rt") as lines, open(path, "w") as out:
        for line in lines:
            out.write(" ".join(word.findall(line.lower())) + "\n")
    return path


def ours(folder: Path) -> dict[str, Any]:
    """Measure ``latent embed`` from compressed text on an empty cache, and its training."""
    cache = folder / "cache"
    done = embed(cache, SPEED_EPOCHS, 1, CORPUS)
    manifest = find(Cache(cache), "latest", "embedding").manifest
    seconds = manifest["invocation"]["seconds"]["train"]
    tokens = manifest["metrics"]["tokens"]
    return row(done, seconds, tokens)


def embed(cache: Path, epochs: int, seed: int, *corpus: Path) -> Measured:
    """Run ``latent embed`` on a cache."""
    options = ["--epochs", epochs, "--min-count", 10, "--seed", seed, "--threads", THREADS]
    command = [LATENT, "embed", *corpus, *map(str, options)]
    return run(command, {"LATENT_CACHE_DIR": str(cache)})


def row(done: Measured, seconds: float | None = None, tokens: int = 0) -> dict[str, Any]:
    """Return a process's figures; of the training alone where that is known."""
    figures: dict[str, Any] = {
        "seconds": round(done.wall, 2),
        "cpu_seconds": round(done.cpu, 2),
        "peak_mib": round(done.peak_mib),
    }
    if seconds is not None:
        figures["train_seconds"] = round(seconds, 2)
        figures["tokens_per_second"] = round(tokens * SPEED_EPOCHS / seconds)
    return figures


def peers(folder: Path, tokens: Path) -> dict[str, Any]:
    """Measure each peer that is there."""
    found: dict[str, Any] = {}
    if peer_version("gensim"):
        for name, fast in (("gensim script", 0), ("gensim corpus_file", 1)):
            arguments = [CORPUS, folder / "own.txt", folder / "gensim.bin", SPEED_EPOCHS]
            done, told = gensim(*arguments, 1, fast)
            found[name] = row(done, told["train_seconds"], told["tokens"])
    if peer_version("fasttext"):
        out = folder / "fasttext.bin"
        done, _ = run_peer(FASTTEXT_SCRIPT, tokens, out, str(SPEED_EPOCHS), str(THREADS))
        found["fastText"] = row(done)
    program = PEER_PYTHON.with_name("word2vec")
    if peer_version("word2vec") and program.exists():
        settings = {
            "train": tokens, "output": folder / "c.bin", "size": 100, "window": 5, "negative": 5,
            "hs": 0, "cbow": 0, "sample": 1e-3, "min-count": 10, "iter": SPEED_EPOCHS,
            "threads": THREADS, "binary": 1,
        }  # fmt: skip
        options = [str(part) for key, value in settings.items() for part in (f"-{key}", value)]
        found["word2vec.c"] = row(run([program, *options]))
    return found


def gensim(
    source: Path | str, tokens: Path, out: Path, epochs: int, seed: int, fast: int
) -> tuple[Measured, Any]:
    """Run the gensim script."""
    numbers = [str(number) for number in (epochs, THREADS, seed, fast)]
    return run_peer(GENSIM_SCRIPT, str(source), tokens, out, *numbers)


def our_scores(folder: Path, seed: int) -> dict[str, float]:
    """Train with a seed on the corpus that is encoded already, and score the model."""
    embed(folder / "cache", QUALITY_EPOCHS, seed)
    model = open_embedding(find(Cache(folder / "cache"), "latest", "embedding"))
    return scores(list(model.words), np.asarray(model.vectors))


def gensim_scores(folder: Path, tokens: Path, seed: int) -> dict[str, float]:
    """Train gensim on the same words, a paragraph a line, and score its vectors."""
    path = folder / "ours.txt"
    if not path.exists():
        write_our_tokens(folder / "cache", path)
    gensim("", path, folder / "gensim.bin", QUALITY_EPOCHS, seed, 1)
    with open(folder / "gensim.bin", "rb") as vectors:
        n_terms, dim = map(int, vectors.readline().split())
        words, rows = [], np.empty((n_terms, dim), np.float32)
        for number in range(n_terms):
            word = b"".join(iter(lambda: vectors.read(1), b" "))
            words.append(word.strip().decode())
            rows[number] = np.frombuffer(vectors.read(4 * dim), np.float32)
    return scores(words, rows)


def write_our_tokens(cache: Path, path: Path) -> None:
    """Write the encoded corpus as words, a paragraph a line."""
    from latentcli.formats.corpus import open_corpus

    corpus = open_corpus(find(Cache(cache), "latest", "corpus"))
    words = list(corpus.vocabulary.words)
    edges = [*np.asarray(corpus.break_offsets).astype(int).tolist(), corpus.n_tokens]
    with open(path, "w") as out:
        for start, stop in zip(edges, edges[1:], strict=False):
            out.write(" ".join(words[i] for i in corpus.token_ids[start:stop].tolist()) + "\n")


def summary(runs: list[dict[str, float]]) -> dict[str, Any]:
    """Return the mean of each score over the seeds, and its spread, highest less lowest."""
    found: dict[str, Any] = {"seeds": len(runs)}
    for name in runs[0]:
        values = [scored[name] for scored in runs]
        found[name] = round(statistics.mean(values), 3)
        if not name.endswith("_known"):
            found[f"{name}_spread"] = round(max(values) - min(values), 3)
    return found


if __name__ == "__main__":
    main()
