"""Topic coherence: how well the top words of a topic go together in a reference corpus.

Four measures, in gensim's definitions, of which Röder, Both and Hinneburg (2015) give the system:

    u_mass   log p(w, v) / p(v) of documents, v above w in the topic (Mimno et al. 2011)
    c_uci    log p(w, v) / p(w) p(v), the pointwise mutual information, of windows of 10 tokens
             (Newman et al. 2010)
    c_npmi   that, divided by -log p(w, v): from -1 to 1 (Aletras and Stevenson 2013)
    c_v      the cosine between the vector of a word's NPMI with all words of the topic and the sum
             of these vectors, of windows of 110 tokens: from 0 to 1, mostly
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from latentcli.corpus.encoded import EncodedCorpus
from latentcli.evaluation.windows import Windows, windows_with

Doubles = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

# The window of each measure, in tokens; None: whole documents.
WINDOWS = {"u_mass": None, "c_uci": 10, "c_npmi": 10, "c_v": 110}

# What keeps the logarithm of a pair that never meets finite.
_EPSILON = 1e-12
# Topics are counted together as long as they have no more distinct words: 32 MB a thread.
_WORDS_AT_ONCE = 2048


def coherence(
    topics: Sequence[Rows],
    corpus: EncodedCorpus,
    measures: Sequence[str] = tuple(WINDOWS),
    kept: Rows | None = None,
    threads: int = 1,
    tell: Callable[[float, float], None] = lambda done, total: None,
) -> dict[str, Doubles]:
    """Return each measure of each topic: float64 (n_topics,), NaN where there is none.

    ``topics``: rows of the corpus's vocabulary, the top words first; a topic needs two. ``kept``:
    only these words stand in the windows, the others having been taken out; by default all do.
    ``tell`` hears how many tokens of how many have been counted.
    """
    values = {measure: np.full(len(topics), np.nan) for measure in measures}
    sizes = {WINDOWS[measure] for measure in measures}
    batches = list(_batches(topics))
    total = len(batches) * len(sizes) * corpus.n_tokens
    done = 0

    def report(n_tokens: int) -> None:
        tell(done + n_tokens, total)

    for batch in batches:
        words = np.unique(np.concatenate([topics[topic] for topic in batch]))
        for size in sizes:
            counted = windows_with(corpus, words, size, kept, threads, report)
            done += corpus.n_tokens
            for measure in measures:
                if WINDOWS[measure] == size:
                    for topic in batch:
                        places = np.searchsorted(words, topics[topic])
                        values[measure][topic] = of_topic(measure, places, counted)
    return values


def _batches(topics: Sequence[Rows]) -> Iterator[list[int]]:
    """Yield the numbers of topics that are counted together."""
    batch: list[int] = []
    words: set[int] = set()
    for number, topic in enumerate(topics):
        more = words | set(topic.tolist())
        if batch and len(more) > _WORDS_AT_ONCE:
            yield batch
            batch, more = [], set(topic.tolist())
        batch.append(number)
        words = more
    if words:
        yield batch


def of_topic(measure: str, places: Rows, counted: Windows) -> float:
    """Return a measure of one topic, NaN where it has no pair of words, or all are everywhere.

    ``places``: of its words, the first of them on top, among those that were counted.
    """
    if len(places) < 2:
        return float("nan")
    joint = counted.together[np.ix_(places, places)] / counted.n_windows
    alone = np.diagonal(joint)
    if (alone == 1).all():  # whether they go together, nothing tells
        return float("nan")
    with np.errstate(divide="ignore", invalid="ignore"):
        if measure == "u_mass":
            below, above = np.tril_indices(len(places), -1)
            return float(np.log((joint[below, above] + _EPSILON) / alone[above]).mean())
        pmi = np.log((joint + _EPSILON) / np.outer(alone, alone))
        npmi = pmi / -np.log(joint + _EPSILON)
        if measure == "c_v":
            return _mean_cosine(npmi, places)
        others = ~np.eye(len(places), dtype=bool)
        return float((pmi if measure == "c_uci" else npmi)[others].mean())


def _mean_cosine(npmi: Doubles, places: Rows) -> float:
    """Return the mean cosine between each word's vector and the sum of all (one-set, Boolean)."""
    distinct, column = np.unique(places, return_inverse=True)
    vectors = npmi @ np.eye(len(distinct))[column]
    whole = vectors.sum(axis=0)
    norms = np.linalg.norm(vectors, axis=1) * np.linalg.norm(whole)
    return float((vectors @ whole / norms).mean())
