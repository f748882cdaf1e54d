"""Sweeps: figures that agree with those of scipy, scikit-learn's way of counting, and gensim."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import numpy as np
import pytest
from gensim.models.coherencemodel import CoherenceModel
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import jensenshannon
from scipy.stats import spearmanr

from latentcli.errors import InputError, RequestError
from latentcli.formats.models import open_embedding, open_topic_model
from latentcli.models.topic_model import LdaModel
from latentcli.queries.inference import infer_topics
from latentcli.store.cache import Cache
from latentcli.store.pointers import read_pointer
from latentcli.store.runs import find, list_runs
from latentcli.workflows.embed import EmbedRequest, embed
from latentcli.workflows.evaluate import evaluate
from latentcli.workflows.evaluation_request import EvaluationRequest
from latentcli.workflows.reading import CorpusRequest
from latentcli.workflows.sweep import Swept
from latentcli.workflows.sweep_embeddings import EmbeddingSweep, sweep_embeddings
from latentcli.workflows.sweep_topics import TopicSweep, sweep_topics
from latentcli.workflows.topic_request import MaskOptions, TopicsRequest
from latentcli.workflows.topics import topics
from latentcli.workflows.training import TrainingOptions
from tests.conftest import SAMPLES
from tests.small import Notes, counts_of, planted

WORLD = planted(n_docs=250, k=5)
REQUEST = TopicsRequest(
    iterations=30, held_out=0.2, mask=MaskOptions(stopwords="none", min_df=1, max_df=1)
)


def _corpus(folder: Path) -> CorpusRequest:
    path = folder / "planted.txt"
    path.write_text("\n".join(WORLD.texts))
    return CorpusRequest([str(path)])


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Cache, Swept, Notes]:
    """LDA and NMF of five planted topics, by two seeds."""
    folder = tmp_path_factory.mktemp("swept")
    store, notes = Cache(folder / "cache"), Notes()
    wanted = TopicSweep([3, 5, 9, 1000], ["lda", "nmf"], 2, REQUEST)
    return store, sweep_topics(store, _corpus(folder), wanted, None, notes), notes


def _models(swept: tuple[Cache, Swept, Notes], setting: str) -> list[LdaModel]:
    store, found, _ = swept
    [row] = [row for row in found.rows if row.setting == setting]
    models = [open_topic_model(find(store, ref)) for ref in row.models]
    assert all(isinstance(model, LdaModel) for model in models)
    return models  # type: ignore[return-value]


def _figure(swept: tuple[Cache, Swept, Notes], setting: str, name: str) -> float:
    [row] = [row for row in swept[1].rows if row.setting == setting]
    value = getattr(row, name)
    assert value is not None
    return float(value)


@pytest.mark.parametrize("k", [3, 5, 9])
def test_stability_is_that_of_scipys_distances_and_assignment(
    swept: tuple[Cache, Swept, Notes], k: int
) -> None:
    first, second = (m.topic_word_probabilities() for m in _models(swept, f"lda k={k}"))
    distance = np.array([[jensenshannon(p, q, base=2) for q in second] for p in first])
    best = distance[linear_sum_assignment(distance)].mean()
    assert _figure(swept, f"lda k={k}", "stability") == pytest.approx(1 - best, abs=1e-9)


def _incidence(model: LdaModel) -> np.ndarray:
    """Which documents that were trained on have which of the model's words."""
    trained_on = np.flatnonzero(np.asarray(model.doc_lengths))
    texts = [set(WORLD.texts[row].split()) for row in trained_on]
    return np.array([[word in text for word in model.words] for text in texts], float)


def test_coherence_is_npmi_counted_by_hand(swept: tuple[Cache, Swept, Notes]) -> None:
    values = []
    for model in _models(swept, "lda k=5"):
        has = _incidence(model)
        together = has.T @ has / len(has)
        for topic in model.topic_word_probabilities():
            for a, b in itertools.combinations(np.argsort(-topic, kind="stable")[:10], 2):
                p = together[a, b]
                ratio = p and np.log(p / together[a, a] / together[b, b])
                values.append(ratio / -np.log(p) if p else -1)
    assert _figure(swept, "lda k=5", "coherence") == pytest.approx(np.mean(values))


