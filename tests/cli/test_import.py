"""``latent import FILE`` and ``-m FILE``: another program's vectors answer like our own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.cli.test_lazy_loading import HEAVY, _imported
from tests.conftest import Run, program_environment, run_latent

TEXT = "4 2\nking 1 0.1\nqueen 0.9 0.2\nship 0.1 1\nCafé 0.2 0.9\n"
COLUMNS = ["id", "name", "kind", "algorithm", "words", "dim"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Vectors as text."""
    path = tmp_path / "some vectors.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_the_answer_is_the_run_and_it_becomes_the_latest(latent: Run, file: Path) -> None:
    done = latent("import", file, "--name", "theirs", "--json")
    row = json.loads(done.stdout)
    assert list(row) == COLUMNS
    assert (row["name"], row["kind"], row["algorithm"]) == ("theirs", "embedding", "imported")
    assert (row["words"], row["dim"]) == (4, 2)
    assert "4 words of 2 dimensions, read as word2vec" in done.stderr
    assert latent("neighbors", "king", "-n", "1").stdout.startswith("king\tqueen\t0.99")
    assert latent("neighbors", "king", "-n", "1", "-m", "theirs").returncode == 0
    again = latent("import", file)
    assert again.stdout.split("\t")[0] == row["id"]
    assert "in the cache already" in again.stderr


@pytest.mark.parametrize(
    "question",
    [
        ("neighbors", "king", "-m", "FILE"),
        ("analogy", "king", "queen", "ship", "-m", "FILE"),
        ("similarity", "king", "queen", "-m", "FILE"),
        ("show", "FILE"),
        ("export", "FILE", "-o", "-"),
    ],
    ids=lambda question: question[0],
)
def test_a_file_answers_any_question_and_moves_no_latest(
    question: tuple[str, ...], latent: Run, cache: Path, file: Path
) -> None:
    done = latent(*(str(file) if part == "FILE" else part for part in question))
    assert done.returncode == 0, done.stderr
    assert done.stdout
    assert not any((cache / "latest").iterdir())


def test_documents_have_vectors_under_a_file_and_the_weights_are_told(
    latent: Run, file: Path, tmp_path: Path
) -> None:
    (tmp_path / "docs.txt").write_text("the king and the ship\nnothing\n")
    done = latent("infer", tmp_path / "docs.txt", "-m", file, "--json")
    first, second = map(json.loads, done.stdout.splitlines())
    np.testing.assert_allclose(first["vector"], [0.55, 0.55], rtol=1e-6)  # the mean of the two
    assert second["vector"] is None
    assert "how frequent its words are is not known" in done.stderr


def test_ratings_and_analogies_judge_a_file(latent: Run, file: Path, tmp_path: Path) -> None:
    (tmp_path / "pairs.tsv").write_text("king\tqueen\t9\nking\tship\t1\nqueen\tship\t2\n")
    done = latent("evaluate", file, "--similarity", tmp_path / "pairs.tsv", "--json")
    assert json.loads(done.stdout)["value"] == pytest.approx(1)


def test_words_are_tried_as_given_then_composed_then_in_lower_case(latent: Run, file: Path) -> None:
    answer = latent("neighbors", "Cafe\u0301", "KING", "ship", "-n", "1", "-m", file)
    assert [line.split("\t")[0] for line in answer.stdout.splitlines()] == ["Café", "king", "ship"]
    notes = [line for line in answer.stderr.splitlines() if "among the imported words" in line]
    assert len(notes) == 2 and "'KING' is 'king'" in notes[1]
    assert latent("neighbors", "café", "-m", file).returncode == 1


