"""Drift between corpora: a planted move is told first, and chance is not taken for one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from latentcli.engines.parameters import Word2VecParameters
from latentcli.errors import NothingFound, RequestError
from latentcli.formats.models import open_embedding
from latentcli.store.cache import Cache
from latentcli.store.runs import find, list_runs
from latentcli.workflows.align import align
from latentcli.workflows.drift import DriftRequest, drift
from latentcli.workflows.embed import EmbedRequest, embed
from latentcli.workflows.reading import CorpusRequest
from latentcli.workflows.training import TrainingOptions
from tests.small import Notes

HOW = EmbedRequest(parameters=Word2VecParameters(dim=16, window=3, seed=3), epochs=4, min_count=5)


def documents(seed: int, n_docs: int = 240) -> list[str]:
    """Documents of ten subjects, each of which has 20 words of its own."""
    draw = np.random.default_rng(seed)
    weights = 1 / np.arange(1, 21)
    return [
        " ".join(f"s{subject}w{i}" for i in draw.choice(20, 60, p=weights / weights.sum()))
        for subject in draw.integers(0, 10, n_docs)
    ]


def trained(store: Cache, folder: Path, name: str, texts: list[str]) -> None:
    path = folder / f"{name}.txt"
    path.write_text("\n".join(texts) + "\n")
    embed(store, CorpusRequest([str(path)]), HOW, TrainingOptions(threads=1, name=name))


def swapped(text: str) -> str:
    words = {"s1w2": "s2w2", "s2w2": "s1w2"}
    return " ".join(words.get(word, word) for word in text.split())


@pytest.mark.slow
def test_two_words_that_changed_places_are_told_first(
    store: Cache, tmp_path: Path, notes: Notes
) -> None:
    trained(store, tmp_path, "then", documents(1))
    trained(store, tmp_path, "now", [swapped(text) for text in documents(2)])
    latest = find(store, "latest").id
    rows = list(drift(store, "then", "now", DriftRequest(permutations=10), notes))
    assert {row.word for row in rows[:2]} == {"s1w2", "s2w2"}
    assert all(row.q is not None and row.q <= 0.05 and row.drift > 0.3 for row in rows[:2])
    assert all((row.expected or 1) < 0.1 for row in rows[:2])
    assert all(near.startswith("s1") for near in rows[0].neighbors_a) or rows[0].word == "s2w2"
    assert "20 permuted parts to train" in notes
    assert find(store, "latest").id == latest
    before = list_runs(store)
    assert list(drift(store, "then", "now", DriftRequest(permutations=10), notes)) == rows
    assert list_runs(store) == before and "nothing to train: 20 permuted parts" in notes


@pytest.mark.slow
def test_between_random_halves_of_one_corpus_seldom_anything_moved(
    store: Cache, tmp_path: Path
) -> None:
    """Of three corpora one at most: in one of them a subject's documents fell four to one.

    Words that share documents move together, so that chance, where it goes beyond all
    permutations (once in eleven times), has several words do so.
    """
    told = 0
    for seed in (11, 12, 13):
        texts = documents(seed, 480)
        for name, half in (("one", texts[::2]), ("two", texts[1::2])):
            trained(store, tmp_path, f"{name}{seed}", half)
        try:
            list(drift(store, f"one{seed}", f"two{seed}", DriftRequest(permutations=10)))
            told += 1
        except NothingFound as nothing:
            assert "no word moved more than chance" in nothing.message
    assert told <= 1


def test_an_aligned_embedding_is_one_of_its_own_and_never_the_latest(
    store: Cache, tmp_path: Path, notes: Notes
) -> None:
    trained(store, tmp_path, "then", documents(1))
    trained(store, tmp_path, "now", documents(2))
    latest = find(store, "latest").id
    answer = align(store, "then", "now", name="turned", observer=notes)
    assert find(store, "latest").id == latest and answer.name == "turned"
    old, new = (open_embedding(find(store, ref)) for ref in ("now", "turned"))
    assert list(old.words) == list(new.words)
    cosines = [m.vectors @ m.vectors.T for m in (old, new)]
    assert cosines[1] == pytest.approx(cosines[0], abs=1e-4)
    assert old.context_vectors is not None and new.context_vectors is not None
    scores = [m.vectors @ m.context_vectors.T for m in (old, new) if m.context_vectors is not None]
    assert scores[1] == pytest.approx(scores[0], abs=1e-4)
    assert align(store, "then", "now", observer=notes).id == answer.id
    assert "is in the cache already" in notes and "words shared: mean cosine" in notes
    for pointer in (store.root / "latest").iterdir():
        pointer.unlink()
    assert find(store, "latest").id == latest


def test_what_cannot_be_compared_is_refused(store: Cache, tmp_path: Path) -> None:
    trained(store, tmp_path, "then", documents(1))
    with pytest.raises(RequestError, match="are one embedding"):
        align(store, "then", "then")
    with pytest.raises(RequestError, match="are one embedding"):
        drift(store, "then", "latest")
