"""LSI's truncated SVD against gensim, scikit-learn and SciPy, on one matrix of real tf-idf weights.

The matrix: the 20 Newsgroups posts, 18,846, by the 20,000 words that most of them hold (but no more
than half of them); k of 20 and of 200. Each solver is a process of its own that loads the matrix
and times the decomposition alone, the best of its rounds; the peak is the whole process's. Quality
is the energy captured, the sum of the squared singular values, against ARPACK's in float64. Aim:
2.5 times as fast as gensim's LsiModel at no less energy than its; and 0.9995 of ARPACK's energy
sooner than scikit-learn's randomised solver reaches that.

Run: python benchmarks/bench_lsi.py [--quick]
"""

from __future__ import annotations

import json
import re
import sys
import tarfile
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from harness import DATA, THREADS, peer_version, run, run_peer, write_results

from latentcli.corpus.counts import CountMatrix
from latentcli.queries.inference import weighted

N_TERMS = 20_000
THREE_DIGITS = 0.9995

LOAD = """
import json, resource, sys, time
import numpy as np
saved = np.load(sys.argv[1])
k, setting, rounds = int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
shape = tuple(saved["shape"])
arrays = saved["weights"], saved["terms"], saved["starts"]
def report(solve, rounds=rounds):
    best = None
    for _ in range(rounds):
        wall, cpu = time.perf_counter(), time.process_time()
        values = np.asarray(solve(), np.float64)
        took = time.perf_counter() - wall, time.process_time() - cpu
        best = min(best or took, took)
    print(json.dumps({"wall": best[0], "cpu": best[1], "energy": float((values ** 2).sum()),
                      "peak_mib": peak_mib()}))
def peak_mib():  # ru_maxrss would count the process that started this one
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) for line in status if "VmHWM" in line) / 1024
    except FileNotFoundError:
        unit = 1 << (20 if sys.platform == "darwin" else 10)
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
"""
OURS = (
    LOAD
    + """
from latentcli.engines.truncated_svd import Sparse, truncated_svd
matrix = Sparse(saved["starts"], saved["terms"], arrays[0].astype(np.float32), shape[1])
threads = int(sys.argv[5])
report(lambda: truncated_svd(matrix, k, 1, setting, threads).values)
"""
)
SPARSE = (
    LOAD
    + """
from scipy import sparse
matrix = sparse.csr_matrix(arrays, shape)
"""
)
GENSIM = (
    SPARSE
    + """
from gensim.models import LsiModel
from gensim.matutils import Sparse2Corpus
documents = Sparse2Corpus(matrix, documents_columns=False)
words = {row: str(row) for row in range(shape[1])}
def solve():
    model = LsiModel(documents, k, id2word=words, power_iters=setting, random_seed=1)
    return model.projection.s
report(solve)
"""
)
RANDOMISED = (
    SPARSE
    + """
from sklearn.decomposition import TruncatedSVD
report(lambda: TruncatedSVD(k, n_iter=setting, random_state=1).fit(matrix).singular_values_)
"""
)
ARPACK = (
    SPARSE
    + """
from sklearn.decomposition import TruncatedSVD
report(lambda: TruncatedSVD(k, algorithm="arpack", random_state=1).fit(matrix).singular_values_)
"""
)
SVDS = (
    SPARSE
    + """
from scipy.sparse.linalg import svds
single = matrix.astype(np.float32)
report(lambda: svds(single, k, rng=np.random.default_rng(1), return_singular_vectors=True)[1])
"""
)


