"""Runs trained again from their record: what is the same, what is not, and what was promised."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from latentcli.corpus.phrases import PhraseSettings
from latentcli.engines.parameters import Word2VecParameters
from latentcli.errors import DamagedArtefact, MachineError, NotTheSame, RequestError
from latentcli.store.cache import Cache
from latentcli.store.runs import all_runs, find
from latentcli.workflows.bootstrap import bootstrap_neighbors
from latentcli.workflows.embed import EmbedRequest, embed
from latentcli.workflows.manage import remove
from latentcli.workflows.reading import CorpusRequest
from latentcli.workflows.reproduce import Reproduction, largest_difference, reproduce
from latentcli.workflows.resume import resume_embedding, resume_topics
from latentcli.workflows.topic_request import MaskOptions, TopicsRequest
from latentcli.workflows.topics import topics
from latentcli.workflows.training import TrainingOptions
from tests.conftest import SAMPLES, Run, run_latent
from tests.small import Notes
from tests.workflows.altered import altered

NOTICES = str(SAMPLES / "notices.jsonl")
TALES = str(SAMPLES / "tales.txt")


def named(name: str, threads: int = 1) -> TrainingOptions:
    return TrainingOptions(threads=threads, name=name)


def train(store: Cache, name: str = "lda", **given: Any) -> None:
    phrases = given.pop("phrases", None)
    wanted = {"k": 5, "iterations": 4, **given}
    corpus = NOTICES if phrases else some_notices(store)
    topics(store, CorpusRequest([corpus], phrases=phrases), TopicsRequest(**wanted), named(name))


def some_notices(store: Cache) -> str:
    """The first of the notices, which are trained on sooner than all."""
    path = store.root.parent / "some.jsonl"
    path.write_text("".join(Path(NOTICES).read_text().splitlines(keepends=True)[:120]))
    return str(path)


def train_vectors(store: Cache, name: str, threads: int, epochs: int = 2) -> None:
    request = EmbedRequest(parameters=Word2VecParameters(dim=20), epochs=epochs)
    embed(store, CorpusRequest([TALES]), request, named(name, threads))


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Cache:
    """A cache with an LDA model and an embedding made on one thread; tests add runs at most."""
    store = Cache(tmp_path_factory.mktemp("kept") / "cache")
    train(store)
    train_vectors(store, "one", 1, epochs=12)
    return store


def differing(found: Reproduction) -> set[str]:
    return {row.array for row in found.rows if not row.identical}


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_lda_is_the_same_on_any_number_of_threads(threads: int, kept: Cache, notes: Notes) -> None:
    found = reproduce(kept, "lda", threads, notes)
    assert found.failure is None
    assert differing(found) == set()
    assert {row.max_difference for row in found.rows} == {0, None}
    assert all(row.expected == row.found for row in found.rows)
    assert "identical: 16 files and the metrics" in notes
    assert "its record promised that" in notes


@pytest.mark.parametrize("algorithm", ["lsi", "plsa", "nmf"])
def test_other_topic_models_are_the_same(algorithm: str, store: Cache) -> None:
    train(store, algorithm=algorithm)
    found = reproduce(store, "lda")
    assert found.failure is None
    assert differing(found) == set()


def test_word2vec_is_the_same_on_one_thread(kept: Cache, notes: Notes) -> None:
    assert reproduce(kept, "one", observer=notes).failure is None
    assert "its record promised that" in notes


def test_a_model_of_a_resample_is_the_same_and_is_not_trained_further(
    kept: Cache, notes: Notes
) -> None:
    list(bootstrap_neighbors(kept, ["king"], 1, "one", threads=1))
    [resample] = [
        manifest["id"] for manifest in all_runs(kept) if "resample" in manifest.get("mask", {})
    ]
    assert reproduce(kept, resample, observer=notes).failure is None
    assert "identical" in notes
    with pytest.raises(RequestError, match="a resample of its corpus"):
        resume_embedding(kept, resample)


def test_word2vec_on_two_threads_differs_and_promised_nothing(store: Cache) -> None:
    train_vectors(store, "two", 2, epochs=20)
    found = reproduce(store, "two")
    assert differing(found) == {"vectors", "norms", "context_vectors"}
    assert isinstance(found.failure, NotTheSame)
    assert found.failure.exit_code == 1
    assert "vectors by up to " in found.failure.message
    assert "did not promise" in found.failure.hint
    [vectors] = [row for row in found.rows if row.array == "vectors"]
    assert vectors.max_difference is not None
    assert 0 < vectors.max_difference < 10
    assert vectors.differing is not None
    assert 0 < vectors.differing <= 1


def test_more_threads_than_the_record_has_are_told_first(kept: Cache, notes: Notes) -> None:
    found = reproduce(kept, "one", 2, notes)
    assert "not as it was then: threads were 1, are 2" in notes.lines[0]
    assert isinstance(found.failure, NotTheSame)
    assert "only as long as" in found.failure.hint


def test_masks_chunks_phrases_held_out_documents_and_seeds_are_the_runs_own(
    store: Cache, tmp_path: Path
) -> None:
    seeds = tmp_path / "seeds"
    seeds.write_text("garden: soil compost\nmind: per_cent")
    stop_words = tmp_path / "stop"
    stop_words.write_text("the of and")
    train(
        store, phrases=PhraseSettings(), chunk=30, held_out=0.1, seed_words=seeds,
        mask=MaskOptions(stopwords=str(stop_words), min_df=3, keep_n=500),
    )  # fmt: skip
    seeds.unlink()
    stop_words.unlink()
    found = reproduce(store, "lda")
    assert found.failure is None
    assert "phrases.txt" in {row.array for row in found.rows}
    assert differing(found) == set()


def test_a_resumed_run_is_trained_on_from_the_stored_one(store: Cache, notes: Notes) -> None:
    train(store, "part")
    resume_topics(store, "part", 3, named("more"))
    assert reproduce(store, "more", observer=notes).failure is None
    part = find(store, "part").id
    assert f"'latent reproduce {part[:12]}'" in notes
    remove(store, "part")
    with pytest.raises(RequestError, match=f"goes on from {part[:12]}, which is no longer"):
        reproduce(store, "more")


def test_a_resumed_embedding_is_the_same(store: Cache) -> None:
    train_vectors(store, "part", 1)
    resume_embedding(store, "part", 1, named("more"))
    assert reproduce(store, "more").failure is None


def test_nothing_in_the_cache_is_changed(kept: Cache) -> None:
    def files() -> dict[str, bytes]:
        return {
            str(path): path.read_bytes()
            for path in kept.root.rglob("*")
            if path.is_file() and path.suffix != ".lock"
        }

    before = files()
    reproduce(kept, "lda")
    assert files() == before


def test_a_broken_promise_is_the_machines_fault(kept: Cache) -> None:
    run = find(kept, "lda")
    weights = np.array(run.array("topic_word"))
    weights[2, 3] += 0.25
    other = altered(kept, run, {"topic_word": weights})
    found = reproduce(kept, other.id)
    assert differing(found) == {"topic_word"}
    [row] = [row for row in found.rows if not row.identical]
    assert row.max_difference == pytest.approx(0.25, rel=1e-4)
    assert row.differing == pytest.approx(1 / weights.size)
    assert isinstance(found.failure, MachineError)
    done = run_latent(kept.root, "reproduce", other.id[:12])
    assert done.returncode == 3
    assert "topic_word by up to 0.25" in done.stderr
    assert "a fault of latent or of this machine" in done.stderr
    cells = {line.split("\t")[0]: line.split("\t")[1] for line in done.stdout.splitlines()}
    assert cells["topic_word"] == "false"
    assert cells["doc_topic"] == "true"


def test_a_promise_does_not_hold_under_other_versions(kept: Cache, notes: Notes) -> None:
    run = find(kept, "lda")
    weights = run.array("topic_word") + np.float32(0.25)
    versions = {**run.manifest["versions"], "numpy": "1.0"}
    other = altered(kept, run, {"topic_word": weights}, versions=versions)
    found = reproduce(kept, other.id, observer=notes)
    assert f"numpy was 1.0, is {np.__version__}" in notes.lines[0]
    assert isinstance(found.failure, NotTheSame)


def test_another_revision_trains_otherwise_and_is_refused(kept: Cache) -> None:
    other = altered(kept, find(kept, "lda"), revision="1-numpy2.0.0")
    with pytest.raises(RequestError, match="by revision 1 of lda by native; here is") as raised:
        reproduce(kept, other.id)
    assert "latent show" in raised.value.hint


def test_a_damaged_run_is_not_called_irreproducible(store: Cache, latent: Run) -> None:
    train(store)
    run = find(store, "lda")
    path = run.folder / "arrays" / "topic_word.npy"
    os.chmod(path, 0o600)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(DamagedArtefact, match="topic_word.npy: its bytes changed"):
        reproduce(store, "lda")
    done = latent("reproduce", "lda")
    assert (done.returncode, done.stdout) == (3, "")


def test_what_is_gone_or_was_not_trained_is_refused(store: Cache) -> None:
    train(store)
    corpus = find(store, "latest", "corpus").id
    with pytest.raises(RequestError, match="is a corpus") as raised:
        reproduce(store, corpus)
    assert "--retrain" in raised.value.hint
    remove(store, corpus)
    with pytest.raises(RequestError, match="no longer in the cache") as raised:
        reproduce(store, "lda")
    assert "latent corpus FILE" in raised.value.hint


def test_differences_are_measured_over_blocks_and_beside_nan(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("latentcli.workflows.reproduce._BLOCK", 3)
    draw = np.random.default_rng(1)
    a = draw.normal(size=10)
    b = a.copy()
    b[[1, 8]] += [0.5, -2]
    assert largest_difference(a, b) == (pytest.approx(2), 0.2)
    a[4] = b[4] = np.nan
    assert largest_difference(a, b) == (pytest.approx(2), 0.2)
    b[5] = np.nan
    assert largest_difference(a, b) == (None, 0.3)
    small = np.array([1, 2], np.uint8)
    assert largest_difference(small, small[::-1]) == (1, 1)
