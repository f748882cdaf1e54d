"""docs/quality.md, made of what ``quality.py`` wrote to ``results/quality.json``.

With ``--quick`` the page of the quick run goes to standard output.
"""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
QUICK = "--quick" in sys.argv
RESULT = ROOT / "benchmarks" / "results" / ("quality_quick.json" if QUICK else "quality.json")
PAGE = ROOT / "docs" / "quality.md"

# Each measure, its digits, and whether more of it is better.
MEASURES = {
    "npmi": ("NPMI", 3, True),
    "c_v": ("c_v", 3, True),
    "diversity": ("diversity", 3, True),
    "perplexity": ("perplexity", 0, False),
    "nmi": ("NMI", 3, True),
    "purity": ("purity", 3, True),
}
ALGORITHMS = {
    "lda": "LDA",
    "plsa": "PLSA (the peer: NMF by Kullback-Leibler divergence)",
    "nmf-frobenius": "NMF, Frobenius norm, of tf-idf",
    "nmf-kl": "NMF, Kullback-Leibler divergence, of counts",
    "lsi": "LSI, of tf-idf",
}

Row = Mapping[str, Any]


class Figure(NamedTuple):
    """The mean over the seeds, their standard deviation, and the highest less the lowest."""

    mean: float
    deviation: float
    spread: float


class Worse(NamedTuple):
    """Where ours is worse than the best peer's, and where less diverse than a less coherent one's.

    ``figures`` by more than the seeds' spread; ``within`` it, but by more than their standard
    deviation; ``less_diverse`` by more than the spread. ``compared`` are all that were.
    """

    compared: list[str]
    figures: list[str]
    within: list[str]
    less_diverse: list[str]


def main() -> None:
    """Write the page."""
    result = json.loads(RESULT.read_text())
    worse = Worse([], [], [], [])
    tables = [section(name, rows_of(result, name), worse) for name in result["corpora"]]
    page = "\n\n".join([introduction(result), *tables, verdict(worse), people(result)]) + "\n"
    if QUICK:
        print(page)
    else:
        PAGE.write_text(page)
        print(
            f"{PAGE.relative_to(ROOT)}: {len(result['runs'])} runs, worse in {len(worse.figures)} figures, "
            f"within the spread in {len(worse.within)}"
        )


def introduction(result: Row) -> str:
    """Say what is compared, how, and with what."""
    versions = ", ".join(
        f"{name} {version or 'not installed'}" for name, version in result["versions"].items()
    )
    corpora = "\n".join(
        f"- **{name}**: {facts['documents']:,} documents, {facts['tokens']:,} tokens of "
        f"{facts['terms']:,} terms, {facts['labels']} labels; {facts['held_out']:,} held out."
        for name, facts in result["corpora"].items()
    )
    settings = "\n".join(f"- {name}: {text}" for name, text in result["settings"].items())
    missing = "".join(
        f"\n\n**{name} was left out: the shared data lack it.**" for name in result["missing"]
    )
    return f"""# Quality of topic models

Ours beside the peers' ({versions}), by `make quality` (`{result["command"]}`). All train on the same
tokens: lower-cased words in 5 documents or more and in half of them at most, without English stop
words. Each figure is the mean of three seeds (± their standard deviation).

{corpora}

20 Newsgroups are the bodies of the posts: their headers would name the group. AG News are titles and
descriptions, DBLP titles as OCTIS has prepared them.{missing}

One yardstick judges all. **NPMI** (in documents) and **c_v** (in windows of 110 tokens) are of the top 10
words, in the documents trained on; **diversity** is the share of distinct words among the top 25 of all
topics, which incoherent topics have too. **Perplexity** is that of every other token of the documents held
out, given the rest; models without a prior are mixed with 5 % of the corpus's own distribution of words.
**NMI** and **purity** compare each document's largest topic with its label (LSI: the largest coordinate,
whatever its sign). **CPU s** are of whole processes, of different days, on machines that others used as well: they do not compare. How fast ours
is, [performance](performance.md) measures.

Settings:

{settings}"""


def rows_of(result: Row, corpus: str) -> list[Row]:
    """Return the runs on a corpus."""
    return [row for row in result["runs"] if row["corpus"] == corpus]


def section(name: str, rows: Sequence[Row], worse: Worse) -> str:
    """Return the tables of a corpus; add to ``worse`` where ours is."""
    parts = [f"## {name}"]
    for algorithm, title in ALGORITHMS.items():
        lines = []
        for k in sorted({row["k"] for row in rows}):
            found = {
                program: figures(
                    [r for r in rows if (r["algorithm"], r["k"]) == (algorithm, k)
                     and r["program"] == program]
                )
                for program in dict.fromkeys(row["program"] for row in rows)
            }  # fmt: skip
            found = {program: figure for program, figure in found.items() if figure}
            lines += [
                [program, str(k), *(cell(figure, measure) for measure in MEASURES), seconds]
                for program, figure in found.items()
                for seconds in [f"{figure['cpu_seconds'].mean:.1f}"]
            ]
            for said, new in zip(worse, where_worse(found), strict=True):
                said += [f"{name}, {algorithm}, k={k}: {text}" for text in new]
        if lines:
            heads = ["program", "k", *(title for title, _, _ in MEASURES.values()), "CPU s"]
            parts.append(f"### {title}\n\n{table(heads, lines)}")
    return "\n\n".join(parts)


def figures(rows: Sequence[Row]) -> dict[str, Figure]:
    """Return each measure over the seeds."""
    return {
        measure: Figure(
            statistics.mean(values),
            statistics.stdev(values) if len(values) > 1 else 0.0,
            max(values) - min(values),
        )
        for measure in (*MEASURES, "cpu_seconds")
        if (values := [row[measure] for row in rows if measure in row])
    }


