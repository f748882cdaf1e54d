"""Each command's answer in a pipe: the columns of the contract, as TSV, CSV and JSON lines."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import SAMPLES, Run, run_latent

RUN = "id name kind algorithm created bytes corpus"
_RECORD = (
    f"{RUN} engine parameters mask metrics tokenizer reproducible seconds versions arrays "
    "resumed phrases"
)
_TALES = ("embed", SAMPLES / "tales.txt", "--threads", "1", "--epochs", "20")
_NOTICES = ("topics", SAMPLES / "notices.jsonl", "--k", "10")

# What is typed, and the columns that the contract promises.
ANSWERS = [
    (_TALES, "id name algorithm words dim corpus"),
    (_NOTICES, "topic share coherence exclusivity words seeds"),
    (("topics", "-m", "notices"), "topic share coherence exclusivity words seeds"),
    (("topic", "3", "-m", "notices"), "word weight"),
    (("topic", "3", "-m", "notices-lsi"), "word weight"),
    (("topic", "3", "-m", "notices", "--documents"), "document weight snippet"),
    (("topic", "3", "-m", "notices", "--nearest"), "topic similarity words"),
    (("topic", "3", "-m", "notices", "--diagnostics"), "measure value"),
    (("corpus", SAMPLES / "tales.txt"), "id name documents tokens types bytes"),
    (("check", SAMPLES / "tales.txt"), "finding where count advice unit share example"),
    (("neighbors", "king", "queen", "-n", "3"), "query word similarity"),
    (("neighbors", "king", "--metric", "euclidean"), "query word distance"),
    (("analogy", "man", "king", "woman"), "query word similarity"),
    (("similarity", "king", "queen"), "a b similarity"),
    (("neighbors", "2 * king - man"), "query word similarity"),
    (("interpolate", "king", "ship"), "step word similarity t"),
    (
        ("interpolate", "cooking-31", "sailing-01", "-m", "notices-lsi"),
        "step document similarity t label",
    ),
    (("interpolate", "3", "7", "--of", "topics", "-m", "notices"), "step word probability t"),
    (("odd-one-out", "king", "queen", "ship"), "query word similarity"),
    (("axis", "king", "ship", "-n", "3"), "word projection"),
    (("vector", "king", "ship"), "word vector"),
    (("infer", SAMPLES / "tongues" / "de", "-m", "notices"), "id topic weight"),
    (("infer", SAMPLES / "tongues" / "de", "-m", "tales"), "id vector"),
    (("search", "butter sauce", "-m", "notices"), "document similarity snippet label query"),
    (("documents", "--topic", "3", "-m", "notices"), "document similarity snippet label"),
    (
        ("similar-documents", "cooking-31", "-m", "notices"),
        "document similarity snippet label query",
    ),
    (("evaluate", "notices"), "measure value detail"),
    (
        ("sweep", SAMPLES / "notices.jsonl", "--k", "2,3", "--seeds", "2", "--iterations", "5"),
        "setting coherence exclusivity perplexity stability pareto seeds models",
    ),
    (
        ("sweep", SAMPLES / "tales.txt", "--dim", "2,3", "--seeds", "1", "--epochs", "1"),
        "setting similarity overlap pip_loss pareto seeds models",
    ),
    (
        ("compare", "notices", "notices"),
        "a b similarity relation a_in_b b_in_a words_a words_b",
    ),
    (
        ("compare", "tales", "tales", "-n", "3"),
        "a b similarity relation occurrences in_both only_in_a only_in_b",
    ),
    (("compare", "notices", "notices", "--summary"), "a b similarity relation detail"),
    (("why", "king", "queen"), "context a_ppmi b_ppmi share a_count b_count occurrences"),
    (("why", "king", "queen", "--lines", "2"), "word document left keyword right"),
    (("why", "oven", "butter", "-m", "notices"), "topic a_weight b_weight share words"),
    (
        ("reproduce", "notices-lsi"),
        "array identical max_difference differing expected found",
    ),
    (("map", "-m", "notices", "--method", "pca"), "path"),
    (
        ("map", "-m", "notices", "--method", "pca", "--coordinates"),
        "name x y z count topic label cluster placed",
    ),
    (
        ("cluster", "-m", "notices", "-n", "5"),
        "cluster size members silhouette label label_share",
    ),
    (("cluster", "-m", "tales", "-n", "5", "--each"), "name cluster"),
    (("dimension", "tales"), "measure value detail"),
    (("dimension", "tales", "--spectrum"), "component singular_value share left"),
    (("export", "tales", "-o", "/dev/null"), "path"),
    (("models",), RUN),
    (("show", "tales"), _RECORD),
    (("cache", "path"), "path"),
]


def _named(arguments: tuple[object, ...]) -> str:
    return " ".join(Path(str(argument)).name for argument in arguments)


@pytest.mark.parametrize(("arguments", "columns"), ANSWERS, ids=[_named(a) for a, _ in ANSWERS])
def test_json_and_tsv_have_the_columns_of_the_contract(
    arguments: tuple[str, ...], columns: str, on_copy: Run
) -> None:
    answer = on_copy(*arguments, "--json", "-q")
    assert answer.returncode == 0, answer.stderr
    objects = [json.loads(line) for line in answer.stdout.splitlines()]
    assert {" ".join(found) for found in objects} == {columns}
    rows = [line.split("\t") for line in on_copy(*arguments, "-q").stdout.splitlines()]
    assert [row[0] for row in rows] == [str(next(iter(found.values()))) for found in objects]
    assert {len(row) for row in rows} == {len(columns.split())}


@pytest.mark.parametrize("arguments", [("rename", "tales", "stories"), ("remove", "notices-lsi")])
def test_changes_of_the_cache_print_the_run_that_they_are_of(
    arguments: tuple[str, ...], on_copy: Run
) -> None:
    assert " ".join(json.loads(on_copy(*arguments, "--json").stdout)) == RUN


def test_csv_has_a_header(asked: Run, near_king: str) -> None:
    header, *rows = csv.reader(asked("neighbors", "king", "--as", "csv").stdout.splitlines())
    assert header == ["query", "word", "similarity"]
    assert rows == [line.split("\t") for line in near_king.splitlines()]


def test_a_missing_figure_is_empty_in_tsv_and_null_in_json(asked: Run) -> None:
    text = '{"id": "known", "text": "soup"}\n{"id": "unknown", "text": "qzx"}\n'
    question = ("infer", "-", "--format", "jsonl", "-m", "notices", "-n", "1")
    tsv, as_json = (asked(*question, *form, stdin=text).stdout for form in ((), ("--json",)))
    assert tsv.splitlines()[1] == "unknown\t\t"
    assert json.loads(as_json.splitlines()[1]) == {"id": "unknown", "topic": None, "weight": None}


@pytest.fixture(scope="module")
def topics(trained_cache: Path) -> list[dict[str, Any]]:
    """The answer of ``latent topics -n 3 --json``."""
    lines = run_latent(trained_cache, *_NOTICES, "-n", "3", "--json").stdout.splitlines()
    return [json.loads(line) for line in lines]


def test_topics_are_numbered_from_0_in_the_order_of_their_share(
    topics: list[dict[str, Any]],
) -> None:
    shares = [topic["share"] for topic in topics]
    assert [topic["topic"] for topic in topics] == list(range(10))
    assert shares == sorted(shares, reverse=True)


def test_json_has_full_precision(topics: list[dict[str, Any]]) -> None:
    assert sum(topic["share"] for topic in topics) == pytest.approx(1, abs=1e-12)


def test_n_says_how_many_words_a_topic_has(topics: list[dict[str, Any]]) -> None:
    assert {(type(topic["words"]), len(topic["words"])) for topic in topics} == {(list, 3)}


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
