"""Text to token ids: ours against what people use in Python, on the same files, in one run.

Ours is measured as the whole ``latent corpus FILE`` process with a cache of its own, which also
writes the encoded corpus, and as the same function called from Python. The peers do less: they
read, cut, number and count words in memory. gensim: ``simple_preprocess``, ``Dictionary`` and
``doc2idx``; scikit-learn: ``CountVectorizer``; polars: lower case, ``extract_all``, counts and a
categorical column; Python: ``translate``, ``split`` and ``Counter``. Megabytes are 10^6 bytes of
uncompressed text. The check of quality: every array is that of the encoder in plain Python.

Aim, on two cores: 150 MB/s and 8 times polars for English, 80 MB/s for text that is mostly
multi-byte.

Run: python benchmarks/bench_encode.py [--quick]  (five minutes; --quick: half a minute)
"""

from __future__ import annotations

import gzip
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from harness import DATA, LATENT, THREADS, median, peer_version, run, run_peer, write_results

from latentcli.corpus import reference
from latentcli.corpus.encoder import encode_files
from latentcli.corpus.readers import ReaderSettings, read_documents, read_text
from latentcli.corpus.sources import find_sources
from latentcli.corpus.tokenizers import TokenizerSettings

QUICK = "--quick" in sys.argv
ROUNDS = 1 if QUICK else 5

OURS = """
import json, sys, tempfile, time
from pathlib import Path
start = time.perf_counter()
from latentcli.corpus.ahead import ahead
from latentcli.corpus.encoder import encode_files
from latentcli.corpus.readers import ReaderSettings, read_text
from latentcli.corpus.sources import find_sources
from latentcli.corpus.tokenizers import TokenizerSettings
with tempfile.TemporaryDirectory() as folder:
    imported = time.perf_counter()
    sources = find_sources([sys.argv[1]], Path(folder), None)
    blocks = ahead(read_text(sources, ReaderSettings("lines")))
    found = encode_files(blocks, TokenizerSettings(), Path(folder), threads=int(sys.argv[2]))
    done = time.perf_counter()
    print(json.dumps([imported - start, done - imported, found.corpus.n_tokens]))
"""

PEERS = {
    "gensim": """
import json, sys, time
from gensim.corpora import Dictionary
from gensim.utils import simple_preprocess
start = time.perf_counter()
dictionary = Dictionary()
ids, n = [], 0
for line in open(sys.argv[1], encoding="utf-8"):
    words = simple_preprocess(line)
    dictionary.add_documents([words], prune_at=None)
    ids.append(dictionary.doc2idx(words))
    n += len(words)
print(json.dumps([time.perf_counter() - start, n, len(dictionary)]))
""",
    "scikit-learn": """
import json, sys, time
from sklearn.feature_extraction.text import CountVectorizer
start = time.perf_counter()
vectorizer = CountVectorizer()
counts = vectorizer.fit_transform(open(sys.argv[1], encoding="utf-8"))
n = int(counts.sum())
print(json.dumps([time.perf_counter() - start, n, len(vectorizer.vocabulary_)]))
""",
    "polars": """
import json, sys, time
import polars as pl
start = time.perf_counter()
lines = pl.Series(open(sys.argv[1], encoding="utf-8").read().split("\\n"))
words = lines.str.to_lowercase().str.extract_all(r"[a-z]+").explode().drop_nulls()
counts = words.value_counts()
ids = words.cast(pl.Categorical).to_physical()
print(json.dumps([time.perf_counter() - start, len(ids), len(counts)]))
""",
    "python": """
import json, string, sys, time
from collections import Counter
start = time.perf_counter()
table = str.maketrans(dict.fromkeys(string.punctuation + string.digits, " "))
counts, ids, n = Counter(), {}, 0
for line in open(sys.argv[1], encoding="utf-8"):
    words = line.lower().translate(table).split()
    counts.update(words)
    n += len([ids.setdefault(word, len(ids)) for word in words])
print(json.dumps([time.perf_counter() - start, n, len(counts)]))
""",
}


def main() -> None:
    """Measure ours and the peers, check the arrays, write what came out."""
    with tempfile.TemporaryDirectory() as folder:
        # In a process of its own: a child's peak of memory is never under its parent's.
        run([sys.executable, __file__, "--write", folder, *(["--quick"] if QUICK else [])])
        texts = {path.name: path for path in sorted(Path(folder).iterdir())}
        main_text = texts["english, 10 MB" if QUICK else "english, 100 MB"]
        ours = {name: measured(path, Path(folder)) for name, path in texts.items()}
        peers = {name: peer(name, main_text) for name in PEERS}
        same = {
            name: same_as_plain_python(path)
            for name, path in texts.items()
            if path.stat().st_size < 40e6
        }
    best = ours["english, 10 MB" if QUICK else "english, 100 MB"]
    polars = peers["polars"].get("mb_per_second")
    write_results(
        "encode-quick" if QUICK else "encode",
        {
            "ours": ours,
            "peers, on the largest english text": peers,
            "whole process over polars": round(best["process"]["mb_per_second"] / polars, 1)
            if polars
            else None,
            "arrays are those of plain Python": same,
        },
    )


