"""Online EM that begins at singular vectors finds planted topics, the same on any threads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from scipy.optimize import linear_sum_assignment
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from latentcli.corpus.counts import CountMatrix
from latentcli.engines import lda_native, lda_start
from latentcli.engines.lda_start import first_topic_words
from latentcli.engines.parameters import LdaParameters, SeededLdaParameters
from latentcli.observer import SILENT
from tests.small import encoded, matched, planted

WORLD = planted(n_docs=1500, k=8)


def started(
    counts: CountMatrix, k: int = 8, seed: int = 1, threads: int = 1, by_vectors: bool = True
) -> npt.NDArray[np.int32]:
    """The counts of words in topics: (n_terms, k)."""
    first = first_topic_words(
        counts, LdaParameters(k, seed=seed), 0, threads, lambda done, passes: None,
        by_vectors=by_vectors,
    )  # fmt: skip
    return first[:, :k]


def cosines(first: npt.NDArray[np.int32]) -> npt.NDArray[np.float64]:
    """The cosine of each planted topic and the one that is matched to it."""
    found, true = first.T / np.linalg.norm(first, axis=0)[:, None], WORLD.topics
    alike = found @ (true / np.linalg.norm(true, axis=1, keepdims=True)).T
    return np.asarray(alike[linear_sum_assignment(-alike)])


@pytest.mark.parametrize("docs", [None, 500], ids=["all documents", "a part of them"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_planted_topics_are_found(
    seed: int, docs: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if docs:
        monkeypatch.setattr(lda_start, "_VECTOR_DOCS", docs)
    first = started(WORLD.counts(), seed=seed)
    assert cosines(first).min() > 0.95
    assert first.sum() == pytest.approx(WORLD.counts().counts.sum(), rel=0.05)


def test_threads_of_kernels_and_of_blas_change_nothing() -> None:
    counts = WORLD.counts()
    with threadpool_limits(2, "blas"):
        two = started(counts, threads=2)
    with threadpool_limits(1, "blas"):
        assert (two == started(counts)).all()
    assert not (two == started(counts, by_vectors=False)).all()


def test_more_topics_than_documents_are_no_failure() -> None:
    counts = WORLD.counts().rows(0, 3)
    first = started(counts, k=20)
    assert first.min() >= 0
    assert first.sum() == pytest.approx(counts.counts.sum(), rel=0.5)


@pytest.mark.parametrize(("seeded", "most"), [(False, 8), (True, 8), (False, 7)])
def test_a_large_corpus_begins_at_vectors_but_for_seed_words_and_very_many_topics(
    seeded: bool, most: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    find = lda_start._shares_by_vectors

    def spy(*given: object) -> npt.NDArray[np.float32]:
        seen.append(given)
        return find(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(lda_start, "_shares_by_vectors", spy)
    monkeypatch.setattr(lda_native, "_START_TOKENS", 1)
    monkeypatch.setattr(lda_native, "_MOST_VECTORS", most)
    corpus = encoded(WORLD.texts, tmp_path)
    leading = np.argsort(-WORLD.topics[0])[:3]
    seeds = (("first", tuple(f"w{word}" for word in leading)),) if seeded else ()
    parameters = SeededLdaParameters(8, seeds=seeds) if seeded else LdaParameters(8)
    kept = np.arange(len(corpus.vocabulary))
    trained = lda_native.train(corpus, kept, parameters, 1, tmp_path, SILENT)
    assert len(seen) == (0 if seeded or most < 8 else 1)
    assert matched(trained.model, WORLD).min() > 0.97
