"""Reading what a test has written, as the program would."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from latentcli.corpus.documents import Document
from latentcli.corpus.readers import ReaderSettings, read_documents, resolve_format
from latentcli.corpus.sources import find_sources

Read = Callable[..., list[Document]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read files, directories and archives; settings are those of ReaderSettings."""

    def documents(*inputs: str | os.PathLike[str], **settings: Any) -> list[Document]:
        sources = find_sources([os.fspath(path) for path in inputs], tmp_path, None)
        return list(read_documents(sources, resolve_format(sources, ReaderSettings(**settings))))

    return documents


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str, bytes | str], Path]:
    """Write a file into the test's directory."""

    def write(name: str, content: bytes | str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write