def _bytes_read(cache: Path, *arguments: str | Path) -> tuple[str, set[str]]:
    """Ask in a process that tells which files it opens; return the answer and the paths."""
    script = (
        "import sys\n"
        "opened = []\n"
        "sys.addaudithook(lambda e, a: opened.append(str(a[0])) if e == 'open' else None)\n"
        "import atexit\n"
        "atexit.register(lambda: print(*opened, sep='\\n', file=sys.stderr))\n"
        "from latentcli.__main__ import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env=program_environment(cache),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, set(done.stderr.splitlines())


def test_a_file_is_opened_once_and_again_only_when_it_has_changed(cache: Path, file: Path) -> None:
    question = ("neighbors", "king", "-m", file)
    first, opened = _bytes_read(cache, *question)
    assert str(file) in opened
    second, opened = _bytes_read(cache, *question)
    assert second == first
    assert not any("vectors.txt" in path for path in opened)
    moved = file.with_name("moved.txt")  # another path to the same bytes: read, and the same run
    shutil.copy(file, moved)
    assert _bytes_read(cache, "neighbors", "king", "-m", moved)[0] == first
    assert len(list((cache / "runs").iterdir())) == 1
    file.write_text(TEXT.replace("queen 0.9", "queen -0.9"), encoding="utf-8")
    third, opened = _bytes_read(cache, *question)
    assert str(file) in opened
    assert third != first


def test_a_removed_run_is_read_from_its_file_again(latent: Run, file: Path) -> None:
    run_id = latent("import", file).stdout.split("\t")[0]
    assert latent("remove", run_id).returncode == 0
    done = latent("neighbors", "king", "-m", file)
    assert done.returncode == 0
    assert "read as word2vec" in done.stderr
    assert latent("cache", "verify").stdout == ""


def test_the_second_question_of_a_file_loads_no_numpy(cache: Path, file: Path) -> None:
    assert run_latent(cache, "neighbors", "king", "-m", file).returncode == 0
    imported = _imported(cache, "neighbors", "king", "-m", file)
    assert not imported & (HEAVY | {"numpy", "rich"})


def test_rows_left_out_on_import_stay_out_of_what_a_file_answers(
    latent: Run, tmp_path: Path
) -> None:
    path = tmp_path / "v.txt"
    path.write_text("a 1 2\nb 0 0\nc 2 1\n")
    refused = latent("neighbors", "a", "-m", path)
    assert refused.returncode == 2
    assert "v.txt:2: 'b' is all zeros" in refused.stderr
    assert "--skip-invalid" in refused.stderr
    assert latent("import", path, "--skip-invalid").returncode == 0
    answer = latent("neighbors", "a", "-m", path)
    assert answer.stdout.startswith("a\tc\t")


def test_a_name_in_the_cache_goes_before_a_file(latent: Run, file: Path, tmp_path: Path) -> None:
    latent("import", file, "--name", "other.txt")
    (tmp_path / "other.txt").write_text("x 1 2\ny 2 1\n")
    assert latent("neighbors", "king", "-m", "other.txt", cwd=tmp_path).returncode == 0
    assert latent("neighbors", "x", "-m", "./other.txt", cwd=tmp_path).returncode == 0


def test_features_with_labels_answer_like_words(latent: Run, tmp_path: Path) -> None:
    draw = np.random.default_rng(1)
    cats, ships = draw.normal(size=(2, 8))
    rows = [*(cats + draw.normal(size=(3, 8)) / 9), *(ships + draw.normal(size=(3, 8)) / 9)]
    np.save(tmp_path / "images.npy", np.array(rows, np.float32))
    labels = ["cat 1.jpg", "cat 2.jpg", "cat 3.jpg", "ship 1.jpg", "ship 2.jpg", "ship 3.jpg"]
    (tmp_path / "labels.txt").write_text("\n".join(labels) + "\n")
    done = latent("import", "images.npy", "--labels", "labels.txt", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    near = latent("neighbors", "ship 2.jpg", "-n", "2", "-m", "images.npy", cwd=tmp_path).stdout
    assert {line.split("\t")[1] for line in near.splitlines()} == {"ship 1.jpg", "ship 3.jpg"}


def test_safetensors_are_read_by_the_name_of_their_tensor(latent: Run, tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    rows = np.array([[1, 2], [2, 1], [-1, 5]], np.float16)
    save_file({"a": rows, "b": rows[::-1].copy(), "c": rows[0].copy()}, tmp_path / "v.safetensors")
    (tmp_path / "labels.txt").write_text("one\ntwo\nthree\n")
    given = ("import", tmp_path / "v.safetensors", "--labels", tmp_path / "labels.txt")
    refused = latent(*given)
    assert refused.returncode == 2 and "--tensor NAME chooses: 'a', 'b'" in refused.stderr
    done = latent(*given, "--tensor", "b")
    assert done.returncode == 0, done.stderr
    answer = latent("export", "latest", "-o", "-").stdout
    assert answer.splitlines()[1:] == ["one -1.0 5.0", "two 2.0 1.0", "three 1.0 2.0"]


def test_standard_input_is_read_where_it_is_named(latent: Run, file: Path) -> None:
    done = latent("import", "-", stdin=file.read_bytes())
    assert done.returncode == 0, done.stderr
    assert done.stdout == latent("import", file).stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--format", "words"), "no such format"),
        (("--labels", "missing"), "no such file"),
        (("--encoding-errors", "ignore"), "no such choice"),
        (("--name", "a/b"), "name"),
    ],
)
def test_a_wrong_request_is_told(
    arguments: tuple[str, ...], said: str, latent: Run, file: Path
) -> None:
    done = latent("import", file, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr.lower()


def test_a_file_is_no_topic_model(latent: Run, file: Path) -> None:
    done = latent("topics", "-m", file)
    assert done.returncode == 2
    assert "of kind embedding, not topic-model" in done.stderr


def test_a_file_without_permission_is_told(latent: Run, file: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read any file")
    file.chmod(0)
    assert latent("import", file).returncode == 2
