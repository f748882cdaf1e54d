"""What stands around words: counts as a plain loop over the words of paragraphs finds them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from latentcli.corpus import encoded as module
from latentcli.corpus.contexts import contexts, telling_occurrences
from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.mask import frequent
from tests.small import encoded


def texts(seed: int = 1) -> list[str]:
    """Documents of paragraphs of words a to j, of which later ones are rare, and some empty."""
    draw = np.random.default_rng(seed)
    weights = 1 / np.arange(1, 11.0) ** 1.5
    return [
        "\n\n".join(
            " ".join(
                "abcdefghij"[i]
                for i in draw.choice(10, draw.integers(0, 12), p=weights / weights.sum())
            )
            for _ in range(draw.integers(1, 4))
        )
        for _ in range(60)
    ]


def paragraphs(corpus: EncodedCorpus, kept: list[str]) -> list[list[str]]:
    """The kept words of each paragraph."""
    edges = sorted({*corpus.offsets.tolist(), *corpus.break_offsets.tolist()})
    words = [corpus.words[int(term)] for term in corpus.token_ids]
    return [[w for w in words[a:b] if w in kept] for a, b in zip(edges, edges[1:], strict=False)]


@pytest.mark.parametrize("window", [1, 2, 5])
@pytest.mark.parametrize("block", [1 << 20, 40])
def test_counts_are_those_of_a_plain_loop(
    window: int, block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module.document_blocks, "__defaults__", (block,))
    corpus = encoded(texts(), tmp_path)
    kept = frequent(corpus.vocabulary, 20)
    words = [corpus.words[int(row)] for row in kept]
    assert 2 < len(words) < 10
    found = contexts(corpus, kept, [1, 0], window)
    near: dict[str, Counter[str]] = {word: Counter() for word in words}
    for stretch in paragraphs(corpus, words):
        for i, word in enumerate(stretch):
            around = stretch[max(0, i - window) : i] + stretch[i + 1 : i + 1 + window]
            near[word].update(around)
    assert found.pairs.tolist() == [near[word].total() for word in words]
    for number, row in enumerate((1, 0)):
        assert found.together[number].tolist() == [near[words[row]][word] for word in words]


def test_the_weights_around_each_occurrence_are_summed_once_a_word(tmp_path: Path) -> None:
    corpus = encoded(texts(2), tmp_path)
    kept = frequent(corpus.vocabulary, 20)
    words = [corpus.words[int(row)] for row in kept]
    weights = np.random.default_rng(1).random(len(kept))
    by_hand = [
        sum(
            weights[words.index(near)]
            for near in {*stretch[max(0, i - 2) : i], *stretch[i + 1 : i + 3]}
        )
        for stretch in paragraphs(corpus, words)
        for i, word in enumerate(stretch)
        if word == words[1]
    ]
    found = telling_occurrences(corpus, kept, 1, 2, weights)
    assert found == pytest.approx(np.array(by_hand))
    assert len(found) == corpus.vocabulary.term_counts[kept[1]]
