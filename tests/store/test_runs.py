from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from latentcli.errors import RequestError
from latentcli.store.cache import Cache
from latentcli.store.pointers import names
from latentcli.store.runs import (
    answer,
    drop_names,
    find,
    give_name,
    list_runs,
    mark_latest,
    remove,
    request_digest,
)
from latentcli.store.verify import verify
from tests.store.small_runs import number_of, publish_small, request_of


@pytest.fixture
def store(cache: Path) -> Cache:
    """A cache of the test's own."""
    return Cache(cache)


def test_a_published_run_answers_its_request_and_no_other(store: Cache) -> None:
    assert answer(store, request_of(1)) is None
    run = publish_small(store, 1)
    found = answer(store, request_of(1))
    assert found is not None
    assert (found.id, number_of(found)) == (run.id, 1)
    assert answer(store, request_of(2)) is None


def test_a_requests_digest_does_not_depend_on_the_order_of_its_keys() -> None:
    one, other = {"a": 1, "b": [1.5, None]}, {"b": [1.5, None], "a": 1}
    assert request_digest(one) == request_digest(other)
    assert request_digest(one) != request_digest({**one, "a": 2})


def test_the_same_content_published_twice_is_one_run_which_is_not_touched(store: Cache) -> None:
    first = publish_small(store, 1, created="2026-01-01")
    before = {path: path.stat() for path in first.folder.rglob("*")}
    second = publish_small(store, 1, created="2026-02-02")
    assert first.id == second.id
    assert {path: path.stat() for path in first.folder.rglob("*")} == before  # fault 20


def test_two_caches_give_the_same_content_the_same_id(tmp_path: Path) -> None:
    runs = [publish_small(Cache(tmp_path / name), 1) for name in ("one", "other")]
    contents = [
        {path.name: path.read_bytes() for path in run.folder.rglob("*") if path.is_file()}
        for run in runs
    ]
    assert runs[0].id == runs[1].id
    assert contents[0] == contents[1]


def test_a_mapped_run_outlives_its_repair_and_its_removal(store: Cache) -> None:
    # faults 19 and 20: files are replaced by rename only, so no reader is cut off under way.
    reader = publish_small(store, 1)
    mapped, words = reader.array("vectors"), reader.strings("vocabulary")
    (reader.folder / "vocabulary.txt").unlink()
    publish_small(store, 1)
    assert answer(store, request_of(1)) is not None
    remove(store, reader.id)
    assert np.all(mapped == 1)
    assert words[39] == "word1-39"


def test_latest_is_what_was_marked_last_whatever_the_clock_says(store: Cache) -> None:
    # fault 25: the second run was made before the first, as its clock had it.
    first = publish_small(store, 1, created="2030-01-01T00:00:00.000Z")
    mark_latest(store, first)
    mark_latest(store, publish_small(store, 2, created="1970-01-01T00:00:00.000Z"))
    assert number_of(find(store, "latest")) == 2
    mark_latest(store, first)
    assert number_of(find(store, "latest")) == 1


def test_runs_of_the_same_instant_are_all_kept_and_listed_in_one_order(store: Cache) -> None:
    ids = {publish_small(store, number).id for number in range(5)}  # fault 25
    assert [row.id for row in list_runs(store)] == sorted(ids)


def test_a_run_is_found_by_a_beginning_of_its_id_that_fits_no_other(store: Cache) -> None:
    ids = [publish_small(store, number).id for number in range(12)]
    for run_id in ids:
        assert find(store, run_id).id == run_id
        assert find(store, run_id[:12]).id == run_id
    (store.runs / f"{ids[0][:10]}{'0' * 54}").mkdir()
    with pytest.raises(RequestError, match="fits 2 runs"):
        find(store, ids[0][:10])


@pytest.mark.parametrize("ref", ["abc", "0" * 64, "nobody", "a/b", "..", "/etc", "\0", "a" * 5000])
def test_what_means_no_run_is_refused(store: Cache, ref: str) -> None:
    give_name(store, publish_small(store, 1).id, "somebody")
    with pytest.raises(RequestError, match="no such model") as told:
        find(store, ref)
    assert "somebody" in told.value.hint


def test_a_runs_directory_is_a_reference_too(store: Cache) -> None:
    run = publish_small(store, 1)
    run.folder.rename(store.root / "elsewhere")
    assert find(store, str(store.root / "elsewhere")).id == run.id


def test_a_run_of_the_wrong_kind_says_what_makes_the_right_one(store: Cache) -> None:
    mark_latest(store, publish_small(store, 1))
    with pytest.raises(RequestError) as told:
        find(store, "latest", "topic-model")
    assert "latent topics" in told.value.hint


def test_a_name_moves_to_the_run_that_got_it_last(store: Cache) -> None:
    first, second = publish_small(store, 1), publish_small(store, 2)
    assert give_name(store, first.id, "best") is None
    assert give_name(store, second.id, "best") == first.id
    assert names(store) == {"best": second.id}


def test_renaming_takes_the_other_names_of_that_run_alone(store: Cache) -> None:
    first, second = publish_small(store, 1), publish_small(store, 2)
    for run, name in ((first, "a"), (first, "b"), (second, "c")):
        give_name(store, run.id, name)
    drop_names(store, first.id, but="b")
    assert names(store) == {"b": first.id, "c": second.id}


def test_removing_takes_every_pointer_and_derived_file_along(store: Cache) -> None:
    first, second = publish_small(store, 1), publish_small(store, 2)
    for run, name in ((first, "first"), (second, "second")):
        mark_latest(store, run)
        give_name(store, run.id, name)
        (store.root / "derived" / run.id).mkdir()
    remove(store, second.id)
    assert [row.id for row in list_runs(store)] == [first.id]
    assert names(store) == {"first": first.id}
    assert answer(store, request_of(2)) is None
    assert [path.name for path in (store.root / "derived").iterdir()] == [first.id]
    assert list(store.tmp.iterdir()) == []
    assert list(verify(store)) == []
    assert number_of(find(store, "latest")) == 1  # the newest that is left


def test_removing_what_is_not_there_is_refused(store: Cache) -> None:
    store.ensure()
    with pytest.raises(RequestError, match="no run"):
        remove(store, "0" * 64)
