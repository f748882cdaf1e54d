"""Expressions asked of stored embeddings: whose word is whose, and what is unknown."""

from __future__ import annotations

from pathlib import Path

import pytest

from latentcli.errors import NothingFound, RequestError
from latentcli.store.cache import Cache
from latentcli.workflows.ask import analogy, neighbors, open_model
from latentcli.workflows.expressions import expression_terms
from tests.small import Notes, keyed_vectors


@pytest.fixture
def odd_words(tmp_path: Path) -> Path:
    """Vectors of words that look like expressions."""
    words = ["king", "man", "c++", "well-known", "king - man", "-", "C", "C#"]
    rows = [f"{word} {i}.5 {i % 3} -{i % 2}\n" for i, word in enumerate(words)]
    path = tmp_path / "odd.txt"
    path.write_text(f"{len(words)} 3\n{''.join(rows)}")
    return path


def test_an_expression_answers_as_gensim_and_as_the_analogy_do(trained: Cache) -> None:
    vectors = keyed_vectors(open_model(trained, "tales", Notes()))
    found = list(neighbors(trained, ["King - man + woman"], "tales", n=8))
    expected = vectors.most_similar(positive=["king", "woman"], negative=["man"], topn=8)
    assert [one.word for one in found] == [word for word, _ in expected]
    assert {one.query for one in found} == {"King - man + woman"}
    assert [one[1:] for one in found] == [
        one[1:] for one in analogy(trained, "man", "king", "woman", "tales", n=8)
    ]


def test_a_word_of_the_model_as_it_is_given_comes_before_an_expression(
    odd_words: Path, store: Cache
) -> None:
    ref = str(odd_words)
    for query in ("king - man", "c++", "well-known", "-"):
        assert {one.query for one in neighbors(store, [query], ref)} == {query}
    model = open_model(store, ref, Notes())
    assert expression_terms(model, "king - man") is None
    assert expression_terms(model, "c++ - well-known") == [(1, "c++"), (-1, "well-known")]
    [first, *_] = neighbors(store, ["c++ - king"], ref, n=20)
    assert first.query == "c++ - king"
    words = {one.word for one in neighbors(store, ["c++ - king"], ref, n=20)}
    assert words == {"man", "well-known", "king - man", "-", "C", "C#"}


def test_an_unknown_word_of_an_expression_is_named_and_the_others_answered(
    trained: Cache, notes: Notes
) -> None:
    found = list(neighbors(trained, ["king - kign", "ship + sea"], "tales", 2, observer=notes))
    assert {one.query for one in found} == {"ship + sea"}
    [line] = notes.lines
    assert line.startswith("unknown word 'kign'; did you mean king")
    with pytest.raises(NothingFound, match="unknown words 'kign', 'shpi'"):
        neighbors(trained, ["king - kign", "shpi + sea", "ship"][:2], "tales")


@pytest.mark.parametrize("query", ["king - 2*man", "king - (man + woman)", "king -", "king - king"])
def test_a_malformed_expression_is_refused_whatever_stands_beside_it(
    query: str, trained: Cache
) -> None:
    with pytest.raises(RequestError):
        list(neighbors(trained, ["king", query], "tales"))


def test_a_phrase_is_a_term(trained: Cache) -> None:
    model = open_model(trained, "tales", Notes())
    assert expression_terms(model, "new york - king") == [(1, "new york"), (-1, "king")]
