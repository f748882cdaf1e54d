"""Where tokens flow between topics: counted token by token, and planted splits found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from latentcli.corpus.strings import Strings
from latentcli.evaluation.topic_flow import (
    Flow,
    common_rows,
    flow_of_axes,
    flow_of_tokens,
    flow_of_words,
)
from latentcli.models.topic_model import MixtureModel
from tests.small import Planted, planted, planted_lda


@pytest.fixture(scope="module")
def world() -> Planted:
    return planted(n_docs=120, k=4, n_terms=60, length=40)


@pytest.fixture(scope="module")
def whole(world: Planted) -> MixtureModel:
    return planted_lda(world)


def split(model: MixtureModel, topic: int) -> MixtureModel:
    """The same model, one topic cut in two by hand: words at even places, and at odd ones."""
    weights, shares = model.topic_word, model.doc_topic
    even = np.arange(weights.shape[1]) % 2 == 0
    row = weights[topic]
    part = row[even].sum() / row.sum()
    cut = np.vstack([weights, row * ~even])
    cut[topic] = row * even
    documents = np.hstack([shares, shares[:, [topic]] * (1 - part)])
    documents[:, topic] *= part
    return replace(model, topic_word=cut, doc_topic=documents.astype(np.float32))


def by_tokens(a: MixtureModel, b: MixtureModel, world: Planted) -> Flow:
    documents = np.arange(len(world.tokens))
    return flow_of_tokens(a, b, world.counts(), common_rows(a, b), documents)


def joint_by_hand(a: MixtureModel, b: MixtureModel, world: Planted) -> npt.NDArray[np.float64]:
    words = [model.topic_word_probabilities() for model in (a, b)]
    joint = np.zeros((a.n_topics, b.n_topics))
    for number, tokens in enumerate(world.tokens):
        for token in tokens:
            shares = []
            for model, topics in zip((a, b), words, strict=True):
                share = model.doc_topic[number] * topics[:, token]
                shares.append(share / share.sum())
            joint += np.outer(*shares)
    return joint


def test_tokens_are_shared_out_one_by_one(world: Planted, whole: MixtureModel) -> None:
    other = split(whole, 1)
    flow = by_tokens(whole, other, world)
    joint = joint_by_hand(whole, other, world)
    np.testing.assert_allclose(flow.a_in_b, joint / joint.sum(axis=1, keepdims=True), rtol=1e-6)
    np.testing.assert_allclose(flow.b_in_a, joint / joint.sum(axis=0), rtol=1e-6)


def test_blocks_change_nothing(
    world: Planted, whole: MixtureModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = by_tokens(whole, split(whole, 1), world)
    monkeypatch.setattr("latentcli.evaluation.topic_flow._CELLS", 100)
    told: list[float] = []
    in_blocks = flow_of_tokens(
        whole, split(whole, 1), world.counts(), common_rows(whole, whole),
        np.arange(len(world.tokens)), told.append,
    )  # fmt: skip
    np.testing.assert_allclose(in_blocks.a_in_b, at_once.a_in_b)
    assert told == sorted(told)
    assert len(told) > 100
    assert told[-1] == 1


@pytest.mark.parametrize("topic", range(4))
def test_a_topic_split_by_hand_is_a_split_one_way_and_a_merge_the_other(
    topic: int, world: Planted, whole: MixtureModel
) -> None:
    parted = split(whole, topic)
    parts = [(topic, topic), (topic, 4)]
    assert by_tokens(whole, parted, world).splits() == parts
    assert by_tokens(whole, parted, world).merges() == []
    assert by_tokens(parted, whole, world).merges() == [(b, a) for a, b in parts]
    rows = common_rows(whole, parted)
    assert flow_of_words(whole, parted, rows).splits() == parts
    assert flow_of_words(parted, whole, rows).splits() == []


def test_a_model_is_no_split_of_itself(world: Planted, whole: MixtureModel) -> None:
    flow = by_tokens(whole, whole, world)
    assert (flow.splits(), flow.merges()) == ([], [])
    assert (np.diag(flow.a_in_b) > 0.5).all()
    np.testing.assert_allclose(flow.a_in_b.sum(axis=1), 1)
    np.testing.assert_allclose(flow.b_in_a.sum(axis=0), 1)


def test_parts_that_hold_little_of_a_topic_do_not_split_it() -> None:
    within = np.array([[0.9, 0.9, 0.2], [0.1, 0.1, 0.8]])
    of_whole = np.array([[0.2, 0.2, 0.6], [0.3, 0.3, 0.4]])
    assert Flow(of_whole, within).splits() == []
    of_whole[0] = [0.3, 0.3, 0.4]
    assert Flow(of_whole, within).splits() == [(0, 0), (0, 1)]


def test_by_words_occurrences_are_shared_out_by_topic_and_share(whole: MixtureModel) -> None:
    order = np.array([2, 0, 3, 1])
    kept = np.arange(50)[::-1]
    fewer = replace(
        whole.permuted(order),
        topic_word=whole.permuted(order).topic_word[:, kept],
        words=Strings.of(f"w{i}" for i in kept),
        term_counts=whole.term_counts[kept] * 3,
    )
    rows = common_rows(whole, fewer)
    assert [whole.words[int(i)] for i in rows[0]] == [fewer.words[int(i)] for i in rows[1]]
    joint = np.zeros((4, 4))
    totals = whole.term_counts.sum(), fewer.term_counts.sum()
    for i, j in zip(*rows, strict=True):
        shares = []
        for model, row in ((whole, i), (fewer, j)):
            share = model.shares() * model.topic_word_probabilities()[:, row]
            shares.append(share / share.sum())
        weight = whole.term_counts[i] / totals[0] + fewer.term_counts[j] / totals[1]
        joint += weight * np.outer(*shares)
    flow = flow_of_words(whole, fewer, rows)
    np.testing.assert_allclose(flow.a_in_b, joint / joint.sum(axis=1, keepdims=True), rtol=1e-6)
    assert flow.a_in_b.argmax(axis=1)[order].tolist() == [0, 1, 2, 3]


def test_an_axis_of_lsi_lies_in_others_by_its_squared_cosines() -> None:
    turn = np.array([[np.cos(0.3), np.sin(0.3)], [np.sin(0.3), np.cos(0.3)]])
    flow = flow_of_axes(turn)
    np.testing.assert_allclose(flow.a_in_b.sum(axis=1), 1)
    assert flow.splits() == flow.merges() == []
