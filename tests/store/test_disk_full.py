"""No space, or no leave to write more: exit 3, nothing half-made, what was there intact."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from latentcli.corpus.mapped import mapped_array
from latentcli.store.cache import Cache
from latentcli.store.runs import answer, find, mark_latest, run_ids
from latentcli.store.verify import verify
from tests.conftest import SAMPLES, program_environment, run_latent
from tests.store.golden import IDS, golden_cache
from tests.store.small_runs import number_of, publish_small, request_of


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk]
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("only root on Linux may mount a small disk")
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("mounting a small disk is not allowed here")
    yield disk
    subprocess.run(["umount", "-l", disk], check=True)


def fill(disk: Path, but: int) -> None:
    """Take all space of a disk except that many bytes."""
    state = os.statvfs(disk)
    (disk / "filler").write_bytes(b"x" * (state.f_bavail * state.f_frsize - but))


def check_intact(cache: Path, n_runs: int) -> None:
    """The cache is sound and tidy, and has as many runs as before."""
    store = Cache(cache)
    assert list(verify(store)) == []
    assert len(run_ids(store)) == n_runs
    assert [*store.tmp.iterdir(), *(cache / "locks").iterdir()] == []


EMBED = ("embed", "--threads", "1", "--epochs", "1")


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [(*EMBED, "--dim", "500"), ("corpus", "more.txt")],
    ids=["a model", "a corpus"],
)
def test_a_full_disk_ends_training_with_3_and_harms_nothing(
    small_disk: Path, tmp_path: Path, arguments: tuple[str, ...]
) -> None:  # faults 6 and 7
    cache = small_disk / "cache"
    golden_cache(cache)
    first = run_latent(cache, "corpus", SAMPLES / "tales.txt")
    assert first.returncode == 0, first.stderr
    (tmp_path / "more.txt").write_text((SAMPLES / "tales.txt").read_text("utf-8") * 6, "utf-8")
    done = run_latent(cache, *arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (3, "")
    assert "No space left on device" in done.stderr
    assert "LATENT_CACHE_DIR" in done.stderr
    assert "Traceback" not in done.stderr
    check_intact(cache, len(IDS) + 1)


def test_room_for_a_mapped_array_is_taken_before_it_is_written(small_disk: Path) -> None:
    few = mapped_array(small_disk / "few", np.uint16, 1000)
    few[:] = 7
    assert few.sum() == 7000
    with pytest.raises(OSError, match="No space left on device"):
        mapped_array(small_disk / "many", np.uint32, 10**6)


def test_standard_input_that_fits_no_disk_ends_with_3(small_disk: Path) -> None:  # fault 7
    text = (SAMPLES / "tales.txt").read_bytes() * 10
    done = run_latent(small_disk / "cache", "corpus", "-", stdin=text)
    assert done.returncode == 3
    assert "No space left on device" in done.stderr
    check_intact(small_disk / "cache", 0)


def test_publishing_into_whatever_little_space_is_left_works_or_leaves_no_trace(
    small_disk: Path,
) -> None:  # faults 6 and 7: with each page more the disk is full one file later
    store = Cache(small_disk / "cache")
    mark_latest(store, publish_small(store, 1))
    failures = 0
    for pages in range(40):
        fill(small_disk, but=pages * 4096)
        try:
            mark_latest(store, publish_small(store, 2))
        except OSError as error:
            assert error.errno == errno.ENOSPC
            failures += 1
            assert number_of(find(store, "latest")) == 1
            check_intact(store.root, len(run_ids(store)))
        (small_disk / "filler").unlink()
        if answer(store, request_of(2)) is not None:
            break
    assert failures > 5
    mark_latest(store, publish_small(store, 2))
    assert number_of(find(store, "latest")) == 2
    check_intact(store.root, 2)


def test_a_full_disk_still_answers(small_disk: Path) -> None:
    cache = small_disk / "cache"
    golden_cache(cache)
    fill(small_disk, but=0)
    done = run_latent(cache, "neighbors", "harbour")
    assert done.returncode == 0, done.stderr
    assert run_latent(cache, "rename", "embedding", "other").returncode == 3
    assert run_latent(cache, "cache", "gc").returncode == 0
    check_intact(cache, len(IDS))


LIMITED = (
    "import os, resource, sys; limit = int(sys.argv[1]);"
    "resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit));"
    "os.execv(sys.executable, [sys.executable, '-m', 'latentcli', *sys.argv[2:]])"
)


def limited(cache: Path, limit: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program with a limit on the size of files, as ``ulimit -f`` sets it."""
    return subprocess.run(
        [sys.executable, "-c", LIMITED, str(limit), *arguments],
        capture_output=True,
        text=True,
        env=program_environment(cache),
        stdin=subprocess.DEVNULL,
        check=False,
    )


@pytest.mark.parametrize("limit", [0, 1, 64, 1000, 20_000, 200_000])
def test_a_limit_on_file_sizes_ends_encoding_with_3(cache: Path, limit: int) -> None:  # fault 9
    golden_cache(cache)
    done = limited(cache, limit, "corpus", str(SAMPLES / "tales.txt"))
    assert (done.returncode, done.stdout) == (3, "")
    assert "File too large" in done.stderr
    assert "Traceback" not in done.stderr
    check_intact(cache, len(IDS))


@pytest.mark.slow
@pytest.mark.parametrize("limit", [50_000, 600_000], ids=["its scratch file", "its vectors"])
def test_a_limit_on_file_sizes_ends_training_with_3(cache: Path, limit: int) -> None:  # fault 9
    assert run_latent(cache, "corpus", SAMPLES / "tales.txt").returncode == 0
    done = limited(cache, limit, *EMBED, "--dim", "200")
    assert (done.returncode, done.stdout) == (3, "")
    assert "File too large" in done.stderr
    assert "Traceback" not in done.stderr
    check_intact(cache, 1)


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_an_error_in_the_last_flush_leaves_the_old_pointer(
    cache: Path, monkeypatch: pytest.MonkeyPatch, error: int
) -> None:  # faults 7 and 9: some file systems tell only then
    store = Cache(cache)
    mark_latest(store, publish_small(store, 1))
    second = publish_small(store, 2)

    def fail(handle: int) -> None:
        raise OSError(error, os.strerror(error))

    monkeypatch.setattr(os, "fsync", fail)
    for write in (lambda: mark_latest(store, second), lambda: publish_small(store, 3)):
        with pytest.raises(OSError, match=os.strerror(error)):
            write()
        assert number_of(find(store, "latest")) == 1
        check_intact(cache, 2)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize(
    "command",
    [
        "models",
        "models --json",
        "show lda",
        "neighbors harbour",
        "neighbors harbour --as csv",
        "similarity ship harbour",
        "cache path",
        "export embedding --to word2vec -o -",
        "rename embedding other",
    ],
)
def test_an_answer_that_cannot_be_written_ends_with_3(cache: Path, command: str) -> None:
    golden_cache(cache)  # fault 8
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "latentcli", *command.split()],
            env=program_environment(cache),
            stdin=subprocess.DEVNULL,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 3, done.stderr
    assert "no space left on device" in done.stderr.lower()
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    check_intact(cache, len(IDS))
