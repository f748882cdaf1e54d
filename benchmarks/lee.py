"""Document similarities on the Lee documents against those that people gave (Lee et al. 2005).

Lee, Pincombe and Welsh (An empirical evaluation of models of text document similarity) had 83
people judge how alike each two of 50 news items are. Models are trained on the 300 other items of
the background corpus, the 50 are folded in, and the correlation (Pearson) of the model's
similarities with the mean judgements, over all 1,225 pairs, is the figure. Ours and gensim's are
trained in the same run on the same words: those that ``latent topics`` keeps. gensim's similarities
are cosines, and Hellinger's for LDA, too; ours are those of ``latent search``. LDA: several seeds.

Run: python benchmarks/lee.py [--quick]
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import gensim
import numpy as np
import numpy.typing as npt
from gensim.models import LdaModel, LsiModel, TfidfModel
from harness import DATA, LATENT, run, write_results

from latentcli.corpus.counts import CountMatrix, count_documents, count_words
from latentcli.corpus.documents import Document
from latentcli.formats.corpus import open_corpus
from latentcli.formats.models import open_topic_model
from latentcli.models.topic_model import TopicModel
from latentcli.queries.inference import infer_topics
from latentcli.store.cache import Cache
from latentcli.store.runs import find

QUICK = "--quick" in sys.argv[1:]
SEEDS = [1] if QUICK else [1, 2, 3]
LSI_TOPICS = [50, 100] if QUICK else [10, 20, 50, 100, 200]
LDA_TOPICS = [50] if QUICK else [20, 50]
PASSES = 20  # of gensim's LDA, whose default of one is too few for 300 documents

Doubles = npt.NDArray[np.float64]
Bows = list[list[tuple[int, int]]]


def main() -> None:
    """Measure, print and write what came out."""
    folder = DATA / "docs"
    text = (folder / "lee.cor").read_bytes().decode("latin-1")
    documents = [Document(str(i), line) for i, line in enumerate(text.splitlines(), 1)]
    upper = np.triu_indices(len(documents), 1)
    human = np.loadtxt(folder / "similarities0-1.txt")[upper]

    def judged(similarities: Doubles) -> float:
        return round(float(np.corrcoef(similarities[upper], human)[0, 1]), 3)

    with tempfile.TemporaryDirectory() as cache:
        os.environ["LATENT_CACHE_DIR"] = cache
        background = folder / "lee_background.cor"
        result = {
            "gensim": gensim.__version__,
            "lsi": [lsi(background, documents, k, judged) for k in LSI_TOPICS],
            "lda": [lda(background, documents, k, judged) for k in LDA_TOPICS],
        }
    if QUICK:
        print(json.dumps(result, indent=1))
        return
    write_results("lee", result)


def lsi(
    background: Path, documents: Sequence[Document], k: int, judged: Callable[[Doubles], float]
) -> dict[str, Any]:
    """Measure LSI of tf-idf weights: both are deterministic, but for the last bits."""
    model, trained_on, asked = trained(background, documents, ["-a", "lsi", "--k", str(k)])
    ours = infer_topics(model, asked).weights
    bows, new = bags(trained_on), bags(asked)
    tfidf = TfidfModel(bows)
    theirs = LsiModel(tfidf[bows], num_topics=k, id2word=names(model), random_seed=1)
    found = dense([theirs[tfidf[bow]] for bow in new], k)
    return {"k": k, "ours": judged(cosines(ours)), "gensim": judged(cosines(found))}


def lda(
    background: Path, documents: Sequence[Document], k: int, judged: Callable[[Doubles], float]
) -> dict[str, Any]:
    """Measure LDA, the mean and all seeds."""
    scores: dict[str, list[float]] = {}
    for seed in SEEDS:
        options = ["--k", str(k), "--seed", str(seed)]
        model, trained_on, asked = trained(background, documents, options)
        ours = infer_topics(model, asked).weights
        theirs = LdaModel(
            bags(trained_on), num_topics=k, id2word=names(model), passes=PASSES, alpha="auto",
            eta="auto", random_state=seed, minimum_probability=0,
        )  # fmt: skip
        gamma, _ = theirs.inference(bags(asked))
        for who, mixtures in (("ours", ours), ("gensim", gamma)):
            mixtures = mixtures / mixtures.sum(axis=1, keepdims=True)
            scores.setdefault(who, []).append(judged(hellinger(mixtures)))
            scores.setdefault(f"{who}_cosine", []).append(judged(cosines(mixtures)))
    means = {who: round(statistics.mean(found), 3) for who, found in scores.items()}
    return {"k": k, **means, "seeds": scores}


def trained(
    background: Path, documents: Sequence[Document], options: Sequence[str]
) -> tuple[TopicModel, CountMatrix, CountMatrix]:
    """Train by ``latent topics``; return the model, what it was trained on, and the 50 counted."""
    run([LATENT, "topics", background, "--format", "lines", "-q", *options])
    cache = Cache(Path(os.environ["LATENT_CACHE_DIR"]))
    model = open_topic_model(find(cache, "latest", "topic-model"))
    corpus = open_corpus(find(cache, "latest", "corpus"))
    _, asked = count_documents(documents, model.tokenizer, model.words)
    return model, count_words(corpus, model.words), asked


def names(model: TopicModel) -> dict[int, str]:
    """Return the words by their number, as gensim wants them."""
    return dict(enumerate(model.words))


def bags(counts: CountMatrix) -> Bows:
    """Return documents as gensim wants them."""
    pairs = list(zip(counts.terms.tolist(), counts.counts.tolist(), strict=True))
    return [pairs[a:b] for a, b in zip(counts.starts, counts.starts[1:], strict=False)]


def dense(rows: Sequence[Sequence[tuple[int, float]]], k: int) -> Doubles:
    """Return gensim's sparse vectors as a matrix."""
    found = np.zeros((len(rows), k))
    for i, row in enumerate(rows):
        for topic, weight in row:
            found[i, topic] = weight
    return found


def cosines(vectors: Doubles) -> Doubles:
    """Return the cosine of each two rows."""
    units = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-300)
    return units @ units.T


def hellinger(mixtures: Doubles) -> Doubles:
    """Return 1 less the Hellinger distance of each two rows."""
    return 1 - np.sqrt(np.maximum(0, 1 - cosines(np.sqrt(mixtures))))


if __name__ == "__main__":
    main()
