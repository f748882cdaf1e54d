"""A folder that is replaced: whatever fails between the renames, one whole folder is there."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from latentcli.errors import RequestError
from latentcli.formats.directories import replacing_directory

NAMES = ("a.tsv", "b.tsv")


def _written(target: Path, text: str) -> None:
    with replacing_directory(target, NAMES) as folder:
        for name in NAMES:
            (folder / name).write_text(text)


def _texts(target: Path) -> list[str]:
    return [(target / name).read_text() for name in NAMES]


def _failing_at(number: int, error: BaseException, after: bool) -> Callable[[Path, Path], None]:
    """A rename that once raises, before it does its work or when that is done."""
    calls, rename = [0], os.replace

    def replace(old: Path, new: Path) -> None:
        calls[0] += 1
        if calls[0] == number and not after:
            raise error
        rename(old, new)
        if calls[0] == number:
            raise error

    return replace


@pytest.mark.parametrize("error", [OSError(5, "Input/output error"), KeyboardInterrupt()])
@pytest.mark.parametrize(
    ("number", "after", "kept"),
    [(1, False, "old"), (1, True, "old"), (2, False, "old"), (2, True, "new")],
)
def test_whatever_rename_fails_one_whole_folder_stands(
    number: int, after: bool, kept: str, error: BaseException,
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    target = tmp_path / "folder"
    _written(target, "old")
    monkeypatch.setattr(os, "replace", _failing_at(number, error, after))
    with pytest.raises(type(error)):
        _written(target, "new")
    assert _texts(target) == [kept, kept]
    assert os.listdir(tmp_path) == ["folder"]


def test_a_folder_that_cannot_be_put_back_is_left_beside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, rename, calls = tmp_path / "folder", os.replace, [0]
    _written(target, "old")

    def first_alone(old: Path, new: Path) -> None:
        calls[0] += 1
        if calls[0] > 1:
            raise OSError(5, "Input/output error")
        rename(old, new)

    monkeypatch.setattr(os, "replace", first_alone)
    with pytest.raises(OSError, match="Input/output"):
        _written(target, "new")
    [left] = tmp_path.iterdir()
    assert left.name.startswith(".old.folder") and _texts(left) == ["old", "old"]


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="no /proc here")
def test_where_no_folder_can_be_made_is_said() -> None:
    with pytest.raises(RequestError, match="no folder can be made there"):
        _written(Path("/proc/folder"), "new")
