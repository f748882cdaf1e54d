"""A cold start loads little: which modules a command imports."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import SAMPLES, program_environment, run_latent

HEAVY = {
    "gensim",
    "scipy",
    "pandas",
    "sklearn",
    "torch",
    "pyLDAvis",
    "matplotlib",
    "stop_words",
    "platformdirs",
    "pydantic",
    "openTSNE",
    "umap",
}


def _imported(cache: Path, *arguments: str | Path) -> set[str]:
    """Return the top-level packages that the program imports when it is called so."""
    return {name.partition(".")[0] for name in _modules(cache, *arguments)}


def _modules(cache: Path, *arguments: str | Path) -> set[str]:
    """Return the modules that the program imports when it is called so."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "latentcli", *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env=program_environment(cache),
        check=False,
    )
    assert done.returncode == 0, done.stderr[-1000:]
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return {line.rsplit("|", 1)[1].strip() for line in lines}


@pytest.mark.parametrize(
    "question",
    [
        ("neighbors", "king"),
        ("neighbors", "King", "ship", "--json"),
        ("neighbors", "king", "--metric", "euclidean", "--as", "csv"),
        ("neighbors", *["king"] * 20),
        ("analogy", "man", "king", "woman"),
        ("analogy", "man", "king", "woman", "--json"),
        ("similarity", "king", "queen"),
        ("neighbors", "king - man + woman"),
        ("odd-one-out", "king", "queen", "ship"),
        ("vector", "king", "ship"),
        ("axis", "king", "ship"),
        ("interpolate", "king", "ship"),
        ("interpolate", "cooking-31", "cooking-01", "-m", "notices-lsi"),
        ("search", "the king and his ship", "-m", "tales"),
        ("search", "butter in a pan", "-m", "notices"),
        ("search", "butter in a pan", "-m", "notices-lsi", "--json"),
        ("similar-documents", "cooking-31", "-m", "notices"),
    ],
    ids=" ".join,
)
def test_a_question_in_a_pipe_loads_nothing_heavy_and_not_even_numpy(
    question: tuple[str, ...], trained_cache: Path
) -> None:
    if question[0] in ("search", "similar-documents", "interpolate"):
        run_latent(trained_cache, *question)  # makes and keeps the documents' vectors
    imported = _imported(trained_cache, *question)
    assert "latentcli" in imported and "typer" in imported
    assert not imported & (HEAVY | {"numpy", "rich"})


def test_a_question_of_words_does_not_load_the_parser_of_expressions(trained_cache: Path) -> None:
    loaded = _modules(trained_cache, "neighbors", "king", "ship")
    assert "latentcli.queries.neighbours" in loaded
    assert not [name for name in loaded if "expressions" in name]


@pytest.mark.parametrize("view", [(), ("--documents",), ("--nearest",), ("--diagnostics",)])
def test_a_topic_is_shown_without_what_trained_it(
    view: tuple[str, ...], trained_cache: Path
) -> None:
    question = ("topic", "3", "-m", "notices", *view)
    assert not _imported(trained_cache, *question) & (HEAVY | {"rich"})


def test_the_list_of_models_loads_nothing_heavy(trained_cache: Path) -> None:
    assert not _imported(trained_cache, "models") & (HEAVY | {"rich"})


def test_help_loads_not_even_numpy(trained_cache: Path) -> None:
    assert not _imported(trained_cache, "--help") & (HEAVY | {"numpy"})


@pytest.mark.parametrize(
    "name", ["topics", "evaluate", "report", "map", "cluster", "project", "dimension"]
)
def test_the_help_of_a_command_loads_nothing_heavy(name: str, trained_cache: Path) -> None:
    assert not _imported(trained_cache, name, "--help") & HEAVY


def test_a_cache_hit_does_not_load_the_engine(copied_cache: Path) -> None:
    request = ("embed", SAMPLES / "tales.txt", "--threads", "1", "--epochs", "20")
    assert not _imported(copied_cache, *request) & {"gensim", "scipy"}


def test_new_topics_of_documents_are_inferred_without_gensim(trained_cache: Path) -> None:
    question = ("infer", SAMPLES / "tongues" / "de", "-m", "notices")
    assert not _imported(trained_cache, *question) & {"gensim", "sklearn"}


def test_topics_are_evaluated_without_gensim(trained_cache: Path) -> None:
    assert not _imported(trained_cache, "evaluate", "notices") & (HEAVY - {"platformdirs"})


def test_a_map_that_is_kept_is_drawn_without_what_laid_it_out(copied_cache: Path) -> None:
    question = ("map", "-m", "notices", "--method", "pca")
    run_latent(copied_cache, *question)
    assert not _imported(copied_cache, *question) & (HEAVY - {"platformdirs"})
