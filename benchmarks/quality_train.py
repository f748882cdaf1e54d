"""Train one topic model for ``quality.py``: ours, or a peer's in the environment of the peers.

Run as ``quality_train.py PROGRAM ALGORITHM FOLDER OUT K SEED``. FOLDER holds the corpus that all
train on (``counts.npz``: counts and tf-idf weights in compressed rows; ``train.jsonl``: its text,
for ours). OUT gets ``topic_word`` (k, n_terms) and ``doc_topic`` (n_docs, k), not normalised, and
``alpha`` where the model has one. The last line of output has the seconds of the training.

Settings of peers are their defaults but for what their documentation advises, named beside each.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np

Model = dict[str, Any]


def latent(algorithm: str, folder: Path, data: Any, k: int, seed: int) -> Model:
    """Our defaults, through the workflow behind ``latent topics``; ``nmf-kl``: with that loss."""
    from latentcli.corpus.readers import ReaderSettings
    from latentcli.formats.models import TOPIC_MODEL, open_topic_model
    from latentcli.models.topic_model import LdaModel, LsiModel
    from latentcli.store.cache import Cache
    from latentcli.store.runs import find
    from latentcli.workflows.reading import CorpusRequest
    from latentcli.workflows.topic_request import TopicsRequest
    from latentcli.workflows.topics import topics
    from latentcli.workflows.training import TrainingOptions

    cache = Cache(folder / "cache")
    corpus = CorpusRequest([str(folder / "train.jsonl")], ReaderSettings(format="jsonl"))
    more: dict[str, Any] = {}
    if algorithm.startswith("nmf-"):
        algorithm, more["loss"] = algorithm.split("-")
    request = TopicsRequest(algorithm=algorithm, k=k, seed=seed, **more)
    name = f"{algorithm}-{k}-{seed}-{time.time_ns()}"
    topics(cache, corpus, request, TrainingOptions(name=name, retrain=True))
    model = open_topic_model(find(cache, name, TOPIC_MODEL))
    if isinstance(model, LsiModel):
        return {"topic_word": model.term_topic.T, "doc_topic": model.document_vectors}
    found: Model = {"topic_word": model.topic_word, "doc_topic": model.doc_topic}
    return {**found, "alpha": model.alpha} if isinstance(model, LdaModel) else found


def gensim(algorithm: str, folder: Path, data: Any, k: int, seed: int) -> Model:
    """LDA: alpha and eta "auto" as its tutorial advises, 10 passes; NMF: 5 passes."""
    from gensim.models import LdaModel, LsiModel, Nmf

    names = {i: str(i) for i in range(int(data["n_terms"]))}
    starts, terms = data["starts"], data["terms"]
    numbers = data["counts" if algorithm == "lda" else "tfidf"]
    pairs = list(zip(terms.tolist(), numbers.tolist(), strict=True))
    bags = [pairs[a:b] for a, b in zip(starts, starts[1:], strict=False)]
    if algorithm == "lda":
        model = LdaModel(bags, k, names, alpha="auto", eta="auto", passes=10, eval_every=None,
                         random_state=seed)  # fmt: skip
        doc_topic = np.concatenate(
            [model.inference(bags[i : i + 2000])[0] for i in range(0, len(bags), 2000)]
        )
        return {"topic_word": model.get_topics(), "doc_topic": doc_topic, "alpha": model.alpha}
    if algorithm == "lsi":
        model = LsiModel(bags, k, names, random_seed=seed)
        doc_topic = np.zeros((len(bags), k))
        for row, bag in zip(doc_topic, bags, strict=True):
            for topic, weight in model[bag]:
                row[topic] = weight
        return {"topic_word": model.projection.u.T, "doc_topic": doc_topic}
    model = Nmf(bags, k, names, passes=5, normalize=False, random_state=seed)
    topic_word = model.get_topics(normalize=False)
    doc_topic = np.zeros((len(bags), k))
    for row, bag in zip(doc_topic, bags, strict=True):
        for topic, weight in model.get_document_topics(bag, 0.0, normalize=False):
            row[topic] = weight
    return {"topic_word": topic_word, "doc_topic": doc_topic}


def tomotopy(algorithm: str, folder: Path, data: Any, k: int, seed: int) -> Model:
    """LDA: 500 iterations on one thread, which makes them reproducible; it optimises alpha."""
    import tomotopy as tp

    model = tp.LDAModel(k=k, seed=seed)
    starts, terms, counts = data["starts"], data["terms"], data["counts"]
    filled = np.flatnonzero(np.diff(starts))
    for document in filled:
        pairs = slice(starts[document], starts[document + 1])
        model.add_doc([str(word) for word in np.repeat(terms[pairs], counts[pairs])])
    model.train(500, workers=1)
    topic_word = np.zeros((k, int(data["n_terms"])))
    for topic in range(k):
        topic_word[topic, [int(word) for word in model.used_vocabs]] = model.get_topic_word_dist(
            topic
        )
    doc_topic = np.ones((len(starts) - 1, k))
    doc_topic[filled] = [document.get_topic_dist() for document in model.docs]
    return {"topic_word": topic_word, "doc_topic": doc_topic, "alpha": model.alpha}


def sklearn(algorithm: str, folder: Path, data: Any, k: int, seed: int) -> Model:
    """LDA: online, as advised for large data, 10 passes (its default); NMF: kl of counts."""
    from scipy.sparse import csr_matrix
    from sklearn.decomposition import NMF, LatentDirichletAllocation, TruncatedSVD

    numbers = data["counts" if algorithm in ("lda", "nmf-kl") else "tfidf"]
    shape = (len(data["starts"]) - 1, int(data["n_terms"]))
    matrix = csr_matrix((numbers.astype(np.float64), data["terms"], data["starts"]), shape)
    if algorithm == "lda":
        model = LatentDirichletAllocation(
            k, learning_method="online", max_iter=10, random_state=seed
        )
    elif algorithm == "lsi":
        model = TruncatedSVD(k, random_state=seed)
    elif algorithm == "nmf-frobenius":
        model = NMF(k, random_state=seed)
    else:  # its solver cannot leave zeros, so the start has none
        model = NMF(k, beta_loss="kullback-leibler", solver="mu", init="nndsvda", random_state=seed)
    doc_topic = model.fit_transform(matrix)
    found: Model = {"topic_word": model.components_, "doc_topic": doc_topic}
    return {**found, "alpha": np.full(k, model.doc_topic_prior_)} if algorithm == "lda" else found


PROGRAMS = {"latent": latent, "gensim": gensim, "tomotopy": tomotopy, "scikit-learn": sklearn}

if __name__ == "__main__":
    warnings.simplefilter("ignore")
    program, algorithm, folder, out, k, seed = sys.argv[1:]
    data = dict(np.load(Path(folder) / "counts.npz"))
    begin = time.perf_counter()
    model = PROGRAMS[program](algorithm, Path(folder), data, int(k), int(seed))
    seconds = time.perf_counter() - begin
    if program != "latent" and algorithm.startswith("nmf"):
        # Ours are shares of documents; theirs leave it open how much a topic weighs.
        model["doc_topic"] = model["doc_topic"] * model["topic_word"].sum(axis=1)
    np.savez(out, **model)
    print(json.dumps({"seconds": round(seconds, 2)}))
