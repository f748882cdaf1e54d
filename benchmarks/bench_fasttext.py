"""Word vectors with character n-grams: ours beside the fastText program, on the same words.

Each is a whole process on English Wikipedia (10 MB): skip-gram, 100 dimensions, n-grams of 3 to 6
characters, window 5, 5 negative samples, min_count 5, sample 1e-4, learning rate 0.05, on all
cores. fastText reads plain words (not counted: it is given those that ours cut); ours reads the
compressed text. Aim: a tenth of its processor time or less, at equal quality.

Quality of the same two models: Spearman's correlation with WordSim-353, SimLex-999 and MEN, of
pairs whose words both models have seen; and of those with a rare word, in the text fewer than 20
times, its vector composed where it is not among the words. Then words that were left out for
being rare: what share of the 10 words nearest to one begin with its first five letters.

Three runs each, ours with three seeds (the program has one, but two threads race); the time is that
of the first, ours with encoding. Prints, and writes to results/fasttext.json.

Run: python benchmarks/bench_fasttext.py [--quick]
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from bench_word2vec import write_our_tokens
from harness import DATA, LATENT, THREADS, Measured, peer_version, run, run_peer, write_results
from scipy.stats import spearmanr
from word_scores import SETS

from latentcli.formats.corpus import open_corpus
from latentcli.formats.fasttext_bin import read_fasttext_bin
from latentcli.formats.models import open_embedding
from latentcli.models.embedding import Embedding
from latentcli.models.subword_embedding import SubwordEmbedding
from latentcli.queries.neighbours import neighbours
from latentcli.queries.words import find_or_compose
from latentcli.store.cache import Cache
from latentcli.store.runs import find

QUICK = "--quick" in sys.argv
CORPUS = DATA / "text" / "enwiki-10m.txt.gz"
EPOCHS = 1 if QUICK else 5
SEEDS = 1 if QUICK else 3
RARE = 20
LEFT_OUT = 300
SHOWN = ("kingdomless", "unhappiest", "mathematicianly")

FASTTEXT_SCRIPT = """
import json, sys
import fasttext
tokens, out, epochs, threads = sys.argv[1:]
model = fasttext.train_unsupervised(tokens, model="skipgram", dim=100, ws=5, neg=5, minCount=5,
    t=1e-4, lr=0.05, epoch=int(epochs), thread=int(threads), verbose=0)
model.save_model(out)
print(json.dumps({}))
"""


def main() -> None:
    """Measure both, print and write what came out."""
    if not CORPUS.exists():
        print("the shared data are not beside the checkout: nothing measured")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cache = folder / "cache"
        ours, theirs = [], []
        scores: dict[str, list[dict[str, Any]]] = {"latent": [], "fastText": []}
        for seed in range(1, SEEDS + 1):
            done = run(
                [LATENT, "embed", CORPUS, "-a", "fasttext", "--threads", str(THREADS)]
                + ["--epochs", str(EPOCHS), "--seed", str(seed)],
                {"LATENT_CACHE_DIR": str(cache)},
            )
            ours.append(done)
            model = open_embedding(find(Cache(cache), "latest", "embedding"))
            counts = word_counts(cache)
            scores["latent"].append(judged(model, counts))
            if peer_version("fasttext"):
                tokens, out = folder / "tokens.txt", folder / "theirs.bin"
                write_our_tokens(cache, tokens)
                done, _ = run_peer(FASTTEXT_SCRIPT, tokens, out, str(EPOCHS), str(THREADS))
                theirs.append(done)
                scores["fastText"].append(judged(read_fasttext_bin(out), counts))
    # The first of ours encodes the corpus, too: what it takes is what a person waits for.
    processes = {"latent": figures(ours[0])}
    if theirs:
        processes["fastText"] = {
            **figures(theirs[0]),
            "times_as_long": round(theirs[0].wall / ours[0].wall, 1),
            "times_the_processor": round(theirs[0].cpu / ours[0].cpu, 1),
        }
    write_results(
        "fasttext_quick" if QUICK else "fasttext",
        {
            "corpus": CORPUS.name,
            "versions": {"fasttext": peer_version("fasttext")},
            "epochs": EPOCHS,
            "seeds": SEEDS,
            "processes": processes,
            "quality": {program: summed(found) for program, found in scores.items() if found},
        },
    )


def summed(found: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the mean of each score over the seeds, and its standard deviation as NAME_sd."""
    mean: dict[str, Any] = {}
    for name, value in found[0].items():
        if not isinstance(value, float):
            mean[name] = value
            continue
        values = [one[name] for one in found]
        mean[name] = round(float(np.mean(values)), 4)
        mean[f"{name}_sd"] = round(float(np.std(values, ddof=1)), 4) if len(found) > 1 else 0.0
    return mean