def test_coherence_is_gensims_where_windows_hold_whole_documents(
    swept: tuple[Cache, Swept, Notes],
) -> None:
    """gensim adds 1e-12 to the probability of each pair, which moves those that never meet."""
    expected = []
    for model in _models(swept, "lda k=3"):
        trained_on = np.flatnonzero(np.asarray(model.doc_lengths))
        texts = [WORLD.texts[row].split() for row in trained_on]
        top = np.argsort(-model.topic_word_probabilities(), axis=1, kind="stable")[:, :10]
        words = [[model.words[int(row)] for row in rows] for rows in top]
        judge = CoherenceModel(
            topics=words, texts=texts, coherence="c_npmi", window_size=1000, processes=1,
            dictionary=_dictionary(texts),
        )  # fmt: skip
        expected.append(judge.get_coherence())
    assert _figure(swept, "lda k=3", "coherence") == pytest.approx(np.mean(expected), abs=0.02)


def _dictionary(texts: list[list[str]]) -> object:
    from gensim.corpora import Dictionary

    return Dictionary(texts)


def test_exclusivity_is_the_top_words_share_of_their_probability(
    swept: tuple[Cache, Swept, Notes],
) -> None:
    values = []
    for model in _models(swept, "lda k=9"):
        p = model.topic_word_probabilities()
        for number, topic in enumerate(p):
            top = np.argsort(-topic, kind="stable")[:10]
            values.append((topic[top] / p[:, top].sum(axis=0)).mean(keepdims=True)[0])
            assert number < 9
    assert _figure(swept, "lda k=9", "exclusivity") == pytest.approx(np.mean(values))


def test_perplexity_is_of_every_other_token_of_the_same_held_out_documents(
    swept: tuple[Cache, Swept, Notes],
) -> None:
    held_out, values = set(), []
    for model in _models(swept, "lda k=5"):
        rows = np.flatnonzero(np.asarray(model.doc_lengths) == 0)
        held_out.add(tuple(rows))
        place = {word: row for row, word in enumerate(model.words)}
        tokens = [[place[w] for w in WORLD.texts[r].split() if w in place] for r in rows]
        n_terms = len(model.words)
        given = counts_of([np.bincount(t[::2], minlength=n_terms) for t in tokens])
        p = infer_topics(model, given).weights @ model.topic_word_probabilities()
        rest = [np.log(p[d, t[1::2]]) for d, t in enumerate(tokens)]
        values.append(np.exp(-np.concatenate(rest).mean()))
    assert len(held_out) == 1 and len(next(iter(held_out))) == 50
    assert _figure(swept, "lda k=5", "perplexity") == pytest.approx(np.mean(values))


def test_the_figures_of_one_model_are_those_of_evaluate(
    swept: tuple[Cache, Swept, Notes],
) -> None:
    store, found, _ = swept
    [row] = [row for row in found.rows if row.setting == "lda k=5"]
    of_seeds = []
    for ref in row.models:
        measures = {m.measure: m.value for m in evaluate(store, EvaluationRequest(ref))}
        of_seeds.append((measures["exclusivity"], measures["held_out_perplexity"]))
    assert np.mean(of_seeds, axis=0) == pytest.approx((row.exclusivity, row.perplexity))


def test_beyond_the_planted_number_of_topics_stability_drops_and_perplexity_falls_no_more(
    swept: tuple[Cache, Swept, Notes],
) -> None:
    few, planted_number, many = (row for row in swept[1].rows if row.setting.startswith("lda"))
    assert planted_number.stability > 0.9 > many.stability
    assert few.perplexity > 1.1 * planted_number.perplexity
    assert many.perplexity > 0.98 * planted_number.perplexity
    assert planted_number.pareto == "yes"


def test_what_is_not_defined_is_empty_and_what_cannot_be_is_named(
    swept: tuple[Cache, Swept, Notes],
) -> None:
    _, found, notes = swept
    assert [row.perplexity for row in found.rows if row.setting.startswith("nmf")] == [None] * 3
    assert [row.setting for row in found.rows] == [
        f"{algorithm} k={k}" for algorithm in ("lda", "nmf") for k in (3, 5, 9)
    ]
    assert "lda k=1000 is left out: --k 1000: must be from 1 to" in notes


def test_a_sweep_moves_no_latest_model_and_is_found_again_by_topics(
    tmp_path: Path, store: Cache, notes: Notes
) -> None:
    request = _corpus(tmp_path)
    topics(store, request, TopicsRequest("lsi", 2, mask=REQUEST.mask))
    before = read_pointer(store.root / "latest" / "topic-model")
    [row] = sweep_topics(store, request, TopicSweep([4], seeds=1, request=REQUEST)).rows
    assert row.stability is None
    assert read_pointer(store.root / "latest" / "topic-model") == before
    again = TopicsRequest(k=4, iterations=30, held_out=0.2, mask=REQUEST.mask, seed=REQUEST.seed)
    topics(store, request, again, observer=notes)
    assert f"lda: {row.models[0]} is in the cache already" in notes


