from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import platformdirs
import pytest

from latentcli.errors import MachineError, RequestError
from latentcli.store.cache import Cache, cache_root
from tests.conftest import Run, program_environment
from tests.store.small_runs import publish_small


def test_the_option_goes_before_the_variable_and_the_variable_before_the_platform(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("LATENT_CACHE_DIR", "/from/variable")
    assert cache_root("/from/option") == Path("/from/option")
    assert cache_root(None) == Path("/from/variable")
    monkeypatch.setenv("LATENT_CACHE_DIR", "  ")
    assert tmp_path in cache_root(None).parents
    assert cache_root(None).name == "latent"


@pytest.mark.parametrize("base", [None, "", " ", "/elsewhere", "relative"])
def test_the_platforms_place_is_that_of_platformdirs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, base: str | None
) -> None:
    monkeypatch.delenv("LATENT_CACHE_DIR", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    if base is not None:
        monkeypatch.setenv("XDG_CACHE_HOME", base)
    assert cache_root(None) == Path(platformdirs.user_cache_dir("latent", appauthor=False))


def test_a_relative_cache_and_a_tilde_become_absolute(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/someone")
    assert cache_root("here") == tmp_path / "here"
    assert cache_root("~/there") == Path("/home/someone/there")


def test_an_empty_option_is_refused() -> None:
    with pytest.raises(RequestError, match="--cache-dir is empty"):
        cache_root(" ")


def test_a_new_cache_is_its_owners_alone_and_tagged(tmp_path: Path) -> None:
    root = tmp_path / "not" / "there" / "yet"
    Cache(root).ensure()
    assert stat.S_IMODE(root.stat().st_mode) == 0o700
    assert all(stat.S_IMODE(p.stat().st_mode) == 0o700 for p in root.iterdir() if p.is_dir())
    tag = (root / "CACHEDIR.TAG").read_text()
    assert tag.startswith("Signature: 8a477f597d28d172789f06886806bc55\n")


def test_looking_into_a_cache_that_is_not_there_makes_none(latent: Run, cache: Path) -> None:
    assert latent("models").returncode == 0
    assert latent("cache", "verify").returncode == 0
    assert latent("cache", "gc").returncode == 0
    assert latent("neighbors", "king").returncode == 2
    assert not cache.exists()


def test_a_file_in_the_way_is_named(latent: Run, cache: Path, tmp_path: Path) -> None:
    cache.write_text("I was here first")
    text = tmp_path / "text.txt"
    text.write_text("a b c\n")
    done = latent("corpus", text)
    assert done.returncode == 3
    assert "is in the way of a directory" in done.stderr
    assert "--cache-dir" in done.stderr
    assert cache.read_text() == "I was here first"


def test_a_cache_of_a_newer_version_is_not_written_to(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    cache.ensure()
    (cache.root / "VERSION").write_text("2\n")
    with pytest.raises(MachineError, match="newer version"):
        publish_small(cache, 1)
    assert list(cache.runs.iterdir()) == []


def test_a_cache_behind_a_symbolic_link_works(tmp_path: Path) -> None:  # fault 48
    (tmp_path / "disk").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "disk")
    run = publish_small(Cache(tmp_path / "link"), 1)
    assert (tmp_path / "disk" / "runs" / run.id / "manifest.json").is_file()
    assert run.problems() == []


def test_a_cache_that_others_may_write_to_is_noted(latent: Run, cache: Path) -> None:  # fault 50
    assert Cache(cache).exposure() == ""
    Cache(cache).ensure()
    assert latent("models").stderr.count("anyone") == 0
    cache.chmod(0o777)
    done = latent("models")
    assert done.returncode == 0
    assert f"cache {cache}: anyone may write there" in done.stderr


def test_a_cache_of_another_user_is_noted(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fault 50
    Cache(cache).ensure()
    owner = os.stat(cache).st_uid
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    assert Cache(cache).exposure() == ("" if owner == 0 else "it belongs to another user")


@pytest.mark.slow
def test_twenty_processes_may_start_on_an_empty_cache(cache: Path, tmp_path: Path) -> None:
    # fault 23: all make the directories, encode the same corpus and publish it.
    text = tmp_path / "text.txt"
    text.write_text("the ship and the sea\n" * 3)
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "latentcli", "corpus", text, "--format", "lines"],
            env=program_environment(cache / "deep" / "er"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(20)
    ]
    answers = [process.communicate(timeout=120) for process in processes]
    assert [process.returncode for process in processes] == [0] * 20, answers
    assert len({stdout for stdout, _ in answers}) == 1
    assert len(list((cache / "deep" / "er" / "runs").iterdir())) == 1
    assert list((cache / "deep" / "er" / "tmp").iterdir()) == []
