"""Models of resamples: trained as the model was, kept, found again, and never the latest."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from latentcli.engines.parameters import Word2VecParameters
from latentcli.errors import NothingFound, RequestError
from latentcli.store.cache import Cache
from latentcli.store.runs import all_runs, find, list_runs
from latentcli.workflows.ask import neighbors
from latentcli.workflows.bootstrap import bootstrap_neighbors
from latentcli.workflows.corpus import corpus
from latentcli.workflows.embed import EmbedRequest, embed
from latentcli.workflows.manage import remove, show, verify_cache
from latentcli.workflows.reading import CorpusRequest
from latentcli.workflows.training import TrainingOptions
from tests.conftest import SAMPLES
from tests.small import Notes

TALES = str(SAMPLES / "tales.txt")
ONE = TrainingOptions(threads=1)


@pytest.fixture
def small(store: Cache) -> Cache:
    """A cache with a quickly trained embedding of the tales."""
    how = EmbedRequest(parameters=Word2VecParameters(dim=8, window=3, seed=4), epochs=1)
    embed(store, CorpusRequest([TALES]), how, ONE)
    return store


def resamples(store: Cache) -> list[dict[str, object]]:
    return sorted(
        (m for m in all_runs(store) if "resample" in m.get("mask", {})),
        key=lambda manifest: manifest["mask"]["resample"]["number"],
    )


def test_models_of_resamples_are_trained_as_the_model_and_say_what_they_are(small: Cache) -> None:
    base = find(small, "latest", "embedding").manifest
    list(bootstrap_neighbors(small, ["king"], 2, threads=1))
    found = resamples(small)
    assert [m["mask"] for m in found] == [
        {**base["mask"], "resample": {"number": number, "seed": 4}} for number in (1, 2)
    ]
    assert [m["parameters"] for m in found] == [
        {**base["parameters"], "seed": 4 + number} for number in (1, 2)
    ]
    for each in found:
        assert {k: each[k] for k in ("corpus", "engine", "tokenizer", "threads")} == {
            k: base[k] for k in ("corpus", "engine", "tokenizer", "threads")
        }
    assert found[0]["metrics"] != found[1]["metrics"] != base["metrics"]  # tokens of each
    assert list(verify_cache(small)) == []


def test_words_of_a_resample_occur_in_it_often_enough(small: Cache) -> None:
    list(bootstrap_neighbors(small, ["king"], 1, threads=1))
    [each] = resamples(small)
    run = find(small, str(each["id"]))
    base = find(small, "latest", "embedding")
    counts = np.asarray(run.array("term_counts"))
    assert counts.min() == 5 == base.manifest["mask"]["min_count"]
    whole = dict(zip(base.strings("vocabulary"), base.array("term_counts"), strict=True))
    both = [(n, whole[w]) for w, n in zip(run.strings("vocabulary"), counts, strict=True)
            if w in whole]  # fmt: skip
    assert 0.9 < sum(a for a, _ in both) / sum(b for _, b in both) < 1.1
    assert any(a != b for a, b in both)


def test_the_same_question_trains_nothing_and_a_larger_one_the_rest(
    small: Cache, notes: Notes
) -> None:
    first = list(bootstrap_neighbors(small, ["king"], 2, threads=1))
    before = list_runs(small)
    again = list(bootstrap_neighbors(small, ["king"], 2, threads=1, observer=notes))
    assert again == first and list_runs(small) == before
    assert "nothing to train: 2 resamples in the cache" in notes and "trained" not in notes
    list(bootstrap_neighbors(small, ["ship"], 3, threads=1, observer=notes))
    assert len(list_runs(small)) == len(before) + 1
    assert "1 resample to train" in notes and "; 2 are in the cache" in notes
    assert "resample 3: trained word2vec" in notes


def test_neither_the_latest_model_nor_its_answer_changes(small: Cache) -> None:
    latest, answer = find(small, "latest").id, list(neighbors(small, ["king"]))
    list(bootstrap_neighbors(small, ["king"], 2, threads=1))
    assert list(neighbors(small, ["king"])) == answer
    for pointer in (small.root / "latest").iterdir():
        pointer.unlink()
    assert find(small, "latest").id == find(small, "latest", "embedding").id == latest


def test_the_neighbours_of_the_model_are_among_those_told(small: Cache) -> None:
    own = {row.word: row.similarity for row in neighbors(small, ["king"], n=4)}
    rows = list(bootstrap_neighbors(small, ["king"], 3, n=4, threads=1))
    assert own.items() <= {row.word: row.similarity for row in rows}.items()
    shares = [row.share for row in rows]
    assert shares == sorted(shares, key=lambda share: -(share or 0))


def test_models_lists_them_by_their_number(small: Cache) -> None:
    list(bootstrap_neighbors(small, ["king"], 2, threads=1))
    found = [row.corpus for row in list_runs(small) if row.kind == "embedding"]
    assert found == ["tales.txt", "tales.txt (resample 1)", "tales.txt (resample 2)"]
    assert show(small, str(resamples(small)[1]["id"])).corpus == "tales.txt (resample 2)"


def test_how_long_it_takes_is_said_before_it_begins(small: Cache, notes: Notes) -> None:
    list(bootstrap_neighbors(small, ["king"], 2, threads=1, observer=notes))
    [first, *_] = [line for line in notes.lines if "resample" in line]
    seconds = find(small, "latest").manifest["invocation"]["seconds"]["train"]
    assert first == (
        f"2 resamples to train: about {2 * seconds:.1f} s (2 x the {seconds:.1f} s that the model "
        "took on 1 thread)"
    )


def test_what_cannot_be_resampled_is_refused(small: Cache, store: Cache, tmp_path: Path) -> None:
    list(bootstrap_neighbors(small, ["king"], 1, threads=1))
    [each] = resamples(small)
    with pytest.raises(RequestError, match="is of a resample itself"):
        bootstrap_neighbors(small, ["king"], 1, str(each["id"]))
    one = tmp_path / "one.txt"
    one.write_text("the king and the queen " * 50)
    embed(store, CorpusRequest([str(one)]), options=ONE)
    with pytest.raises(RequestError, match=r"one\.txt is one document") as raised:
        bootstrap_neighbors(store, ["king"], 1)
    assert "--format paragraphs" in raised.value.hint
    with pytest.raises(NothingFound, match="unknown word 'kingg'"):
        bootstrap_neighbors(store, ["kingg"], 1)


def test_few_documents_are_noted(store: Cache, notes: Notes, tmp_path: Path) -> None:
    few = tmp_path / "few.txt"
    few.write_text("the king and the queen " * 20 + "\n" + "a ship and the sea " * 20 + "\n")
    embed(store, CorpusRequest([str(few)]), options=ONE)
    list(bootstrap_neighbors(store, ["ship"], 8, threads=1, observer=notes))
    assert "2 documents are few to resample" in notes
    drawn = [np.random.default_rng([1, number]).integers(0, 2, 2) for number in range(1, 9)]
    without = sum(1 not in documents for documents in drawn)
    assert 0 < without < 8
    assert f"'ship' is too rare in {without} of 8 resamples" in notes


def test_a_corpus_that_is_gone_has_to_be_encoded_again(small: Cache) -> None:
    remove(small, find(small, "latest", "corpus").id)
    with pytest.raises(RequestError, match="no longer in the cache"):
        bootstrap_neighbors(small, ["king"], 1)
    corpus(small, CorpusRequest([TALES]))
    assert list(bootstrap_neighbors(small, ["king"], 1, threads=1))
