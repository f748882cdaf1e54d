"""Seed words from a file: what it may hold, what is said of it, and what becomes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from latentcli.corpus.phrases import PhraseSettings
from latentcli.corpus.strings import Strings
from latentcli.corpus.tokenizers import TokenizerSettings
from latentcli.errors import InputError, RequestError
from latentcli.store.cache import Cache
from latentcli.store.runs import find
from latentcli.workflows.manage import models
from latentcli.workflows.reading import CorpusRequest
from latentcli.workflows.seeds import Seeds, known_seeds
from latentcli.workflows.topic_request import TopicsRequest
from latentcli.workflows.topics import Topic, topics
from tests.conftest import SAMPLES
from tests.small import Notes

WORDS = Strings.of(["doctor", "hospital", "planet", "telescope", "blood_pressure", "café"])


def seeds_in(text: str | bytes, folder: Path, k: int = 5, notes: Notes | None = None) -> Seeds:
    path = folder / "seeds.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return known_seeds(path, WORDS, TokenizerSettings(), k, notes or Notes())


@pytest.mark.parametrize(
    "text",
    [
        "health: doctor hospital\nspace: planet telescope\n",
        "\ufeffhealth:doctor,hospital\r\n\r\n# a comment\r\nspace: planet, telescope",
        "  # indented\nhealth : Doctor HOSPITAL doctor\n   space: Planet,,telescope ,",
    ],
)
def test_lines_are_read_as_people_write_them(text: str, tmp_path: Path) -> None:
    assert seeds_in(text, tmp_path) == (
        ("health", ("doctor", "hospital")),
        ("space", ("planet", "telescope")),
    )


def test_a_line_without_a_name_is_called_by_its_first_known_word(tmp_path: Path) -> None:
    assert seeds_in("xyzzy planet doctor", tmp_path) == (("planet", ("planet", "doctor")),)


def test_words_pass_through_the_word_rule_and_phrases_are_found(tmp_path: Path) -> None:
    found = seeds_in("a: Blood_Pressure CAFE\u0301 blood-pressure", tmp_path)
    assert found == (("a", ("blood_pressure", "café")),)


def test_unknown_words_are_named(tmp_path: Path, notes: Notes) -> None:
    seeds_in("a: doctor xyzzy\nb: planet plugh", tmp_path, notes=notes)
    assert notes.lines == ["seed words that the topics do not have: xyzzy, plugh"]


def test_a_line_without_a_known_word_is_named_by_its_number(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"seeds\.txt:3: none of its words") as raised:
        seeds_in("a: doctor\n# b\nc: xyzzy plugh", tmp_path)
    assert raised.value.exit_code == 2


def test_more_lines_than_topics_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="2 lines are more than --k 1 topics"):
        seeds_in("doctor\nplanet", tmp_path, k=1)


@pytest.mark.parametrize("content", [b"", b"\n \n# only this\n"])
def test_a_file_without_words_is_refused(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no words in it"):
        seeds_in(content, tmp_path)


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=":1: byte 7 is not valid utf-8"):
        seeds_in(b"doctor \xff\xfe", tmp_path)
    with pytest.raises(InputError, match="is a directory"):
        known_seeds(tmp_path, WORDS, TokenizerSettings(), 5, Notes())


THEMES = "garden: soil compost roots\nsky: telescope planet star\n"


def train(
    store: Cache, path: Path, text: str = THEMES, notes: Notes | None = None, **given: object
) -> list[Topic]:
    path.write_text(text)
    wanted = TopicsRequest(k=8, iterations=15, seed_words=path, **given)  # type: ignore[arg-type]
    request = CorpusRequest([str(SAMPLES / "notices.jsonl")])
    return topics(store, request, wanted, observer=notes or Notes())


def test_topics_say_which_line_they_were_given(store: Cache, tmp_path: Path) -> None:
    rows = train(store, tmp_path / "themes")
    named = {row.seeds: row for row in rows if row.seeds}
    assert set(named) == {"garden", "sky"}
    assert set(named["garden"].words) >= {"soil", "compost", "roots"}
    assert set(named["sky"].words) >= {"telescope", "planet", "star"}
    run = find(store, "latest", "topic-model")
    assert run.manifest["metrics"]["seeds"] == [row.seeds for row in rows]
    assert run.manifest["parameters"]["seeds"][0] == ["garden", ["soil", "compost", "roots"]]


def test_the_words_are_the_request_not_the_file(store: Cache, tmp_path: Path, notes: Notes) -> None:
    first = train(store, tmp_path / "a")
    again = train(store, tmp_path / "b", f"# the same\n{THEMES}", notes)
    assert again == first
    assert "is in the cache already" in notes
    train(store, tmp_path / "a", THEMES.replace("star", "moon"))
    train(store, tmp_path / "a", seed_weight=1.0)
    assert sum(row.kind == "topic-model" for row in models(store)) == 3


def test_seeds_are_for_lda_and_their_weight_for_seeds(store: Cache, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="--seed-words is for lda, not for lsi"):
        train(store, tmp_path / "a", algorithm="lsi")
    with pytest.raises(RequestError, match="there are no seed words"):
        topics(store, CorpusRequest([]), TopicsRequest(seed_weight=2.0))


def test_a_phrase_can_be_a_seed_word(store: Cache, tmp_path: Path) -> None:
    path = tmp_path / "seeds"
    path.write_text("health: blood_pressure doctor")
    request = CorpusRequest([str(SAMPLES / "notices.jsonl")], phrases=PhraseSettings())
    topics(store, request, TopicsRequest(k=5, iterations=5, seed_words=path))
    run = find(store, "latest", "topic-model")
    assert run.manifest["parameters"]["seeds"] == [["health", ["blood_pressure", "doctor"]]]
