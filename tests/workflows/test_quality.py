"""Quality on real text: topics that cohere, and spaces in which the alike are near."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from gensim.matutils import corpus2dense
from gensim.models import LsiModel, TfidfModel
from scipy.stats import spearmanr

from latentcli.corpus.counts import count_documents
from latentcli.corpus.decoding import Encoding
from latentcli.corpus.documents import Document
from latentcli.corpus.mask import frequent
from latentcli.corpus.readers import ReaderSettings
from latentcli.engines import word2vec_gensim, word2vec_native
from latentcli.engines.parameters import Word2VecParameters
from latentcli.formats.models import open_topic_model
from latentcli.observer import SILENT
from latentcli.store.cache import Cache
from latentcli.store.runs import find, list_runs
from latentcli.workflows.corpus import load_corpus
from latentcli.workflows.embed import EmbedRequest, embed
from latentcli.workflows.infer import infer
from latentcli.workflows.reading import CorpusRequest
from latentcli.workflows.topic_request import MaskOptions, TopicsRequest
from latentcli.workflows.topics import topics
from tests.small import Notes, bags

pytestmark = pytest.mark.slow


def test_topics_of_20_newsgroups_cohere(shared_data: Path, store: Cache, notes: Notes) -> None:
    posts = ReaderSettings(
        include=("20news-bydate-train/*",), encoding=Encoding("utf-8", "replace")
    )
    archive = shared_data / "labelled" / "20news-bydate.tar.gz"
    rows = topics(store, CorpusRequest([str(archive)], posts), observer=notes)
    assert np.mean([row.coherence for row in rows]) >= 0.19
    run = find(store, "latest", "topic-model").manifest
    assert run["corpus"]["documents"] == 11_314
    assert run["metrics"]["converged"]
    assert f"11,314 documents, {run['metrics']['terms']:,} terms; converged after" in notes
    assert run["invocation"]["seconds"]["train"] > 0


def test_embeddings_and_topics_of_wikipedia_share_one_corpus(
    shared_data: Path, store: Cache, tmp_path: Path, notes: Notes
) -> None:
    text = tmp_path / "enwiki.txt.gz"
    shutil.copy(shared_data / "text" / "enwiki-10m.txt.gz", text)
    cheap = EmbedRequest(parameters=Word2VecParameters(dim=20, sample=1e-4), epochs=1, min_count=50)
    embed(store, CorpusRequest([str(text)]), cheap)
    text.unlink()
    mask = MaskOptions(min_df=10)
    rows = topics(store, CorpusRequest(), TopicsRequest("lsi", k=20, mask=mask), observer=notes)
    assert len(rows) == 20
    assert "corpus: enwiki.txt.gz" in notes
    runs = list_runs(store)
    assert [run.kind for run in runs] == ["corpus", "embedding", "topic-model"]
    trained_on = {find(store, run.id).manifest["corpus"]["digest"] for run in runs[1:]}
    assert len(trained_on) == 1


K = 50


def agreement(vectors: np.ndarray, ratings: np.ndarray) -> float:
    """Pearson's correlation of the documents' cosines with people's ratings of the pairs."""
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    pairs = np.triu_indices(len(units), 1)
    return float(np.corrcoef((units @ units.T)[pairs], ratings[pairs])[0, 1])


def test_similar_documents_are_those_that_people_find_similar(
    shared_data: Path, store: Cache
) -> None:
    """The Lee corpus (Lee, Pincombe and Welsh 2005): trained on 300 documents, judged on 50."""
    folder = shared_data / "docs"
    ratings = np.loadtxt(folder / "similarities0-1.txt")
    latin = ReaderSettings(format="lines", encoding=Encoding("latin-1"))
    background = CorpusRequest([str(folder / "lee_background.cor")], latin)
    topics(store, background, TopicsRequest("lsi", K))
    ours = np.zeros((50, K))
    for row in infer(store, CorpusRequest([str(folder / "lee.cor")], latin), min_weight=0):
        ours[int(row.id) - 1, row.topic] = row.weight

    model = open_topic_model(find(store, "latest", "topic-model"))
    counts = {}
    for name in ("lee_background.cor", "lee.cor"):
        lines = (folder / name).read_text("latin-1").splitlines()
        documents = (Document(str(i), line) for i, line in enumerate(lines))
        counts[name] = bags(count_documents(documents, model.tokenizer, model.words)[1])
    tfidf = TfidfModel(counts["lee_background.cor"])
    words = dict(enumerate(model.words))
    lsi = LsiModel(tfidf[counts["lee_background.cor"]], num_topics=K, id2word=words, random_seed=1)
    theirs = corpus2dense(lsi[tfidf[counts["lee.cor"]]], K).T

    assert agreement(ours, ratings) >= 0.48
    assert agreement(ours, ratings) >= agreement(theirs, ratings) - 0.02


def test_vectors_agree_with_peoples_ratings_as_far_as_those_of_gensim(
    shared_data: Path, store: Cache, tmp_path: Path
) -> None:
    request = CorpusRequest([str(shared_data / "text" / "enwiki-10m.txt.gz")])
    corpus, _ = load_corpus(store, request)
    kept = frequent(corpus.vocabulary, 20)
    ratings = shared_data / "eval" / "word-sim" / "EN-MEN-TR-3k.txt"
    pairs = [line.split()[:3] for line in ratings.read_text().splitlines()]
    agreement = []
    for engine in (word2vec_native, word2vec_gensim):
        model = engine.train(corpus, kept, Word2VecParameters(epochs=3), 2, tmp_path, SILENT).model
        units = model.vectors / model.norms[:, None]
        rows = [(model.words.find(a), model.words.find(b), float(c)) for a, b, c in pairs]
        known = [(a, b, c) for a, b, c in rows if a is not None and b is not None]
        cosines = [float(units[a] @ units[b]) for a, b, _ in known]
        agreement.append(spearmanr(cosines, [c for *_, c in known]).statistic)
    assert agreement[0] >= agreement[1] - 0.03
    assert agreement[0] >= 0.35