def write_texts(folder: Path) -> None:
    """Write the texts uncompressed, each into a file of its name."""
    english = gzip.open(DATA / "text/enwiki-100m.txt.gz").read()
    chinese = gzip.open(DATA / "nonenglish/zhwiki-8m.txt.gz").read()
    russian = (DATA / "vectors/gensim/crime-and-punishment.txt").read_bytes()
    with zipfile.ZipFile(DATA / "nonenglish/nltk-indian.zip") as archive:
        indian = b"\n".join(archive.read(name) for name in archive.namelist())
    sizes = (1, 10) if QUICK else (1, 10, 100)
    texts = {f"english, {n} MB": english[: english.rfind(b"\n", 0, n * 10**6) + 1] for n in sizes}
    texts["chinese, 8 MB"] = chinese
    if not QUICK:
        texts["chinese, 8 MB four times"] = chinese * 4
        texts["russian, a chapter again and again, 32 MB"] = russian * (32 * 10**6 // len(russian))
        texts["indian languages, 1 MB thirty times"] = indian * 30
    for name, text in texts.items():
        (folder / name).write_bytes(text)


def measured(path: Path, folder: Path) -> dict[str, Any]:
    """Time ``latent corpus`` as a whole process, and the encoding alone on one and all threads."""
    megabytes = path.stat().st_size / 1e6
    walls, cpus, peaks = [], [], []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory(dir=folder) as cache:
            done = run([LATENT, "corpus", path, "--format", "lines"], {"LATENT_CACHE_DIR": cache})
        walls.append(done.wall)
        cpus.append(done.cpu)
        peaks.append(done.peak_mib)
    result: dict[str, Any] = {
        "megabytes": round(megabytes, 1),
        "process": {
            "seconds": median(walls),
            "cpu_seconds": median(cpus),
            "peak_mib": median(peaks),
            "mb_per_second": round(megabytes / median(walls), 1),
        },
    }
    for threads in sorted({1, THREADS}):
        done = [run([sys.executable, "-c", OURS, path, str(threads)]) for _ in range(ROUNDS)]
        seconds = median([float(d.output.strip("[] \n").split(",")[1]) for d in done])
        result[f"encoding, {threads} threads"] = {
            "seconds": seconds,
            "cpu_seconds": median([d.cpu for d in done]),
            "peak_mib": median([d.peak_mib for d in done]),
            "mb_per_second": round(megabytes / seconds, 1),
        }
    return result


def peer(name: str, path: Path) -> dict[str, Any]:
    """Time a peer, without its start and imports."""
    version = "standard library" if name == "python" else peer_version(name)
    if version is None:
        return {"missing": True}
    done, (seconds, tokens, types) = run_peer(PEERS[name], path)
    return {
        "version": version,
        "seconds": round(seconds, 2),
        "cpu_seconds": round(done.cpu, 2),
        "peak_mib": round(done.peak_mib, 1),
        "mb_per_second": round(path.stat().st_size / 1e6 / seconds, 1),
        "tokens": tokens,
        "types": types,
    }


def same_as_plain_python(path: Path) -> bool:
    """Whether every array is what the encoder in plain Python gives."""
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        sources, reader = find_sources([str(path)], Path(one), None), ReaderSettings("lines")
        settings = TokenizerSettings()
        a = encode_files(read_text(sources, reader), settings, Path(one), threads=THREADS).corpus
        b = reference.encode(read_documents(sources, reader), settings, Path(other)).corpus
        pairs = [(getattr(a, n), getattr(b, n)) for n in ("token_ids", "offsets", "break_offsets")]
        pairs += [
            (a.vocabulary.words.text, b.vocabulary.words.text),
            (a.vocabulary.term_counts, b.vocabulary.term_counts),
            (a.vocabulary.document_counts, b.vocabulary.document_counts),
        ]
        return all(np.array_equal(x, y) for x, y in pairs)


if __name__ == "__main__":
    if "--write" in sys.argv:
        write_texts(Path(sys.argv[sys.argv.index("--write") + 1]))
    else:
        main()
