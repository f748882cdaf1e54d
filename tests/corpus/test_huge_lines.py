"""Lines far longer than anyone writes: nothing is lost, and memory stays bounded."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

# Encodes a file and prints what it found, and how many megabytes of memory that took at most.
# (Linux hands ru_maxrss on from the parent process, so there the kernel's own mark is read.)
SCRIPT = """
import json, re, resource, sys
from pathlib import Path
from latentcli.corpus.encoder import encode
from latentcli.corpus.readers import ReaderSettings, read_documents
from latentcli.corpus.sources import find_sources
from latentcli.corpus.tokenizers import TokenizerSettings

def peak():
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.search(r"VmHWM:\\s+(\\d+) kB", status.read_text())[1]) / 1000
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6

scratch, name = Path(sys.argv[1]), sys.argv[2]
before = peak()
documents = read_documents(find_sources([name], scratch, None), ReaderSettings(format="lines"))
found = encode(documents, TokenizerSettings(), scratch)
megabytes = peak() - before
vocabulary = found.corpus.vocabulary
counts = dict(zip(vocabulary.words, vocabulary.term_counts.tolist()))
json.dump([megabytes, found.corpus.n_docs, found.overlong_words, counts], sys.stdout)
"""


def encoded(path: Path) -> tuple[float, int, int, dict[str, int]]:
    """The megabytes taken, documents, overlong words, and the count of each word."""
    command = [sys.executable, "-c", SCRIPT, str(path.parent), str(path)]
    done = subprocess.run(command, capture_output=True, check=True, timeout=300)
    megabytes, n_docs, overlong, counts = json.loads(done.stdout)
    return megabytes, n_docs, overlong, counts


@pytest.mark.slow
def test_a_line_of_30_mb_is_encoded_whole_in_bounded_memory(tmp_path: Path) -> None:
    # fault 53
    words = [f"word{i}" for i in range(1000)]
    n_rounds = 30_000_000 // len(" ".join(words))
    path = tmp_path / "line.txt"
    with open(path, "w") as out:
        for _ in range(n_rounds):
            out.write(" ".join(words) + " ")
        out.write("end\nnext line")
    megabytes, n_docs, overlong, counts = encoded(path)
    assert counts == {**dict.fromkeys(words, n_rounds), "end": 1, "next": 1, "line": 1}
    assert (n_docs, overlong) == (2, 0)
    assert megabytes < 80  # of which 15 are the tokens' own mapped file


@pytest.mark.slow
def test_30_mb_without_white_space_are_left_out_and_counted(tmp_path: Path) -> None:
    # fault 54
    path = tmp_path / "line.txt"
    with open(path, "w") as out:
        out.write("before ")
        for _ in range(300):
            out.write("x" * 100_000)
        out.write(" after\nnext line")
    megabytes, n_docs, overlong, counts = encoded(path)
    assert counts == {"before": 1, "after": 1, "next": 1, "line": 1}
    assert n_docs == 2
    assert 1 <= overlong <= 30
    assert megabytes < 40
