"""Two models compared: permutations, planted splits, stability by SciPy, neighbours by gensim."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import jensenshannon

from latentcli.engines.parameters import Word2VecParameters
from latentcli.errors import RequestError
from latentcli.evaluation.alignment import Alignment
from latentcli.evaluation.topic_flow import Flow
from latentcli.formats.models import open_embedding, open_topic_model
from latentcli.models.topic_model import LsiModel, MixtureModel
from latentcli.store.cache import Cache
from latentcli.store.runs import find
from latentcli.workflows.compare import ComparisonRequest, compare
from latentcli.workflows.compare_topics import relations
from latentcli.workflows.embed import EmbedRequest, embed
from latentcli.workflows.reading import CorpusRequest
from latentcli.workflows.topic_request import TopicsRequest
from latentcli.workflows.topics import topics
from latentcli.workflows.training import TrainingOptions
from tests.conftest import SAMPLES, run_latent
from tests.small import Notes, keyed_vectors
from tests.workflows.altered import altered

NOTICES = str(SAMPLES / "notices.jsonl")
TALES = str(SAMPLES / "tales.txt")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Cache:
    """A cache with topic models of the notices and embeddings of the tales."""
    store = Cache(tmp_path_factory.mktemp("compared") / "cache")
    for name, given in (
        ("a", {"seed": 1}),
        ("b", {"seed": 2}),
        ("nmf", {"algorithm": "nmf"}),
        ("lsi", {"algorithm": "lsi"}),
    ):
        wanted = TopicsRequest(**{"k": 6, "iterations": 10, **given})  # type: ignore[arg-type]
        topics(store, CorpusRequest([NOTICES]), wanted, TrainingOptions(threads=1, name=name))
    for name, seed in (("one", 1), ("two", 2)):
        request = EmbedRequest(parameters=Word2VecParameters(dim=20, seed=seed), epochs=5)
        embed(store, CorpusRequest([TALES]), request, TrainingOptions(threads=1, name=name))
    return store


def mixture_of(store: Cache, ref: str) -> MixtureModel:
    model = open_topic_model(find(store, ref))
    assert isinstance(model, MixtureModel)
    return model


def test_a_model_permuted_is_identical_topic_by_topic_and_as_a_whole(
    store: Cache, notes: Notes
) -> None:
    run, order = find(store, "a"), np.array([4, 2, 0, 5, 1, 3])
    other = altered(store, run, model=mixture_of(store, "a").permuted(order), note="permuted")
    assert other.id != run.id
    found = compare(store, "a", other.id, observer=notes)
    assert {row.relation for row in found.rows} == {"identical"}
    assert [(row.a, order[row.b]) for row in found.rows] == [(i, i) for i in range(6)]
    assert {row.similarity for row in found.rows} == {1}
    [whole] = found.summary
    assert (whole.similarity, whole.relation) == (1, "identical")
    assert whole.detail.endswith("6 identical, numbered otherwise")
    assert notes.lines[-1].startswith("identical: stability 1.0000")


def test_other_mixtures_of_documents_are_told_of_the_same_topics(store: Cache) -> None:
    model = mixture_of(store, "a")
    other = altered(store, find(store, "a"), {"doc_topic": model.doc_topic[::-1].copy()})
    [whole] = compare(store, "a", other.id).summary
    assert whole.relation == "identical"
    assert "documents' weights differ by up to " in whole.detail


def test_the_stability_of_two_seeds_is_scipys(store: Cache) -> None:
    p, q = (mixture_of(store, ref).topic_word_probabilities() for ref in "ab")
    by_hand = np.array([[1 - jensenshannon(x, y, base=2) for y in q] for x in p])
    first, second = linear_sum_assignment(-by_hand)
    found = compare(store, "a", "b")
    assert found.summary[0].similarity == pytest.approx(by_hand[first, second].mean(), abs=1e-9)
    pairs = {(row.a, row.b): row.similarity for row in found.rows}
    assert set(zip(first.tolist(), second.tolist(), strict=True)) <= set(pairs)
    for (i, j), similarity in pairs.items():
        assert similarity == pytest.approx(by_hand[i, j], abs=1e-9)


def test_a_topic_split_by_hand_is_told_so_one_way_and_as_merged_the_other(store: Cache) -> None:
    model = mixture_of(store, "a")
    even = np.arange(model.topic_word.shape[1]) % 2 == 0
    weights = np.vstack([model.topic_word, model.topic_word[2] * ~even])
    weights[2] *= even
    documents = np.hstack([model.doc_topic, model.doc_topic[:, [2]] / 2]).astype(np.float32)
    documents[:, 2] /= 2
    parted = replace(
        model, topic_word=weights, doc_topic=documents, alpha=np.full(7, 0.1), topic_order=None
    )
    other = altered(store, find(store, "a"), model=parted)
    found = compare(store, "a", other.id)
    assert [(row.b, row.relation) for row in found.rows if row.a == 2] == [
        (2, "split"), (6, "split"),
    ]  # fmt: skip
    assert {row.relation for row in found.rows if row.a != 2} == {"identical"}
    assert found.summary[0].relation == "different"
    back = compare(store, other.id, "a").rows
    assert [(row.a, row.relation) for row in back if row.b == 2] == [(2, "merge"), (6, "merge")]


def test_relations_follow_from_what_is_more_than_half() -> None:
    a_in_b = np.array([[0.9, 0.1, 0.0, 0.0], [0.0, 0.3, 0.3, 0.4], [0.2, 0.4, 0.2, 0.2]])
    b_in_a = np.array([[0.8, 0.1, 0.3, 0.1], [0.0, 0.6, 0.3, 0.4], [0.2, 0.3, 0.4, 0.5]])
    pairs = Alignment(np.arange(3), np.arange(3), np.full(3, 0.5))
    found = list(relations(pairs, np.full((3, 4), 0.5), Flow(a_in_b, b_in_a)))
    assert found == [
        (0, 0, "match"), (1, 1, "part of a"), (2, 2, "weak"), (None, 3, "only in b"),
    ]  # fmt: skip
    turned = Alignment(np.arange(3), np.arange(3), np.full(3, 0.5))
    back = list(relations(turned, np.full((4, 3), 0.5), Flow(b_in_a.T, a_in_b.T)))
    assert [relation for *_, relation in back] == ["match", "part of b", "weak", "only in a"]


def test_shares_are_by_tokens_of_the_same_documents_else_by_words(store: Cache) -> None:
    assert "tokens of 400 documents" in compare(store, "a", "nmf").summary[0].detail
    fewer = altered(store, find(store, "a"), corpus={"digest": "0" * 64})
    detail = compare(store, fewer.id, "b").summary[0].detail
    assert "common words: the documents are not the same" in detail
    other = altered(store, find(store, "b"), corpus={"digest": "0" * 64})
    detail = compare(store, fewer.id, other.id).summary[0].detail
    assert "no longer in the cache" in detail


def test_lsi_is_compared_with_itself_whatever_its_signs(store: Cache) -> None:
    run = find(store, "lsi")
    model = open_topic_model(run)
    assert isinstance(model, LsiModel)
    turned = replace(model, term_topic=-model.term_topic, document_vectors=-model.document_vectors)
    found = compare(store, "lsi", altered(store, run, model=turned).id)
    assert {row.relation for row in found.rows} == {"identical"}
    assert found.summary[0].detail.endswith("6 identical")
    with pytest.raises(RequestError, match="LSI's topics are axes"):
        compare(store, "lsi", "a")


def test_what_does_not_compare_is_refused(store: Cache) -> None:
    with pytest.raises(RequestError, match="'a' is a topic model, 'one' an embedding"):
        compare(store, "a", "one")
    corpus = find(store, "latest", "corpus").id
    with pytest.raises(RequestError, match="kind corpus"):
        compare(store, corpus, "a")


def test_an_embedding_is_identical_with_itself(store: Cache, notes: Notes) -> None:
    found = compare(store, "one", "one", observer=notes)
    assert found.summary[0].relation == "identical"
    assert {row.similarity for row in found.rows} == {1}
    assert all(row.only_in_a == row.only_in_b == [] for row in found.rows)


def test_words_show_the_neighbours_that_gensim_finds(store: Cache) -> None:
    found = compare(store, "one", "two", ComparisonRequest(n=5, neighbors=8, words=10**6))
    models = [keyed_vectors(open_embedding(find(store, ref))) for ref in ("one", "two")]
    assert [row.relation for row in found.rows] == ["least"] * 5 + ["most"] * 5
    for row in found.rows:
        first, second = ([w for w, _ in model.most_similar(row.a, topn=8)] for model in models)
        assert row.in_both == [word for word in first if word in second]
        assert row.only_in_a == [word for word in first if word not in second]
        assert row.only_in_b == [word for word in second if word not in first]
        assert row.similarity == pytest.approx(len(row.in_both) / 8)
    similarities = [row.similarity for row in found.rows]
    assert similarities[:5] == sorted(similarities[:5])
    assert min(similarities[5:]) >= max(similarities[:5])
    whole, *bands = found.summary
    n_words = [int(line.detail.split(" ")[0].replace(",", "")) for line in found.summary]
    assert n_words[0] == sum(n_words[1:]) == len(models[0].index_to_key)
    means = [line.similarity for line in bands]
    assert whole.similarity == pytest.approx(np.average(means, weights=n_words[1:]))


def test_the_command_answers_in_a_pipe_and_says_the_figure(store: Cache) -> None:
    done = run_latent(store.root, "compare", "a", "b", "-n", "3")
    assert done.returncode == 0, done.stderr
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert {len(row) for row in rows} == {8}
    assert {len(cell.split()) for row in rows if row[7] for cell in row[7:]} == {3}
    assert "stability" in done.stderr
    summary = run_latent(store.root, "compare", "a", "b", "--summary", "--json", "-q")
    assert summary.stderr == ""
    found = json.loads(summary.stdout)
    assert list(found) == ["a", "b", "similarity", "relation", "detail"]
    assert f"stability {found['similarity']:.4f}" in done.stderr


def test_the_command_refuses_with_2(store: Cache, tmp_path: Path) -> None:
    done = run_latent(store.root, "compare", "a", "one")
    assert (done.returncode, done.stdout) == (2, "")
    assert "'latent models' lists them" in done.stderr
