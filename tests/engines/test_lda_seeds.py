"""Seed words pull the topics that they name to their lines; the other figures stay honest."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from latentcli.corpus.strings import Strings
from latentcli.engines import lda_gensim, lda_native
from latentcli.engines.lda_seeds import NO_SEEDS, PseudoTokens, pseudo_tokens
from latentcli.engines.lda_start import first_topic_words
from latentcli.engines.parameters import LdaParameters, SeededLdaParameters
from latentcli.models.topic_model import LdaModel
from latentcli.observer import SILENT
from tests.small import Planted, encoded, planted

WORLD = planted()
EIGHT = planted(n_docs=800, k=8, n_terms=300, length=60)
ENGINES = pytest.mark.parametrize("engine", [lda_native, lda_gensim])


def lines(world: Planted, topics: Sequence[int]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The three likeliest words of each planted topic."""
    top = np.argsort(-world.topics, axis=1)[:, :3]
    return tuple((f"line {t}", tuple(f"w{word}" for word in top[t])) for t in topics)


def fit(
    world: Planted, scratch: Path, topics: Sequence[int], engine: object = lda_native, **given: int
) -> LdaModel:
    corpus = encoded(world.texts, scratch)
    settings = {"k": 5, "alpha": 0.2, "eta": 0.05, "fit_alpha": True, "fit_eta": True, **given}
    parameters = SeededLdaParameters(**settings, seeds=lines(world, topics))
    kept = np.arange(len(corpus.vocabulary))
    return engine.train(corpus, kept, parameters, 1, scratch, SILENT).model  # type: ignore[attr-defined]


def cosines(model: LdaModel, world: Planted) -> np.ndarray:
    found = np.zeros((model.n_topics, world.topics.shape[1]))
    found[:, [int(word[1:]) for word in model.words]] = model.topic_word_probabilities()
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    return found @ (world.topics / np.linalg.norm(world.topics, axis=1, keepdims=True)).T


@ENGINES
@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_planted_topics_come_at_the_lines_that_name_them(
    engine: object, seed: int, tmp_path: Path
) -> None:
    order = np.random.default_rng(seed).permutation(5)
    given = {"seed": seed, **({} if engine is lda_native else {"fit_alpha": 0, "fit_eta": 0})}
    model = fit(WORLD, tmp_path, order, engine, **given)
    assert (cosines(model, WORLD)[np.arange(5), order] > 0.95).all()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_themes_that_are_mixed_without_seeds_are_apart_with_them(seed: int, tmp_path: Path) -> None:
    """Of eight themes, four topics must mix some; not those that are named."""
    mixed = cosines(fit(EIGHT, tmp_path, (), k=4, seed=seed), EIGHT).argmax(axis=0)
    pair = next((a, b) for a in range(8) for b in range(a) if mixed[a] == mixed[b])
    found = cosines(fit(EIGHT, tmp_path, pair, k=4, seed=seed), EIGHT)
    assert found.argmax(axis=0)[list(pair)].tolist() == [0, 1]
    assert max(found[0, pair[1]], found[1, pair[0]]) < 0.3


def test_eta_is_fitted_as_without_seeds(tmp_path: Path) -> None:
    seeded = fit(WORLD, tmp_path, range(5))
    plain = fit(WORLD, tmp_path, ())
    assert float(seeded.eta[0]) == pytest.approx(float(plain.eta[0]), rel=0.15)


def test_topics_hold_the_pseudo_tokens_and_no_more(tmp_path: Path) -> None:
    model = fit(WORLD, tmp_path, range(5), iterations=10)
    seeds = pseudo_tokens(
        SeededLdaParameters(k=5, seeds=lines(WORLD, range(5))), model.words, model.term_counts
    )
    whole = model.topic_word.sum() - float(model.eta[0]) * model.topic_word.size
    assert whole == pytest.approx(model.term_counts.sum() + seeds.counts.sum(), rel=1e-4)
    least = model.topic_word[seeds.topics, seeds.terms]
    assert (least >= seeds.counts).all()


def test_pseudo_tokens_are_a_part_of_a_words_own() -> None:
    words, counts = Strings.of(["sun", "moon", "pan"]), np.array([100, 10, 1])
    given = (("sky", ("sun", "moon", "sun", "comet")), ("kitchen", ("pan", "sun")))
    seeds = pseudo_tokens(SeededLdaParameters(seeds=given, seed_weight=0.3), words, counts)
    pairs = zip(*(part.tolist() for part in seeds), strict=True)
    assert sorted(pairs) == [(0, 0, 30), (0, 1, 30), (1, 0, 3), (2, 1, 1)]
    assert seeds.totals(3).tolist() == [33, 31, 0]
    assert pseudo_tokens(LdaParameters(), words, counts) is NO_SEEDS


def test_the_start_has_seed_words_in_their_topics_and_no_pseudo_tokens() -> None:
    counts = WORLD.counts()
    occurrences = counts.term_counts()
    words = np.argsort(-WORLD.topics[3])[:4]
    seeds = PseudoTokens(words, np.full(4, 2), occurrences[words])
    first = first_topic_words(counts, LdaParameters(5), 0, 1, lambda done, passes: None, seeds)
    assert (first[words, :5].argmax(axis=1) == 2).all()
    assert first.sum() == pytest.approx(occurrences.sum(), rel=0.05)