def figures(done: Measured) -> dict[str, Any]:
    """Return a process's figures."""
    return {
        "seconds": round(done.wall, 2),
        "cpu_seconds": round(done.cpu, 2),
        "peak_mib": round(done.peak_mib),
    }


def word_counts(cache: Path) -> dict[str, int]:
    """Return how often each word occurs in the text, rare ones too."""
    vocabulary = open_corpus(find(Cache(cache), "latest", "corpus")).vocabulary
    return dict(zip(vocabulary.words, vocabulary.term_counts.tolist(), strict=True))


def judged(model: Embedding, counts: Mapping[str, int]) -> dict[str, Any]:
    """Return all scores of a model."""
    assert isinstance(model, SubwordEmbedding)
    found: dict[str, Any] = {"words": len(model.words)}
    for name, file in SETS.items():
        pairs = rated(file)
        seen = [p for p in pairs if all(model.words.find(word) is not None for word in p[:2])]
        rare = [p for p in pairs if min(counts.get(word, 0) for word in p[:2]) < RARE]
        found[name], found[f"{name}_pairs"] = correlation(model, seen)
        found[f"{name}_rare"], found[f"{name}_rare_pairs"] = correlation(model, rare)
    found["left_out_same_beginning"] = same_beginning(model, counts)
    found["neighbours_of_unseen"] = {word: nearest(model, [word], 3)[word] for word in SHOWN}
    return found


def rated(file: str) -> list[tuple[str, str, float]]:
    """Read a set of rated pairs, lower-cased."""
    lines = (DATA / "eval" / "word-sim" / file).read_text().splitlines()
    return [(a.lower(), b.lower(), float(c)) for a, b, c in (line.split()[:3] for line in lines)]


def correlation(model: SubwordEmbedding, pairs: list[tuple[str, str, float]]) -> tuple[float, int]:
    """Return Spearman's correlation of cosines with the ratings, and of how many pairs."""
    known = [(vector(model, a), vector(model, b), rating) for a, b, rating in pairs]
    cosines = [cosine(a, b) for a, b, _ in known]
    return round(float(spearmanr(cosines, [r for *_, r in known]).statistic), 4), len(known)


def vector(model: SubwordEmbedding, word: str) -> npt.NDArray[np.float64]:
    """Return a word's vector, composed where it must be."""
    found = find_or_compose(model, word)
    return np.zeros(model.dim) if found is None else np.array(found.vector(model), np.float64)


def cosine(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> float:
    """Return the cosine of two vectors, 0 where one is zero."""
    return float(a @ b / max(1e-12, float(np.linalg.norm(a) * np.linalg.norm(b))))


def same_beginning(model: SubwordEmbedding, counts: Mapping[str, int]) -> float:
    """Return the share of neighbours of words left out that begin as these do."""
    left_out = [
        word for word, count in counts.items()
        if 2 <= count < 5 and len(word) >= 7 and word.isascii() and model.words.find(word) is None
    ]  # fmt: skip
    chosen = sorted(left_out)[:: max(1, len(left_out) // LEFT_OUT)]
    near = nearest(model, chosen, 10)
    hits = [other.startswith(word[:5]) for word, others in near.items() for other in others]
    return round(sum(hits) / len(hits), 4)


def nearest(model: SubwordEmbedding, words: list[str], n: int) -> dict[str, list[str]]:
    """Return the words nearest to each."""
    queries = [found for word in words if (found := find_or_compose(model, word)) is not None]
    answers: dict[str, list[str]] = {query.word: [] for query in queries}
    for near in neighbours(model, queries, n):
        answers[near.query].append(near.word)
    return answers


if __name__ == "__main__":
    main()
