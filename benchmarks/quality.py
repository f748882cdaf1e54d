"""The quality of topic models, ours beside the peers', on three labelled corpora.

Aim: ours is nowhere worse than the best peer of the same algorithm by more than the spread of
seeds.

Every program trains on the same tokens, three seeds each, in a process of its own; one yardstick
scores what comes out. What a run gave is kept in build/quality, so that an interrupted run goes on
and a second one trains only what has changed.

Run: python benchmarks/quality.py [--quick] [--only CORPUS] (make quality writes the page too)
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import inspect
import json
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import harness
import numpy as np
import quality_train
from quality_score import Held, Judged, scores
from scipy.stats import spearmanr

from latentcli.corpus.counts import CountMatrix, count_documents, count_matrix
from latentcli.corpus.documents import Document
from latentcli.corpus.mask import topical
from latentcli.corpus.readers import ReaderSettings
from latentcli.corpus.stopwords import stop_words
from latentcli.evaluation.coherence import coherence
from latentcli.queries.inference import weighted
from latentcli.store.cache import Cache
from latentcli.workflows.corpus import load_corpus
from latentcli.workflows.reading import CorpusRequest

QUICK = "--quick" in sys.argv
SEEDS = (1,) if QUICK else (1, 2, 3)
TOPICS = (20,) if QUICK else (20, 50)
HELD_OUT = 1000
FOLDER = harness.ROOT / "build" / ("quality_quick" if QUICK else "quality")
LABELLED = harness.DATA / "labelled"

# Who trains what; NMF by Kullback-Leibler divergence has the likelihood of PLSA.
RUNS = (
    ("lda", ("latent", "tomotopy", "gensim", "scikit-learn")),
    ("plsa", ("latent", "scikit-learn")),
    ("nmf-frobenius", ("latent", "gensim", "scikit-learn")),
    ("nmf-kl", ("latent", "scikit-learn")),
    ("lsi", ("latent", "gensim", "scikit-learn")),
)


class Texts(NamedTuple):
    """A corpus's documents, each with its label: to train on, and held out."""

    train: list[Document]
    held_out: list[Document]


def newsgroups() -> Texts:
    """The bodies of the posts, as split by date; their headers would name the group."""
    parts: dict[str, list[Document]] = {"train": [], "test": []}
    with tarfile.open(LABELLED / "20news-bydate.tar.gz") as archive:
        for member in archive:
            if member.isfile():
                part, group, number = member.name.split("/")[-3:]
                raw = archive.extractfile(member)
                assert raw is not None
                text = raw.read().decode("utf-8", "replace").replace("\r\n", "\n")
                body = text.partition("\n\n")[2]
                parts[part.rsplit("-", 1)[1]].append(Document(f"{group}/{number}", body, group))
    return Texts(parts["train"], parts["test"])


def ag_news(part: int = 0) -> Texts:
    """Titles and descriptions; a tenth of the documents is held out."""
    with gzip.open(LABELLED / "ag_news_test.csv.gz", "rt", encoding="utf-8") as lines:
        documents = [
            Document(str(i), f"{title} {text}".replace("\\", " "), label)
            for i, (label, title, text) in enumerate(csv.reader(lines))
        ]
    tenth = np.random.default_rng(0).permutation(len(documents)) % 10 == part
    return Texts(
        [document for document, held in zip(documents, tenth, strict=True) if not held],
        [document for document, held in zip(documents, tenth, strict=True) if held],
    )


def octis(name: str, held_out: str = "test") -> Texts:
    """Titles, as OCTIS has prepared and split them."""
    parts: dict[str, list[Document]] = {"train": [], "val": [], "test": []}
    with gzip.open(LABELLED / "octis" / name / "corpus.tsv.gz", "rt", encoding="utf-8") as lines:
        for i, line in enumerate(lines):
            text, part, label = line.rstrip("\n").split("\t")
            parts[part].append(Document(str(i), text, label))
    return Texts(parts["train"], parts[held_out])


CORPORA = {
    "20 Newsgroups": newsgroups,
    "AG News": ag_news,
    "DBLP": lambda: octis("DBLP"),
}
NEEDED = {
    "20 Newsgroups": LABELLED / "20news-bydate.tar.gz",
    "AG News": LABELLED / "ag_news_test.csv.gz",
    "DBLP": LABELLED / "octis" / "DBLP" / "corpus.tsv.gz",
}


