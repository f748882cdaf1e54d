"""Caches for workflows called from Python."""

from __future__ import annotations

from pathlib import Path

import pytest

from latentcli.store.cache import Cache
from tests.small import Notes


@pytest.fixture(autouse=True)
def _no_model_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LATENT_MODEL", raising=False)


@pytest.fixture
def store(cache: Path) -> Cache:
    """An empty cache of the test's own."""
    return Cache(cache)


@pytest.fixture
def trained(trained_cache: Path) -> Cache:
    """The cache with models of the tales and the notices; tests leave it as it is."""
    return Cache(trained_cache)


@pytest.fixture
def notes() -> Notes:
    """An observer that keeps what it is told."""
    return Notes()
