"""What stands behind a similarity: a count by hand of the model's corpus, and what has none."""

from __future__ import annotations

import math
import shutil
import warnings
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from latentcli.errors import NothingFound, RequestError
from latentcli.formats.corpus import open_corpus
from latentcli.formats.models import open_topic_model
from latentcli.models.topic_model import MixtureModel
from latentcli.store.cache import Cache
from latentcli.store.runs import find, remove
from latentcli.workflows.corpus_text import corpus_and_text, own_digest
from latentcli.workflows.why import SharedContext, SharedTopic, keywords_in_context, why
from tests.conftest import SAMPLES, run_latent
from tests.small import Notes, mixture
from tests.workflows.test_cluster import imported_points

A, B = "king", "queen"


def _paragraphs(cache: Cache) -> tuple[list[list[str]], int]:
    """The paragraphs of the tales in the words that the model has, and its window."""
    run = find(cache, "tales")
    corpus = open_corpus(corpus_and_text(cache, own_digest(run.manifest))[0])
    kept, words = set(run.strings("vocabulary")), list(corpus.vocabulary.words)
    tokens = np.asarray(corpus.token_ids).tolist()
    edges = sorted({*corpus.offsets.tolist(), *corpus.break_offsets.tolist(), len(tokens)})
    found = [
        [words[token] for token in tokens[start:end] if words[token] in kept]
        for start, end in zip(edges, edges[1:], strict=False)
    ]
    return found, int(run.manifest["parameters"]["window"])


def _counted(paragraphs: list[list[str]], window: int) -> dict[str, Counter[str]]:
    """How often each word stands within a window of each other, met one by one."""
    found: dict[str, Counter[str]] = {}
    for words in paragraphs:
        for i, word in enumerate(words):
            near = words[max(0, i - window) : i] + words[i + 1 : i + 1 + window]
            found.setdefault(word, Counter()).update(near)
    return found


@pytest.mark.parametrize("least", [1, 3])
def test_shared_contexts_are_those_of_a_count_by_hand(least: int, trained: Cache) -> None:
    paragraphs, window = _paragraphs(trained)
    together = _counted(paragraphs, window)
    totals = {word: near.total() for word, near in together.items()}
    pairs = sum(totals.values())

    def bits(word: str, context: str) -> float:
        times = together[word][context]
        chance = totals[word] * totals[context] / pairs
        return max(0.0, math.log2(times / chance)) if times >= least else 0.0

    products = {word: bits(A, word) * bits(B, word) for word in together}
    expected = {word: product for word, product in products.items() if product > 0}
    found = list(why(trained, A, B, "tales", 10**6, least))
    assert len(expected) > 5 and {row[0] for row in found} == set(expected)
    occurrences = Counter(word for words in paragraphs for word in words)
    for row in found:
        assert isinstance(row, SharedContext)
        word = row.context
        assert (row.a_ppmi, row.b_ppmi) == pytest.approx((bits(A, word), bits(B, word)))
        assert row.share == pytest.approx(expected[word] / sum(expected.values()))
        counts = (together[A][word], together[B][word], occurrences[word])
        assert (row.a_count, row.b_count, row.occurrences) == counts
    shares = [row.share for row in found]
    assert shares == sorted(shares, reverse=True)
    assert list(why(trained, A, B, "tales", 3, least)) == found[:3]


def test_lines_are_of_both_words_and_stand_in_the_text(trained: Cache) -> None:
    text = "".join((SAMPLES / "tales.txt").read_text("utf-8").split())
    found = list(keywords_in_context(trained, "King", B, "tales", n=4, characters=30))
    assert [line.word for line in found] == [A] * 4 + [B] * 4
    for line in found:
        assert line.keyword.lower() == line.word
        around = f"{line.left}{line.keyword}{line.right}".replace("\u2026", " ")
        assert len(around) > 30 and "".join(around.split()) in text


