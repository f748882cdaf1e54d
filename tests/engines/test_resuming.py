"""Training that is stopped and resumed comes to what it would have come to in one go."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from latentcli.engines import (
    find_engine,
    lda_gensim,
    lda_native,
    nmf_native,
    plsa_native,
    resuming,
    word2vec_native,
)
from latentcli.engines.parameters import (
    LdaParameters,
    NmfParameters,
    PlsaParameters,
    SeededLdaParameters,
    Word2VecParameters,
)
from latentcli.errors import DamagedArtefact, RequestError
from latentcli.models.topic_model import LdaModel
from latentcli.observer import SILENT
from tests.small import encoded, planted

WORLD = planted(n_docs=300)
SEEDS = (("first", ("w1", "w2")), ("second", ("w7",)))


class Trained:
    """A model of the planted corpus, to be trained further."""

    def __init__(
        self, engine: ModuleType, scratch: Path, parameters: Any, threads: int = 1
    ) -> None:
        self.engine, self.scratch, self.threads = engine, scratch, threads
        self.corpus = encoded(WORLD.texts, scratch)
        self.kept = np.arange(len(self.corpus.vocabulary))
        self.model, self.metrics = engine.train(
            self.corpus, self.kept, parameters, threads, scratch, SILENT
        )

    def resumed(self, parameters: Any, model: Any = None) -> Any:
        scratch = self.scratch / "resumed"
        scratch.mkdir(exist_ok=True)
        return self.engine.resume(
            model or self.model, self.metrics, self.corpus, self.kept, parameters, self.threads,
            scratch, SILENT,
        )  # fmt: skip


def lda(iterations: int | None, fitted: bool = False, seeds: Any = ()) -> LdaParameters:
    given = (5, 0.2, 0.05, iterations, 1, fitted, fitted)
    return SeededLdaParameters(*given, seeds=seeds) if seeds else LdaParameters(*given)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("seeds", [(), SEEDS])
def test_a_chain_with_given_priors_goes_on_as_if_never_stopped(
    seeds: Any, threads: int, tmp_path: Path
) -> None:
    whole = Trained(lda_native, tmp_path, lda(30, seeds=seeds))
    (tmp_path / "b").mkdir()
    part = Trained(lda_native, tmp_path / "b", lda(18, seeds=seeds), threads)
    # As it is stored, its topics are in another order.
    model = part.model.permuted(np.array([3, 1, 4, 0, 2]))
    more = part.resumed(lda(12, seeds=seeds), model)
    for name in ("topic_word", "token_topic", "doc_topic", "alpha"):
        np.testing.assert_array_equal(getattr(more.model, name), getattr(whole.model, name))
    assert more.metrics == whole.metrics


def test_a_chain_with_fitted_priors_becomes_as_likely(tmp_path: Path) -> None:
    whole = Trained(lda_native, tmp_path, lda(60, fitted=True)).metrics
    (tmp_path / "b").mkdir()
    more = Trained(lda_native, tmp_path / "b", lda(20, fitted=True)).resumed(lda(40, fitted=True))
    ends = [np.mean(m["log_likelihood_per_token"][-10:]) for m in (whole, more.metrics)]
    assert more.metrics["passes"] == 60
    assert ends[1] == pytest.approx(ends[0], rel=0.003)
    assert more.metrics["eta"] == pytest.approx(whole["eta"], rel=0.05)


def test_a_resumed_chain_that_is_given_no_number_settles_again(tmp_path: Path) -> None:
    part = Trained(lda_native, tmp_path, lda(3))
    assert not part.metrics["converged"]
    more = part.resumed(lda(None))
    assert more.metrics["converged"]
    assert 12 < more.metrics["passes"] - 3 < 500


def test_gensims_steps_go_on_from_where_they_were(tmp_path: Path) -> None:
    whole = Trained(lda_gensim, tmp_path, lda(6, seeds=SEEDS))
    (tmp_path / "b").mkdir()
    part = Trained(lda_gensim, tmp_path / "b", lda(2, seeds=SEEDS))
    more = part.resumed(lda(4, seeds=SEEDS), part.model.permuted(np.array([3, 1, 4, 0, 2])))
    assert more.metrics["passes"] == 6
    difference = np.abs(more.model.topic_word - whole.model.topic_word).max()
    assert difference < 0.01 * whole.model.topic_word.max()


@pytest.mark.parametrize(
    ("engine", "settings", "measure"),
    [
        (plsa_native, PlsaParameters(5), "log_likelihood_per_token"),
        (nmf_native, NmfParameters(5), "loss"),
        (nmf_native, NmfParameters(5, loss="kl", weighting="counts"), "loss"),
    ],
    ids=["plsa", "nmf", "nmf by divergence"],
)
def test_factors_go_on_from_where_they_were(
    engine: ModuleType, settings: Any, measure: str, tmp_path: Path
) -> None:
    whole = Trained(engine, tmp_path, replace(settings, iterations=60))
    (tmp_path / "b").mkdir()
    part = Trained(engine, tmp_path / "b", replace(settings, iterations=25))
    more = part.resumed(
        replace(settings, iterations=35), part.model.permuted(np.array([3, 1, 4, 0, 2]))
    )
    values = more.metrics[measure]
    assert more.metrics["passes"] == len(values) == 60
    assert values[:25] == part.metrics[measure]
    assert values[25] == pytest.approx(values[24], rel=0.005)
    assert values[-1] == pytest.approx(whole.metrics[measure][-1], rel=0.002)
    alike = unit(more.model) @ unit(whole.model).T
    assert alike[linear_sum_assignment(-alike)].min() > 0.99


@pytest.mark.parametrize("loss", ["frobenius", "kl"])
def test_factors_of_fewer_topics_go_on_with_a_document_without_words(
    loss: str, tmp_path: Path
) -> None:
    corpus = encoded([*["apple pie pie"] * 4, "", *["boat sea sea"] * 4], tmp_path)
    kept = np.arange(len(corpus.vocabulary))
    settings = NmfParameters(6, iterations=4, loss=loss, weighting="counts")
    part = nmf_native.train(corpus, kept, settings, 1, tmp_path, SILENT)
    model = part.model.permuted(np.arange(2))
    more = nmf_native.resume(model, part.metrics, corpus, kept, settings, 1, tmp_path, SILENT)
    assert more.model.topic_word.shape == (2, len(kept))
    assert more.metrics["passes"] == 8
    np.testing.assert_allclose(more.model.doc_topic.sum(axis=1), 1, rtol=1e-6)


def test_factors_that_are_given_no_number_settle_again(tmp_path: Path) -> None:
    part = Trained(plsa_native, tmp_path, PlsaParameters(5, 3))
    assert not part.metrics["converged"]
    more = part.resumed(PlsaParameters(5, None))
    assert more.metrics["converged"]
    assert more.metrics["passes"] > 10


def test_a_tempered_model_has_no_further_to_go(tmp_path: Path) -> None:
    part = Trained(plsa_native, tmp_path, PlsaParameters(5, 30, tempered=True))
    with pytest.raises(RequestError, match="tempered"):
        part.resumed(PlsaParameters(5, 30, tempered=True))


def unit(model: Any) -> np.ndarray:
    """Topics at unit length."""
    return np.asarray(model.topic_word / np.linalg.norm(model.topic_word, axis=1, keepdims=True))


def without(model: LdaModel, **changed: Any) -> LdaModel:
    return LdaModel(**{**vars(model), **changed})


def test_a_model_without_its_tokens_topics_cannot_go_on(tmp_path: Path) -> None:
    part = Trained(lda_native, tmp_path, lda(3))
    with pytest.raises(RequestError, match="no topics of tokens"):
        part.resumed(lda(3), without(part.model, token_topic=None))


@pytest.mark.parametrize("wrong", [np.zeros(7, np.uint16), None])
def test_topics_that_do_not_fit_the_corpus_are_damage(wrong: Any, tmp_path: Path) -> None:
    part = Trained(lda_native, tmp_path, lda(3))
    topics = np.full_like(part.model.token_topic, 5) if wrong is None else wrong
    with pytest.raises(DamagedArtefact, match="do not fit"):
        part.resumed(lda(3), without(part.model, token_topic=topics))


def test_vectors_trained_further_begin_where_they_were(tmp_path: Path) -> None:
    """A run of no more tokens than it had would leave them; one epoch more moves them a little."""
    settings = Word2VecParameters(dim=16, epochs=8)
    part = Trained(word2vec_native, tmp_path, settings)
    more = part.resumed(Word2VecParameters(dim=16, epochs=9))
    assert more.metrics["epochs"] == 9
    moved = np.linalg.norm(more.model.vectors - part.model.vectors, axis=1)
    assert 0 < moved.max()
    assert np.median(moved / part.model.norms) < 0.2
    again = part.resumed(Word2VecParameters(dim=16, epochs=9))
    np.testing.assert_array_equal(again.model.vectors, more.model.vectors)


def test_more_epochs_come_near_to_as_many_at_once(tmp_path: Path) -> None:
    whole = Trained(word2vec_native, tmp_path, Word2VecParameters(dim=16, epochs=40)).model
    (tmp_path / "b").mkdir()
    part = Trained(word2vec_native, tmp_path / "b", Word2VecParameters(dim=16, epochs=20))
    more = part.resumed(Word2VecParameters(dim=16, epochs=40)).model

    def similarities(model: Any) -> np.ndarray:
        units = model.vectors / model.norms[:, None]
        return (units @ units.T)[np.triu_indices(len(units), 1)]

    alike = [np.corrcoef(similarities(m), similarities(whole))[0, 1] for m in (part.model, more)]
    assert alike[1] > 0.9
    assert alike[1] > alike[0]


def test_the_registry_says_who_can_go_on() -> None:
    assert "lda by native" in resuming()
    assert not find_engine("lsi").resumes
    for algorithm, name in (
        ("lda", "native"), ("lda", "gensim"), ("plsa", "native"), ("nmf", "native"),
        ("word2vec", "native"), ("fasttext", "native"),
    ):  # fmt: skip
        assert hasattr(find_engine(algorithm, name).load(), "resume")
