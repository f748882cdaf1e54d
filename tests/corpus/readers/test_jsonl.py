"""``jsonl``: against Python's json, and the errors that name a line."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from latentcli.corpus.documents import Document
from latentcli.corpus.readers.fields import FieldNames
from latentcli.corpus.readers.jsonl import read_jsonl
from latentcli.errors import InputError
from tests.conftest import SAMPLES

Read = Callable[..., list[Document]]


def documents(
    text: str, *fields: str | None, skip: list[InputError] | None = None
) -> list[Document]:
    names = FieldNames(*fields)
    return list(read_jsonl([text], "f.jsonl", names, None if skip is None else skip.append))


def test_documents_are_the_objects_that_json_reads(read: Read) -> None:
    path = SAMPLES / "notices.jsonl"
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    expected = [Document(str(row["id"]), row["text"], row["label"]) for row in rows]
    assert read(path) == expected


def test_several_fields_make_a_text_together(read: Read, shared_data: Path) -> None:
    path = shared_data / "docs/gsm8k-test.jsonl.gz"
    rows = [json.loads(line) for line in gzip.open(path, "rt", encoding="utf-8")]
    found = read(path, fields=FieldNames("question,answer"))
    assert [d.text for d in found] == [f"{row['question']}\n{row['answer']}" for row in rows]
    assert [d.id for d in found] == [str(i + 1) for i in range(len(rows))]


def test_fields_are_chosen_by_name() -> None:
    text = '{"key": 7, "kind": true, "a,b": "comma", "text": "usual"}\n'
    assert documents(text, "a,b", "key", "kind") == [Document("7", "comma", "True")]


@pytest.mark.parametrize("name", ["text", "Body", "CONTENT", "abstract", "whatever"])
def test_the_text_is_found_under_a_usual_name_or_alone(name: str) -> None:
    assert documents(json.dumps({name: "words"})) == [Document("1", "words")]


def test_a_missing_id_is_the_line_number_and_blank_lines_are_passed_over() -> None:
    text = '{"text": "a", "id": "x"}\n\n  \n{"text": "b", "id": null}\n{"text": null}'
    assert documents(text) == [Document("x", "a"), Document("4", "b"), Document("5", "")]


def test_a_lone_surrogate_is_replaced() -> None:
    # fault 67
    [document] = documents(r'{"text": "a \ud800 b \ud83d\udc51", "id": "\udfff"}')
    assert document == Document("?", "a ? b \U0001f451")


FAULTS = [
    ('{"text": "a"', r"f\.jsonl:2: not valid JSON"),
    ("[" * 100_000, r"f\.jsonl:2: not valid JSON"),
    ('["text"]', r"f\.jsonl:2: is not a JSON object"),
    ('"text"', r"f\.jsonl:2: is not a JSON object"),
    ('{"other": "a", "one": "b"}', r"f\.jsonl:2: which field is the text"),
    ('{"text": 3}', r"f\.jsonl:2: field 'text' is not a string"),
    ('{"text": ["a"]}', r"f\.jsonl:2: field 'text' is not a string"),
]


@pytest.mark.parametrize(("line", "message"), FAULTS)
def test_a_bad_record_is_named_by_its_line(line: str, message: str) -> None:
    # fault 73
    with pytest.raises(InputError, match=message):
        documents(f'{{"text": "good"}}\n{line}\n')


def test_a_missing_field_is_named_with_those_there_are() -> None:
    # fault 73
    with pytest.raises(InputError, match=r"f\.jsonl:1: has no field 'body'") as caught:
        documents('{"text": "a", "id": 1}', "body")
    assert "'text', 'id'" in caught.value.hint


@pytest.mark.parametrize(("line", "message"), FAULTS)
def test_bad_records_can_be_skipped_and_counted(line: str, message: str) -> None:
    # fault 73
    skipped: list[InputError] = []
    found = documents(f'{{"text": "a"}}\n{line}\n{line}\n{{"text": "b"}}', skip=skipped)
    assert found == [Document("1", "a"), Document("4", "b")]
    assert len(skipped) == 2
