"""How time and memory grow: with the size of the corpus, the number of topics, and the vocabulary.

Whole processes of ``latent`` on parts of English Wikipedia (1, 10 and 100 MB), each on an empty
cache but for the corpus: ``corpus`` encodes it, ``embed`` trains one epoch, ``topics`` 20 passes.
Printed and written to results/scaling.json: seconds on the wall, CPU seconds, and the peak of
memory in MiB, of which the encoded corpus, that the table gives beside it, should be no part.
Memory that is mapped from files counts as far as it was touched.

Run: python benchmarks/bench_scaling.py [--quick]
"""

from __future__ import annotations

import gzip
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from harness import DATA, LATENT, run, write_results

MEGABYTES = (1, 10, 100)
TOPICS = (20, 100, 400, 1000)
CHUNK = ("--chunk", 300)  # documents enough for 1,000 topics
VOCABULARIES = (1_000, 10_000, 100_000)
CORPUS = DATA / "text" / "enwiki-100m.txt.gz"


def main() -> None:
    """Measure, print and write what came out."""
    if not CORPUS.exists():
        print("the shared data are not beside the checkout: nothing measured")
        return
    quick = "--quick" in sys.argv
    with tempfile.TemporaryDirectory() as folder:
        by_size = [size_row(Path(folder), size) for size in MEGABYTES[: 1 if quick else 3]]
        cache = Path(folder) / f"cache-{1 if quick else 10}"
        by_topics = [topics_row(cache, k, "--k", k) for k in TOPICS[: 1 if quick else 4]]
        by_words = [
            topics_row(cache, n, "--k", 100, "--keep-n", n, "--min-df", 1)
            for n in VOCABULARIES[: 1 if quick else 3]
        ]
    write_results(
        "scaling" if not quick else "scaling_quick",
        {"corpus": CORPUS.name, "by_size": by_size, "by_topics": by_topics, "by_words": by_words},
    )


def size_row(folder: Path, megabytes: int) -> dict[str, Any]:
    """Measure the three commands on the first ``megabytes`` of the corpus."""
    text = folder / f"enwiki-{megabytes}.txt"
    with gzip.open(CORPUS) as source:
        head = source.read(megabytes * 1_000_000)
    text.write_bytes(head[: head.rfind(b"\n\n") + 1] if megabytes < 100 else head)
    cache = folder / f"cache-{megabytes}"
    row: dict[str, Any] = {"megabytes": megabytes}
    row["corpus"] = measured(cache, "corpus", text)
    row["embed"] = measured(cache, "embed", "--epochs", 1, "--min-count", 5)
    row["topics"] = measured(cache, "topics", "--k", 20, "--iterations", 20)
    [encoded] = [row for row in json_rows(cache, "models") if row["kind"] == "corpus"]
    row["encoded_mib"] = round(encoded["bytes"] / 2**20, 1)
    return row


def topics_row(cache: Path, setting: int, *options: object) -> dict[str, Any]:
    """Measure 20 passes of topic training on the corpus that is in the cache."""
    return {
        "setting": setting,
        **measured(cache, "topics", "--retrain", "--iterations", 20, *CHUNK, *options),
    }


def measured(cache: Path, *arguments: object) -> dict[str, float]:
    """Run latent and return its seconds and memory."""
    done = run([LATENT, *map(str, arguments)], {"LATENT_CACHE_DIR": str(cache)})
    return {
        "seconds": round(done.wall, 2),
        "cpu_seconds": round(done.cpu, 2),
        "peak_mib": round(done.peak_mib),
    }


def json_rows(cache: Path, *arguments: str) -> list[dict[str, Any]]:
    """Run latent and return its answer."""
    done = run([LATENT, *arguments, "--json"], {"LATENT_CACHE_DIR": str(cache)})
    return [json.loads(line) for line in done.output.splitlines()]


if __name__ == "__main__":
    main()
