"""Documents drawn from known topics give these topics back, through the workflow of ``topics``."""

from __future__ import annotations

from functools import cache

import pytest

from latentcli.corpus.readers import ReaderSettings
from latentcli.formats.models import TOPIC_MODEL, open_topic_model
from latentcli.models.topic_model import MixtureModel
from latentcli.store.cache import Cache
from latentcli.store.runs import find
from latentcli.workflows.reading import CorpusRequest
from latentcli.workflows.topic_request import MaskOptions, TopicsRequest
from latentcli.workflows.topics import topics
from tests.small import Planted, matched, planted


@cache
def world() -> Planted:
    return planted(n_docs=5000, k=20, n_terms=2000, length=100)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> tuple[Cache, CorpusRequest]:
    folder = tmp_path_factory.mktemp("planted")
    (folder / "planted.txt").write_text("\n".join(world().texts))
    request = CorpusRequest([str(folder / "planted.txt")], ReaderSettings(format="lines"))
    return Cache(folder / "cache"), request


@pytest.mark.slow
@pytest.mark.parametrize(("algorithm", "loss"), [("lda", None), ("plsa", None), ("nmf", "kl")])
def test_twenty_planted_topics_of_5000_documents_are_recovered(
    algorithm: str, loss: str | None, corpus: tuple[Cache, CorpusRequest]
) -> None:
    words = MaskOptions(stopwords="none", min_df=1, max_df=1.0)
    found = []
    for seed in (1, 2, 3):
        topics(*corpus, TopicsRequest(algorithm, k=20, loss=loss, seed=seed, mask=words))
        model = open_topic_model(find(corpus[0], "latest", TOPIC_MODEL))
        assert isinstance(model, MixtureModel)
        found.append(matched(model, world()).mean())
    assert min(found) >= 0.95
