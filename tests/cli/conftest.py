"""What the tests of the command line share: a cache to change, and a shell that knows latent."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Run, program_environment, run_latent

Shell = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def copied_cache(trained_cache: Path, tmp_path: Path) -> Path:
    """A copy of the trained cache, to be changed."""
    return Path(shutil.copytree(trained_cache, tmp_path / "copied"))


@pytest.fixture
def on_copy(copied_cache: Path) -> Run:
    """The program on a copy of the trained cache."""
    return lambda *arguments, **options: run_latent(copied_cache, *arguments, **options)


@pytest.fixture(scope="session")
def near_king(trained_cache: Path) -> str:
    """What ``latent neighbors king`` prints in a pipe."""
    answer = run_latent(trained_cache, "neighbors", "king")
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


@pytest.fixture(scope="session")
def program_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for PATH that holds the command ``latent``."""
    folder = tmp_path_factory.mktemp("bin")
    latent = folder / "latent"
    latent.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m latentcli "$@"\n')
    latent.chmod(0o755)
    return folder


@pytest.fixture
def shell(program_folder: Path) -> Shell:
    """``shell(script, cache, cwd)``: what a person types at a prompt."""

    def run(script: str, cache: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
        path = f"{program_folder}{os.pathsep}{os.environ['PATH']}"
        return subprocess.run(
            ["sh", "-c", script],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=program_environment(cache, PATH=path),
            cwd=cwd,
            timeout=120,
            check=False,
        )

    return run
