"""Coherence is gensim's, wherever gensim gives a number."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from gensim.corpora import Dictionary
from gensim.models import CoherenceModel

from latentcli.corpus.encoded import EncodedCorpus
from latentcli.evaluation.coherence import WINDOWS, coherence
from latentcli.evaluation.windows import windows_with
from tests.small import encoded

MEASURES = pytest.mark.parametrize("measure", WINDOWS)


def gensims(topics: list[list[str]], texts: list[list[str]], measure: str) -> list[float]:
    judge = CoherenceModel(
        topics=topics, texts=texts, dictionary=Dictionary(texts), coherence=measure, processes=1
    )
    return [float(value) for value in judge.get_coherence_per_topic()]


@pytest.fixture(scope="module")
def texts() -> list[str]:
    """Documents of 0 to 400 tokens, some words far more frequent than others."""
    draw = np.random.default_rng(1)
    lengths = [0, 1, 2, 9, 10, 11, 109, 110, 111, *draw.integers(0, 400, 60)]
    return [" ".join(f"w{word}" for word in draw.zipf(1.3, n).clip(0, 60)) for n in lengths]


@pytest.fixture(scope="module")
def corpus(texts: list[str], tmp_path_factory: pytest.TempPathFactory) -> EncodedCorpus:
    return encoded(texts, tmp_path_factory.mktemp("encoded"))


TOPICS = [[1, 5, 9, 12, 3], [20, 2, 30, 8, 41, 7], [7, 7, 3, 20], [40, 50], list(range(10, 40))]


@MEASURES
@pytest.mark.parametrize("threads", [1, 3])
def test_coherence_is_that_of_gensim(
    measure: str, threads: int, texts: list[str], corpus: EncodedCorpus
) -> None:
    words = list(corpus.vocabulary.words)
    named = [[words[row] for row in topic] for topic in TOPICS]
    expected = gensims(named, [text.split() for text in texts], measure)
    found = coherence([np.array(topic) for topic in TOPICS], corpus, [measure], threads=threads)
    assert found[measure] == pytest.approx(expected, abs=1e-9)


@MEASURES
def test_words_may_be_taken_out_of_the_text_first(
    measure: str, texts: list[str], corpus: EncodedCorpus
) -> None:
    words = list(corpus.vocabulary.words)
    kept = np.arange(2, 45)
    left = {words[row] for row in kept}
    thinned = [[word for word in text.split() if word in left] for text in texts]
    named = [[words[row] for row in topic] for topic in ([4, 9, 12, 3], [20, 30, 8, 41])]
    topics = [np.array([words.index(word) for word in topic]) for topic in named]
    found = coherence(topics, corpus, [measure], kept)[measure]
    assert found == pytest.approx(gensims(named, thinned, measure), abs=1e-9)
    if measure != "u_mass":
        assert found != pytest.approx(coherence(topics, corpus, [measure])[measure], abs=1e-3)


def test_pairs_that_always_and_never_meet_have_gensims_figures(tmp_path: Path) -> None:
    texts = ["a b c", "a b", "a b d", "a b", "e"]
    corpus = encoded(texts, tmp_path)
    topics = [["a", "b"], ["c", "d"], ["a", "c", "d"]]
    rows = [np.array([corpus.vocabulary.words.find(w) for w in topic]) for topic in topics]
    for measure, found in coherence(rows, corpus).items():
        expected = gensims(topics, [text.split() for text in texts], measure)
        assert found == pytest.approx(expected, abs=1e-9)


def test_words_that_are_everywhere_have_no_coherence(tmp_path: Path) -> None:
    """Whether they go together, one document, or one text many times, cannot tell."""
    for texts in (["a b c"], ["a b c"] * 5):
        corpus = encoded(texts, tmp_path)
        for values in coherence([np.arange(3), np.arange(2)], corpus).values():
            assert np.isnan(values).all()


def test_a_topic_without_a_pair_of_words_has_no_coherence(corpus: EncodedCorpus) -> None:
    topics = [np.array([3], np.int64), np.array([], np.int64), np.array([3, 4])]
    for values in coherence(topics, corpus).values():
        assert np.isnan(values).tolist() == [True, True, False]


def test_no_topics_have_no_coherence(corpus: EncodedCorpus) -> None:
    assert coherence([np.array([], np.int64)], corpus)["c_v"].tolist() == pytest.approx(
        [np.nan], nan_ok=True
    )
    assert len(coherence([], corpus)["c_v"]) == 0


def test_topics_counted_in_several_batches_have_the_same_figures(
    corpus: EncodedCorpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    topics = [np.array(topic) for topic in TOPICS]
    whole = coherence(topics, corpus)
    monkeypatch.setattr("latentcli.evaluation.coherence._WORDS_AT_ONCE", 7)
    heard: list[tuple[float, float]] = []
    parts = coherence(topics, corpus, tell=lambda done, total: heard.append((done, total)))
    for measure, values in whole.items():
        assert parts[measure].tolist() == values.tolist()
    assert heard[0][0] == 0 and all(done < total for done, total in heard)
    assert [done for done, _ in heard] == sorted(done for done, _ in heard)


def test_every_document_is_a_window_and_a_long_one_has_one_for_each_step(
    corpus: EncodedCorpus,
) -> None:
    lengths = np.diff(corpus.offsets.astype(np.int64))
    word = np.array([0])
    assert windows_with(corpus, word, None).n_windows == len(lengths)
    assert windows_with(corpus, word, 10).n_windows == np.maximum(lengths - 9, 1).sum()
    documents = int(corpus.vocabulary.document_counts[0])
    assert windows_with(corpus, word, None).together.tolist() == [[documents]]
