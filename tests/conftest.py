"""What tests share: the real program in a subprocess on a cache of its own, and real data."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "sample_corpora"
NOBODY = 65534

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def program_environment(cache: Path, **extra: str) -> dict[str, str]:
    """Return an environment for the program in which nothing of the caller's shows through."""
    kept = ("PATH", "HOME", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "TMPDIR", "SYSTEMROOT")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    # Another kernel of BLAS gives other last bits than the test's own process has.
    environment |= {name: os.environ[name] for name in os.environ if name.startswith("OPENBLAS_")}
    return {**environment, "LANG": "C.UTF-8", "LATENT_CACHE_DIR": str(cache), **extra}


def run_latent(
    cache: Path,
    *arguments: str | os.PathLike[str],
    stdin: str | bytes | None = None,
    env: dict[str, str] | None = None,
    cwd: Path | None = None,
    as_nobody: bool = False,
    timeout: float = 120,
) -> subprocess.CompletedProcess[str]:
    """Run ``latent`` as a person would, in a process of its own; output is text, never decoded
    strictly."""
    data = stdin.encode() if isinstance(stdin, str) else stdin
    done = subprocess.run(
        [sys.executable, "-m", "latentcli", *map(os.fspath, arguments)],
        input=data,
        stdin=subprocess.DEVNULL if data is None else None,
        capture_output=True,
        env=program_environment(cache, **(env or {})),
        cwd=cwd,
        timeout=timeout,
        check=False,
        **({"user": NOBODY, "group": NOBODY} if as_nobody and os.geteuid() == 0 else {}),
    )
    return subprocess.CompletedProcess(
        done.args,
        done.returncode,
        done.stdout.decode("utf-8", "surrogateescape"),
        done.stderr.decode("utf-8", "surrogateescape"),
    )


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A cache directory of the test's own; not made yet."""
    return tmp_path / "cache"


@pytest.fixture
def latent(cache: Path) -> Run:
    """The program, on the test's own cache."""
    return lambda *arguments, **options: run_latent(cache, *arguments, **options)


@pytest.fixture(scope="session")
def trained_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache with an embedding of the tales, and LDA and LSI models of the notices.

    Tests must leave it as it is; copy it to change it.
    """
    cache = tmp_path_factory.mktemp("trained") / "cache"
    for arguments in (
        ("embed", SAMPLES / "tales.txt", "--name", "tales", "--threads", "1", "--epochs", "20"),
        ("topics", SAMPLES / "notices.jsonl", "--k", "10", "-a", "lsi", "--name", "notices-lsi"),
        ("topics", SAMPLES / "notices.jsonl", "--k", "10", "--name", "notices"),
    ):
        done = run_latent(cache, *arguments)
        assert done.returncode == 0, done.stderr
    return cache


@pytest.fixture
def asked(trained_cache: Path) -> Run:
    """The program on the trained cache, for commands that only read."""
    return lambda *arguments, **options: run_latent(trained_cache, *arguments, **options)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The real corpora beside the checkout; skips where they are not, but not in CI."""
    path = ROOT.parent / "shared" / "data"
    if not path.is_dir():
        if os.environ.get("CI"):
            pytest.fail("the shared data are not beside the checkout")
        pytest.skip("the shared data are not beside the checkout (../shared/data)")
    return path
