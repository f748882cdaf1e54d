"""models, show, rename, remove, cache: what the cache holds, and keeping it in order."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Run


def _rows(answer: object) -> list[dict[str, object]]:
    return [json.loads(line) for line in getattr(answer, "stdout", "").splitlines()]


def test_models_lists_corpora_embeddings_and_topic_models_oldest_first(asked: Run) -> None:
    rows = _rows(asked("models", "--json"))
    assert [row["kind"] for row in rows] == [
        "corpus",
        "embedding",
        "corpus",
        "topic-model",
        "topic-model",
    ]
    assert [row["algorithm"] for row in rows] == ["", "word2vec", "", "lsi", "lda"]
    assert [row["name"] for row in rows] == ["", "tales", "", "notices-lsi", "notices"]
    created = [row["created"] for row in rows]
    assert created == sorted(created, key=str)


def test_models_of_an_empty_cache_is_an_empty_answer(latent: Run, cache: Path) -> None:
    answer = latent("models")
    assert (answer.returncode, answer.stdout) == (0, "")
    assert str(cache) in answer.stderr
    assert not cache.exists()


def test_show_tells_the_parameters_seed_versions_and_whether_the_bytes_are_reproducible(
    asked: Run,
) -> None:
    [record] = _rows(asked("show", "tales", "--json"))
    parameters = {"dim": 100, "window": 5, "negative": 5, "epochs": 20, "seed": 1, "cbow": False}
    assert parameters.items() <= record["parameters"].items()  # type: ignore[attr-defined]
    assert record["mask"] == {"min_count": 5}
    assert record["reproducible"]["bytes"] is True  # type: ignore[index]
    assert {"python", "numpy"} <= set(record["versions"])  # type: ignore[call-overload]


def test_rename_replaces_the_names_of_a_run(on_copy: Run) -> None:
    [row] = _rows(on_copy("rename", "tales", "stories", "--json"))
    assert row["name"] == "stories"
    assert {"stories"} == {r["name"] for r in _rows(on_copy("models", "--json"))} - {
        "",
        "notices",
        "notices-lsi",
    }


def test_remove_removes_one_run_and_the_cache_stays_sound(on_copy: Run) -> None:
    before = _rows(on_copy("models", "--json"))
    [removed] = _rows(on_copy("remove", "notices", "--json"))
    after = _rows(on_copy("models", "--json"))
    assert removed["name"] == "notices"
    assert after == [row for row in before if row["id"] != removed["id"]]
    assert on_copy("cache", "verify").returncode == 0


def test_removing_a_corpus_names_the_models_that_depend_on_it(on_copy: Run) -> None:
    corpus = _rows(on_copy("models", "--json"))[2]
    answer = on_copy("remove", corpus["id"])
    assert answer.returncode == 0
    assert "notices, notices-lsi" in answer.stderr or "notices-lsi, notices" in answer.stderr
    assert on_copy("infer", "-", "-m", "notices", stdin="soup oven\n").returncode == 0


def test_verify_of_a_sound_cache_is_an_empty_answer(asked: Run) -> None:
    answer = asked("cache", "verify")
    assert (answer.returncode, answer.stdout) == (0, "")
    assert "is sound" in answer.stderr


def test_verify_names_the_run_and_file_of_a_flipped_bit_and_ends_with_3(
    on_copy: Run, copied_cache: Path
) -> None:
    [vectors] = copied_cache.glob("runs/*/arrays/vectors.npy")
    data = bytearray(vectors.read_bytes())
    data[-1] ^= 1
    vectors.write_bytes(data)
    answer = on_copy("cache", "verify", "--json")
    assert answer.returncode == 3
    [problem] = _rows(answer)
    assert list(problem) == ["id", "problem"]
    assert problem["id"] == vectors.parts[-3] and "vectors.npy" in str(problem["problem"])


def test_gc_removes_what_a_dead_process_left_but_no_run(on_copy: Run, copied_cache: Path) -> None:
    (copied_cache / "tmp" / "dead").mkdir()
    (copied_cache / "tmp" / "dead" / "half.npy").write_bytes(b"x" * 1000)
    before = on_copy("models").stdout
    rows = _rows(on_copy("cache", "gc", "--json"))
    # Questions asked before may have left what can be made again.
    gone = [row for row in rows if not str(row["id"]).startswith("derived/")]
    assert gone == [{"id": "tmp/dead", "bytes": 1000}]
    assert not list((copied_cache / "tmp").iterdir())
    assert on_copy("models").stdout == before


@pytest.mark.parametrize("where", ["before", "after"])
def test_quiet_silences_notes_but_not_errors(where: str, asked: Run) -> None:
    def ask(*question: str) -> object:
        return asked("-q", *question) if where == "before" else asked(*question, "--quiet")

    answer, failure = ask("neighbors", "king"), ask("neighbors", "kingg")
    assert getattr(answer, "stderr", None) == ""
    assert getattr(failure, "stderr", "").startswith("error: unknown word 'kingg'")
