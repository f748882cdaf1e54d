from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import BinaryIO

import pytest

from latentcli.errors import MachineError, RequestError
from latentcli.formats.files import replacing, write_through
from tests.conftest import NOBODY


def write_new(out: BinaryIO) -> None:
    out.write(b"new")


def fail_half_way(out: BinaryIO) -> None:
    out.write(b"half of the new")
    raise OSError(28, "No space left on device")


def test_a_reader_sees_the_old_file_until_the_new_one_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "vectors.txt"
    target.write_text("old")
    with replacing(target) as out:
        out.write(b"half of the new")
        out.flush()
        assert target.read_text() == "old"
    assert target.read_text() == "half of the new"


@pytest.mark.parametrize("before", ["old", None])
def test_a_failure_leaves_what_was_there_and_no_temporary(
    tmp_path: Path, before: str | None
) -> None:
    target = tmp_path / "vectors.txt"
    if before is not None:
        target.write_text(before)
    with pytest.raises(MachineError, match="no space left"):
        write_through(target, fail_half_way)
    assert [path.name for path in tmp_path.iterdir()] == ([target.name] if before else [])
    assert before is None or target.read_text() == before


def test_a_symbolic_link_stays_and_the_file_that_it_names_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    real = tmp_path / "real" / "vectors.txt"
    real.write_text("old")
    link = tmp_path / "link"
    link.symlink_to(real)
    write_through(link, write_new)
    assert link.is_symlink()
    assert real.read_text() == "new"


def test_whoever_has_the_old_file_open_keeps_it(tmp_path: Path) -> None:
    target = tmp_path / "vectors.txt"
    target.write_text("old")
    with open(target) as reader:
        write_through(target, write_new)
        assert reader.read() == "old"


@pytest.mark.parametrize("name", ["n" * 255, "本" * 85, "𝔘" * 63], ids=["ascii", "han", "astral"])
def test_the_longest_names_that_a_file_system_takes_can_be_written(
    tmp_path: Path, name: str
) -> None:
    write_through(tmp_path / name, write_new)
    assert (tmp_path / name).read_text() == "new"


def test_a_directory_is_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="is a directory"):
        write_through(tmp_path, write_new)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="no folder '.*missing'"):
        write_through(tmp_path / "missing" / "vectors.txt", write_new)


def test_a_pipe_is_written_to_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE) as reader:
        write_through(pipe, write_new)
        answer, _ = reader.communicate(timeout=30)
    assert answer == b"new"
    assert pipe.is_fifo()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_device_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="no space left"):
        write_through(Path("/dev/full"), write_new)


def test_a_folder_without_permission_is_the_machines_fault() -> None:
    # Not in tmp_path, which only its owner may enter. Modules are imported before rights go.
    code = (
        "import os, sys; from pathlib import Path;"
        "from latentcli.formats.files import write_through;"
        f"os.geteuid() or (os.setgroups([]), os.setgid({NOBODY}), os.setuid({NOBODY}));"
        "write_through(Path(sys.argv[1], 'vectors.txt'), lambda out: out.write(b'new'))"
    )
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o555)
        done = subprocess.run(
            [sys.executable, "-c", code, folder], capture_output=True, text=True, check=False
        )
    assert "MachineError" in done.stderr
    assert "vectors.txt: no permission to write there" in done.stderr
