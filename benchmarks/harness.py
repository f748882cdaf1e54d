"""What the benchmarks share: whole processes measured, peers' Python, results with their machine.

Peers live in an environment of their own (``make peers``, in ``.peers``); a benchmark hands them a
script on the command line and reads the JSON line that it prints last.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"
RESULTS = ROOT / "benchmarks" / "results"
LATENT = str(Path(sys.executable).with_name("latent"))
PEER_PYTHON = Path(os.environ.get("LATENT_PEERS", ROOT / ".peers")) / "bin" / "python"
THREADS = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Measured(NamedTuple):
    """A finished process: seconds on the wall, of all processors, MiB at its peak, and stdout."""

    wall: float
    cpu: float
    peak_mib: float
    output: str


# Starts the command and reports its seconds and the kernel's account of it. Between us and the
# command, since a process's peak of memory is never less than that of the process that started it.
_LAUNCHER = """
import os, sys, time
start = time.perf_counter()
child = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(child, 0)
wall = time.perf_counter() - start
code = os.waitstatus_to_exitcode(status)
figures = (wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, code)
os.write(int(sys.argv[1]), " ".join(map(str, figures)).encode())
"""


def run(command: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> Measured:
    """Run a command to its end and measure it; raises CalledProcessError where it fails.

    CPU seconds and memory are the kernel's own account of the process and its children.
    """
    words = [str(part) for part in command]
    report, told = os.pipe()
    try:
        launched = subprocess.run(
            [sys.executable, "-I", "-S", "-c", _LAUNCHER, str(told), *words],
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            pass_fds=[told],
            check=True,
        )
        wall, cpu, peak, code = map(float, os.read(report, 1 << 12).split())
    finally:
        os.close(report)
        os.close(told)
    if code:
        raise subprocess.CalledProcessError(int(code), words, launched.stdout)
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return Measured(wall, cpu, peak / unit, launched.stdout)


def run_peer(script: str, *arguments: str | Path) -> tuple[Measured, Any]:
    """Run a Python script in the peers' environment; return it with the JSON of its last line."""
    done = run([PEER_PYTHON, "-c", script, *arguments])
    return done, json.loads(done.output.strip().rsplit("\n", 1)[-1])


def peer_version(package: str) -> str | None:
    """Return the version of a peer, or None where it could not be installed."""
    if not PEER_PYTHON.exists():
        return None
    code = f"from importlib.metadata import version; print(version({package!r}))"
    done = subprocess.run([PEER_PYTHON, "-c", code], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None


def median(values: Sequence[float]) -> float:
    """Return the median, rounded to four significant digits."""
    return float(f"{statistics.median(values):.4g}")


def machine() -> dict[str, Any]:
    """Return what a figure depends on beside the code: processor, cores, Python."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        model = lines[0].split(":", 1)[1].strip() if lines else model
    return {"processor": model, "cores": THREADS, "python": platform.python_version()}


def write_results(name: str, result: Mapping[str, Any]) -> None:
    """Print a benchmark's result and write it to ``results/NAME.json``, its machine beside it."""
    command = "python " + " ".join(["benchmarks/" + Path(sys.argv[0]).name, *sys.argv[1:]])
    whole = {"command": command, "machine": machine(), **result}
    text = json.dumps(whole, indent=1)
    print(text)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(text + "\n")
