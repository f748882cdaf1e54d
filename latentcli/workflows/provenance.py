"""What a run's record says of how it came about."""

from __future__ import annotations

import datetime
import platform
import sys
import time
from importlib import metadata
from typing import Any

import numpy as np

from latentcli.kernels import instruction_sets


class Stopwatch:
    """Times the stages of a run."""

    def __init__(self) -> None:
        self._start = self._last = time.perf_counter()
        self._stages: dict[str, float] = {}

    def stage(self, name: str) -> None:
        """End a stage and give it its name."""
        now = time.perf_counter()
        self._stages[name] = round(now - self._last, 3)
        self._last = now

    @property
    def seconds(self) -> float:
        """The time since the start."""
        return time.perf_counter() - self._start

    def record(self) -> dict[str, float]:
        """Return the seconds of each stage and of all."""
        return {**self._stages, "total": round(self.seconds, 3)}


def invocation(corpus_name: str, watch: Stopwatch) -> dict[str, Any]:
    """Return the part of a manifest that no digest covers: who called, when, how long it took."""
    now = datetime.datetime.now(datetime.UTC)
    return {
        "created": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "argv": [arg.encode("utf-8", "replace").decode() for arg in sys.argv],
        "corpus_name": corpus_name,
        "seconds": watch.record(),
    }


def versions(*packages: str) -> dict[str, str]:
    """Return the versions of Python, NumPy and the packages named."""
    found = {"python": platform.python_version(), "numpy": np.__version__}
    return found | {package: metadata.version(package) for package in packages}


def instruction_set() -> str:
    """Return the machine's architecture and the instruction set that the native core uses."""
    return f"{platform.machine()} {instruction_sets()[-1]}"
