"""Documents drawn from known topics give these topics back, through the workflow of ``topics``."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from latentcli.corpus.readers import ReaderSettings
from latentcli.formats.models import TOPIC_MODEL, open_topic_model
from latentcli.models.topic_model import MixtureModel
from latentcli.store.cache import Cache
from latentcli.store.runs import find
from latentcli.workflows.reading import CorpusRequest
from latentcli.workflows.topic_request import MaskOptions, TopicsRequest
from latentcli.workflows.topics import topics
from tests.small import Planted, planted


@cache
def world() -> Planted:
    return planted(n_docs=5000, k=20, n_terms=2000, length=100)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> tuple[Cache, CorpusRequest]:
    folder = tmp_path_factory.mktemp("planted")
    (folder / "planted.txt").write_text("\n".join(world().texts))
    request = CorpusRequest([str(folder / "planted.txt")], ReaderSettings(format="lines"))
    return Cache(folder / "cache"), request


def matched(model: MixtureModel) -> float:
    """The mean cosine of planted topics and those found, in the best matching."""
    found = np.zeros((model.n_topics, world().topics.shape[1]))
    found[:, [int(word[1:]) for word in model.words]] = model.topic_word_probabilities()
    units = [t / np.linalg.norm(t, axis=1, keepdims=True) for t in (found, world().topics)]
    cosines = units[0] @ units[1].T
    return float(cosines[linear_sum_assignment(-cosines)].mean())


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
        found.append(matched(model))
    assert min(found) >= 0.95
