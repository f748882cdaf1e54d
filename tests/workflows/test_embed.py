"""Training embeddings: what is chosen, what is kept, and when nothing is trained again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from latentcli.engines.parameters import Word2VecParameters
from latentcli.errors import InputError, RequestError
from latentcli.formats.models import open_embedding
from latentcli.store.cache import Cache
from latentcli.store.runs import find, list_runs
from latentcli.workflows.embed import EmbedAnswer, EmbedRequest, embed
from latentcli.workflows.reading import CorpusRequest
from latentcli.workflows.training import TrainingOptions
from tests.small import Notes, planted

SMALL = Word2VecParameters(dim=8)
ONE_THREAD = TrainingOptions(threads=1)


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "planted.txt"
    path.write_text("\n".join(planted(n_docs=60).texts))
    return path


def train(
    store: Cache,
    *inputs: Path,
    options: TrainingOptions = ONE_THREAD,
    observer: Notes | None = None,
    **request: object,
) -> EmbedAnswer:
    wanted = EmbedRequest(**{"parameters": SMALL, "epochs": 2, "min_count": 2, **request})
    request_ = CorpusRequest([str(path) for path in inputs])
    return embed(store, request_, wanted, options, observer or Notes())


def models(store: Cache) -> list[str]:
    return [row.id for row in list_runs(store) if row.kind == "embedding"]


def test_a_repeated_request_is_answered_from_the_cache(
    store: Cache, text: Path, notes: Notes
) -> None:
    first = train(store, text)
    created = find(store, first.id).manifest["invocation"]["created"]
    assert train(store, text, observer=notes) == first
    assert models(store) == [first.id]
    assert find(store, first.id).manifest["invocation"]["created"] == created
    assert f"word2vec: {first.id[:12]} is in the cache already" in notes


def test_one_thread_gives_the_same_run_in_another_cache(
    store: Cache, text: Path, tmp_path: Path
) -> None:
    # fault 26; the run's id covers the sha256 of every array
    assert train(Cache(tmp_path / "other"), text).id == train(store, text).id
    assert find(store, "latest").manifest["reproducible"]["bytes"]


def test_retraining_on_one_thread_gives_the_same_run(store: Cache, text: Path) -> None:
    again = TrainingOptions(threads=1, retrain=True)
    assert train(store, text).id == train(store, text, options=again).id


def test_a_request_for_one_thread_is_not_answered_by_a_racy_run(store: Cache, text: Path) -> None:
    # fault 26
    racy = train(store, text, options=TrainingOptions(threads=2))
    assert "not reproducible" in find(store, racy.id).manifest["reproducible"]["depends_on"]
    assert train(store, text).id != racy.id
    assert len(models(store)) == 2


def test_other_parameters_are_another_model_of_the_same_corpus(store: Cache, text: Path) -> None:
    train(store, text)
    train(store, text, min_count=3)
    train(store, text, parameters=Word2VecParameters(dim=8, window=2))
    assert len(models(store)) == 3
    assert sum(row.kind == "corpus" for row in list_runs(store)) == 1


def test_another_min_count_reads_no_text_again(store: Cache, text: Path) -> None:
    before = train(store, text)
    text.unlink()
    after = train(store, min_count=30)
    assert after.words < before.words
    assert after.corpus == "planted.txt"
    assert (open_embedding(find(store, after.id)).term_counts >= 30).all()


def test_the_answer_says_what_the_model_is(store: Cache, text: Path) -> None:
    answer = train(store, text, options=TrainingOptions(threads=1, name="mine"))
    model = open_embedding(find(store, "mine"))
    assert answer == (answer.id, "mine", "word2vec", len(model.words), 8, "planted.txt")
    assert np.isfinite(model.vectors).all()


def test_defaults_adapt_to_a_small_corpus_and_say_so(
    store: Cache, text: Path, notes: Notes
) -> None:
    answer = train(store, text, epochs=None, min_count=None, observer=notes)
    assert "small corpus (4,800 tokens): --min-count 2" in notes
    assert "small corpus (4,800 tokens): --epochs 150" in notes
    assert "expect rough neighbours" in notes
    manifest = find(store, answer.id).manifest
    assert (manifest["parameters"]["epochs"], manifest["mask"]["min_count"]) == (150, 2)


def test_what_is_asked_for_is_not_adapted(store: Cache, text: Path, notes: Notes) -> None:
    answer = train(store, text, epochs=1, min_count=7, observer=notes)
    assert "small corpus" not in notes
    assert find(store, answer.id).manifest["metrics"]["epochs"] == 1


def test_no_word_above_min_count_is_an_error_that_says_what_to_try(
    store: Cache, text: Path
) -> None:
    # fault 52
    with pytest.raises(InputError, match=r"0 of \d+ words kept with --min-count 100000") as raised:
        train(store, text, min_count=100_000)
    assert raised.value.hint == "try --min-count 1"
    assert models(store) == []


def test_a_corpus_of_one_word_cannot_be_embedded(store: Cache, tmp_path: Path) -> None:
    # fault 74
    path = tmp_path / "one.txt"
    path.write_text("apple apple apple")
    with pytest.raises(InputError, match="1 of 1 words kept"):
        train(store, path, min_count=1)


def test_an_unknown_algorithm_or_engine_is_refused(store: Cache, text: Path) -> None:
    with pytest.raises(RequestError, match="no algorithm 'lda' for embeddings"):
        train(store, text, algorithm="lda")
    with pytest.raises(RequestError, match="no engine 'mallet' for 'word2vec'"):
        train(store, text, options=TrainingOptions(engine="mallet"))
