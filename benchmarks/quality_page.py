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
Figure = tuple[float, float]


class Worse(NamedTuple):
    """Where ours is worse: ``figures``, and words ``less_diverse`` than of less coherent topics."""

    figures: list[str]
    less_diverse: list[str]


def main() -> None:
    """Write the page."""
    result = json.loads(RESULT.read_text())
    worse = Worse([], [])
    tables = [section(name, rows_of(result, name), worse) for name in result["corpora"]]
    page = "\n\n".join([introduction(result), *tables, verdict(worse), people(result)]) + "\n"
    if QUICK:
        print(page)
    else:
        PAGE.write_text(page)
        print(
            f"{PAGE.relative_to(ROOT)}: {len(result['runs'])} runs, worse in {len(worse.figures)} figures"
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
                for seconds in [f"{figure['cpu_seconds'][0]:.1f}"]
            ]
            for said, new in zip(worse, where_worse(found), strict=True):
                said += [f"{name}, {algorithm}, k={k}: {text}" for text in new]
        if lines:
            heads = ["program", "k", *(title for title, _, _ in MEASURES.values()), "CPU s"]
            parts.append(f"### {title}\n\n{table(heads, lines)}")
    return "\n\n".join(parts)


def figures(rows: Sequence[Row]) -> dict[str, Figure]:
    """Return the mean and the standard deviation of each measure over the seeds."""
    return {
        measure: (statistics.mean(values), statistics.stdev(values) if len(values) > 1 else 0.0)
        for measure in (*MEASURES, "cpu_seconds")
        if (values := [row[measure] for row in rows if measure in row])
    }


def where_worse(found: Mapping[str, Mapping[str, Figure]]) -> Worse:
    """Say where ours is worse than the best peer by more than either's spread over the seeds.

    The best peer is that with the best mean; of diversity, which topics of chance words have most
    of, that with the most coherent topics. One that is more diverse but less coherent is said apart.
    """
    worse = Worse([], [])
    ours, peers = found.get("latent", {}), {p: f for p, f in found.items() if p != "latent"}
    for measure in MEASURES:
        able = [program for program, figure in peers.items() if measure in figure]
        if measure not in ours or not able:
            continue
        sign = 1 if MEASURES[measure][2] else -1
        best = max(able, key=lambda program: sign * peers[program][measure][0])
        if measure == "diversity":
            coherent = max(able, key=lambda program: peers[program]["npmi"][0])
            if best != coherent:
                worse.less_diverse.extend(
                    f"{text} (its NPMI {peers[best]['npmi'][0]:.3f}, ours {ours['npmi'][0]:.3f})"
                    for text in behind(ours, best, peers[best], measure)
                )
            best = coherent
        worse.figures.extend(behind(ours, best, peers[best], measure))
    return worse


def behind(
    ours: Mapping[str, Figure], peer: str, theirs: Mapping[str, Figure], measure: str
) -> Iterable[str]:
    """Say by how much ours is worse than a peer, where that is more than either's spread."""
    title, digits, more = MEASURES[measure]
    (mean, spread), (best, its_spread) = ours[measure], theirs[measure]
    if (best - mean if more else mean - best) > max(spread, its_spread):
        yield f"{title} {mean:.{digits}f}, {peer} {best:.{digits}f}"


def cell(figure: Mapping[str, Figure], measure: str) -> str:
    """Show a mean and its spread."""
    if measure not in figure:
        return ""
    digits = MEASURES[measure][1]
    mean, spread = figure[measure]
    return f"{mean:,.{digits}f} ± {spread:.{digits}f}"


def verdict(worse: Worse) -> str:
    """Say where ours is worse."""
    text = "Nowhere is ours worse than the best peer by more than the spread of seeds."
    if worse.figures:
        text = f"""By more than the larger spread of seeds, the best peer's mean is better here (of diversity: that of the
peer with the most coherent topics, by NPMI):

{listed(worse.figures)}"""
    if worse.less_diverse:
        text += f"""

## Less diverse than less coherent topics

Topics of words that chance has put together share few words, so that diversity alone is no merit. Here the
most diverse topics are those of a peer that is not the most coherent one; they are more diverse than ours
by more than the larger spread of seeds:

{listed(worse.less_diverse)}"""
    return f"## Where ours is worse\n\n{text}"


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
