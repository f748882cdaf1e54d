"""gensim loads what is written for it, and answers as the model itself does."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from gensim.models import KeyedVectors, TfidfModel
from gensim.models import LdaModel as GensimLda
from gensim.models import LsiModel as GensimLsi
from gensim.models.nmf import Nmf as GensimNmf

from latentcli.corpus.counts import count_matrix
from latentcli.engines.lsi_gensim import train
from latentcli.engines.nmf_native import train as train_nmf
from latentcli.engines.parameters import LsiParameters, NmfParameters
from latentcli.errors import RequestError
from latentcli.formats.gensim_models import save_embedding, save_topic_model
from latentcli.models.topic_model import LsiModel, MixtureModel, NmfModel, PlsaModel
from latentcli.observer import SILENT
from latentcli.queries.inference import infer_lda, infer_lsi, infer_nmf
from latentcli.queries.neighbours import neighbours
from latentcli.queries.words import Found
from tests.small import Planted, bags, counts_of, embedding, encoded, planted, planted_lda

ODD_WORDS = ["king", "new york", "a\nb", "café", "</script>"]


def test_keyed_vectors_hold_any_words_with_their_counts(tmp_path: Path) -> None:
    # fault 44
    vectors = np.random.default_rng(1).normal(size=(5, 3))
    model = embedding(vectors, ODD_WORDS, [50, 40, 30, 20, 10])
    [path] = save_embedding(model, tmp_path / "model.gensim")
    read = KeyedVectors.load(str(path))
    assert read.index_to_key == ODD_WORDS
    np.testing.assert_array_equal(read.vectors, model.vectors)
    assert [read.get_vecattr(word, "count") for word in ODD_WORDS] == [50, 40, 30, 20, 10]
    answers = neighbours(model, [Found("king", 0)], 4)
    assert [answer.word for answer in answers] == [word for word, _ in read.most_similar("king")]


WORLD: Planted = planted(n_docs=120)


@pytest.fixture(scope="module")
def lda(tmp_path_factory: pytest.TempPathFactory) -> GensimLda:
    target = tmp_path_factory.mktemp("lda") / "model.gensim"
    assert save_topic_model(planted_lda(WORLD), target)[0] == target
    return GensimLda.load(str(target))


def new_documents() -> list[list[int]]:
    """Documents that no model has seen: other mixtures, other lengths, odd company."""
    draw = np.random.default_rng(99)
    rows = [
        np.bincount(
            draw.choice(200, length, p=draw.dirichlet(np.full(5, 0.3)) @ WORLD.topics),
            minlength=200,
        ).tolist()
        for length in (1, 5, 20, 100, 1000)
        for _ in range(10)
    ]
    return [*rows, np.arange(200).tolist()]


@pytest.mark.parametrize("which", ["training", "new"])
def test_the_exported_lda_model_infers_about_what_the_model_infers(
    which: str, lda: GensimLda
) -> None:
    counts = WORLD.counts() if which == "training" else counts_of(new_documents())
    lda.random_state = np.random.RandomState(1)
    lda.iterations, lda.gamma_threshold = 5000, 1e-6
    gamma, _ = lda.inference(bags(counts))
    theirs = gamma / gamma.sum(axis=1, keepdims=True)
    ours, _ = infer_lda(planted_lda(WORLD), counts)
    # Ours is the most likely mixture, gensim's the mean of a variational posterior: they part where
    # a document is short.
    long = counts.doc_lengths() >= 80
    worst = np.abs(ours - theirs)[long].max(axis=1)
    assert np.quantile(worst, 0.95) < 0.05
    assert np.median(worst) < 0.02


def test_the_exported_lda_model_has_the_topics_and_priors(lda: GensimLda) -> None:
    model = planted_lda(WORLD)
    np.testing.assert_allclose(lda.get_topics(), model.topic_word_probabilities(), rtol=1e-4)
    np.testing.assert_allclose(lda.alpha, model.alpha, rtol=1e-6)
    np.testing.assert_allclose(lda.eta, np.full(200, 0.01), rtol=1e-6)
    for topic in range(5):
        best = np.argsort(-model.topic_word[topic])[:8]
        assert [word for word, _ in lda.show_topic(topic, 8)] == [f"w{i}" for i in best]


def test_the_exported_model_brings_its_dictionary(lda: GensimLda) -> None:
    assert lda.id2word.doc2bow(["w7", "w3", "w7", "unheard"]) == [(3, 1), (7, 2)]
    assert lda.id2word.num_docs == 120
    assert lda.id2word.cfs == dict(enumerate(WORLD.counts().term_counts()))


@pytest.fixture(scope="module", params=["tfidf", "counts"])
def lsi(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> LsiModel:
    scratch = tmp_path_factory.mktemp("lsi")
    corpus = encoded(WORLD.texts, scratch)
    kept = np.arange(len(corpus.vocabulary))
    return train(corpus, kept, LsiParameters(5, request.param), 1, scratch, SILENT).model


def test_the_exported_lsi_model_folds_documents_in_as_the_model_does(
    lsi: LsiModel, tmp_path: Path
) -> None:
    paths = save_topic_model(lsi, tmp_path / "model.gensim")
    theirs = GensimLsi.load(str(paths[0]))
    draw = np.random.default_rng(1)
    counts = counts_of(draw.poisson(0.05, size=(30, len(lsi.words))))
    documents = bags(counts)
    if lsi.weighting == "tfidf":
        tfidf = TfidfModel.load(f"{paths[0]}.tfidf")
        documents = [tfidf[bag] for bag in documents]
    else:
        assert not (tmp_path / "model.gensim.tfidf").exists()
    folded = np.zeros((30, lsi.n_topics))
    for row, bag in zip(folded, documents, strict=True):
        for topic, weight in theirs[bag]:
            row[topic] = weight
    np.testing.assert_allclose(infer_lsi(lsi, counts), folded, atol=1e-6)


def test_the_exported_tfidf_is_that_of_gensim_on_the_same_documents(tmp_path: Path) -> None:
    corpus = encoded(WORLD.texts, tmp_path)
    kept = np.arange(len(corpus.vocabulary))
    model = train(corpus, kept, LsiParameters(5), 1, tmp_path, SILENT).model
    save_topic_model(model, tmp_path / "model.gensim")
    ours = TfidfModel.load(str(tmp_path / "model.gensim.tfidf"))
    theirs = TfidfModel(bags(count_matrix(corpus, kept)))
    assert ours.dfs == theirs.dfs
    assert ours.idfs == pytest.approx(theirs.idfs)


@pytest.fixture(scope="module", params=["tfidf", "counts"])
def nmf(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> NmfModel:
    scratch = tmp_path_factory.mktemp("nmf")
    corpus = encoded(WORLD.texts, scratch)
    kept = np.arange(len(corpus.vocabulary))
    parameters = NmfParameters(5, weighting=request.param)
    return train_nmf(corpus, kept, parameters, 1, scratch, SILENT).model


def test_the_exported_nmf_model_infers_what_the_model_infers(nmf: NmfModel, tmp_path: Path) -> None:
    paths = save_topic_model(nmf, tmp_path / "model.gensim")
    theirs = GensimNmf.load(str(paths[0]))
    np.testing.assert_allclose(theirs.get_topics(), nmf.topic_word_probabilities(), rtol=1e-6)
    draw = np.random.default_rng(1)
    counts = counts_of(draw.poisson(0.2, size=(20, len(nmf.words))))
    documents = bags(counts)
    if nmf.weighting == "tfidf":
        tfidf = TfidfModel.load(f"{paths[0]}.tfidf")
        documents = [tfidf[bag] for bag in documents]
    else:
        assert not (tmp_path / "model.gensim.tfidf").exists()
    found = np.zeros((20, nmf.n_topics))
    for row, bag in zip(found, documents, strict=True):
        for topic, weight in theirs[bag]:
            row[topic] = weight
    np.testing.assert_allclose(infer_nmf(nmf, counts).weights, found, atol=1e-3)


def test_what_gensim_has_no_model_of_is_refused_with_what_holds_it(
    nmf: NmfModel, tmp_path: Path
) -> None:
    lda = planted_lda(WORLD)
    held = {field.name: getattr(lda, field.name) for field in fields(MixtureModel)}
    plsa = PlsaModel(**held, beta=np.ones(1))
    for model, what in ((plsa, "PLSA"), (replace(nmf, loss="kl"), "NMF by Kullback-Leibler")):
        with pytest.raises(RequestError, match=f"gensim has no {what}") as raised:
            save_topic_model(model, tmp_path / "model.gensim")
        assert raised.value.hint == "--to npy writes its topics"
    assert list(tmp_path.iterdir()) == []


def test_a_link_gives_way_to_the_model_and_what_it_named_stays(tmp_path: Path) -> None:
    # fault 86
    (tmp_path / "elsewhere").mkdir()
    precious = tmp_path / "elsewhere" / "precious"
    precious.write_text("kept")
    link = tmp_path / "model.gensim"
    link.symlink_to(precious)
    [path] = save_embedding(embedding([[1], [2]]), link)
    assert KeyedVectors.load(str(path)).index_to_key == ["w0", "w1"]
    assert precious.read_text() == "kept"
    assert len(list(precious.parent.iterdir())) == 1


def test_a_directory_in_the_way_or_a_missing_folder_is_refused(tmp_path: Path) -> None:
    # fault 86
    for target, what in ((tmp_path, "is a directory"), (tmp_path / "no" / "x", "no folder")):
        with pytest.raises(RequestError, match=what):
            save_embedding(embedding([[1]]), target)
