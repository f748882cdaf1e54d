"""Looking after what a cache holds."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from latentcli.errors import RequestError
from latentcli.store.cache import Cache
from latentcli.workflows.ask import neighbors
from latentcli.workflows.manage import (
    collect_garbage,
    models,
    remove,
    rename,
    show,
    verify_cache,
)
from tests.small import Notes


@pytest.fixture
def copy(trained: Cache, cache: Path) -> Cache:
    """A cache with models, to be changed."""
    shutil.copytree(trained.root, cache)
    return Cache(cache)


def test_models_lists_corpora_and_models_in_the_order_of_their_making(trained: Cache) -> None:
    rows = models(trained)
    assert [(row.kind, row.name) for row in rows] == [
        ("corpus", ""),
        ("embedding", "tales"),
        ("corpus", ""),
        ("topic-model", "notices-lsi"),
        ("topic-model", "notices"),
    ]
    for row in rows:
        folder = trained.runs / row.id
        written = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())
        assert row.bytes == written - (folder / "manifest.json").stat().st_size


def test_show_tells_how_a_model_came_about(trained: Cache) -> None:
    details = show(trained, "tales")
    assert (details.name, details.kind, details.algorithm) == ("tales", "embedding", "word2vec")
    assert details.parameters["epochs"] == 20
    assert details.parameters["seed"] == 1
    assert 40_000 < details.metrics["tokens"] < 55_000
    assert details.arrays["vectors"].startswith("<f4 ")
    assert set(details.versions) >= {"python", "numpy"}
    assert details.seconds["total"] > 0


def test_show_tells_what_a_corpus_holds(trained: Cache) -> None:
    corpus = next(row for row in models(trained) if row.corpus == "notices.jsonl")
    assert show(trained, corpus.id).metrics["documents"] == 400


def test_a_renamed_model_answers_to_its_new_name_alone(copy: Cache) -> None:
    before = list(neighbors(copy, ["king"], "tales"))
    assert rename(copy, "tales", "coast").name == "coast"
    assert list(neighbors(copy, ["king"], "coast")) == before
    with pytest.raises(RequestError, match="no such model: 'tales'"):
        neighbors(copy, ["king"], "tales")


def test_a_name_that_another_model_had_moves_and_that_is_said(copy: Cache, notes: Notes) -> None:
    old = show(copy, "notices").id
    new = rename(copy, "notices-lsi", "notices", notes).id
    assert show(copy, "notices").id == new != old
    assert notes.lines == [f"name 'notices' now means {new[:12]}; it meant {old[:12]}"]
    assert {row.id: row.name for row in models(copy)}[old] == ""


@pytest.mark.parametrize("name", ["latest", "", "a/b", "../x", "-x", "x" * 101, "0" * 64])
def test_names_that_would_mislead_are_refused(name: str, copy: Cache) -> None:
    with pytest.raises(RequestError, match="cannot be a name"):
        rename(copy, "tales", name)
    assert show(copy, "tales").name == "tales"


def test_a_removed_model_is_gone_and_the_rest_is_sound(copy: Cache) -> None:
    removed = remove(copy, "tales")
    assert removed.id not in [row.id for row in models(copy)]
    with pytest.raises(RequestError, match="no embedding yet"):
        neighbors(copy, ["king"])
    assert list(verify_cache(copy)) == []


def test_removing_the_latest_model_makes_the_one_before_it_the_latest(copy: Cache) -> None:
    remove(copy, "notices")
    remove(copy, "tales")
    assert show(copy, "latest").name == "notices-lsi"


def test_models_of_a_removed_corpus_are_named_and_stay(copy: Cache, notes: Notes) -> None:
    corpus = next(row for row in models(copy) if row.corpus == "notices.jsonl")
    remove(copy, corpus.id, notes)
    [line] = notes.lines
    assert line.startswith("what was made from it stays: ")
    assert set(line.removeprefix("what was made from it stays: ").split(", ")) == {
        "notices",
        "notices-lsi",
    }
    assert {"notices", "notices-lsi"} <= {row.name for row in models(copy)}
    assert list(verify_cache(copy)) == []


def test_garbage_is_what_can_be_made_again_and_never_a_run(copy: Cache) -> None:
    list(collect_garbage(copy))  # what questions asked before have left
    derived = copy.root / "derived" / show(copy, "tales").id
    derived.mkdir(parents=True)
    (derived / "index").write_text("made from the run")
    before = models(copy)
    assert [row.bytes for row in collect_garbage(copy)] == [len("made from the run")]
    assert models(copy) == before
    assert not derived.exists()


@pytest.mark.parametrize("ref", ["nonesuch", "ffffffff"])
def test_what_is_not_there_cannot_be_shown_renamed_or_removed(ref: str, trained: Cache) -> None:
    for act in (show, remove, lambda cache, name: rename(cache, name, "x")):
        with pytest.raises(RequestError, match="no such"):
            act(trained, ref)
