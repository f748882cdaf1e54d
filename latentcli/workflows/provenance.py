"""What a run's record says of how it came about."""

from __future__ import annotations

import datetime
import platform
import sys
import time
from collections.abc import Mapping
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
        "blas": blas(),
    }


def versions(*packages: str) -> dict[str, str]:
    """Return the versions of Python, NumPy and the packages named."""
    found = {"python": platform.python_version(), "numpy": np.__version__}
    return found | {package: metadata.version(package) for package in packages}


def instruction_set() -> str:
    """Return the machine's architecture and the instruction set that the native core uses."""
    return f"{platform.machine()} {instruction_sets()[-1]}"


def blas() -> str:
    """Return NumPy's library of linear algebra, its kernels and its number of threads."""
    from threadpoolctl import threadpool_info  # type: ignore[import-untyped]  # scikit-learn's

    loaded = [found for found in threadpool_info() if found["user_api"] == "blas"]
    if not loaded:
        return ""
    # SciPy may have brought one of its own, earlier or later.
    found = next((one for one in loaded if "numpy" in str(one["filepath"])), loaded[0])
    kind = " ".join(str(found.get(k) or "?") for k in ("internal_api", "version"))
    threads = "thread" if found["num_threads"] == 1 else "threads"
    return f"{kind} {found.get('architecture') or ''}, {found['num_threads']} {threads}"


def changed_since(manifest: Mapping[str, Any], *packages: str) -> list[str]:
    """Return what a run's bytes may depend on and is no longer as its record says."""
    then, now = manifest["versions"], versions(*packages)
    pairs = [(name, then[name], now.get(name, "")) for name in then if name in now]
    pairs += [
        ("instruction set", manifest.get("instruction_set", ""), instruction_set()),
        ("BLAS", manifest["invocation"].get("blas", ""), blas()),
    ]
    return [f"{what} was {was}, is {is_}" for what, was, is_ in pairs if was and was != is_]
