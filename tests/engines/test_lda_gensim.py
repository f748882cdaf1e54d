"""Latent Dirichlet allocation finds planted topics, says how it went, and repeats itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from latentcli.corpus.counts import count_documents
from latentcli.corpus.documents import Document
from latentcli.engines.lda_gensim import Trained, train
from latentcli.engines.parameters import LdaParameters
from latentcli.models.topic_model import LdaModel
from latentcli.observer import SILENT
from latentcli.queries.inference import infer_lda
from tests.small import by_planted_word, encoded, planted

WORLD = planted()


def fit(texts: list[str], scratch: Path, threads: int = 1, **parameters: object) -> Trained:
    corpus = encoded(texts, scratch)
    kept = np.arange(len(corpus.vocabulary))
    settings = LdaParameters(**{"k": 5, "alpha": 0.2, "eta": 0.2, **parameters})
    return train(corpus, kept, settings, threads, scratch, SILENT)


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


def same(a: LdaModel, b: LdaModel) -> bool:
    arrays = ("topic_word", "alpha", "eta", "doc_topic", "doc_lengths", "term_counts")
    return all(getattr(a, name).tobytes() == getattr(b, name).tobytes() for name in arrays)


@pytest.mark.parametrize("threads", [1, 2])
def test_one_seed_gives_the_same_bytes_on_any_number_of_threads(
    threads: int, trained: Trained, tmp_path: Path
) -> None:
    assert same(fit(WORLD.texts, tmp_path, threads).model, trained.model)


def test_another_seed_gives_another_model(trained: Trained, tmp_path: Path) -> None:
    assert not same(fit(WORLD.texts, tmp_path, seed=2).model, trained.model)


def test_training_says_that_it_has_converged_and_the_likelihood_rose(trained: Trained) -> None:
    likelihoods = trained.metrics["log_likelihood_per_token"]
    assert trained.metrics["converged"]
    assert trained.metrics["passes"] == len(likelihoods) >= 3
    assert likelihoods[-1] > likelihoods[0]
    assert likelihoods[-1] - likelihoods[-3] < 1e-3 * abs(likelihoods[-1])


def test_the_likelihood_is_near_that_of_the_planted_model(trained: Trained) -> None:
    truth = np.mean(
        [
            np.log(mixture @ WORLD.topics[:, tokens]).mean()
            for mixture, tokens in zip(WORLD.proportions, WORLD.tokens, strict=True)
        ]
    )
    assert trained.metrics["log_likelihood_per_token"][-1] == pytest.approx(truth, abs=0.02)


def test_as_many_passes_are_made_as_were_asked_for(tmp_path: Path) -> None:
    metrics = fit(WORLD.texts[:80], tmp_path, iterations=2).metrics
    assert metrics["passes"] == 2
    assert not metrics["converged"]


def test_lambda_is_the_prior_and_the_expected_count_of_every_token(tmp_path: Path) -> None:
    texts = WORLD.texts[:60]  # few enough for one batch a pass, in which the sum is exact
    model = fit(texts, tmp_path).model
    tokens = sum(len(text.split()) for text in texts)
    assert (model.topic_word - 0.2).sum() == pytest.approx(tokens, rel=1e-5)
    assert model.term_counts.sum() == model.doc_lengths.sum() == tokens


def test_proportions_of_training_documents_are_those_inferred_for_them(trained: Trained) -> None:
    model = trained.model
    documents = (Document(str(i), text) for i, text in enumerate(WORLD.texts, 1))
    _, counts = count_documents(documents, model.tokenizer, model.words)
    inferred, _ = infer_lda(model, counts)
    np.testing.assert_allclose(inferred, model.doc_topic, atol=1e-6)


def test_documents_without_words_keep_their_place_and_get_the_prior(tmp_path: Path) -> None:
    # fault 74
    model = fit(["", *WORLD.texts[:40], ""], tmp_path, k=4, alpha=0.5).model
    assert list(model.document_ids) == [str(i) for i in range(1, 43)]
    assert model.doc_lengths.tolist() == [0, *[80] * 40, 0]
    np.testing.assert_allclose(model.doc_topic[[0, -1]], np.full((2, 4), 0.25))


@pytest.mark.parametrize(
    ("texts", "k"),
    [(["apple banana"] * 5, 2), (["apple"], 1), (["apple pie", "pie crust", "crust apple"], 3)],
    ids=["all alike", "one word", "as many topics as documents"],
)
def test_a_corpus_of_next_to_nothing_is_no_failure(
    texts: list[str], k: int, tmp_path: Path
) -> None:
    # fault 74
    trained = fit(texts, tmp_path, k=k)
    assert trained.metrics["converged"]
    np.testing.assert_allclose(trained.model.doc_topic.sum(axis=1), 1, rtol=1e-6)
    assert trained.model.doc_topic.shape == (len(texts), k)
