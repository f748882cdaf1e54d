"""Asking a stored embedding: which model answers, and what becomes of unknown words."""

from __future__ import annotations

import pytest

from latentcli.errors import InputError, NothingFound, RequestError
from latentcli.store.cache import Cache
from latentcli.workflows.ask import analogy, neighbors, open_model, similarity
from tests.small import Notes, keyed_vectors


def test_neighbours_of_a_stored_model_are_those_of_gensim(trained: Cache) -> None:
    vectors = keyed_vectors(open_model(trained, "tales", Notes()))
    answers = list(neighbors(trained, ["king", "ship"], "tales", n=5))
    assert [answer.query for answer in answers] == ["king"] * 5 + ["ship"] * 5
    expected = [word for query in ("king", "ship") for word, _ in vectors.most_similar(query)[:5]]
    assert [answer.word for answer in answers] == expected


def test_without_a_reference_the_latest_embedding_answers_and_is_named(
    trained: Cache, notes: Notes
) -> None:
    latest = list(neighbors(trained, ["king"], observer=notes))
    assert latest == list(neighbors(trained, ["king"], "tales"))
    [line] = notes.lines
    assert line.startswith("model: ") and line.endswith("word2vec of tales.txt (the latest)")


def test_the_environment_names_the_model_where_the_request_does_not(
    trained: Cache, notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LATENT_MODEL", "tales")
    assert list(neighbors(trained, ["king"], observer=notes))
    assert "(LATENT_MODEL)" in notes
    monkeypatch.setenv("LATENT_MODEL", "nonesuch")
    with pytest.raises(RequestError, match="no such model: 'nonesuch'"):
        neighbors(trained, ["king"])


def test_unknown_words_among_known_ones_are_noted_and_the_known_answered(
    trained: Cache, notes: Notes
) -> None:
    # fault 80
    answers = list(neighbors(trained, ["kingg", "king"], "tales", n=3, observer=notes))
    assert {answer.query for answer in answers} == {"king"}
    [line] = notes.lines
    assert line.startswith("unknown word 'kingg'; did you mean king")


def test_only_the_first_unknown_words_are_named(trained: Cache, notes: Notes) -> None:
    list(neighbors(trained, ["king", *(f"zzzz{i}" for i in range(50))], "tales", observer=notes))
    assert len(notes.lines) == 6
    assert notes.lines[-1] == "and 45 more unknown words"


def test_nothing_is_found_where_no_word_is_known(trained: Cache) -> None:
    # fault 80
    with pytest.raises(NothingFound) as raised:
        neighbors(trained, ["kingg"], "tales")
    assert raised.value.exit_code == 1
    assert "king" in raised.value.hint


@pytest.mark.parametrize(
    ("words", "metric", "what"),
    [(["king"], "manhattan", "no metric"), ([], "cosine", "no words"), ([" "], "cosine", "empty")],
)
def test_a_senseless_request_is_refused(
    words: list[str], metric: str, what: str, trained: Cache
) -> None:
    # fault 81
    with pytest.raises((RequestError, InputError), match=what):
        neighbors(trained, words, "tales", metric=metric)


def test_without_any_embedding_the_error_names_the_command_that_makes_one(store: Cache) -> None:
    # fault 83
    with pytest.raises(RequestError, match="no embedding yet") as raised:
        neighbors(store, ["king"])
    assert raised.value.hint == "make one with 'latent embed CORPUS'"


def test_a_topic_model_is_not_asked_for_neighbours(trained: Cache) -> None:
    # fault 83
    with pytest.raises(RequestError, match="kind topic-model, not embedding") as raised:
        neighbors(trained, ["king"], "notices")
    assert "latent embed" in raised.value.hint


def test_analogies_of_a_stored_model_are_those_of_gensim(trained: Cache) -> None:
    vectors = keyed_vectors(open_model(trained, "tales", Notes()))
    answers = analogy(trained, "King", "queen", "prince", "tales", n=5)
    expected = vectors.most_similar(positive=["queen", "prince"], negative=["king"], topn=5)
    assert [answer.word for answer in answers] == [word for word, _ in expected]
    assert answers[0].query == "king : queen :: prince"


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("kingg", "queen", "ship"), "unknown word 'kingg'"),
        (("zzzz", "yyyy", "xxxx"), "unknown words 'zzzz', 'yyyy', 'xxxx'"),
    ],
)
def test_an_analogy_needs_all_of_its_words(
    words: tuple[str, str, str], named: str, trained: Cache
) -> None:
    # fault 82
    with pytest.raises(NothingFound, match=named):
        analogy(trained, *words, "tales")


def test_pairs_are_measured_as_gensim_does_and_unknown_ones_noted(
    trained: Cache, notes: Notes
) -> None:
    vectors = keyed_vectors(open_model(trained, "tales", notes))
    notes.lines.clear()
    pairs = [("king", "queen"), ("king", "zzzz"), ("Ship", "SEA")]
    answers = similarity(trained, pairs, "tales", notes)
    assert [(answer.a, answer.b) for answer in answers] == [("king", "queen"), ("ship", "sea")]
    for answer in answers:
        assert answer.similarity == pytest.approx(vectors.similarity(answer.a, answer.b), abs=1e-6)
    assert notes.lines == ["unknown word 'zzzz'"]


def test_no_pair_of_known_words_is_nothing_found(trained: Cache) -> None:
    with pytest.raises(NothingFound):
        similarity(trained, [("king", "zzzz")], "tales")
    with pytest.raises(InputError, match="no pairs"):
        similarity(trained, [], "tales")
