"""Each command's answer in a pipe: the columns of the contract, as TSV, CSV and JSON lines."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from tests.conftest import SAMPLES, Run

_RUN = "id name kind algorithm created bytes corpus"
_RECORD = f"{_RUN} engine parameters mask metrics tokenizer reproducible seconds versions arrays"
_TALES = ("embed", SAMPLES / "tales.txt", "--threads", "1", "--epochs", "20")
_NOTICES = ("topics", SAMPLES / "notices.jsonl", "--k", "10")

# What is typed, and the columns that the contract promises.
ANSWERS = [
    (_TALES, "id name algorithm words dim corpus"),
    (_NOTICES, "topic share coherence exclusivity words"),
    ((*_NOTICES, "-a", "lsi"), "topic share coherence exclusivity words"),
    (("corpus", SAMPLES / "tales.txt"), "id name documents tokens types bytes"),
    (("neighbors", "king", "queen", "-n", "3"), "query word similarity"),
    (("neighbors", "king", "--metric", "euclidean"), "query word distance"),
    (("analogy", "man", "king", "woman"), "query word similarity"),
    (("similarity", "king", "queen"), "a b similarity"),
    (("infer", SAMPLES / "tongues" / "de", "-m", "notices"), "id topic weight"),
    (("infer", SAMPLES / "tongues" / "de", "-m", "tales"), "id vector"),
    (("export", "tales", "-o", "/dev/null"), "path"),
    (("models",), _RUN),
    (("show", "tales"), _RECORD),
    (("rename", "tales", "stories"), _RUN),
    (("remove", "notices-lsi"), _RUN),
    (("cache", "path"), "path"),
]


def _named(arguments: tuple[object, ...]) -> str:
    return " ".join(Path(str(argument)).name for argument in arguments)


@pytest.mark.parametrize(
    ("arguments", "columns"), ANSWERS, ids=map(_named, (a for a, _ in ANSWERS))
)
def test_every_form_of_an_answer_has_the_columns_of_the_contract(
    arguments: tuple[str, ...], columns: str, on_copy: Run
) -> None:
    names = columns.split()
    in_csv = on_copy(*arguments, "--as", "csv", "-q")
    assert in_csv.returncode == 0, in_csv.stderr
    header, *rows = csv.reader(in_csv.stdout.splitlines())
    assert header == names
    if arguments[0] in ("rename", "remove"):
        return  # asked twice, they answer something else
    lines = on_copy(*arguments, "-q").stdout.splitlines()
    objects = [json.loads(line) for line in on_copy(*arguments, "--json").stdout.splitlines()]
    assert [list(found) for found in objects] == [names] * len(rows)
    assert [line.split("\t")[0] for line in lines] == [row[0] for row in rows]
    assert {line.count("\t") + 1 for line in lines} == {len(names)}


def test_json_has_full_precision_and_words_as_a_list(on_copy: Run) -> None:
    largest = json.loads(on_copy(*_NOTICES, "--json").stdout.splitlines()[0])
    assert isinstance(largest["words"], list) and len(largest["words"]) == 10
    assert len(repr(largest["share"])) > len("0.123456")


def test_a_missing_figure_is_empty_in_tsv_and_null_in_json(asked: Run) -> None:
    text = '{"id": "known", "text": "soup"}\n{"id": "unknown", "text": "qzx"}\n'
    question = ("infer", "-", "--format", "jsonl", "-m", "notices", "-n", "1")
    tsv, as_json = (asked(*question, *form, stdin=text).stdout for form in ((), ("--json",)))
    assert tsv.splitlines()[1] == "unknown\t\t"
    assert json.loads(as_json.splitlines()[1]) == {"id": "unknown", "topic": None, "weight": None}


def test_topics_are_numbered_from_0_in_the_order_of_their_share(on_copy: Run) -> None:
    rows = [line.split("\t") for line in on_copy(*_NOTICES).stdout.splitlines()]
    shares = [float(row[1]) for row in rows]
    assert [row[0] for row in rows] == [str(i) for i in range(10)]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(1, abs=1e-5)


def test_n_says_how_many_words_a_topic_has(on_copy: Run) -> None:
    words = [
        line.split("\t")[4].split() for line in on_copy(*_NOTICES, "-n", "3").stdout.splitlines()
    ]
    assert {len(found) for found in words} == {3}


def test_two_forms_at_once_and_unknown_forms_are_refused(asked: Run) -> None:
    for wrong in (("--as", "xml"), ("--json", "--as", "csv")):
        answer = asked("neighbors", "king", *wrong)
        assert (answer.returncode, answer.stdout) == (2, "")
        assert "csv" in answer.stderr


def test_version_names_latent_python_gensim_and_numpy(latent: Run) -> None:
    answer = latent("--version")
    assert answer.returncode == 0
    assert re.fullmatch(
        r"latent \d\S*, Python 3\.\d+\.\S+, gensim 4\.\S+, NumPy 2\.\S+\n", answer.stdout
    )
