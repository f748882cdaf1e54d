"""The store's tests write, flush and rename much: where there is a memory disk, on that."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

MEMORY = Path("/dev/shm")


@pytest.fixture
def cache() -> Iterator[Path]:
    """A cache directory of the test's own; not made yet."""
    usable = MEMORY.is_dir() and os.access(MEMORY, os.W_OK | os.X_OK)
    with tempfile.TemporaryDirectory(prefix="latent-", dir=MEMORY if usable else None) as folder:
        yield Path(folder) / "cache"