def test_words_that_never_stand_near_the_same_are_told_how_to_see_more(trained: Cache) -> None:
    shared = len(list(why(trained, A, B, "tales", 10**6, 1)))
    with pytest.raises(NothingFound, match="1,000 times or more around each") as raised:
        why(trained, A, B, "tales", least=1000)
    assert raised.value.hint == f"lower --least: with --least 1 they share {shared:,}"


def test_what_has_no_corpus_or_text_says_so(trained: Cache, store: Cache, tmp_path: Path) -> None:
    copied = Cache(Path(shutil.copytree(trained.root, tmp_path / "copied")))
    remove(copied, corpus_and_text(copied, own_digest(find(copied, "tales").manifest))[0].id)
    with pytest.raises(RequestError, match="corpus"):
        why(copied, A, B, "tales")
    imported = imported_points(store, tmp_path, np.eye(4))
    with pytest.raises(RequestError, match="was imported"):
        why(store, "p0", "p1", imported)
    how = ("--no-text", "--epochs", "1", "--threads", "1", "--name", "bare")
    done = run_latent(store.root, "embed", SAMPLES / "tales.txt", *how)
    assert done.returncode == 0, done.stderr
    assert why(store, A, B, "bare")
    with pytest.raises(RequestError, match="no text is kept"):
        keywords_in_context(store, A, B, "bare")
    with pytest.raises(NothingFound, match="unknown word 'kign'"):
        why(store, "kign", B, "bare")


def test_topics_are_those_that_both_words_have_by_their_mixtures(
    trained: Cache, notes: Notes
) -> None:
    model = open_topic_model(find(trained, "notices"))
    assert isinstance(model, MixtureModel)
    a, b = list(model.words)[:2]
    joint = model.topic_word_probabilities() * model.shares()[:, None]
    first, second = (joint[:, row] / joint[:, row].sum() for row in (0, 1))
    found = why(trained, a, b, "notices", observer=notes)
    affinity = np.sqrt(first * second)
    assert [row[0] for row in found] == np.argsort(-affinity, kind="stable").tolist()
    for row in found:
        assert isinstance(row, SharedTopic)
        assert (row.a_weight, row.b_weight) == pytest.approx((first[row.topic], second[row.topic]))
        assert row.share == pytest.approx(affinity[row.topic] / affinity.sum())
    hellinger = np.linalg.norm(np.sqrt(first) - np.sqrt(second)) / np.sqrt(2)
    assert f"by their topics: {1 - hellinger:.4f}" in notes
    assert why(trained, a, b, "notices", 2) == found[:2]


@pytest.mark.parametrize(
    ("a", "b", "told"),
    [
        ("w0", "w3", "has the word 'w3'"),
        ("w3", "w0", "has the word 'w3'"),
        ("w0", "w2", "'w0' and 'w2' have no topic in common"),
    ],
)
def test_words_without_topics_or_a_common_one_share_nothing(
    a: str, b: str, told: str, trained: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = mixture([[4, 5, 0, 0], [0, 5, 4, 0]])
    monkeypatch.setattr("latentcli.workflows.why.open_topic_model", lambda _: model)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(NothingFound, match=told):
            why(trained, a, b, "notices")
        [row] = why(trained, "w0", "w1", "notices")
    assert row == (0, 1.0, 0.5, 1.0, ["w1", "w0", "w2", "w3"])


def test_what_topic_models_cannot_be_asked_is_refused(trained: Cache) -> None:
    a, b = list(open_topic_model(find(trained, "notices")).words)[:2]
    with pytest.raises(RequestError, match="--least: a topic model"):
        why(trained, a, b, "notices", least=3)
    with pytest.raises(RequestError, match="no windows around words"):
        keywords_in_context(trained, a, b, "notices")
    with pytest.raises(RequestError, match="no mixture of topics in LSI"):
        why(trained, a, b, "notices-lsi")