def test_options_of_one_algorithm_are_for_that_one_alone(tmp_path: Path, store: Cache) -> None:
    wanted = TopicSweep(
        [2], ["lda", "lsi"], 1, TopicsRequest(iterations=5, alpha=0.3, weighting="counts")
    )
    rows = sweep_topics(store, _corpus(tmp_path), wanted).rows
    parameters = [find(store, row.models[0]).manifest["parameters"] for row in rows]
    assert parameters[0]["alpha"] == 0.3
    assert parameters[1]["weighting"] == "counts"
    with pytest.raises(RequestError, match="--alpha is for lda, not for plsa"):
        sweep_topics(
            store, _corpus(tmp_path), TopicSweep([2], ["plsa"], 1, TopicsRequest(alpha=0.3))
        )


def test_a_sweep_of_which_nothing_can_be_trained_says_why(tmp_path: Path, store: Cache) -> None:
    with pytest.raises(RequestError, match="--k 999: must be from 1 to"):
        sweep_topics(store, _corpus(tmp_path), TopicSweep([998, 999], request=REQUEST))
    with pytest.raises(InputError):
        sweep_embeddings(
            store,
            _corpus(tmp_path),
            EmbeddingSweep([3], request=EmbedRequest(min_count=10**6)),
        )


@pytest.fixture(scope="module")
def spaces(tmp_path_factory: pytest.TempPathFactory) -> tuple[Cache, Swept, Notes, Path]:
    """Embeddings of the tales, judged by ten pairs of words."""
    folder = tmp_path_factory.mktemp("spaces")
    store, notes = Cache(folder / "cache"), Notes()
    words = "king queen ship sea bread water old young night day".split()
    pairs = list(itertools.combinations(words[:5], 2))
    rated = folder / "pairs.tsv"
    rated.write_text("".join(f"{a}\t{b}\t{i % 4}\n" for i, (a, b) in enumerate(pairs)))
    sweep = EmbeddingSweep([4, 16], seeds=3, request=EmbedRequest(epochs=8), similarity=str(rated))
    corpus = CorpusRequest([str(SAMPLES / "tales.txt")])
    found = sweep_embeddings(store, corpus, sweep, TrainingOptions(threads=1), notes)
    return store, found, notes, rated


def test_similarity_is_scipys_spearman(spaces: tuple[Cache, Swept, Notes, Path]) -> None:
    store, found, _, rated = spaces
    pairs = [line.split("\t") for line in rated.read_text().splitlines()]
    for row in found.rows:
        rhos = []
        for ref in row.models:
            model = open_embedding(find(store, ref))
            known = [
                (model.words.find(a), model.words.find(b), float(rating)) for a, b, rating in pairs
            ]
            units = model.vectors / model.norms[:, None]
            both = [(units[a] @ units[b], r) for a, b, r in known if None not in (a, b)]
            rhos.append(spearmanr(*zip(*both, strict=True)).statistic)
        assert row.similarity == pytest.approx(np.mean(rhos), abs=1e-6)


def test_overlap_is_the_share_of_common_neighbours_of_each_pair_of_seeds(
    spaces: tuple[Cache, Swept, Notes, Path],
) -> None:
    store, found, _, _ = spaces
    row = found.rows[1]
    near = []
    for ref in row.models:
        model = open_embedding(find(store, ref))
        units = model.vectors / model.norms[:, None]
        cosines = units @ units.T
        np.fill_diagonal(cosines, -1)
        near.append([set(of) for of in np.argsort(-cosines, axis=1)[:, :10].tolist()])
    shares = [
        len(a & b) / 10
        for first, second in itertools.combinations(near, 2)
        for a, b in zip(first, second, strict=True)
    ]
    assert row.overlap == pytest.approx(np.mean(shares), abs=0.02)


def test_embeddings_are_found_again_by_embed_and_none_is_the_latest(
    spaces: tuple[Cache, Swept, Notes, Path], notes: Notes
) -> None:
    store, found, _, _ = spaces
    assert len([run for run in list_runs(store) if run.kind == "embedding"]) == 6
    assert not os.path.lexists(store.root / "latest" / "embedding")
    from latentcli.engines.parameters import Word2VecParameters

    wanted = EmbedRequest(parameters=Word2VecParameters(dim=16, seed=2), epochs=8)
    corpus = CorpusRequest([str(SAMPLES / "tales.txt")])
    embed(store, corpus, wanted, TrainingOptions(threads=1), notes)
    assert f"word2vec: {found.rows[1].models[1]} is in the cache already" in notes
