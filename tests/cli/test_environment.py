"""Odd environments: locales, variables, optimised and isolated Python, folders that are gone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.conftest import SAMPLES, Run, program_environment, run_latent

# Fault 94.
POOR_LOCALES = {
    "C": {"LANG": "C", "LC_ALL": "C"},
    "no UTF-8 mode": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "ASCII streams": {"PYTHONIOENCODING": "ascii"},
}
LOCALES = pytest.mark.parametrize("env", POOR_LOCALES.values(), ids=POOR_LOCALES)


@pytest.fixture(scope="module")
def russian_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    cache = tmp_path_factory.mktemp("russian") / "cache"
    how = ("--min-count", "1", "--epochs", "1", "--threads", "1", "--name", "ru")
    done = run_latent(cache, "embed", SAMPLES / "tongues" / "ru", SAMPLES / "tongues" / "fr", *how)
    assert done.returncode == 0, done.stderr
    return cache


@LOCALES
def test_no_locale_stops_an_answer(env: dict[str, str], russian_cache: Path) -> None:
    for query, stdin, form in (("до", None, "tsv"), ("-", "до\n", "table")):
        answer = run_latent(russian_cache, "neighbors", query, "--as", form, env=env, stdin=stdin)
        assert answer.returncode == 0, answer.stderr
        assert len(answer.stdout.splitlines()) >= 10


def test_json_is_the_same_in_every_locale(russian_cache: Path) -> None:
    question = ("neighbors", "до", "-n", "400", "--json")
    rich, *poor = (
        run_latent(russian_cache, *question, env=env).stdout
        for env in ({}, *POOR_LOCALES.values(), {"PYTHONIOENCODING": "latin-1"})
    )
    answer = [json.loads(line) for line in rich.splitlines()]
    assert any("é" in row["word"] for row in answer)  # "\xe9" would be no JSON
    for lines in poor:
        assert [json.loads(line) for line in lines.splitlines()] == answer


@LOCALES
def test_no_locale_stops_a_message(env: dict[str, str], russian_cache: Path) -> None:
    assert run_latent(russian_cache, "neighbors", "щщщщ", env=env).returncode == 1
    assert run_latent(russian_cache, "embed", "нет.txt", env=env).returncode == 2


def test_an_argument_that_is_not_utf8_is_an_unknown_word(asked: Run) -> None:
    query = os.fsdecode(b"caf\xe9")
    for question in (("neighbors", query), ("similarity", query, "king")):
        answer = asked(*question)
        assert answer.returncode == 1
        assert "Traceback" not in answer.stderr


# Fault 87.
@pytest.mark.parametrize(
    ("arguments", "variable", "place"),
    [
        ((), "relative/here", "work/relative/here"),
        ((), "~/there", "home/there"),
        ((), "", "home/.cache/latent"),
        (("--cache-dir", "here"), "there", "work/here"),
    ],
    ids=["relative", "at home", "empty", "option"],
)
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the user's cache has another place")
def test_where_the_cache_directory_is(
    arguments: tuple[str, ...], variable: str, place: str, tmp_path: Path, latent: Run
) -> None:
    for folder in ("work", "home"):
        (tmp_path / folder).mkdir()
    env = {"HOME": str(tmp_path / "home"), "LATENT_CACHE_DIR": variable}
    answer = latent(*arguments, "cache", "path", env=env, cwd=tmp_path / "work")
    assert answer.stdout == f"{tmp_path / place}\n"


@pytest.mark.parametrize(
    "env",
    [
        {"COLUMNS": "1"},
        {"CI": "true"},
        {"FORCE_COLOR": "1"},
        {"PYTHONOPTIMIZE": "2"},
        {"HOME": "/nonexistent", "TMPDIR": "/nonexistent"},
        {"PYTHONWARNINGS": "error"},
    ],
    ids=lambda env: next(iter(env)),
)
def test_the_environment_does_not_change_an_answer(
    env: dict[str, str], asked: Run, near_king: str
) -> None:
    answer = asked("neighbors", "king", env=env)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout == near_king


@pytest.mark.slow
@pytest.mark.parametrize(
    "training",
    [
        ("embed", SAMPLES / "tales.txt", "--epochs", "1", "--dim", "4", "--threads", "1"),
        ("topics", SAMPLES / "notices.jsonl", "--k", "3", "--iterations", "1"),
    ],
    ids=["word2vec", "lda"],
)
def test_training_without_asserts_gives_the_same_model(
    training: tuple[str, ...], on_copy: Run
) -> None:
    checked = on_copy(*training)
    again = on_copy(*training, "--retrain", env={"PYTHONOPTIMIZE": "2"})
    assert "trained" in checked.stderr and "trained" in again.stderr
    assert again.stdout == checked.stdout != ""


# Fault 88.
def test_isolated_python_answers_alike(trained_cache: Path, near_king: str, tmp_path: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "-I", "-m", "latentcli", "neighbors", "king"],
        capture_output=True,
        text=True,
        env=program_environment(trained_cache),
        cwd=tmp_path,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout == near_king


def test_what_needs_no_current_folder_works_where_it_is_gone(
    trained_cache: Path, near_king: str, shell: Shell, tmp_path: Path
) -> None:
    gone = "mkdir gone && cd gone && rmdir ../gone && "
    answer = shell(gone + "latent neighbors king", trained_cache, tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout == near_king
    path = SAMPLES / "tongues" / "de"
    assert shell(gone + f"latent infer {path}", trained_cache, tmp_path).returncode == 0


def test_what_needs_the_current_folder_says_that_it_is_gone(
    trained_cache: Path, shell: Shell, tmp_path: Path
) -> None:
    gone = "mkdir gone && cd gone && rmdir ../gone && "
    for command in ("latent export tales", "latent --cache-dir relative models"):
        answer = shell(gone + command, trained_cache, tmp_path)
        assert (answer.returncode, answer.stdout) == (2, "")
        assert "current folder is gone" in answer.stderr and "Traceback" not in answer.stderr


def test_what_is_registered_for_the_end_still_happens(trained_cache: Path) -> None:
    # The process leaves without freeing its modules.
    script = (
        "import atexit, sys; atexit.register(print, 'the end', file=sys.stderr); "
        "from latentcli.__main__ import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "neighbors", "king", "-q"],
        env=program_environment(trained_cache),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "the end\n")
    assert len(done.stdout.splitlines()) == 10
