"""PLSA finds planted topics, and reaches the likelihood of scikit-learn's factorisation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import sparse
from sklearn.decomposition import non_negative_factorization

from latentcli.corpus.counts import CountMatrix
from latentcli.engines.nndsvd import Factors
from latentcli.engines.parameters import PlsaParameters
from latentcli.engines.plsa_native import Trained, _Em, fit_topics, held_out, train
from latentcli.models.topic_model import PlsaModel
from latentcli.observer import SILENT, Observer
from latentcli.queries.folding_in import fold_in
from tests.small import encoded, matched, planted

WORLD = planted()


def fit(
    texts: list[str],
    scratch: Path,
    threads: int = 1,
    observer: Observer = SILENT,
    **parameters: object,
) -> Trained:
    corpus = encoded(texts, scratch)
    kept = np.arange(len(corpus.vocabulary))
    settings = PlsaParameters(**{"k": 5, **parameters})  # type: ignore[arg-type]
    return train(corpus, kept, settings, threads, scratch, observer)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return fit(WORLD.texts, tmp_path_factory.mktemp("plsa"))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_planted_topics_are_recovered(seed: int, tmp_path: Path) -> None:
    model = fit(WORLD.texts, tmp_path, seed=seed).model
    assert matched(model, WORLD).min() > 0.98
    np.testing.assert_allclose(model.topic_word_probabilities().sum(axis=1), 1)
    np.testing.assert_allclose(model.doc_topic.sum(axis=1), 1, rtol=1e-6)


@pytest.mark.slow
def test_twenty_planted_topics_of_five_thousand_documents_are_recovered(tmp_path: Path) -> None:
    world = planted(n_docs=5000, k=20, n_terms=2000, length=100)
    means = [
        matched(fit(world.texts, tmp_path, 2, k=20, seed=s).model, world).mean() for s in (1, 2, 3)
    ]
    assert min(means) >= 0.95


def factorised(k: int, passes: int, **start: object) -> float:
    """log p per token of the planted corpus under scikit-learn's NMF."""
    counts = WORLD.counts()
    matrix = sparse.csr_matrix((counts.counts.astype(float), counts.terms, counts.starts))
    w, h, _ = non_negative_factorization(
        matrix, n_components=k, solver="mu", beta_loss="kullback-leibler", tol=0, max_iter=passes,
        **start,
    )  # fmt: skip
    product = w @ h
    p = product / product.sum(axis=1, keepdims=True)
    dense = matrix.toarray()
    return float((dense * np.log(np.maximum(p, 1e-300))).sum() / dense.sum())


@pytest.mark.parametrize("k", [1, 3, 5, 8])
def test_the_likelihood_is_that_of_a_factorisation_by_divergence(k: int) -> None:
    """PLSA and NMF by Kullback-Leibler divergence have the same optima (Gaussier, Goutte 2005).

    So scikit-learn finds no better one from random numbers, and none from ours.
    """
    counts = WORLD.counts()
    found = fit_topics(counts, PlsaParameters(k, iterations=500), 1, SILENT)
    ours = found.metrics["log_likelihood_per_token"][-1]
    theirs = max(factorised(k, 400, init="random", random_state=seed) for seed in (1, 2, 3))
    assert ours > theirs - 2e-3
    mixtures = fold_in(found.topic_word, counts, tolerance=1e-6, max_sweeps=2000).weights
    w = np.maximum(mixtures, 1e-12) * counts.doc_lengths()[:, None]
    h = np.maximum(found.topic_word, 1e-12)
    assert factorised(k, 200, W=w, H=h, init="custom") == pytest.approx(ours, abs=1e-3)


def test_every_pass_raises_the_likelihood_and_training_ends_when_it_hardly_does(
    trained: Trained,
) -> None:
    rise = np.diff(trained.metrics["log_likelihood_per_token"])
    assert (rise > -1e-6).all()
    assert trained.metrics["converged"]
    assert trained.metrics["passes"] == len(rise) + 1
    assert rise[-5:].sum() < 2e-4 * abs(trained.metrics["log_likelihood_per_token"][-1])


def same(a: PlsaModel, b: PlsaModel) -> bool:
    arrays = ("topic_word", "doc_topic", "beta", "doc_lengths", "term_counts")
    return all(getattr(a, name).tobytes() == getattr(b, name).tobytes() for name in arrays)


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_one_seed_gives_the_same_bytes_on_any_number_of_threads(
    threads: int, trained: Trained, tmp_path: Path
) -> None:
    assert same(fit(WORLD.texts, tmp_path, threads).model, trained.model)


def test_another_seed_gives_another_model(trained: Trained, tmp_path: Path) -> None:
    assert not same(fit(WORLD.texts, tmp_path, seed=2).model, trained.model)


@pytest.mark.parametrize("tempered", [False, True])
@pytest.mark.parametrize("passes", [1, 3, 40])
def test_as_many_passes_are_made_as_were_asked_for(
    passes: int, tempered: bool, tmp_path: Path
) -> None:
    metrics = fit(WORLD.texts[:80], tmp_path, iterations=passes, tempered=tempered).metrics
    assert metrics["passes"] == passes or (tempered and metrics["passes"] < passes)
    assert passes > 3 or not metrics["converged"]


