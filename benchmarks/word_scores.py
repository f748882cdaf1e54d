"""Scores of word vectors: people's ratings of pairs, and analogies; with what share is known."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from harness import DATA
from scipy.stats import spearmanr

SETS = {
    "wordsim353": "EN-WS-353-ALL.txt",
    "simlex999": "EN-SIMLEX-999.txt",
    "men": "EN-MEN-TR-3k.txt",
}
# Answers are looked for among so many words, the most frequent, as word2vec.c advises.
_ANALOGY_WORDS = 30_000


def scores(words: list[str], vectors: npt.NDArray[np.float32]) -> dict[str, float]:
    """Score the vectors (n_terms, dim) of ``words``, which go by falling frequency.

    Spearman's correlation on the pairs whose words are both known, and the share of analogies
    solved of those whose four words are among the 30,000 most frequent (3CosAdd).
    """
    units = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    rows = {word: row for row, word in enumerate(words)}
    found = {}
    for name, file in SETS.items():
        found[name], found[f"{name}_known"] = similarity_score(rows, units, file)
    found["analogies"], found["analogies_known"] = analogy_score(rows, units)
    return found


def similarity_score(
    rows: Mapping[str, int], units: npt.NDArray[np.float32], file: str
) -> tuple[float, float]:
    """Return Spearman's correlation with a set of rated pairs, and the share that is known."""
    lines = (DATA / "eval" / "word-sim" / file).read_text().splitlines()
    pairs = [(a.lower(), b.lower(), float(c)) for a, b, c in (line.split()[:3] for line in lines)]
    known = [(rows[a], rows[b], rating) for a, b, rating in pairs if a in rows and b in rows]
    first, second, ratings = zip(*known, strict=True)
    cosines = np.einsum("ij,ij->i", units[list(first)], units[list(second)])
    return round(float(spearmanr(cosines, ratings).statistic), 4), len(known) / len(pairs)


def analogy_score(rows: Mapping[str, int], units: npt.NDArray[np.float32]) -> tuple[float, float]:
    """Return the share of Google's analogies solved, and the share that is known."""
    text = (DATA / "eval" / "questions-words.txt").read_text()
    questions = [line.lower().split() for line in text.splitlines() if not line.startswith(":")]
    near = units[:_ANALOGY_WORDS]
    known = [
        [rows[word] for word in question]
        for question in questions
        if all(rows.get(word, len(near)) < len(near) for word in question)
    ]
    right = 0
    for start in range(0, len(known), 512):
        a, b, c, d = np.array(known[start : start + 512]).T
        targets = near[b] - near[a] + near[c]
        cosines = targets @ near.T
        for given in (a, b, c):
            cosines[np.arange(len(a)), given] = -np.inf
        right += int((cosines.argmax(axis=1) == d).sum())
    return round(right / max(1, len(known)), 4), len(known) / len(questions)
