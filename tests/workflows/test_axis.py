"""Axes between poles of stored words, and the vectors of words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from latentcli.errors import InputError, NothingFound, RequestError
from latentcli.store.cache import Cache
from latentcli.workflows.ask import open_model
from latentcli.workflows.axis import axis
from latentcli.workflows.odd_one_out import odd_one_out
from latentcli.workflows.vector import vector
from tests.small import Notes, keyed_vectors


def test_a_pole_of_several_words_is_their_mean(trained: Cache) -> None:
    vectors = keyed_vectors(open_model(trained, "tales", Notes()))
    first, second = ["king", "queen"], ["bread", "loaf", "soup"]
    mean = [
        np.mean([vectors.get_vector(word, norm=True) for word in pole], axis=0)
        for pole in (first, second)
    ]
    along = (mean[1] - mean[0]) / np.linalg.norm(mean[1] - mean[0])
    words = ["ship", "castle", "flour", "king"]
    found = axis(trained, ("King,queen", "bread, loaf,soup"), words, "tales")
    expected = {word: float(vectors.get_vector(word, norm=True) @ along) for word in words}
    assert [one.word for one in found] == sorted(words, key=expected.__getitem__)
    for one in found:
        assert one.projection == pytest.approx(expected[one.word], abs=1e-6)


def test_the_ends_leave_out_the_poles_and_the_rare_words(trained: Cache, notes: Notes) -> None:
    found = axis(trained, ("king", "bread"), None, "tales", 8, 100, notes)
    words = list(open_model(trained, "tales", Notes()).words)
    assert len(found) == 16 and {one.word for one in found} <= set(words[:100])
    assert not {"king", "bread"} & {one.word for one in found}
    assert "of the first 100 of 1,091 words (--restrict-vocab)" in notes
    projections = [one.projection for one in found]
    assert projections == sorted(projections)


def test_a_word_with_a_comma_is_one_where_the_model_has_it(store: Cache, tmp_path: Path) -> None:
    path = tmp_path / "vectors.txt"
    path.write_text("4 2\n, 1 0\n. 0 1\na,b 1 1\nc -1 1\n")
    [found] = axis(store, (",", "."), ["a,b"], str(path))
    assert found.projection == pytest.approx(0)
    with pytest.raises(InputError, match="no word between the commas"):
        axis(store, (",,", "."), None, str(path))


@pytest.mark.parametrize(
    ("poles", "words", "error", "what"),
    [
        (("kign", "bread"), None, NothingFound, "unknown word 'kign'"),
        (("king", "King"), None, RequestError, "the same"),
        (("king", ""), None, RequestError, "empty"),
        (("king", "bread"), [], InputError, "no words"),
        (("king", "bread"), ["kign"], NothingFound, "unknown word 'kign'"),
    ],
)
def test_an_axis_that_cannot_be_says_why(
    poles: tuple[str, str], words: list[str] | None, error: type[Exception], what: str,
    trained: Cache,
) -> None:  # fmt: skip
    with pytest.raises(error, match=what):
        axis(trained, poles, words, "tales")


def test_an_unknown_word_of_a_pole_is_noted_where_others_are_known(
    trained: Cache, notes: Notes
) -> None:
    with_it = axis(trained, ("king,kign", "bread"), ["ship"], "tales", observer=notes)
    assert with_it == axis(trained, ("king", "bread"), ["ship"], "tales")
    assert "unknown word 'kign'" in notes


def test_vectors_are_the_stored_ones_or_at_unit_length(trained: Cache, notes: Notes) -> None:
    stored = keyed_vectors(open_model(trained, "tales", Notes()))
    [king, ship] = vector(trained, ["King", "ship", "shpi"], "tales", observer=notes)
    assert king.word == "king" and "unknown word 'shpi'" in notes
    assert np.array_equal(np.array(king.vector), stored["king"])
    [unit] = vector(trained, ["ship"], "tales", unit=True)
    np.testing.assert_allclose(unit.vector, stored.get_vector("ship", norm=True), atol=1e-7)
    assert not np.array_equal(unit.vector, ship.vector)


def test_sets_are_judged_apart_and_as_by_gensim(trained: Cache, notes: Notes) -> None:
    vectors = keyed_vectors(open_model(trained, "tales", Notes()))
    sets = [["King", "queen", "prince", "bread"], ["kign", "sea", "ship"], ["sea", "ship", "river"]]
    found = odd_one_out(trained, sets, "tales", notes)
    assert found[0].word == vectors.doesnt_match(["king", "queen", "prince", "bread"])
    assert {one.query for one in found} == {"king queen prince bread", "sea ship river"}
    assert "'kign sea ship': 2 known words, of which none can be odd" in notes
    with pytest.raises(NothingFound, match="unknown word 'kign'"):
        odd_one_out(trained, sets[1:2], "tales")
    with pytest.raises(RequestError, match="2 words given"):
        odd_one_out(trained, [["king", "queen"]], "tales")
