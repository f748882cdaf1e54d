"""``latent check`` beside ``latent corpus`` on the same file, and its duplicates beside datasketch.

Aim: at most twice the time of ``latent corpus`` on 100 MB of English. datasketch gets the documents
as lists of words, and the same task: candidates of shingles of three words, 128 permutations.

Run: python benchmarks/bench_check.py [--quick]  (a few minutes; --quick: 10 MB, once)
"""

from __future__ import annotations

import gzip
import sys
import tempfile
from typing import Any

from harness import DATA, LATENT, THREADS, median, peer_version, run, run_peer, write_results

QUICK = "--quick" in sys.argv
ROUNDS = 1 if QUICK else 3
FILE = DATA / "text" / ("enwiki-10m.txt.gz" if QUICK else "enwiki-100m.txt.gz")
# datasketch is given a part of the file: it takes minutes for all.
PEER_FILE = DATA / "text/enwiki-10m.txt.gz"

OURS = """
import gzip, json, sys, tempfile, time
from pathlib import Path
from latentcli.corpus.documents import Document
from latentcli.corpus.encoder import encode
from latentcli.corpus.near_duplicates import duplicates
from latentcli.corpus.tokenizers import TokenizerSettings
texts = gzip.open(sys.argv[1], "rt", encoding="utf-8").read().split("\\n\\n")
with tempfile.TemporaryDirectory() as folder:
    documents = (Document(str(i), text) for i, text in enumerate(texts))
    corpus = encode(documents, TokenizerSettings(), Path(folder)).corpus
    start = time.perf_counter()
    found = duplicates(corpus, int(sys.argv[2]))
    print(json.dumps([time.perf_counter() - start, corpus.n_docs, len(found.alike)]))
"""

DATASKETCH = """
import gzip, json, re, sys, time
from datasketch import MinHash, MinHashLSH
texts = gzip.open(sys.argv[1], "rt", encoding="utf-8").read().split("\\n\\n")
words = [re.findall(r"[^\\W\\d_]+", text.lower()) for text in texts]
start = time.perf_counter()
index, pairs = MinHashLSH(threshold=0.7, num_perm=128), 0
for i, document in enumerate(words):
    if len(document) < 10:
        continue
    shingles = {" ".join(document[j:j + 3]).encode() for j in range(len(document) - 2)}
    signature = MinHash(num_perm=128)
    signature.update_batch(shingles)
    pairs += len(index.query(signature))
    index.insert(str(i), signature)
print(json.dumps([time.perf_counter() - start, len(texts), pairs]))
"""


def main() -> None:
    """Measure both commands by turns, the duplicates alone, and the peer; write what came out."""
    times: dict[str, list[Any]] = {"corpus": [], "check": []}
    for _ in range(ROUNDS):
        for command, done in times.items():
            with tempfile.TemporaryDirectory() as cache:
                words = [LATENT, command, str(FILE), "--format", "paragraphs"]
                done.append(run(words, {"LATENT_CACHE_DIR": cache}))
    commands = {
        command: {
            "seconds": median([d.wall for d in done]),
            "cpu_seconds": median([d.cpu for d in done]),
            "peak_mib": median([d.peak_mib for d in done]),
        }
        for command, done in times.items()
    }
    write_results(
        "check-quick" if QUICK else "check",
        {
            "file": FILE.name,
            "megabytes": round(len(gzip.open(FILE).read()) / 1e6, 1),
            "commands": commands,
            "check over corpus, wall": ratio(times, "wall"),
            "check over corpus, cpu": ratio(times, "cpu"),
            "near-duplicates alone": {"file": PEER_FILE.name, **alone()},
        },
    )


def ratio(times: dict[str, list[Any]], figure: str) -> float:
    """Return the median over rounds of one command's time over the other's in the same round."""
    pairs = zip(times["check"], times["corpus"], strict=True)
    return median([getattr(a, figure) / getattr(b, figure) for a, b in pairs])


def alone() -> dict[str, Any]:
    """Time the search for duplicates among encoded documents, and datasketch's among lists."""
    done = run([sys.executable, "-c", OURS, PEER_FILE, str(THREADS)])
    seconds, documents, groups = map(float, done.output.strip("[] \n").split(","))
    found: dict[str, Any] = {
        "documents": int(documents),
        "ours": {"seconds": round(seconds, 3), "groups": int(groups)},
    }
    version = peer_version("datasketch")
    if version is None:
        return {**found, "datasketch": {"missing": True}}
    _, (peer, _, pairs) = run_peer(DATASKETCH, PEER_FILE)
    found["datasketch"] = {"version": version, "seconds": round(peer, 2), "pairs": pairs}
    found["datasketch over ours"] = round(peer / seconds, 1)
    return found


if __name__ == "__main__":
    main()
