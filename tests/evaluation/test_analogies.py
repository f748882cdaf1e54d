"""Answers to analogies are gensim's."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

from latentcli.evaluation import analogies
from latentcli.evaluation.analogies import Solved, solve
from latentcli.models.embedding import Embedding
from tests.small import embedding, keyed_vectors, random_embedding

Question = tuple[str, str, str, str]


def planted(noise: float = 0.35, keep_case: bool = True) -> Embedding:
    """Pairs of words some of which stand in the same relation, more or less; some in two cases."""
    draw = np.random.default_rng(3)
    heads = draw.normal(size=(20, 16))
    tails = heads + draw.normal(size=16) * 1.5 + draw.normal(size=(20, 16)) * noise
    cased = heads[:6] + draw.normal(size=(6, 16)) * 0.1
    words = [f"h{i}" for i in range(20)] + [f"t{i}" for i in range(20)]
    words += [f"H{i}" for i in range(6)] if keep_case else [f"x{i}" for i in range(6)]
    return embedding(np.concatenate([heads, tails, cased]), words)


def questions_of(pairs: int = 20) -> list[Question]:
    return [(f"h{i}", f"T{i}", f"H{j}", f"t{j}") for i, j in permutations(range(pairs), 2)]


def gensims(
    model: Embedding, sections: list[list[Question]], limit: int, path: Path
) -> list[Solved]:
    lines = []
    for number, questions in enumerate(sections):
        lines += [f": section {number}", *(" ".join(question) for question in questions)]
    path.write_text("\n".join(lines) + "\n")
    _, found = keyed_vectors(model).evaluate_word_analogies(str(path), restrict_vocab=limit)
    return [
        Solved(
            len(questions),
            len(section["correct"]) + len(section["incorrect"]),
            (len(section["correct"]),),
        )
        for questions, section in zip(sections, found[:-1], strict=True)
    ]


@pytest.mark.parametrize("limit", [10**6, 46, 40, 33, 5])
@pytest.mark.parametrize("cosines", [1 << 22, 200])
def test_3cosadd_is_gensims(
    limit: int, cosines: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(analogies, "_COSINES", cosines)
    monkeypatch.setattr(analogies, "_SCORES", cosines)
    model = planted()
    sections = [questions_of(20), questions_of(5) + [("h1", "nosuch", "h2", "t2")]]
    expected = gensims(model, sections, limit, tmp_path / "questions")
    found = solve(model, sections, limit)
    assert [(s.asked, s.covered, s.right[0]) for s in found] == [
        (s.asked, s.covered, s.right[0]) for s in expected
    ]
    if limit > 40:
        assert 0 < found[0].right[0] < found[0].covered


@pytest.mark.filterwarnings("ignore:Call to deprecated:DeprecationWarning")
def test_3cosmul_is_gensims() -> None:
    model = planted(keep_case=False)
    theirs = keyed_vectors(model)
    questions = [tuple(word.lower() for word in question) for question in questions_of(20)]
    right = 0
    for a, b, c, expected in questions:
        [(answer, _)] = theirs.most_similar_cosmul(positive=[b, c], negative=[a], topn=1)
        right += answer == expected
    [found] = solve(model, [questions], 10**6)
    assert found.right[1] == right
    assert 0 < right < len(questions)
    assert found.right[0] != right


def test_the_words_of_the_question_are_no_answers_in_any_case() -> None:
    vectors = [[1, 0, 0], [0, 1, 0], [0, 1, 0.01], [0, 1, 0.02], [0, 0.5, 1]]
    model = embedding(vectors, ["a", "b", "B", "c", "d"])
    [found] = solve(model, [[("a", "b", "c", "d")]], 100)
    assert found == Solved(1, 1, (1, 1))


def test_unknown_words_and_no_questions_count_nothing() -> None:
    model = random_embedding(10, 4)
    found = solve(model, [[("w1", "w2", "w3", "nosuch")], []], 10**6)
    assert found == [Solved(1, 0, (0, 0)), Solved(0, 0, (0, 0))]


def test_vectors_that_are_zero_or_not_finite_answer_nothing() -> None:
    vectors = np.array([[1, 0], [0, 1], [1, 1], [0, 0], [np.nan, 1], [0.9, 1.1]])
    model = embedding(vectors, ["a", "b", "c", "zero", "broken", "d"])
    [found] = solve(model, [[("a", "b", "c", "d"), ("a", "b", "zero", "d")]], 10**6)
    assert (found.covered, found.right[0]) == (2, 2)


def test_it_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analogies, "_COSINES", 300)
    heard: list[tuple[float, float]] = []
    solve(planted(), [questions_of()], 10**6, lambda done, total: heard.append((done, total)))
    assert len(heard) > 1 and heard[0] == (0, 46)
    assert [done for done, _ in heard] == sorted({done for done, _ in heard})