@pytest.mark.parametrize("tempered", [False, True])
@pytest.mark.parametrize("passes", [1, 2, 15, 20])
def test_the_passes_that_choose_a_start_are_among_those_asked_for(
    passes: int, tempered: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []  # by the start
    begin, step = _Em.begin, _Em.step

    def counted_begin(em: _Em, first: Factors) -> None:
        made.append(0)
        begin(em, first)

    def counted_step(em: _Em, *given: Any) -> float:
        made[-1] += 1
        return step(em, *given)

    monkeypatch.setattr(_Em, "begin", counted_begin)
    monkeypatch.setattr(_Em, "step", counted_step)
    metrics = fit(WORLD.texts[:80], tmp_path, iterations=passes, tempered=tempered).metrics
    assert made[-1] == metrics["passes"] <= passes
    assert max(made) <= passes
    if not tempered:
        assert made[-1] == len(metrics["log_likelihood_per_token"]) == passes


def sparse_world() -> CountMatrix:
    """Short documents of many topics: EM fits their noise."""
    return planted(n_docs=300, k=10, n_terms=600, length=25).counts()


def test_tempering_makes_unseen_tokens_likelier(tmp_path: Path) -> None:
    counts = sparse_world()
    seen, unseen = held_out(counts, 0.2, 99)
    plain = fit_topics(seen, PlsaParameters(10), 1, SILENT)
    tempered = fit_topics(seen, PlsaParameters(10, tempered=True), 1, SILENT)
    assert plain.beta == 1 > tempered.beta > 0.2
    assert tempered.metrics["beta"] == tempered.beta
    figures = tempered.metrics["held_out_log_likelihoods"]
    assert tempered.metrics["held_out_log_likelihood_per_token"] == pytest.approx(max(figures))

    def score(topics: np.ndarray, beta: float) -> float:
        mixtures = fold_in(topics, seen, beta).weights
        document = np.repeat(np.arange(unseen.n_docs), np.diff(unseen.starts))
        p = (mixtures[document] * topics.T[unseen.terms]).sum(axis=1)
        return float((unseen.counts * np.log(np.maximum(p, 1e-12))).sum() / unseen.counts.sum())

    assert score(tempered.topic_word, tempered.beta) > score(plain.topic_word, 1) + 0.3


def test_tokens_are_held_out_one_by_one_by_the_seed() -> None:
    counts = sparse_world()
    seen, held = held_out(counts, 0.1, 1)
    dense = [
        np.bincount(
            np.repeat(np.arange(c.n_docs), np.diff(c.starts)) * c.n_terms + c.terms,
            c.counts, c.n_docs * c.n_terms,
        )
        for c in (counts, seen, held)
    ]  # fmt: skip
    np.testing.assert_array_equal(dense[0], dense[1] + dense[2])
    assert held.counts.sum() / counts.counts.sum() == pytest.approx(0.1, abs=0.01)
    assert (seen.counts > 0).all() and (held.counts > 0).all()
    assert held_out(counts, 0.1, 1)[1].terms.tobytes() == held.terms.tobytes()
    assert held_out(counts, 0.1, 2)[1].terms.tobytes() != held.terms.tobytes()


def test_documents_without_words_keep_their_place(tmp_path: Path) -> None:
    # fault 74
    model = fit(["", *WORLD.texts[:40], ""], tmp_path, k=4).model
    assert model.doc_lengths.tolist() == [0, *[80] * 40, 0]
    np.testing.assert_allclose(model.doc_topic[[0, -1]], 0.25)


@pytest.mark.parametrize("tempered", [False, True])
@pytest.mark.parametrize(
    ("texts", "k"),
    [
        (["apple banana"] * 5, 2),
        (["apple"], 1),
        (["apple"] * 3, 1),
        (["apple pie", "pie crust", "crust apple"], 3),
        (["", "", "apple"], 1),
    ],
    ids=["all alike", "one word", "one word each", "as many topics as documents", "empty"],
)
def test_a_corpus_of_next_to_nothing_is_no_failure(
    texts: list[str], k: int, tempered: bool, tmp_path: Path
) -> None:
    # fault 74
    model = fit(texts, tmp_path, k=k, tempered=tempered).model
    np.testing.assert_allclose(model.doc_topic.sum(axis=1), 1, rtol=1e-6)
    assert model.doc_topic.shape == (len(texts), model.n_topics)
    np.testing.assert_allclose(model.topic_word.sum(axis=1), 1, rtol=1e-5)


class Steps(Observer):
    """Keeps what it is told of progress; stops the training at a stage, as Ctrl-C does."""

    def __init__(self, stop_at: str = "") -> None:
        self.seen: list[tuple[str, float]] = []
        self._stop_at = stop_at

    def progress(self, stage: str, done: float, total: float | None = None) -> None:
        self.seen.append((stage, done))
        if stage == self._stop_at and done > 0:
            raise KeyboardInterrupt


@pytest.mark.parametrize("tempered", [False, True])
def test_progress_is_reported_and_never_falls(tempered: bool, tmp_path: Path) -> None:
    steps = Steps()
    fit(WORLD.texts, tmp_path, observer=steps, tempered=tempered)
    stages = list(dict.fromkeys(stage for stage, _ in steps.seen))
    assert stages == ["first topics", "fitting", "topics of documents"]
    for stage in stages:
        done = [d for name, d in steps.seen if name == stage]
        assert done == sorted(done)


@pytest.mark.parametrize("stage", ["first topics", "fitting"])
def test_training_can_be_interrupted(stage: str, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        fit(WORLD.texts, tmp_path, observer=Steps(stage))
