"""Bringing in 400,000 x 300 vectors of GloVe's form, beside gensim; a cold query afterwards.

The text is made on the spot (five digits after the point, words of random letters; a gigabyte) and
not kept. Whole processes; medians (gensim, which takes minutes, runs once):

- ``latent import`` against gensim's ``load_word2vec_format(no_header=True)``: seconds and peak
  memory. Files that are mapped count as memory here. **Aim: 200 MB/s on two cores**;
- the first ``latent neighbors WORD -m FILE`` (it imports) and the next ones, against the same query
  of the run by its name. **Aim: as fast**;
- what the next ones read of the file, by the kernel's own account of the process. **Aim: nothing**.

Run: python benchmarks/bench_import.py [--quick]
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from harness import LATENT, PEER_PYTHON, Measured, median, peer_version, run, write_results

QUICK = "--quick" in sys.argv[1:]
N_TERMS, DIM = (40_000, 100) if QUICK else (400_000, 300)
ROUNDS = 1 if QUICK else 3
GENSIM_ROUNDS = 1
QUERIES = 3 if QUICK else 11

GENSIM = """
import sys
from gensim.models import KeyedVectors
print(KeyedVectors.load_word2vec_format(sys.argv[1], binary=False, no_header=True).vectors.shape)
"""

# What the process takes from files in all, the page cache included, beside what it opened.
COUNTED = """
import sys
opened = []
sys.addaudithook(lambda event, given: opened.append(given[0]) if event == "open" else None)
import atexit
def tell():
    print(sum(str(path) == sys.argv[-1] for path in opened), file=sys.stderr)
atexit.register(tell)
from latentcli.__main__ import main
main()
"""


def main() -> None:
    """Measure, print and write what came out."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "vectors.txt"
        word = write_vectors(path)
        result: dict[str, Any] = {
            "n_terms": N_TERMS,
            "dim": DIM,
            "megabytes": round(path.stat().st_size / 1e6, 1),
            "gensim": peer_version("gensim"),
            **imports(path, Path(folder)),
            **queries(path, Path(folder), word),
        }
    if QUICK:
        print(json.dumps(result, indent=1))
    else:
        write_results("import", result)


def write_vectors(path: Path) -> str:
    """Write the text; return one of its words."""
    draw = np.random.default_rng(1)
    letters = draw.integers(0, 26, (N_TERMS, 9), np.uint8) + ord("a")
    words = [f"{bytes(row).decode()}{number:x}" for number, row in enumerate(letters)]
    # Five digits of a number below one, from a table: a gigabyte in a minute.
    digits = [f"{i / 100_000:.5f}" for i in range(100_000)]
    digits += [f"-{number}" for number in digits[1:]]
    with open(path, "w", encoding="ascii") as out:
        for word in words:
            numbers = draw.integers(0, len(digits), DIM).tolist()
            out.write(f"{word} {' '.join([digits[number] for number in numbers])}\n")
    return words[100]


def imports(path: Path, folder: Path) -> dict[str, Any]:
    """Measure the import by us and by gensim, in turn."""
    ours: list[Measured] = []
    theirs: list[Measured] = []
    for number in range(ROUNDS):
        cache = {"LATENT_CACHE_DIR": str(folder / f"cache-{number}")}
        ours.append(run([LATENT, "import", path, "-q"], cache))
        if PEER_PYTHON.exists() and number < GENSIM_ROUNDS:
            theirs.append(run([PEER_PYTHON, "-c", GENSIM, path]))
    size = path.stat().st_size / 1e6
    result: dict[str, Any] = {"import": _figures(ours, size)}
    if theirs:
        result["gensim_import"] = _figures(theirs, size)
    return result


def _figures(runs: list[Measured], megabytes: float) -> dict[str, float]:
    seconds = median([one.wall for one in runs])
    return {
        "seconds": seconds,
        "cpu_seconds": median([one.cpu for one in runs]),
        "peak_mib": median([one.peak_mib for one in runs]),
        "megabytes_a_second": round(megabytes / seconds, 1),
    }


def queries(path: Path, folder: Path, word: str) -> dict[str, Any]:
    """Measure the first question of a file, and the next ones beside those of a run by name."""
    os.environ["LATENT_CACHE_DIR"] = str(folder / "asked")
    by_file = [LATENT, "neighbors", word, "-q", "-m", path]
    first = run(by_file)
    [run_folder] = (folder / "asked" / "runs").iterdir()
    run([LATENT, "rename", run_folder.name, "named", "-q"])
    by_name = [LATENT, "neighbors", word, "-q", "-m", "named"]
    pairs = [(run(by_file), run(by_name)) for _ in range(QUERIES + 1)][1:]
    opened = run(["sh", "-c", f'"$0" -c "$1" neighbors {word} -q -m "$2" 2>&1 >/dev/null',
                  sys.executable, COUNTED, path])  # fmt: skip
    return {
        "first_question_s": round(first.wall, 2),
        "next_question_ms": median([1000 * file.wall for file, _ in pairs]),
        "same_of_a_run_ms": median([1000 * name.wall for _, name in pairs]),
        "times_the_file_is_opened_then": int(opened.output),
    }


if __name__ == "__main__":
    main()
