"""Which model answers: the last one asked for, LATENT_MODEL, a name, an id, a directory."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.conftest import SAMPLES, Run, run_latent

ALL_WORDS = ("--max-df", "1", "--stopwords", "none")
QUICK = ("--dim", "4", "--epochs", "1", "--min-count", "1", "--threads", "1")


@pytest.fixture(scope="module")
def two_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a.txt, b.txt and a cache in which first *a*, then *b* was trained."""
    folder = tmp_path_factory.mktemp("two")
    for name, words in (("a", "one two three"), ("b", "one two four")):
        (folder / f"{name}.txt").write_text(f"{words}\n" * 5)
        done = run_latent(folder / "cache", "embed", folder / f"{name}.txt", *QUICK, "--name", name)
        assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def models(two_models: Path, tmp_path: Path) -> Path:
    """A copy of it, to change."""
    return Path(shutil.copytree(two_models, tmp_path / "models"))


@pytest.fixture
def ask(models: Path) -> Run:
    """The program on this copy."""
    return lambda *arguments, **options: run_latent(
        models / "cache", *arguments, cwd=models, **options
    )


def _answering(answer: object) -> str:
    """Return whose word was found: only *a* knows three, only *b* four."""
    text = getattr(answer, "stdout", "")
    return "a" if "three" in text else "b" if "four" in text else ""


def test_the_latest_is_the_model_trained_last_and_stderr_says_so(ask: Run) -> None:
    answer = ask("neighbors", "one")
    assert _answering(answer) == "b"
    assert "word2vec of b.txt (the latest)" in answer.stderr


def test_asking_for_a_model_again_makes_it_the_latest(ask: Run) -> None:
    assert "in the cache already" in ask("embed", "a.txt", *QUICK).stderr
    assert _answering(ask("neighbors", "one")) == "a"


def test_nothing_else_moves_the_latest(ask: Run) -> None:
    for other in (
        ("rename", "a", "first"),
        ("show", "first"),
        ("export", "first", "-o", "a.vec"),
        ("neighbors", "one", "-m", "first"),
        ("corpus", "a.txt"),
        ("topics", "a.txt", "--k", "1", "-a", "lsi", "--weighting", "counts", *ALL_WORDS),
        ("cache", "gc"),
    ):
        done = ask(*other)
        assert done.returncode == 0, done.stderr
    assert _answering(ask("neighbors", "one")) == "b"


def test_the_latest_of_no_kind_in_particular_is_the_model_asked_for_last(asked: Run) -> None:
    for ref in ("latest", "notices"):
        assert '"name": "notices"' in asked("show", ref, "--json").stdout


def test_where_the_latest_is_removed_the_newest_that_is_left_answers(ask: Run) -> None:
    assert ask("remove", "b").returncode == 0
    assert _answering(ask("neighbors", "one")) == "a"


def test_the_variable_chooses_a_model_and_stderr_says_so(ask: Run) -> None:
    answer = ask("neighbors", "one", env={"LATENT_MODEL": "a"})
    assert _answering(answer) == "a"
    assert "(LATENT_MODEL)" in answer.stderr
    assert ask("neighbors", "one", env={"LATENT_MODEL": "nosuch"}).returncode == 2
    assert _answering(ask("neighbors", "one", env={"LATENT_MODEL": ""})) == "b"


def test_the_option_goes_before_the_variable_and_needs_no_note(ask: Run) -> None:
    for ref in ("b", "latest"):
        answer = ask("neighbors", "one", "-m", ref, env={"LATENT_MODEL": "a"})
        assert _answering(answer) == "b"
        assert answer.stderr == ""


def test_a_model_is_found_by_its_id_the_ids_beginning_and_its_directory(
    models: Path, ask: Run
) -> None:
    run_id = ask("show", "a").stdout.split("\t")[0]
    for ref in (run_id, run_id[:12], models / "cache" / "runs" / run_id):
        assert _answering(ask("neighbors", "one", "-m", ref)) == "a"


def test_a_name_given_again_moves_and_stderr_says_what_it_meant(ask: Run) -> None:
    before = ask("show", "a").stdout[:12]
    answer = ask("embed", "b.txt", *QUICK, "--name", "a")
    assert f"name 'a' now means {answer.stdout[:12]}; it meant {before}" in answer.stderr
    assert _answering(ask("neighbors", "one", "-m", "a")) == "b"


@pytest.mark.parametrize("name", ["latest", "../up", ""])
def test_what_could_be_mistaken_is_no_name(name: str, asked: Run) -> None:
    answer = asked("rename", "tales", name)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "cannot be a name" in answer.stderr


def test_infer_takes_the_latest_topic_model(asked: Run) -> None:
    answer = asked("infer", SAMPLES / "tales.txt", "-n", "1")
    assert answer.returncode == 0
    assert "lda of notices.jsonl (the latest)" in answer.stderr


def test_an_empty_name_is_an_error_and_not_the_latest(ask: Run) -> None:
    # As of -m "$(latent embed missing.txt | cut -f1)".
    for name in ("", " "):
        answer = ask("neighbors", "one", "-m", name)
        assert (answer.returncode, answer.stdout) == (2, "")
        assert "the model's name is empty" in answer.stderr
