"""Native Gibbs sampling finds planted topics, says how it went, and repeats itself."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from latentcli.corpus.counts import CountMatrix, count_documents
from latentcli.corpus.documents import Document
from latentcli.engines.lda_native import Trained, train
from latentcli.engines.parameters import LdaParameters
from latentcli.models.topic_model import LdaModel
from latentcli.observer import SILENT, Observer
from latentcli.queries.inference import infer_lda
from tests.small import Planted, by_planted_word, encoded, matched, planted

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
    fitted = {"k": 5, "alpha": 0.4, "eta": 0.05, "fit_alpha": True, "fit_eta": True}
    settings = LdaParameters(**{**fitted, **parameters})
    return train(corpus, kept, settings, threads, scratch, observer)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return fit(WORLD.texts, tmp_path_factory.mktemp("lda"))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_planted_topics_are_recovered(seed: int, tmp_path: Path) -> None:
    model = fit(WORLD.texts, tmp_path, seed=seed).model
    apart = np.abs(by_planted_word(model, WORLD)[:, None] - WORLD.topics).sum(axis=2) / 2
    found, meant = linear_sum_assignment(apart)
    assert apart[found, meant].max() < 0.06
    wrong = np.abs(model.doc_topic[:, found] - WORLD.proportions[:, meant]).sum(axis=1) / 2
    assert wrong.mean() < 0.06


@cache
def twenty() -> Planted:
    return planted(n_docs=5000, k=20, n_terms=1000, length=60)


@pytest.mark.slow
def test_twenty_topics_of_5000_documents_are_recovered(tmp_path: Path) -> None:
    """A seed may merge two topics and split another, which costs .05; most must not."""
    cosines = []
    for seed in (1, 2, 3):
        model = fit(twenty().texts, tmp_path, 2, k=20, alpha=0.1, seed=seed).model
        cosines.append(matched(model, twenty()).mean())
        assert float(model.eta[0]) == pytest.approx(0.05, rel=0.25)
    assert np.median(cosines) >= 0.95
    assert min(cosines) >= 0.9


def same(a: LdaModel, b: LdaModel) -> bool:
    arrays = ("topic_word", "alpha", "eta", "doc_topic", "doc_lengths", "term_counts")
    return all(getattr(a, name).tobytes() == getattr(b, name).tobytes() for name in arrays)


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_one_seed_gives_the_same_bytes_on_any_number_of_threads(
    threads: int, trained: Trained, tmp_path: Path
) -> None:
    assert same(fit(WORLD.texts, tmp_path, threads).model, trained.model)


def test_another_seed_gives_another_model(trained: Trained, tmp_path: Path) -> None:
    assert not same(fit(WORLD.texts, tmp_path, seed=2).model, trained.model)


def test_training_says_that_it_has_converged_and_the_likelihood_rose(trained: Trained) -> None:
    likelihoods = trained.metrics["log_likelihood_per_token"]
    assert trained.metrics["converged"]
    assert trained.metrics["passes"] == len(likelihoods) >= 16
    assert np.mean(likelihoods[-10:]) > likelihoods[0]
    rise = np.mean(likelihoods[-10:]) - np.mean(likelihoods[-20:-10])
    assert rise < 3e-3 * abs(likelihoods[-1])


def test_the_likelihood_is_near_that_of_the_planted_model(trained: Trained) -> None:
    truth = np.mean(
        [
            np.log(mixture @ WORLD.topics[:, tokens]).mean()
            for mixture, tokens in zip(WORLD.proportions, WORLD.tokens, strict=True)
        ]
    )
    # The chain's is predictive: it does not know a document's proportions, but learns them.
    found = np.mean(trained.metrics["log_likelihood_per_token"][-10:])
    assert truth - 0.15 < found < truth


@pytest.mark.parametrize("passes", [1, 2, 40])
def test_as_many_passes_are_made_as_were_asked_for(passes: int, tmp_path: Path) -> None:
    metrics = fit(WORLD.texts[:80], tmp_path, iterations=passes).metrics
    assert metrics["passes"] == passes
    assert passes > 2 or not metrics["converged"]


def test_priors_that_were_given_stay(tmp_path: Path) -> None:
    model = fit(WORLD.texts, tmp_path, alpha=0.3, eta=0.2, fit_alpha=False, fit_eta=False).model
    assert model.alpha.tolist() == [0.3] * 5
    assert model.eta.tolist() == [0.2]


def test_alpha_is_bounded_for_short_texts_alone(tmp_path: Path) -> None:
    # Planted is a sum of 0.5, with which most texts of three words have one topic.
    short = fit(planted(n_docs=2000, length=3).texts, tmp_path).model
    assert short.alpha.sum() == pytest.approx(1)
    assert short.alpha.min() < short.alpha.max()
    assert fit(WORLD.texts, tmp_path).model.alpha.sum() == pytest.approx(0.5, abs=0.15)


def test_topic_words_are_the_prior_and_the_mean_count_of_every_token(tmp_path: Path) -> None:
    model = fit(WORLD.texts, tmp_path).model
    tokens = sum(len(text.split()) for text in WORLD.texts)
    np.testing.assert_allclose(
        (model.topic_word - model.eta[0]).sum(axis=0), model.term_counts, rtol=1e-4
    )
    assert model.term_counts.sum() == model.doc_lengths.sum() == tokens


def counts_of_texts(model: LdaModel) -> CountMatrix:
    documents = (Document(str(i), text) for i, text in enumerate(WORLD.texts, 1))
    return count_documents(documents, model.tokenizer, model.words)[1]


def test_proportions_of_training_documents_are_those_inferred_for_them(trained: Trained) -> None:
    inferred, _ = infer_lda(trained.model, counts_of_texts(trained.model))
    np.testing.assert_allclose(inferred, trained.model.doc_topic, atol=1e-6)


def test_documents_without_words_keep_their_place_and_get_the_prior(tmp_path: Path) -> None:
    # fault 74
    model = fit(["", *WORLD.texts[:40], ""], tmp_path, k=4).model
    assert list(model.document_ids) == [str(i) for i in range(1, 43)]
    assert model.doc_lengths.tolist() == [0, *[80] * 40, 0]
    prior = model.alpha / model.alpha.sum()
    np.testing.assert_allclose(model.doc_topic[[0, -1]], [prior, prior], rtol=1e-5)


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
    texts: list[str], k: int, tmp_path: Path
) -> None:
    # fault 74
    trained = fit(texts, tmp_path, k=k)
    np.testing.assert_allclose(trained.model.doc_topic.sum(axis=1), 1, rtol=1e-6)
    assert trained.model.doc_topic.shape == (len(texts), k)
    assert np.isfinite(trained.model.topic_word).all()
    assert np.isfinite(trained.metrics["log_likelihood_per_token"]).all()


class Steps(Observer):
    """Keeps what it is told of progress; stops the training at a step, as Ctrl-C does."""

    def __init__(self, stop_at: str = "") -> None:
        self.seen: list[tuple[str, float, float | None]] = []
        self._stop_at = stop_at

    def progress(self, stage: str, done: float, total: float | None = None) -> None:
        self.seen.append((stage, done, total))
        if self._stop_at and stage.startswith(self._stop_at) and done > 0:
            raise KeyboardInterrupt


def test_progress_is_reported_and_never_falls(tmp_path: Path) -> None:
    steps = Steps()
    trained = fit(WORLD.texts, tmp_path, observer=steps, iterations=12)
    stages = list(dict.fromkeys(stage for stage, _, _ in steps.seen))
    assert stages == ["first topics", "sampling", "topics of documents"]
    for stage in stages:
        done = [d for name, d, _ in steps.seen if name == stage]
        assert done == sorted(done)
    assert [s for s in steps.seen if s[0] == "sampling"][-1] == ("sampling", 12, 12)
    assert trained.metrics["passes"] == 12


@pytest.mark.parametrize("stage", ["first topics", "sampling"])
def test_training_can_be_interrupted(stage: str, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        fit(WORLD.texts, tmp_path, observer=Steps(stage))
