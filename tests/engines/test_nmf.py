"""NMF reaches what scikit-learn reaches, and says how it went."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import linear_sum_assignment
from sklearn.decomposition import NMF
from sklearn.decomposition._nmf import _initialize_nmf

from latentcli.engines import nmf_native, nmf_sklearn
from latentcli.engines.nmf import Trained
from latentcli.engines.nndsvd import nndsvd
from latentcli.engines.parameters import NmfParameters
from latentcli.engines.truncated_svd import Sparse
from latentcli.errors import InputError
from latentcli.models.topic_model import NmfModel
from latentcli.observer import SILENT, Observer
from tests.conftest import SAMPLES
from tests.small import encoded, planted

WORLD = planted()
LOSSES = pytest.mark.parametrize("loss", ["frobenius", "kl"])


@cache
def notices() -> list[str]:
    lines = (SAMPLES / "notices.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines[::2]]


def fit(
    texts: list[str],
    scratch: Path,
    threads: int = 1,
    observer: Observer = SILENT,
    engine: ModuleType = nmf_native,
    **given: object,
) -> Trained:
    corpus = encoded(texts, scratch)
    kept = np.arange(len(corpus.vocabulary))
    weighting = "counts" if given.get("loss") == "kl" else "tfidf"
    settings = NmfParameters(**{"k": 5, "weighting": weighting, **given})  # type: ignore[arg-type]
    fitted: Trained = engine.train(corpus, kept, settings, threads, scratch, observer)
    return fitted


def matrix_of(model: NmfModel, texts: list[str]) -> sparse.csr_matrix:
    """The weighted counts, made independently: gensim's tf-idf, or counts."""
    rows = {word: row for row, word in enumerate(model.words)}
    dense = np.zeros((len(texts), len(rows)))
    for document, text in enumerate(texts):
        for word in text.split():
            dense[document, rows[word]] += 1
    if model.weighting == "tfidf":
        dense *= np.log2(len(texts) / (dense > 0).sum(axis=0))
        dense /= np.linalg.norm(dense, axis=1, keepdims=True)
    return sparse.csr_matrix(dense)


def test_the_start_is_scikit_learns_nndsvd() -> None:
    dense = np.random.default_rng(1).poisson(5, (60, 40)).astype(np.float32)
    matrix = sparse.csr_matrix(dense)
    found = nndsvd(
        Sparse(matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32), matrix.data, 40),
        1, 1,
    )  # fmt: skip
    w, h = _initialize_nmf(dense, 1, init="nndsvd", random_state=1)
    np.testing.assert_allclose(found.documents, w, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(found.words, h, rtol=1e-3, atol=1e-4)


@LOSSES
@pytest.mark.parametrize("engine", [nmf_native, nmf_sklearn], ids=["native", "sklearn"])
@pytest.mark.parametrize("k", [1, 4, 8])
def test_the_loss_is_no_worse_than_scikit_learns(
    loss: str, k: int, engine: ModuleType, tmp_path: Path
) -> None:
    found = fit(WORLD.texts, tmp_path, engine=engine, k=k, loss=loss, iterations=300)
    matrix = matrix_of(found.model, WORLD.texts)
    nmf = NMF(
        k, init="nndsvda", tol=0, max_iter=300, random_state=1,
        **({"solver": "mu", "beta_loss": "kullback-leibler"} if loss == "kl" else {}),
    )  # fmt: skip
    nmf.fit(matrix)
    theirs = nmf.reconstruction_err_**2 / (2 if loss == "kl" else 1)
    assert found.metrics["loss"][-1] <= theirs * 1.003
    assert k > 1 or found.metrics["loss"][-1] == pytest.approx(theirs, rel=1e-3)


def test_planted_topics_are_recovered_by_divergence(tmp_path: Path) -> None:
    model = fit(WORLD.texts, tmp_path, loss="kl").model
    found = np.zeros(WORLD.topics.shape)
    found[:, [int(word[1:]) for word in model.words]] = model.topic_word
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    true = WORLD.topics / np.linalg.norm(WORLD.topics, axis=1, keepdims=True)
    cosines = found @ true.T
    assert cosines[linear_sum_assignment(-cosines)].min() > 0.97


@LOSSES
def test_one_seed_gives_the_same_bytes_on_any_number_of_threads(loss: str, tmp_path: Path) -> None:
    one, two = (fit(notices(), tmp_path, threads, loss=loss).model for threads in (1, 2))
    for name in ("topic_word", "doc_topic", "idf"):
        assert getattr(one, name).tobytes() == getattr(two, name).tobytes()


@LOSSES
def test_the_loss_falls_and_training_ends_when_it_hardly_does(loss: str, tmp_path: Path) -> None:
    metrics = fit(notices(), tmp_path, loss=loss).metrics
    assert metrics["converged"]
    assert metrics["passes"] == len(metrics["loss"])
    assert (np.diff(metrics["loss"]) <= 1e-6 * metrics["loss"][0]).all()


@LOSSES
@pytest.mark.parametrize("passes", [1, 7])
def test_as_many_passes_are_made_as_were_asked_for(loss: str, passes: int, tmp_path: Path) -> None:
    metrics = fit(notices(), tmp_path, loss=loss, iterations=passes).metrics
    assert metrics["passes"] == passes
    assert passes > 1 or not metrics["converged"]


@pytest.mark.parametrize(
    ("texts", "k"),
    [
        (["apple banana"] * 5, 2),
        (["apple"], 1),
        (["apple pie", "pie crust", "crust apple"], 3),
        (["", "", "apple"], 1),
        (["apple pie", "river boat", ""] * 5, 2),
    ],
    ids=["all alike", "one word", "as many topics as documents", "empty", "some empty"],
)
@pytest.mark.parametrize("given", [{"loss": "kl"}, {"weighting": "counts"}, {}])
def test_a_corpus_of_next_to_nothing_is_no_failure(
    texts: list[str], k: int, given: dict[str, str], tmp_path: Path
) -> None:
    # fault 74
    if not given and len(set(texts)) == 1:
        with pytest.raises(InputError, match="tf-idf leaves nothing"):
            fit(texts, tmp_path, k=k)
        return
    model = fit(texts, tmp_path, k=k, **given).model
    assert 1 <= model.n_topics <= k
    np.testing.assert_allclose(model.doc_topic.sum(axis=1), 1, rtol=1e-6)
    assert (model.topic_word.sum(axis=1) > 0).all()


def test_progress_is_reported_and_training_can_be_interrupted(tmp_path: Path) -> None:
    seen: list[tuple[str, float]] = []

    class Ear(Observer):
        stop = False

        def progress(self, stage: str, done: float, total: float | None = None) -> None:
            seen.append((stage, done))
            if self.stop and stage == "factorising" and done > 0:
                raise KeyboardInterrupt

    ear = Ear()
    fit(notices(), tmp_path, observer=ear)
    assert list(dict.fromkeys(stage for stage, _ in seen)) == [
        "first topics", "factorising", "topics of documents",
    ]  # fmt: skip
    done = [d for stage, d in seen if stage == "factorising"]
    assert len(done) >= 3 and done == sorted(done)
    ear.stop = True
    with pytest.raises(KeyboardInterrupt):
        fit(notices(), tmp_path, observer=ear)
