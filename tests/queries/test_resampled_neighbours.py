"""Neighbours over resamples: intervals as NumPy has them, shares as a planted corpus has them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.mask import frequent
from latentcli.corpus.resample import Resample, drawn_with_replacement, resampled
from latentcli.engines.parameters import Word2VecParameters
from latentcli.engines.word2vec_native import train
from latentcli.models.embedding import Embedding
from latentcli.models.word_vectors import Space
from latentcli.observer import SILENT
from latentcli.queries.resampled_neighbours import ResampledNeighbor, interval, resampled_neighbours
from latentcli.queries.words import Found
from tests.small import embedding, encoded, random_embedding


def asked(base: Embedding, others: list[Embedding], word: str, n: int) -> list[ResampledNeighbor]:
    row = base.words.find(word)
    assert row is not None
    spaces = [Space(model, None) for model in others]
    return resampled_neighbours(Space(base, None), spaces, Found(word, row), n)


def cosines(model: Embedding) -> np.ndarray:  # type: ignore[type-arg]
    unit = model.vectors.astype(np.float64)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    return unit @ unit.T


@pytest.mark.parametrize("n_resamples", [3, 39, 40, 60])
def test_figures_are_numpys(n_resamples: int) -> None:
    base = random_embedding(30, 4)
    others = [random_embedding(30, 4, seed) for seed in range(2, 2 + n_resamples)]
    every = np.array([cosines(model) for model in others])
    order = np.argsort(-every[:, 0], axis=1)[:, 1:6]
    rows = asked(base, others, "w0", 5)
    assert {int(row.word[1:]) for row in rows} >= set(np.argsort(-cosines(base)[0])[1:6].tolist())
    for row in rows:
        place = int(row.word[1:])
        values = every[:, 0, place]
        ends = [0, 100] if n_resamples < 40 else [2.5, 97.5]
        assert (row.low, row.high) == pytest.approx(np.percentile(values, ends), abs=1e-6)
        assert row.mean == pytest.approx(values.mean(), abs=1e-6)
        assert row.similarity == pytest.approx(cosines(base)[0, place], abs=1e-6)
        assert row.share == pytest.approx((order == place).any(1).mean())
        assert row.resamples == n_resamples


def test_the_interval_of_few_is_from_the_least_to_the_largest() -> None:
    values = np.random.default_rng(1).normal(size=39).tolist()
    assert interval(values) == (min(values), max(values))
    more = [*values, 9.0]
    assert interval(more) == tuple(np.percentile(more, [2.5, 97.5]))


ACROSS = embedding([[1, 0], [0.9, 0.1], [0, 1]], ["king", "queen", "ship"])
ALONG = embedding([[1, 0], [0, 1], [0.9, 0.1]], ["king", "queen", "ship"])


def test_what_half_of_the_resamples_name_is_told_though_the_model_does_not() -> None:
    rows = asked(ACROSS, [ACROSS, ALONG], "king", 1)
    assert [(row.word, row.share) for row in rows] == [("queen", 0.5), ("ship", 0.5)]
    rows = asked(ACROSS, [ACROSS, ACROSS, ALONG], "king", 1)
    assert [(row.word, row.share) for row in rows] == [("queen", pytest.approx(2 / 3))]
    rows = asked(ACROSS, [ALONG, ALONG], "king", 1)
    assert [(row.word, row.share) for row in rows] == [("ship", 1), ("queen", 0)]


def test_words_that_a_resample_lacks_are_counted_off() -> None:
    no_queen = embedding([[1, 0], [0, 1]], ["king", "ship"])
    no_king = embedding([[1, 0], [0, 1]], ["queen", "ship"])
    [queen, *_] = asked(ACROSS, [ACROSS, ACROSS, no_queen, no_king], "king", 1)
    assert (queen.word, queen.share, queen.resamples) == ("queen", pytest.approx(2 / 3), 2)
    new = embedding([[1, 0], [0, 1], [1, 0]], ["king", "ship", "crown"])
    [crown, queen] = asked(ACROSS, [new], "king", 1)
    assert (crown.word, crown.similarity, crown.share, crown.resamples) == ("crown", None, 1, 1)
    assert queen == ("king", "queen", queen.similarity, None, None, None, 0, 0)


def test_nothing_is_said_where_no_resample_knows_the_word() -> None:
    no_king = embedding([[1, 0], [0, 1]], ["queen", "ship"])
    [row] = asked(ACROSS, [no_king], "king", 1)
    assert row[3:] == (None, None, None, None, 0)
    assert (row.word, row.similarity) == ("queen", pytest.approx(cosines(ACROSS)[0, 1]))


N_RESAMPLES = 100


def _planted() -> list[str]:
    """Words that stand between the same others are near: ``sun`` and ``moon`` in twenty documents,
    ``pine`` and ``oak`` in the last one only; elsewhere ``pine`` stands where ``fir`` does."""
    draw = np.random.default_rng(1)

    def slots(words: list[str], between: str, n: int) -> str:
        others = [f"{between}{i}" for i in draw.integers(0, 12, n)]
        return " ".join(map(" ".join, zip(draw.choice(words, n), others, strict=True)))

    texts = []
    for _ in range(20):
        texts.append(f"{slots(['fir'], 'a', 6)} {slots(['pine'], 'a', 1)}")
        texts += [slots(["oak"], "b", 1), slots(["sun", "moon"], "c", 12)]
    return [*texts, slots(["pine", "oak"], "d", 150)]


def _trained(corpus: EncodedCorpus, seed: int, scratch: Path) -> Embedding:
    how = Word2VecParameters(dim=16, window=1, negative=2, epochs=60, sample=0, seed=seed)
    model: Embedding = train(corpus, frequent(corpus.vocabulary, 1), how, 1, scratch, SILENT).model
    return model


@pytest.mark.slow
def test_what_hangs_on_one_document_is_named_by_the_resamples_that_have_it(tmp_path: Path) -> None:
    """That is 1 - 1/e of them, .632; what every document says, by all."""
    texts = _planted()
    corpus = encoded(texts, tmp_path)
    (scratch := tmp_path / "scratch").mkdir()
    models, drawn = [], []
    for number in range(1, N_RESAMPLES + 1):
        documents = drawn_with_replacement(corpus, Resample(number, 1))
        drawn.append(len(texts) - 1 in documents)
        models.append(_trained(resampled(corpus, documents, tmp_path), 1 + number, scratch))
    base = _trained(corpus, 1, scratch)
    shares = {
        query: {row.word: row.share for row in asked(base, models, query, 1)}
        for query in ("pine", "sun")
    }
    assert shares["sun"] == {"moon": 1.0}
    assert shares["pine"]["oak"] == pytest.approx(np.mean(drawn))
    four_deviations = 4 * np.sqrt(0.632 * 0.368 / N_RESAMPLES)
    assert shares["pine"]["oak"] == pytest.approx(1 - 1 / np.e, abs=four_deviations)