def main() -> None:
    """Train and score all that is not yet; write what came out."""
    rows, corpora, missing = [], {}, []
    only = sys.argv[sys.argv.index("--only") + 1] if "--only" in sys.argv else None
    for name, read in CORPORA.items():
        if only not in (None, name):
            continue
        if not NEEDED[name].exists():
            print(f"{name}: {NEEDED[name]} is missing: left out", file=sys.stderr)
            missing.append(name)
            continue
        folder = FOLDER / name.replace(" ", "_")
        judged = prepared(read(), folder)
        corpora[name] = judged.facts()
        for algorithm, programs in RUNS:
            for k in TOPICS:
                for program in programs:
                    rows += [
                        {"corpus": name, **row}
                        for seed in SEEDS
                        if (row := trained(program, algorithm, k, seed, folder, judged))
                    ]
    peers = ("gensim", "tomotopy", "scikit-learn")
    harness.write_results(
        "quality_quick" if QUICK else "quality" if only is None else "quality_part",
        {
            "versions": {name: harness.peer_version(name) for name in peers},
            "corpora": corpora,
            "missing": missing,
            "settings": {
                name: inspect.getdoc(train) for name, train in quality_train.PROGRAMS.items()
            },
            "human_ratings": human_ratings() if only is None else {},
            "runs": rows,
        },
    )


def human_ratings() -> dict[str, dict[str, float]]:
    """Correlate coherence with people's ratings of 150 topics (Hoyle et al. 2021)."""
    folder = harness.DATA / "eval" / "topic-ratings"
    wikipedia = harness.DATA / "text" / "enwiki-100m.txt.gz"
    if QUICK or not (folder.exists() and wikipedia.exists()):
        return {}
    rated = json.loads((folder / "wikitext_topics.json").read_text())["wikitext"]
    ratings: dict[tuple[str, int], list[float]] = {}
    path = folder / "wikitext_human_scores.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["task"] == "ratings":
                topic = row["model"], int(row["topic_idx"])
                ratings.setdefault(topic, []).append(float(row["scores_raw"]))
    people = [
        np.mean(ratings[name, i]) for name in rated for i in range(len(rated[name]["topics"]))
    ]
    request = CorpusRequest([str(wikipedia)], ReaderSettings(format="paragraphs"))
    corpus, _ = load_corpus(Cache(FOLDER / "cache"), request)
    find = corpus.vocabulary.words.find
    known = [
        np.array([row for row in map(find, topic[:10]) if row is not None])
        for name in rated
        for topic in rated[name]["topics"]
    ]
    found = coherence(known, corpus, ("c_npmi", "c_v"))
    published = {
        ours: np.concatenate([rated[name]["metrics"][theirs] for name in rated])
        for ours, theirs in (("c_npmi", "c_npmi_10_full"), ("c_v", "c_v_full"))
    }
    return {
        measure: {
            "ours": round(float(spearmanr(found[measure], people).statistic), 3),
            "published": round(float(spearmanr(published[measure], people).statistic), 3),
        }
        for measure in published
    }