def main() -> None:
    """Measure both ranks, print and write what came out."""
    quick = "--quick" in sys.argv
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "matrix.npz"
        shape = write_matrix(path, N_TERMS // 4 if quick else N_TERMS)
        ranks = [compare(path, k, quick) for k in ((20,) if quick else (20, 200))]
    peers = {name: peer_version(name) for name in ("gensim", "scikit-learn", "scipy")}
    result = {"numpy": np.__version__, "peers": peers, "documents_and_terms": shape}
    write_results("lsi_quick" if quick else "lsi", {**result, "ranks": ranks})


def write_matrix(path: Path, n_terms: int) -> list[int]:
    """Write the tf-idf weights of the posts' bodies in compressed rows; return their shape."""
    posts = []
    with tarfile.open(DATA / "labelled" / "20news-bydate.tar.gz") as archive:
        for member in archive:
            content = archive.extractfile(member)
            if content is not None:
                body = content.read().decode("latin-1").partition("\n\n")[2].lower()
                posts.append(Counter(re.findall("[a-z]+", body)))
    found: Counter[str] = Counter()
    for post in posts:
        found.update(post.keys())
    usual = (word for word in found if found[word] <= len(posts) / 2)
    words = sorted(usual, key=lambda word: (-found[word], word))[:n_terms]
    rows = {word: row for row, word in enumerate(words)}
    starts, terms, counts = [0], [], []
    for post in posts:
        pairs = sorted((rows[word], count) for word, count in post.items() if word in rows)
        terms += [term for term, _ in pairs]
        counts += [count for _, count in pairs]
        starts.append(len(terms))
    matrix = CountMatrix(
        np.array(starts), np.array(terms, np.int32), np.array(counts, np.int32), len(words)
    )
    idf = np.log2(matrix.n_docs / np.array([found[word] for word in words]))
    shape = [matrix.n_docs, matrix.n_terms]
    weights = weighted(matrix, idf, unit=True)
    np.savez(path, starts=matrix.starts, terms=matrix.terms, weights=weights, shape=shape)
    return shape


def compare(path: Path, k: int, quick: bool) -> dict[str, Any]:
    """Run all solvers at rank ``k``; return them with the ratios that the aims are of."""
    rounds = 7 if k < 100 else 3
    rows = [ours(path, k, passes, rounds) for passes in (2, 3, 4)]
    for name, package, script, settings in (
        ("gensim LsiModel", "gensim", GENSIM, (2,)),
        ("scikit-learn arpack", "scikit-learn", ARPACK, (0,)),
        ("scipy svds float32", "scipy", SVDS, (0,)),
        ("scikit-learn randomised", "scikit-learn", RANDOMISED, (5,) if quick else (5, 20, 30)),
    ):
        if peer_version(package) is None:
            rows.append({"solver": name, "missing": f"{package} is not installed"})
            continue
        for setting in settings:
            _, row = run_peer(script, path, str(k), str(setting), "1" if k > 100 else str(rounds))
            rows.append({"solver": name, **({"iterations": setting} if setting else {}), **row})
    energies = {row["solver"]: row["energy"] for row in rows if "energy" in row}
    best = energies.get("scikit-learn arpack", max(energies.values()))
    for row in rows:
        if "energy" in row:
            row["energy_of_arpack"] = round(row["energy"] / best, 6)
            for name in ("wall", "cpu", "energy", "peak_mib"):
                row[name] = float(f"{row[name]:.4g}")
    return {"k": k, "solvers": rows, **aims(rows)}


def ours(path: Path, k: int, passes: int, rounds: int) -> dict[str, Any]:
    """Run our own solver."""
    done = run([sys.executable, "-c", OURS, path, str(k), str(passes), str(rounds), str(THREADS)])
    return {"solver": "latent", "iterations": passes, **json.loads(done.output)}


def aims(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the ratios of wall-clock times at no less energy."""
    measured = [row for row in rows if "wall" in row]
    mine = [row for row in measured if row["solver"] == "latent"]

    def soonest(rows: list[dict[str, Any]], energy: float) -> dict[str, Any] | None:
        enough = [row for row in rows if row["energy_of_arpack"] >= energy]
        return min(enough, key=lambda row: float(row["wall"]), default=None)

    ratios: dict[str, Any] = {}
    for row in measured:
        if row["solver"] == "gensim LsiModel":
            enough = soonest(mine, row["energy_of_arpack"])
            ratios["gensim_over_latent_at_its_energy"] = (
                round(row["wall"] / enough["wall"], 2) if enough else None
            )
    three = soonest(mine, THREE_DIGITS)
    for name in ("scikit-learn randomised", "scikit-learn arpack", "scipy svds float32"):
        theirs = soonest([row for row in measured if row["solver"] == name], THREE_DIGITS)
        key = name.replace(" ", "_").replace("-", "_") + "_over_latent_at_three_digits"
        reached = three is not None and theirs is not None
        ratios[key] = round(theirs["wall"] / three["wall"], 2) if reached else None
    return ratios


if __name__ == "__main__":
    main()