def where_worse(found: Mapping[str, Mapping[str, Figure]]) -> Worse:
    """Say where ours is worse than the best peer: of those that have the figure, by their means.

    Of diversity, which topics of chance words have most of, it is the best of the peers whose
    topics are as coherent as ours, or within the seeds' spread of it.
    """
    worse = Worse([], [], [], [])
    ours, peers = found.get("latent", {}), {p: f for p, f in found.items() if p != "latent"}
    for measure in MEASURES:
        able = [program for program, figure in peers.items() if measure in figure]
        if measure not in ours or not able:
            continue
        if measure == "diversity":
            less = [p for p in able if margin(ours, peers[p], "npmi") > 0]
            worse.less_diverse.extend(
                f"{told(ours, peers[p], p, measure)} (NPMI {peers[p]['npmi'].mean:.3f}, "
                f"ours {ours['npmi'].mean:.3f})"
                for p in less
                if margin(peers[p], ours, measure) > 0
            )
            able = [p for p in able if p not in less]
            if not able:
                continue
        sign = 1 if MEASURES[measure][2] else -1
        best = max(able, key=lambda program: sign * peers[program][measure].mean)
        text = told(ours, peers[best], best, measure)
        worse.compared.append(text)
        if margin(peers[best], ours, measure) > 0:
            worse.figures.append(text)
        elif margin(peers[best], ours, measure, "deviation") > 0:
            worse.within.append(text)
    return worse


def margin(
    one: Mapping[str, Figure], other: Mapping[str, Figure], measure: str, by: str = "spread"
) -> float:
    """Return by how much one is better than another, beyond the larger spread of both."""
    sign = 1 if MEASURES[measure][2] else -1
    a, b = one[measure], other[measure]
    return float(sign * (a.mean - b.mean) - max(getattr(a, by), getattr(b, by)))


def told(ours: Mapping[str, Figure], theirs: Mapping[str, Figure], peer: str, measure: str) -> str:
    """Name a measure with both figures."""
    title, digits, _ = MEASURES[measure]
    return f"{title} {ours[measure].mean:,.{digits}f}, {peer} {theirs[measure].mean:,.{digits}f}"


def cell(figure: Mapping[str, Figure], measure: str) -> str:
    """Show a mean and its spread."""
    if measure not in figure:
        return ""
    digits = MEASURES[measure][1]
    mean, deviation, _ = figure[measure]
    return f"{mean:,.{digits}f} ± {deviation:.{digits}f}"


def verdict(worse: Worse) -> str:
    """Say where ours is worse."""
    text = "Nowhere is ours worse than the best peer by more than the spread of seeds: from the lowest\nto the highest of the three, of ours or of the peer, whichever is wider."
    if worse.figures:
        text = f"""By more than the spread of seeds (from the lowest to the highest of the three, of ours or of the peer,
whichever is wider) the best peer's mean is better here:

{listed(worse.figures)}"""
    if worse.within:
        text += f"""

Within that spread, but by more than a standard deviation of three seeds, the best peer's mean is better in
{len(worse.within)} of {len(worse.compared)} figures. Of two programs that are the same, chance would say so of one
figure in {1 / chance(1):.0f}, and of one in {1 / chance(3):.0f} where the best of three peers is taken (by simulation of normal figures). A
figure of NMF by divergence is that of PLSA again, beside the same runs of the peer:

{listed(worse.within)}"""
    text += """

Diversity is compared with that of peers whose topics are as coherent as ours, or within the spread of it."""
    if worse.less_diverse:
        text += f"""

## Less diverse than less coherent topics

Topics of words that chance has put together share few words, so that diversity alone is no merit. Here
peers' topics are more diverse than ours by more than the spread of seeds, and less coherent by more than
that:

{listed(worse.less_diverse)}"""
    return f"## Where ours is worse\n\n{text}"


def chance(n_peers: int) -> float:
    """Return how often the best of peers equal to ours is ahead by a deviation, within the spread.

    By simulation of normal figures of three seeds.
    """
    seeds = np.random.default_rng(0).standard_normal((200_000, 1 + n_peers, 3))
    ours, peers = seeds[:, 0], seeds[:, 1:]
    best = peers[np.arange(len(peers)), peers.mean(axis=2).argmax(axis=1)]
    ahead = best.mean(axis=1) - ours.mean(axis=1)
    deviation = np.maximum(ours.std(axis=1, ddof=1), best.std(axis=1, ddof=1))
    spread = np.maximum(np.ptp(ours, axis=1), np.ptp(best, axis=1))
    return float(((ahead > deviation) & (ahead <= spread)).mean())


def listed(lines: Sequence[str]) -> str:
    """Return a list."""
    return "\n".join(f"- {line}" for line in lines)


def people(result: Row) -> str:
    """Compare coherence with people's ratings."""
    rows = [
        [measure, f"{found['ours']:.3f}", f"{found['published']:.3f}"]
        for measure, found in result["human_ratings"].items()
    ]
    if not rows:
        return "## Against people's ratings\n\nNot measured: the ratings or Wikipedia are missing."
    return f"""## Against people's ratings

Spearman's correlation between coherence and the mean rating of 150 topics of MALLET, D-VAE and ETM,
each rated by 15 persons (Hoyle et al. 2021): ours, of the top 10 words in all tokens of 6,129 articles of
Wikipedia, and the figures that the authors published, from theirs.

{table(["measure", "ours", "published"], rows)}

Stop words stay in the windows: with them taken out, c_npmi agrees with people less well."""


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


if __name__ == "__main__":
    main()
