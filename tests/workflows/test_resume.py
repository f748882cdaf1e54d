"""Stored models trained further: on their own corpus and words, as runs of their own."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from latentcli.corpus.phrases import PhraseSettings
from latentcli.engines.parameters import Word2VecParameters
from latentcli.errors import RequestError
from latentcli.store.cache import Cache
from latentcli.store.runs import find
from latentcli.workflows.corpus import corpus
from latentcli.workflows.embed import EmbedRequest, embed
from latentcli.workflows.manage import remove, show, verify_cache
from latentcli.workflows.reading import CorpusRequest
from latentcli.workflows.resume import resume_embedding, resume_topics
from latentcli.workflows.topic_request import MaskOptions, TopicsRequest
from latentcli.workflows.topics import Topic, topics
from latentcli.workflows.training import TrainingOptions
from tests.conftest import SAMPLES, Run
from tests.small import Notes

NOTICES = str(SAMPLES / "notices.jsonl")
GIVEN = {"k": 6, "alpha": 0.1, "eta": 0.05}


def named(name: str) -> TrainingOptions:
    return TrainingOptions(threads=1, name=name)


def train(store: Cache, name: str, iterations: int, **given: object) -> list[Topic]:
    phrases = given.pop("phrases", None)
    request = CorpusRequest([NOTICES], phrases=phrases)  # type: ignore[arg-type]
    wanted = TopicsRequest(iterations=iterations, **{**GIVEN, **given})  # type: ignore[arg-type]
    return topics(store, request, wanted, named(name))


def test_a_resumed_chain_gives_the_bytes_of_an_undisturbed_one(store: Cache) -> None:
    whole = train(store, "whole", 30)
    train(store, "part", 20)
    assert resume_topics(store, "part", 10, named("more")) == whole
    for name in ("topic_word", "token_topic", "topic_order", "doc_topic", "alpha"):
        np.testing.assert_array_equal(
            find(store, "more").array(name), find(store, "whole").array(name)
        )
    assert list(verify_cache(store)) == []


def test_the_record_says_what_was_resumed_and_all_sweeps(store: Cache, notes: Notes) -> None:
    train(store, "part", 20)
    resume_topics(store, "part", 10, named("more"), observer=notes)
    part, more = show(store, "part"), show(store, "more")
    assert (part.resumed, more.resumed) == ("", part.id)
    assert (part.metrics["passes"], more.metrics["passes"]) == (20, 30)
    assert more.parameters == {**part.parameters, "iterations": 10}
    assert more.mask == part.mask
    assert "after 30 passes" in notes


def test_the_same_resume_is_a_cache_hit(store: Cache, notes: Notes) -> None:
    train(store, "part", 20)
    first = resume_topics(store, "part", 10, named("a"))
    assert resume_topics(store, "part", 10, named("b"), observer=notes) == first
    assert "is in the cache already" in notes
    assert show(store, "a").id == show(store, "b").id != show(store, "part").id


def test_a_resumed_run_can_be_resumed(store: Cache) -> None:
    whole = train(store, "whole", 30)
    train(store, "part", 10)
    resume_topics(store, "part", 10, named("more"))
    assert resume_topics(store, "more", 10, named("most")) == whole


def test_masks_chunks_phrases_and_seeds_are_the_runs_own(store: Cache, tmp_path: Path) -> None:
    seeds = tmp_path / "seeds"
    seeds.write_text("garden: soil compost\nmind: per_cent")
    given = {
        "mask": MaskOptions(stopwords="none", min_df=3, keep_n=500),
        "chunk": 30,
        "held_out": 0.1,
        "seed_words": seeds,
        "phrases": PhraseSettings(),
    }
    whole = train(store, "whole", 20, **given)
    train(store, "part", 12, **given)
    seeds.unlink()
    assert resume_topics(store, "part", 8, named("more")) == whole
    assert {row.seeds for row in whole} == {"", "garden", "mind"}
    assert find(store, "more").has_strings("phrases")


def test_a_corpus_that_is_gone_has_to_be_encoded_again(store: Cache) -> None:
    train(store, "part", 6)
    remove(store, find(store, "latest", "corpus").id)
    with pytest.raises(RequestError, match="no longer in the cache") as raised:
        resume_topics(store, "part", 6)
    assert "latent corpus FILE" in raised.value.hint
    corpus(store, CorpusRequest([NOTICES]))
    assert len(resume_topics(store, "part", 6)) == 6


@pytest.mark.parametrize("algorithm", ["lsi"])
def test_what_cannot_go_on_names_what_can(algorithm: str, trained: Cache) -> None:
    with pytest.raises(RequestError, match="lsi by native, which cannot be trained") as raised:
        resume_topics(trained, f"notices-{algorithm}", 5)
    assert "lda by native" in raised.value.hint
    with pytest.raises(RequestError, match="kind embedding, not topic-model"):
        resume_topics(trained, "tales", 5)


def test_an_embedding_goes_on_for_so_many_epochs(store: Cache) -> None:
    request = EmbedRequest(parameters=Word2VecParameters(dim=8), epochs=3)
    first = embed(store, CorpusRequest([NOTICES]), request, named("part"))
    more = resume_embedding(store, "part", 2, named("more"))
    assert (more.words, more.dim, more.corpus) == (first.words, 8, "notices.jsonl")
    assert show(store, "more").metrics["epochs"] == 5
    assert show(store, "more").resumed == first.id
    assert resume_embedding(store, "part", 2, named("")).id == more.id
    assert resume_embedding(store, "part", options=named("twice")).id != more.id
    assert show(store, "twice").metrics["epochs"] == 6


def test_options_that_a_run_has_of_its_own_are_refused(
    trained_cache: Path, latent: Run, cache: Path
) -> None:
    shutil.copytree(trained_cache, cache)
    for given, shown in (
        (("topics", "--resume", "notices", "--k", "10"), "--k"),
        (("topics", NOTICES, "--resume", "notices"), "CORPUS"),
        (("topics", "--resume", "notices", "--max-df", "0.5", "--seed", "1"), "--max-df, --seed"),
        (("topics", "--resume", "notices", "--phrases"), "--phrases"),
        (("embed", "--resume", "tales", "--dim", "100"), "--dim"),
    ):
        done = latent(*given)
        assert done.returncode == 2, given
        assert done.stderr.startswith(f"error: {shown}: with --resume, ")
    done = latent("topics", "--resume", "notices", "--iterations", "3", "-n", "2", "--name", "more")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 10
