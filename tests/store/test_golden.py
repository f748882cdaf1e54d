"""What the first release wrote opens and answers for ever (fault 31)."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from gensim.models.fasttext_inner import compute_ngrams_bytes, ft_hash_bytes

from latentcli.formats.artefact import Artefact
from latentcli.formats.corpus import open_corpus
from latentcli.store.verify import verify
from tests.conftest import Run
from tests.data.make_golden import LESSONS
from tests.store.golden import GOLDEN, IDS, golden_cache, read_json

LINES = [(label, line) for label, text in LESSONS.items() for line in text.splitlines()]


def array(kind: str, name: str) -> np.ndarray:
    """An array as NumPy itself reads it."""
    found: np.ndarray = np.load(GOLDEN / kind / "arrays" / f"{name}.npy", allow_pickle=False)
    return found


@pytest.mark.parametrize("kind", IDS)
def test_golden_artefacts_are_those_of_the_first_release(kind: str) -> None:
    manifest = read_json(GOLDEN / kind)
    assert (manifest["format_version"], manifest["written_by"]) == (1, "latent 0.1.0")
    assert manifest["id"] == IDS[kind]


def test_golden_artefacts_are_sound(tmp_path: Path) -> None:
    assert list(verify(golden_cache(tmp_path / "cache"))) == []


def test_the_golden_corpus_still_holds_its_text() -> None:
    corpus = open_corpus(Artefact(GOLDEN / "corpus"))
    words = list(corpus.vocabulary.words)
    tokens = [words[i] for i in corpus.token_ids]
    found = [tokens[a:b] for a, b in zip(corpus.offsets, corpus.offsets[1:], strict=False)]
    assert found == [re.findall(r"\w+", line.lower()) for _, line in LINES]
    assert corpus.labels is not None
    assert list(corpus.labels) == [label for label, _ in LINES]
    numbers = [f"{label}\\{i}" for label in LESSONS for i in range(6)]
    assert list(corpus.document_ids) == numbers


def test_the_golden_embedding_still_answers(latent: Run) -> None:
    words = (GOLDEN / "embedding" / "vocabulary.txt").read_text("utf-8").splitlines()
    vectors = array("embedding", "vectors").astype(float)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = vectors @ vectors[words.index("harbour")]
    nearest = [words[i] for i in np.argsort(-cosines) if words[i] != "harbour"][:5]
    done = latent("neighbors", "harbour", "-n", "5", "-m", GOLDEN / "embedding")
    assert [line.split("\t")[1] for line in done.stdout.splitlines()] == nearest, done.stderr


def test_the_golden_subwords_still_compose(latent: Run) -> None:
    words = (GOLDEN / "fasttext" / "vocabulary.txt").read_text("utf-8").splitlines()
    min_n, max_n, buckets = array("fasttext", "subword_settings").tolist()
    rows = {bucket: i for i, bucket in enumerate(array("fasttext", "subword_buckets").tolist())}
    ngrams = array("fasttext", "subword_vectors")
    found = [rows.get(ft_hash_bytes(n) % buckets) for n in compute_ngrams_bytes("sailor", 3, 6)]
    assert (min_n, max_n) == (3, 6) and any(row is not None for row in found)
    composed = sum(ngrams[row].astype(float) for row in found if row is not None)
    vectors = array("fasttext", "vectors").astype(float)
    cosines = vectors @ composed / np.linalg.norm(vectors, axis=1)
    done = latent("neighbors", "sailor", "-n", "5", "-m", GOLDEN / "fasttext")
    nearest = [words[i] for i in np.argsort(-cosines)][:5]
    assert [line.split("\t")[1] for line in done.stdout.splitlines()] == nearest, done.stderr
    assert "sailors" in nearest and "composed" in done.stderr


@pytest.mark.parametrize(("kind", "topics_of"), [("lda", "doc_topic"), ("lsi", "document_vectors")])
def test_golden_topic_models_still_tell_the_subjects_apart(
    latent: Run, kind: str, topics_of: str
) -> None:
    weights = array(kind, topics_of)
    trained = [int(np.argmax(weights[i : i + 6].mean(axis=0))) for i in range(0, 18, 6)]
    texts = ("flour and butter for the oven", "a storm at sea; ship and sails", "comet and moon")
    done = latent(
        "infer", "-", "-m", GOLDEN / kind, "--format", "lines", stdin="\n".join(texts) + "\n"
    )
    best: dict[str, tuple[float, int]] = {}
    for line in done.stdout.splitlines():
        document, topic, weight = line.split("\t")
        best[document] = max(best.get(document, (-1.0, -1)), (float(weight), int(topic)))
    assert [topic for _, topic in best.values()] == trained, done.stderr
    assert sorted(trained) == [0, 1, 2]
