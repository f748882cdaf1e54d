"""Latent semantic indexing, by any engine, is ARPACK's truncated SVD, with tf-idf as gensim's."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gensim.matutils import corpus2csc
from gensim.models import TfidfModel
from scipy import sparse
from scipy.sparse.linalg import svds
from sklearn.metrics.pairwise import cosine_similarity

from latentcli.corpus.counts import count_documents
from latentcli.corpus.documents import Document
from latentcli.engines import find_engine
from latentcli.engines.lsi import Trained
from latentcli.engines.parameters import LsiParameters
from latentcli.errors import InputError
from latentcli.models.topic_model import LsiModel
from latentcli.observer import SILENT, Observer
from tests.conftest import ROOT, SAMPLES
from tests.small import bags, encoded

Fit = Callable[..., LsiModel]


def trained(engine: str, texts: list[str], scratch: Path, threads: int, **given: Any) -> Trained:
    corpus = encoded(texts, scratch)
    kept = np.flatnonzero(corpus.vocabulary.document_counts > 1)
    train = find_engine("lsi", engine).load().train
    found: Trained = train(corpus, kept, LsiParameters(**given), threads, scratch, SILENT)
    return found


@pytest.fixture(scope="module", params=["native", "gensim"])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def fit(engine: str) -> Fit:
    def fitted(texts: list[str], scratch: Path, threads: int = 1, **parameters: Any) -> LsiModel:
        return trained(engine, texts, scratch, threads, **parameters).model

    return fitted


@cache
def notices() -> list[str]:
    lines = (SAMPLES / "notices.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines[::2]]


@pytest.fixture(scope="module")
def model(fit: Fit, tmp_path_factory: pytest.TempPathFactory) -> LsiModel:
    return fit(notices(), tmp_path_factory.mktemp("lsi"), k=10, iterations=10)


@pytest.fixture(scope="module")
def weighted(model: LsiModel) -> sparse.csc_matrix:
    """The documents' weights by gensim's own TfidfModel: (n_terms, n_docs)."""
    documents = (Document(str(i), text) for i, text in enumerate(notices(), 1))
    _, counts = count_documents(documents, model.tokenizer, model.words)
    return corpus2csc(TfidfModel(bags(counts))[bags(counts)], num_terms=len(model.words))


def test_singular_values_are_those_of_arpack(model: LsiModel, weighted: sparse.csc_matrix) -> None:
    values = svds(weighted, k=10, rng=np.random.default_rng(1))[1][::-1]
    np.testing.assert_allclose(model.singular_values, values, rtol=1e-4)


def test_few_power_iterations_come_within_a_hundredth(
    weighted: sparse.csc_matrix, tmp_path: Path, fit: Fit
) -> None:
    values = svds(weighted, k=20, rng=np.random.default_rng(1))[1][::-1]
    found = fit(notices(), tmp_path, k=20).singular_values
    np.testing.assert_allclose(found, values, rtol=0.01)


def test_topics_are_the_left_singular_vectors_up_to_sign(
    model: LsiModel, weighted: sparse.csc_matrix
) -> None:
    vectors = svds(weighted, k=10, rng=np.random.default_rng(1))[0][:, ::-1]
    # Where values lie close together, vectors turn easily: the first three stand apart.
    assert np.abs((model.term_topic * vectors).sum(axis=0))[:3].min() > 0.999
    np.testing.assert_allclose(model.term_topic.T @ model.term_topic, np.eye(10), atol=1e-5)


def test_document_vectors_are_the_documents_folded_in(
    model: LsiModel, weighted: sparse.csc_matrix
) -> None:
    expected = weighted.T @ model.term_topic.astype(np.float64)
    np.testing.assert_allclose(model.document_vectors, expected, atol=1e-5)


def test_the_pole_whose_leading_words_are_more_alike_is_positive(
    model: LsiModel, weighted: sparse.csc_matrix
) -> None:
    likeness = cosine_similarity(weighted)
    led: Counter[int] = Counter()

    def leading(pole: np.ndarray) -> list[int]:
        return [int(word) for word in np.argsort(-pole)[:10] if pole[word] > 0]

    def coherence(pole: np.ndarray) -> float:
        words = leading(pole)
        less = np.array([0.8 ** led[word] for word in words])
        return float(less @ likeness[np.ix_(words, words)] @ less)

    for topic in model.term_topic.T:
        assert coherence(topic) >= coherence(-topic) - 1e-6
        led.update(leading(topic))
    assert led.most_common(1)[0][1] > 1


def test_where_both_poles_are_as_alike_the_largest_loading_is_positive(
    tmp_path: Path, fit: Fit
) -> None:
    texts = ["apple"] * 3 + ["pear"] * 2 + ["apple pear"]
    second = fit(texts, tmp_path, k=2, weighting="counts").term_topic[:, 1]
    assert second.min() < 0 < second.max() and second.max() > -second.min()


def test_shares_are_the_squared_singular_values(model: LsiModel) -> None:
    energy = model.singular_values**2
    np.testing.assert_allclose(model.shares(), energy / energy.sum())
    assert (np.diff(model.shares()) <= 0).all()


@pytest.mark.parametrize("threads", [1, 2])
def test_one_seed_gives_the_same_bytes_on_any_number_of_threads(
    threads: int, model: LsiModel, tmp_path: Path, fit: Fit
) -> None:
    again = fit(notices(), tmp_path, threads, k=10, iterations=10)
    for name in ("term_topic", "singular_values", "idf", "document_vectors"):
        assert getattr(again, name).tobytes() == getattr(model, name).tobytes()


def test_a_corpus_of_low_rank_gives_no_more_topics_than_its_rank(tmp_path: Path, fit: Fit) -> None:
    model = fit(["apple pie", "river boat", "violin song"] * 9, tmp_path, k=6)
    assert model.n_topics == model.document_vectors.shape[1] == 3
    np.testing.assert_allclose(model.singular_values, [3, 3, 3], rtol=1e-6)


def test_raw_counts_are_decomposed_where_asked_for(tmp_path: Path, fit: Fit) -> None:
    model = fit(["apple apple", "river", "river", "apple apple"], tmp_path, k=2, weighting="counts")
    np.testing.assert_allclose(model.singular_values, [np.sqrt(8), np.sqrt(2)], rtol=1e-6)
    assert (model.idf == 1).all()


def test_documents_that_are_all_alike_have_no_tfidf_and_are_refused(
    tmp_path: Path, fit: Fit
) -> None:
    # fault 74
    with pytest.raises(InputError, match="every word is in all documents") as raised:
        fit(["apple pie"] * 5, tmp_path, k=2)
    assert raised.value.hint == "use --weighting counts"


def test_the_native_engine_captures_no_less_energy_than_gensims(tmp_path: Path) -> None:
    for k in (2, 20, 60):
        ours, gensims = (
            trained(engine, notices(), tmp_path, 1, k=k).metrics["captured_energy"]
            for engine in ("native", "gensim")
        )
        assert 0 < gensims < ours * 1.0005 <= 1.0005


def test_as_many_topics_as_documents_capture_all(tmp_path: Path) -> None:
    texts = notices()[:30]
    found = trained("native", texts, tmp_path, 1, k=30)
    assert found.model.n_topics == 30
    assert found.metrics["captured_energy"] == pytest.approx(1, abs=1e-6)


def test_progress_reaches_its_end_and_an_interrupt_ends_the_training(tmp_path: Path) -> None:
    told: list[tuple[float, float | None]] = []

    class Ear(Observer):
        def progress(self, stage: str, done: float, total: float | None = None) -> None:
            told.append((done, total))
            if stop_at is not None and done >= stop_at:
                raise KeyboardInterrupt

    corpus = encoded(notices(), tmp_path)
    kept = np.flatnonzero(corpus.vocabulary.document_counts > 1)
    train = find_engine("lsi", "native").load().train
    stop_at: float | None = None
    train(corpus, kept, LsiParameters(k=5, iterations=20), 1, tmp_path, Ear())
    assert len(told) > 10
    assert told == sorted(told) and told[0][0] == 0 and told[-1][0] == told[-1][1]
    stop_at = told[3][0]
    with pytest.raises(KeyboardInterrupt):
        train(corpus, kept, LsiParameters(k=5, iterations=20), 1, tmp_path, Ear())


def test_the_native_engine_loads_neither_gensim_nor_scipy() -> None:
    code = (
        "import sys, latentcli.engines.lsi_native\nprint(*({'gensim', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == b""
