"""The registry knows every engine without importing any."""

from __future__ import annotations

import pytest

from latentcli.engines import EMBEDDING_ALGORITHMS, TOPIC_ALGORITHMS, find_engine
from latentcli.errors import RequestError


@pytest.mark.parametrize("algorithm", [*EMBEDDING_ALGORITHMS, *TOPIC_ALGORITHMS])
def test_every_algorithm_has_an_engine_that_trains(algorithm: str) -> None:
    assert callable(find_engine(algorithm).load().train)


def test_an_unknown_engine_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(RequestError) as raised:
        find_engine("lda", "mallet")
    assert raised.value.message == "no engine 'mallet' for 'lda'"
    assert raised.value.hint == "there are native and gensim"
