"""Document completion, against a plain loop over the tokens of a document."""

from __future__ import annotations

from dataclasses import replace
from math import exp, log
from pathlib import Path

import numpy as np
import pytest

from latentcli.corpus.counts import CountMatrix
from latentcli.evaluation.perplexity import complete_documents, halves
from latentcli.queries.inference import infer_topics
from tests.small import encoded, planted, planted_lda

WORLD = planted(n_docs=60, k=4, n_terms=50, length=21)


def bag(words: list[int], n_terms: int) -> CountMatrix:
    terms, counts = np.unique(np.array(words, np.int32), return_counts=True)
    return CountMatrix(
        np.array([0, len(terms)]), terms.astype(np.int32), counts.astype(np.int32), n_terms
    )


def test_it_is_what_a_plain_loop_over_tokens_gives(tmp_path: Path) -> None:
    model = planted_lda(WORLD)
    texts = [f"unknown {text} other" for text in WORLD.texts]
    corpus = encoded([*texts, "", "w1", "nothing known", "w2 w3"], tmp_path)
    phi = model.topic_word_probabilities()
    total, scored = 0.0, 0
    for words in [*(tokens.tolist() for tokens in WORLD.tokens), [2, 3]]:
        theta = infer_topics(model, bag(words[::2], 50)).weights[0]
        for word in words[1::2]:
            total += log(theta @ phi[:, word])
            scored += 1
    found = complete_documents(model, corpus)
    assert found.perplexity == pytest.approx(exp(-total / scored))
    assert found[1:] == (61, scored, 0, 2 * 60 + 2)


def test_the_halves_of_a_document_are_its_known_tokens_taken_in_turn(tmp_path: Path) -> None:
    corpus = encoded(["w4 x w1 w1 x w0 w4", "", "w2"], tmp_path)
    words = planted_lda(WORLD).words
    first, second = halves(corpus, words)
    assert (first.terms.tolist(), first.counts.tolist()) == ([1, 4, 2], [1, 2, 1])
    assert (second.terms.tolist(), second.starts.tolist()) == ([0, 1], [0, 2, 2, 2])
    assert first.n_terms == second.n_terms == 50


def test_a_model_that_knows_the_topics_predicts_better_than_one_that_does_not(
    tmp_path: Path,
) -> None:
    corpus = encoded(WORLD.texts, tmp_path)
    model = planted_lda(WORLD)
    even = replace(model, topic_word=np.ones_like(model.topic_word))
    knows, does_not = (complete_documents(m, corpus).perplexity for m in (model, even))
    assert does_not == pytest.approx(50)
    assert knows is not None and knows < 25


def test_a_token_of_probability_zero_leaves_no_finite_figure(tmp_path: Path) -> None:
    model = planted_lda(WORLD)
    weights = model.topic_word.copy()
    weights[:, 7] = 0
    lacking = replace(model, topic_word=weights)
    found = complete_documents(lacking, encoded(["w1 w7 w2 w3"], tmp_path))
    assert found[1:] == (1, 2, 1, 0) and found.perplexity is None
    theta = infer_topics(lacking, bag([1, 2], 50)).weights[0]
    expected = 1 / (theta @ lacking.topic_word_probabilities()[:, 3])
    assert found.perplexity_of_possible == pytest.approx(expected)


def test_without_tokens_to_score_there_is_no_figure(tmp_path: Path) -> None:
    found = complete_documents(planted_lda(WORLD), encoded(["w1", "nothing known"], tmp_path))
    assert found == (0, 0, 0, 0, 2)
    assert found.perplexity is None and found.perplexity_of_possible is None
