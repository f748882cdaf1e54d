"""Every topic model, whatever its algorithm, has the same commands."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest

from latentcli.corpus.readers import ReaderSettings
from latentcli.errors import RequestError
from latentcli.formats.models import open_topic_model
from latentcli.models.topic_model import LdaModel, MixtureModel, NmfModel, PlsaModel
from latentcli.store.cache import Cache
from latentcli.store.runs import find
from latentcli.workflows.export import export
from latentcli.workflows.infer import infer
from latentcli.workflows.manage import models, show, verify_cache
from latentcli.workflows.reading import CorpusRequest
from latentcli.workflows.report import report
from latentcli.workflows.topic_request import MaskOptions, TopicsRequest
from latentcli.workflows.topics import Topic, describe, topics
from latentcli.workflows.training import TrainingOptions
from tests.conftest import SAMPLES
from tests.small import Notes

NOTICES = CorpusRequest([str(SAMPLES / "notices.jsonl")])
STAR = b"The telescope shows the rings of the planet and a distant star.\n"
REQUESTS = {
    "plsa": TopicsRequest("plsa", 8),
    "tempered": TopicsRequest("plsa", 8, tempered=True, iterations=60),
    "nmf": TopicsRequest("nmf", 8),
    "nmf-counts": TopicsRequest("nmf", 8, weighting="counts"),
    "nmf-kl": TopicsRequest("nmf", 8, loss="kl"),
    "hdp": TopicsRequest("hdp", 30, iterations=4),
}
NAMES = pytest.mark.parametrize("name", REQUESTS)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Cache:
    """A cache with a model of each kind, of the notices."""
    held = Cache(tmp_path_factory.mktemp("algorithms") / "cache")
    for name, request in REQUESTS.items():
        topics(held, NOTICES, request, TrainingOptions(name=name, threads=1))
    return held


@NAMES
def test_topics_are_numbered_by_falling_share_and_make_sense(name: str, store: Cache) -> None:
    rows = describe(find(store, name))
    assert [row.topic for row in rows] == list(range(len(rows)))
    shares = [row.share for row in rows]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(1)
    assert len(rows) == 8 or name == "hdp"
    if name != "hdp":
        assert np.mean([row.coherence for row in rows]) > 0.1


@NAMES
def test_a_stored_model_is_of_its_kind_and_its_cache_sound(name: str, store: Cache) -> None:
    model = open_topic_model(find(store, name))
    kind = {"p": PlsaModel, "t": PlsaModel, "n": NmfModel, "h": LdaModel}[name[0]]
    assert type(model) is kind
    assert not list(verify_cache(store))


@NAMES
def test_training_documents_get_the_topics_that_they_had(name: str, store: Cache) -> None:
    model = open_topic_model(find(store, name))
    assert isinstance(model, MixtureModel)
    found = np.zeros(model.doc_topic.shape)
    ids = {document_id: row for row, document_id in enumerate(model.document_ids)}
    for row in infer(store, NOTICES, name, min_weight=0):
        found[ids[row.id], row.topic] = row.weight  # type: ignore[union-attr]
    np.testing.assert_allclose(found, model.doc_topic, atol=2e-3)


@NAMES
def test_a_new_document_gets_its_topic(name: str, store: Cache) -> None:
    typed = CorpusRequest(["-"], ReaderSettings(format="lines"), stdin=io.BytesIO(STAR))
    best, *_ = infer(store, typed, name)
    words = describe(find(store, name), 40)[best.topic].words  # type: ignore[union-attr,index]
    assert name == "hdp" or {"telescope", "planet", "star", "rings"} & set(words)


@NAMES
def test_the_report_is_made(name: str, store: Cache, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    report(store, name, page)
    html = page.read_text("utf-8")
    assert REQUESTS[name].algorithm.upper() in html
    assert "NaN" not in html.split("<script")[-1]


@NAMES
def test_rows_and_records_name_the_algorithm(name: str, store: Cache) -> None:
    request = REQUESTS[name]
    [row] = [row for row in models(store) if row.name == name]
    assert row.algorithm == request.algorithm
    details = show(store, name)
    assert details.engine == {"plsa": "native", "nmf": "native", "hdp": "gensim"}[row.algorithm]
    assert details.parameters["seed"] == 1
    if name == "tempered":
        assert details.metrics["beta"] < 1
        assert details.metrics["held_out_log_likelihood_per_token"] < 0


@NAMES
def test_npy_holds_the_topics_of_any_model(name: str, store: Cache, tmp_path: Path) -> None:
    export(store, name, "npy", tmp_path / "topics.npy")
    rows = np.load(tmp_path / "topics.npy", allow_pickle=False)
    model = open_topic_model(find(store, name))
    assert isinstance(model, MixtureModel)
    np.testing.assert_allclose(rows.T, model.topic_word_probabilities(), rtol=1e-5)
    assert (tmp_path / "topics.txt").read_text("utf-8").splitlines() == list(model.words)


@NAMES
def test_gensim_gets_what_it_has_a_model_of(name: str, store: Cache, tmp_path: Path) -> None:
    target = tmp_path / "model.gensim"
    if name in ("plsa", "tempered", "nmf-kl"):
        with pytest.raises(RequestError, match="gensim has no"):
            export(store, name, "gensim", target)
        assert list(tmp_path.iterdir()) == []
        return
    assert export(store, name, "gensim", target)[0].path == str(target)
    assert (tmp_path / "model.gensim.tfidf").exists() == (name == "nmf")


def train(store: Cache, notes: Notes, **request: object) -> list[Topic]:
    wanted = TopicsRequest(**{"mask": MaskOptions(stopwords="none", min_df=1, max_df=1), **request})
    return topics(store, CorpusRequest(), wanted, TrainingOptions(threads=1), observer=notes)


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"algorithm": "plsa", "alpha": 0.1}, "--alpha is for lda, not for plsa"),
        ({"algorithm": "lda", "loss": "kl"}, "--loss is for nmf, not for lda"),
        ({"algorithm": "nmf", "tempered": True}, "--tempered is for plsa, not for nmf"),
        ({"algorithm": "hdp", "weighting": "counts"}, "--weighting is for lsi, nmf, not for hdp"),
        ({"algorithm": "nmf", "loss": "huber"}, "no loss 'huber'"),
        ({"algorithm": "nmf", "weighting": "idf"}, "no weighting 'idf'"),
        ({"algorithm": "nmf", "loss": "kl", "weighting": "tfidf"}, "--loss kl is for counts"),
        ({"algorithm": "plsa", "k": 401}, "--k 401: must be from 1 to 400"),
        ({"algorithm": "hdp", "k": 401}, "--k 401: must be from 1 to 400"),
        ({"algorithm": "plsaa"}, "no algorithm 'plsaa' for topics"),
    ],
)
def test_what_an_algorithm_does_not_know_is_refused(
    request_: dict[str, object], message: str, store: Cache
) -> None:
    with pytest.raises(RequestError, match=message) as raised:
        train(store, Notes(), **request_)
    assert raised.value.exit_code == 2


def test_engines_that_an_algorithm_does_not_have_are_refused(store: Cache) -> None:
    with pytest.raises(RequestError, match="no engine 'gensim' for 'plsa'") as raised:
        topics(store, CorpusRequest(), TopicsRequest("plsa"), TrainingOptions(engine="gensim"))
    assert raised.value.hint == "there is native"


@pytest.mark.parametrize("algorithm", ["plsa", "nmf", "hdp"])
def test_a_single_topic_has_everything(algorithm: str, cache: Path, tmp_path: Path) -> None:
    path = tmp_path / "texts.txt"
    path.write_text("apple pie\n\nriver boat apple\npie crust\n")
    corpus = CorpusRequest([str(path)], ReaderSettings(format="lines"))
    mask = MaskOptions(stopwords="none", min_df=1, max_df=1)
    [row] = topics(Cache(cache), corpus, TopicsRequest(algorithm, 1, mask=mask))
    assert row.share == 1
    assert set(row.words) == {"apple", "pie", "river", "boat", "crust"}


def test_hdp_says_how_many_topics_it_found(store: Cache) -> None:
    notes = Notes()
    rows = train(store, notes, algorithm="hdp", k=10, iterations=1)
    assert f"{len(rows)} topics found: a first guess at their number" in notes


def test_tempering_says_at_which_beta_it_ended(store: Cache) -> None:
    notes = Notes()
    train(store, notes, algorithm="plsa", k=5, tempered=True, iterations=20)
    assert "tempered at beta" in notes


def test_gensims_lda_that_was_told_to_stop_does_not_say_that_it_converged(store: Cache) -> None:
    notes = Notes()
    wanted = TopicsRequest("lda", 5, iterations=3)
    options = TrainingOptions(engine="gensim", threads=1)
    topics(store, CorpusRequest(), wanted, options, observer=notes)
    assert "stopped before it converged after 3 passes" in notes