def prepared(texts: Texts, folder: Path) -> Judged:
    """Write what is trained on to the folder, and return what the topics are judged by."""
    if QUICK:
        texts = Texts(texts.train[::10], texts.held_out[::10])
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "train.jsonl", "w", encoding="utf-8") as out:
        for document in texts.train:
            out.write(json.dumps({"id": document.id, "text": document.text}) + "\n")
    request = CorpusRequest([str(folder / "train.jsonl")], ReaderSettings(format="jsonl"))
    corpus, _ = load_corpus(Cache(folder / "cache"), request)
    # The words that `latent topics` keeps by itself.
    min_df = 5 if corpus.n_docs >= 1000 else 2
    kept = topical(corpus, min_df, 0.5, None, stop_words("en", corpus.tokenizer))
    counts = count_matrix(corpus, kept)
    has = np.maximum(np.bincount(counts.terms, minlength=counts.n_terms), 1)
    tfidf = weighted(counts, np.log2(counts.n_docs / has), unit=True)
    np.savez(folder / "counts.npz", starts=counts.starts, terms=counts.terms,
             counts=counts.counts, tfidf=tfidf, n_terms=counts.n_terms)  # fmt: skip
    step = max(1, len(texts.held_out) // HELD_OUT)
    words = corpus.vocabulary.selected(kept).words
    _, others = count_documents(texts.held_out[::step][:HELD_OUT], corpus.tokenizer, words)
    _, labels = np.unique([document.label or "" for document in texts.train], return_inverse=True)
    return Judged(corpus, kept, counts, labels, halves(others))


def halves(others: CountMatrix) -> Held:
    """Split each held-out document's tokens by chance into a half to learn it by, and the rest."""
    draw = np.random.default_rng(0)
    rows: list[list[np.ndarray]] = [[], []]
    for a, b in zip(others.starts, others.starts[1:], strict=False):
        tokens = draw.permutation(np.repeat(others.terms[a:b], others.counts[a:b]))
        for half in (0, 1):
            rows[half].append(np.bincount(tokens[half::2], minlength=others.n_terms))
    return Held(*(sparse(half) for half in rows))


def sparse(rows: list[np.ndarray]) -> CountMatrix:
    """Return dense rows as a sparse matrix."""
    terms = [np.flatnonzero(row) for row in rows]
    starts = np.cumsum([0, *map(len, terms)]).astype(np.int64)
    counts = [row[own] for row, own in zip(rows, terms, strict=True)]
    return CountMatrix(starts, np.concatenate(terms).astype(np.int32),
                       np.concatenate(counts).astype(np.int32), len(rows[0]))  # fmt: skip


def trained(
    program: str, algorithm: str, k: int, seed: int, folder: Path, judged: Judged
) -> Mapping[str, Any]:
    """Return a run's scores, trained now or kept from before; nothing where a peer is missing."""
    version = "" if program == "latent" else harness.peer_version(program)
    if version is None:
        return {}
    key = digest(program, str(version), judged)
    run = "nmf-kl" if (algorithm, program) == ("plsa", "scikit-learn") else algorithm
    kept = folder / "runs" / f"{program}-{run}-{k}-{seed}.npz"
    told = kept.with_suffix(".json")
    kept.parent.mkdir(exist_ok=True)
    known = json.loads(told.read_text()) if told.exists() else {}
    if known.get("key") != key or not kept.exists():
        python = sys.executable if program == "latent" else harness.PEER_PYTHON
        script = Path(quality_train.__file__)
        arguments = [program, run, folder, kept, str(k), str(seed)]
        try:
            done = harness.run([python, script, *arguments], {"OPENBLAS_NUM_THREADS": "1"})
        except subprocess.CalledProcessError as error:
            print(f"{program} {algorithm} k={k} failed: {error}", file=sys.stderr)
            return {}
        seconds = json.loads(done.output.strip().rsplit("\n", 1)[-1])["seconds"]
        known = {"key": key, "seconds": seconds, "cpu_seconds": round(done.cpu, 2)}
        told.write_text(json.dumps(known))
    row = {"program": program, "algorithm": algorithm, "k": k, "seed": seed, **known}
    if known.get("yardstick") != yardstick():
        with np.load(kept) as found:
            known |= scores(algorithm, dict(found), judged)
        known["yardstick"] = yardstick()
        told.write_text(json.dumps(known))
        row |= known
    del row["key"], row["yardstick"]
    print(json.dumps(row), file=sys.stderr, flush=True)
    return row


def digest(program: str, version: str, judged: Judged) -> str:
    """Return what a run depends on: the corpus, and the program's version and settings.

    Ours depends on the package's code that trains.
    """
    found = hashlib.sha256(version.encode())
    for array in (judged.counts.starts, judged.counts.terms, judged.counts.counts):
        found.update(array.tobytes())
    found.update(inspect.getsource(quality_train.PROGRAMS[program]).encode())
    if program == "latent":
        for path in our_code():
            found.update(path.read_bytes())
    return found.hexdigest()


def our_code() -> Iterator[Path]:
    """Yield the files on which training depends."""
    package = harness.ROOT / "latentcli"
    for room in ("engines", "queries", "kernels"):
        yield from sorted(
            path for path in (package / room).iterdir() if path.suffix in (".py", ".cpp", ".hpp")
        )
    yield package / "workflows" / "topic_request.py"


def yardstick() -> str:
    """Return a digest of what scores: the yardstick and the measures that it takes."""
    import quality_score

    found = hashlib.sha256(inspect.getsource(quality_score).encode())
    package = harness.ROOT / "latentcli"
    measures = sorted((package / "evaluation").glob("*.py"))
    for path in (*measures, package / "queries" / "inference.py"):
        found.update(path.read_bytes())
    return found.hexdigest()


if __name__ == "__main__":
    main()
