"""``latent topic`` and ``latent topics -m`` as a person types them."""

from __future__ import annotations

import pytest

from tests.conftest import SAMPLES, Run


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("topic", "10", "-m", "notices"), "0 to 9"),
        (("topic", "x", "-m", "notices"), "not a valid int"),
        (("topic", "1", "-m", "tales"), "is a run of kind embedding"),
        (("topic", "1", "--rank-by", "lift", "-m", "notices"), "probability, relevance, frex"),
        (("topic", "1", "--rank-by", "frex", "-m", "notices-lsi"), "LSI's are not"),
        (("topic", "1", "--documents", "--nearest"), "one at a time"),
        (("topic", "1", "--documents", "--rank-by", "frex"), "is for words"),
        (("topics", "-m", "notices", "--k", "3"), "--k would change nothing"),
        (("topics", "-m", "notices", SAMPLES / "tales.txt"), "a corpus would change nothing"),
        (("topics", "-m", "notices", "--no-text", "--retrain"), "--retrain, --no-text would"),
        (("topics", "-m", "notices-lsi", "--rank-by", "relevance"), "LSI's are not"),
        (("topics", "-a", "lsi", "--rank-by", "relevance"), "LSI's are not"),
    ],
)  # fmt: skip
def test_a_wrong_request_ends_with_2_and_a_reason(
    arguments: tuple[str, ...], told: str, asked: Run
) -> None:
    done = asked(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert len(done.stderr.splitlines()) <= 3


def test_topics_of_a_model_are_printed_as_when_it_was_trained(on_copy: Run) -> None:
    trained = on_copy("topics", SAMPLES / "notices.jsonl", "--k", "10")
    shown = on_copy("topics", "-m", "notices")
    assert shown.returncode == 0 and shown.stdout == trained.stdout


def test_another_ranking_trains_nothing(on_copy: Run) -> None:
    done = on_copy("topics", SAMPLES / "notices.jsonl", "--k", "10", "--rank-by", "frex")
    assert "in the cache already" in done.stderr
    assert done.stdout == on_copy("topics", "-m", "notices", "--rank-by", "frex").stdout


def test_n_is_how_many(asked: Run) -> None:
    for view in ((), ("--documents",), ("--nearest",)):
        assert len(asked("topic", "0", "-m", "notices", "-n", "3", *view).stdout.splitlines()) == 3
