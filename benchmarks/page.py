"""docs/performance.md and its plot, made of what the benchmarks wrote to ``results/``.

Run by ``make bench`` in the peers' environment, which has matplotlib; without it the page has no
plot.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
PAGE = ROOT / "docs" / "performance.md"
PLOT = ROOT / "docs" / "performance.svg"

Result = Mapping[str, Any]
# What is compared, how many times faster we are, and the aim.
Bar = tuple[str, float, float | None]


def main() -> None:
    """Write the page, and the plot if there is matplotlib."""
    parts, bars = [], []
    for name, (section, ratios) in SECTIONS.items():
        path = RESULTS / f"{name}.json"
        if path.exists():
            result = json.loads(path.read_text())
            parts.append(f"{section(result).rstrip()}\n\nBy `{result['command']}`.")
            bars += ratios(result)
    plotted = plot(bars)
    PAGE.write_text("\n\n".join([introduction(plotted), *parts]) + "\n")
    print(f"{PAGE.relative_to(ROOT)}: {len(parts)} benchmarks")


def introduction(plotted: bool) -> str:
    """Say what the figures are of and how to make them."""
    machine = json.loads(next(iter(sorted(RESULTS.glob("*.json")))).read_text())["machine"]
    picture = "\n\n![How many times faster than each peer](performance.svg)" if plotted else ""
    return f"""# Performance

Each table is of one run, in which our program and its peers took turns on the same machine, data and
number of threads: {machine["processor"]}, {machine["cores"]} cores, Python {machine["python"]}. Ratios carry
over to other machines, seconds do not. Memory is the peak of the whole process. `make bench` measures
everything again (half an hour; needs the shared corpora beside the checkout) and writes this
page.{picture}"""


def table(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a table; None is an empty cell."""
    lines = ["| " + " | ".join(heads) + " |", "| " + " | ".join("---" for _ in heads) + " |"]
    for row in rows:
        cells = ("" if cell is None else f"{cell:,}" if isinstance(cell, (int, float)) and
                 not isinstance(cell, bool) else str(cell) for cell in row)  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def versions(found: Mapping[str, str | None]) -> str:
    """Name the peers' versions; one that could not be installed is said."""
    return ", ".join(f"{name} {version or 'not installed'}" for name, version in found.items())


def encode(result: Result) -> str:
    """Text to token ids."""
    rows = []
    for name, found in result["ours"].items():
        for what, row in found.items():
            if isinstance(row, dict):
                what = "`latent corpus`, whole process" if what == "process" else what
                rows.append(["latent", name, what, *figures(row)])
    for name, row in result["peers, on the largest english text"].items():
        rows.append([f"{name} {row.get('version', '')}", "english", "in memory", *figures(row)])
    same = all(result["arrays are those of plain Python"].values())
    check = "Every array equals that of the encoder in plain Python." if same else "**Not equal.**"
    return f"""## Encoding

Text to token ids. The peers cut and count words in memory; ours also writes the encoded corpus.
{check}

{table(["program", "text", "what", "s", "CPU s", "MiB", "MB/s"], rows)}"""


def figures(row: Result) -> list[Any]:
    """Return the seconds, memory and rate of a row."""
    return [row["seconds"], row["cpu_seconds"], row.get("peak_mib"), row["mb_per_second"]]


def encode_bars(result: Result) -> list[Bar]:
    """Return our rate over each peer's, on the largest English text."""
    english = [found for name, found in result["ours"].items() if name.startswith("english")][-1]
    ours = max(row["mb_per_second"] for row in english.values() if isinstance(row, dict))
    peers = result["peers, on the largest english text"]
    return [
        (f"encoding, {name}", ours / row["mb_per_second"], 8 if name == "polars" else None)
        for name, row in peers.items()
    ]


def word2vec(result: Result) -> str:
    """Embeddings: speed and quality."""
    rows = [
        [name, row["seconds"], row["cpu_seconds"], row["peak_mib"], row["times_as_long"],
         row.get("tokens_per_second"), row.get("our_throughput_ratio")]
        for name, row in result["processes"].items()
    ]  # fmt: skip
    heads = ["program", "s", "CPU s", "MiB", "ours takes 1 of", "tokens/s in training",
             "our throughput over it"]  # fmt: skip
    quality = []
    for name, row in result["quality"].items():
        cells: list[Any] = [name, row["seeds"]]
        for score in ("wordsim353", "simlex999", "men", "analogies"):
            cells.append(f"{row[score]:.3f} (± {row[f'{score}_spread'] / 2:.3f})")
        quality.append(cells)
    return f"""## Word2vec

From {result["corpus"]} (raw text) to stored vectors, as whole processes, {result["epochs"]} epoch:
skip-gram, 100 dimensions, window 5, 5 negative samples. {versions(result["versions"])}.

{table(heads, rows)}

Quality after {result["quality_epochs"]} epochs on the same tokens, means over the seeds (half the spread):

{table(["program", "seeds", "WordSim-353", "SimLex-999", "MEN", "analogies"], quality)}"""


def fasttext(result: Result) -> str:
    """Embeddings with n-grams: speed and quality."""
    rows = [
        [name, row["seconds"], row["cpu_seconds"], row["peak_mib"], row.get("times_as_long"),
         row.get("times_the_processor")]
        for name, row in result["processes"].items()
    ]  # fmt: skip
    heads = ["program", "s", "CPU s", "MiB", "ours takes 1 of", "of CPU s, 1 of"]
    names = list(result["quality"])
    scores = []
    for key, name in (("wordsim353", "WordSim-353"), ("simlex999", "SimLex-999"), ("men", "MEN")):
        for suffix, which in (("", "words seen"), ("_rare", "a word rare or unseen")):
            pairs = result["quality"][names[0]][f"{key}{suffix}_pairs"]
            cells = [_with_deviation(result["quality"][peer], key + suffix) for peer in names]
            scores.append([f"{name}, {which}", pairs, *cells])
    share = [_with_deviation(result["quality"][peer], "left_out_same_beginning") for peer in names]
    scores.append(["words left out: neighbours that begin alike", "", *share])
    near = [
        [
            word,
            *(", ".join(result["quality"][peer]["neighbours_of_unseen"][word]) for peer in names),
        ]
        for word in result["quality"][names[0]]["neighbours_of_unseen"]
    ]
    return f"""## Character n-grams

`latent embed -a fasttext` and the fastText program on {result["corpus"]}, as whole processes,
{result["epochs"]} epochs on the same words: skip-gram, 100 dimensions, n-grams of 3 to 6 characters.
{versions(result["versions"])}.

{table(heads, rows)}

Quality, means of {result["seeds"]} runs (standard deviations); of rare and unseen words, vectors are composed:

{table(["measure", "pairs", *names], scores)}

The words nearest to some that neither has seen:

{table(["word", *names], near)}"""


def _with_deviation(scores: Result, name: str) -> str:
    return f"{scores[name]:.3f} ({scores[f'{name}_sd']:.3f})"


def fasttext_bars(result: Result) -> list[Bar]:
    """Return the whole process."""
    row = result["processes"].get("fastText")
    return [("n-grams, text to vectors, fastText", row["times_the_processor"], 10)] if row else []


def word2vec_bars(result: Result) -> list[Bar]:
    """Return whole processes, and the training alone."""
    bars: list[Bar] = []
    for name, row in result["processes"].items():
        if name != "latent":
            bars.append((f"word2vec, text to vectors, {name}", row["times_as_long"], 10))
    corpus_file = result["processes"].get("gensim corpus_file")
    if corpus_file:
        ratio = corpus_file["our_throughput_ratio"]
        bars.append(("word2vec, training, gensim corpus_file", ratio, 8))
    return bars


def lda(result: Result) -> str:
    """Topic models: speed, perplexity and coherence."""
    rows = [
        [row["who"], row["corpus"] + (f", {row['scaling']}" if "scaling" in row else ""), row["k"],
         row["seed"], row["seconds"], row["cpu_seconds"], row.get("peak_mib"),
         row["perplexity"], f"{row['npmi']:.3f}"]
        for row in result["runs"]
    ]  # fmt: skip
    heads = ["program", "corpus", "k", "seed", "s", "CPU s", "MiB", "perplexity", "NPMI"]
    ratios = [
        [name, *(float(f"{value:.3g}") for value in row.values())]
        for name, row in result["ratios"].items()
    ]
    names = [key.replace("_", " ") for key in next(iter(result["ratios"].values()))]
    return f"""## LDA

Training alone, on the same token ids; held-out perplexity by document completion (one estimator for
all) and mean NPMI of the top 10 words. tomotopy has 200 iterations. {versions(result["versions"])}.

{table(["ours against tomotopy", *names], ratios)}

{table(heads, rows)}"""


def lda_bars(result: Result) -> list[Bar]:
    """Return the ratios to tomotopy."""
    return [
        (f"LDA, {name}, tomotopy", row["times_faster"], 10 if name.endswith("k=20") else 3)
        for name, row in result["ratios"].items()
    ]


def lsi(result: Result) -> str:
    """The truncated SVD."""
    parts = []
    for rank in result["ranks"]:
        rows = [
            [row["solver"], row.get("iterations"), row["wall"], row["cpu"], row["peak_mib"],
             row["energy_of_arpack"]]
            for row in rank["solvers"] if "wall" in row
        ]  # fmt: skip
        heads = ["solver", "iterations", "s", "CPU s", "MiB", "energy, of ARPACK's"]
        parts.append(f"k = {rank['k']}:\n\n{table(heads, rows)}")
    shape = " x ".join(f"{n:,}" for n in result["documents_and_terms"])
    return f"""## LSI

The truncated SVD of one tf-idf matrix, {shape}; {versions(result["peers"])}. Energy is the sum of the
squared singular values.

""" + "\n\n".join(parts)


def lsi_bars(result: Result) -> list[Bar]:
    """Return the times at equal energy."""
    bars: list[Bar] = []
    for rank in result["ranks"]:
        for key, aim in (
            ("gensim_over_latent_at_its_energy", 2.5),
            ("scikit_learn_randomised_over_latent_at_three_digits", 1),
            ("scikit_learn_arpack_over_latent_at_three_digits", None),
        ):
            if rank.get(key):
                who = key.partition("_over_")[0].replace("_", " ")
                bars.append((f"LSI, k={rank['k']}, {who}, at equal energy", rank[key], aim))
    return bars


def cold_query(result: Result) -> str:
    """Queries from cold."""
    rows = [
        [f"{row['n_terms']:,} x {row['dim']}", row["query_ms"], row["import_typer_ms"],
         row["ratio"], row["numpy_over_ours"], row["gensim_over_ours"],
         row["batch"]["product_over_kernel"]]
        for row in result["sizes"]
    ]  # fmt: skip
    heads = ["vectors", "`latent neighbors king`, ms", "`python -c \"import typer\"`, ms", "ratio",
             "NumPy over ours", "gensim over ours", "1,000 words: NumPy's product over our scan"]  # fmt: skip
    real = result.get("real")
    said = (
        f"Of {real['words']:,} words of a real embedding ({real['corpus']}), the ten nearest of "
        f"{real['identical_top_10']:,} are those of float64."
        if real
        else ""
    )
    return f"""## Questions from a cold start

Whole processes, medians. {said}

{table(heads, rows)}"""


def cold_bars(result: Result) -> list[Bar]:
    """Return the peers' time over ours."""
    return [
        (f"cold query, {row['n_terms']:,} x {row['dim']}, {who}", row[f"{who}_over_ours"], None)
        for row in result["sizes"]
        for who in ("numpy", "gensim")
    ]


def report(result: Result) -> str:
    """The report's figures."""
    rows = [
        [row["n_topics"], row["n_terms"], row["ours_s"], row["pyldavis_s"], row["ratio"],
         row["process_s"], row["script_s"], row["process_ratio"]]
        for row in result["sizes"]
    ]  # fmt: skip
    heads = ["topics", "words", "ours, s", "pyLDAvis.prepare, s", "ratio", "`latent report`, s",
             "a script, s", "ratio of processes"]  # fmt: skip
    return f"""## The report

The page's figures, each compared with pyLDAvis {result["pyLDAvis"]}: the same words, numbers equal.

{table(heads, rows)}"""


def report_bars(result: Result) -> list[Bar]:
    """Return the ratios of the figures alone."""
    return [
        (f"report, {row['n_topics']} topics, pyLDAvis.prepare", row["ratio"], 10)
        for row in result["sizes"]
    ]


def imports(result: Result) -> str:
    """Vectors as text, brought in."""
    rows = [
        [name, result[key]["seconds"], result[key]["cpu_seconds"], result[key]["peak_mib"],
         result[key]["megabytes_a_second"]]
        for name, key in (("latent", "import"), (f"gensim {result['gensim']}", "gensim_import"))
        if key in result
    ]  # fmt: skip
    return f"""## Vectors of other programs

`latent import` of {result["n_terms"]:,} x {result["dim"]} vectors as GloVe has them, {result["megabytes"]:,} MB of text, beside
gensim's `load_word2vec_format`, as whole processes:

{table(["program", "s", "CPU s", "MiB", "MB/s"], rows)}

The first `latent neighbors WORD -m FILE` takes {result["first_question_s"]} s, since it imports; the next ones {result["next_question_ms"]:.0f} ms,
the same question of the run by its name {result["same_of_a_run_ms"]:.0f} ms. The file is opened {result["times_the_file_is_opened_then"]} times then."""


def import_bars(result: Result) -> list[Bar]:
    """Return the ratio of the figures alone."""
    if "gensim_import" not in result:
        return []
    ratio = result["gensim_import"]["seconds"] / result["import"]["seconds"]
    return [("vectors as text, gensim", round(ratio, 1), 10)]


def map_page(result: Result) -> str:
    """The map's page in a browser."""
    rows = [
        [row["program"], f"{row['points']:,}", row["how"], row["kib"], row["load_s"],
         row["frames_per_s"], row["frame_ms"], row["frame_p95_ms"], row.get("draw_ms"), row.get("draw_p95_ms")]
        for row in result["rows"]
    ]  # fmt: skip
    heads = ["program", "points", "drawn", "KiB", "s to the first picture", "frames a second", "ms a frame, median",
             "95th percentile", "our draw, ms", "95th percentile"]  # fmt: skip
    return f"""## The map's page

`latent map`'s page in headless Chromium, dragged with the mouse at 1280 x 800; {versions(result["versions"])}.
There is no graphics processor here: WebGL is software on the same cores (SwiftShader), where our page
draws by hand unless it is made not to. Ours draws names beside the points, too. A screen's frame is
16.7 ms; the aim is {result["aim_ms"]} ms for 95 % of ours, by hand.

{table(heads, rows)}"""


def scaling(result: Result) -> str:
    """Time and memory as things grow."""

    def cells(row: Result) -> list[Any]:
        return [row["seconds"], row["cpu_seconds"], row["peak_mib"]]

    by_size = [
        [row["megabytes"], row["encoded_mib"], command, *cells(row[command])]
        for row in result["by_size"]
        for command in ("corpus", "embed", "topics")
    ]
    heads = ["s", "CPU s", "MiB"]
    return f"""## Scaling

Whole processes on parts of {result["corpus"]}; `embed` trains 1 epoch, `topics` 20 passes, 20 topics.
Memory counts the pages of mapped files that were touched, which the system may take back.

{table(["MB of text", "encoded, MiB", "command", *heads], by_size)}

`latent topics`, 20 passes on 10 MB, by the number of topics, and by that of words (100 topics):

{table(["topics", *heads], [[row["setting"], *cells(row)] for row in result["by_topics"]])}

{table(["words, at most", *heads], [[row["setting"], *cells(row)] for row in result["by_words"]])}"""


def no_bars(result: Result) -> list[Bar]:
    """Return nothing to plot."""
    return []


SECTIONS: dict[str, tuple[Callable[[Result], str], Callable[[Result], list[Bar]]]] = {
    "encode": (encode, encode_bars),
    "word2vec": (word2vec, word2vec_bars),
    "fasttext": (fasttext, fasttext_bars),
    "lda": (lda, lda_bars),
    "lsi": (lsi, lsi_bars),
    "import": (imports, import_bars),
    "cold_query": (cold_query, cold_bars),
    "report": (report, report_bars),
    "map_page": (map_page, no_bars),
    "scaling": (scaling, no_bars),
}


def plot(bars: Sequence[Bar]) -> bool:
    """Draw how many times faster we are than each peer; tell whether there is a plot."""
    try:
        from matplotlib import pyplot
    except ImportError:
        print("matplotlib is not installed: no plot")
        return False
    figure, axes = pyplot.subplots(figsize=(9, 0.32 * len(bars) + 1), layout="constrained")
    places = range(len(bars))
    axes.barh(places, [ratio for _, ratio, _ in bars], color="#4878a8", height=0.7)
    for place, (_, ratio, aim) in zip(places, bars, strict=True):
        axes.text(ratio * 1.04, place, f"{ratio:.1f}", va="center", fontsize=8)
        if aim:
            axes.plot([aim, aim], [place - 0.45, place + 0.45], color="#c04040", linewidth=2)
    axes.set_yticks(places, [name for name, _, _ in bars], fontsize=8)
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set_xlabel("times faster than the peer (log scale); red: the aim")
    axes.spines[["top", "right"]].set_visible(False)
    pyplot.rcParams["svg.hashsalt"] = "latent"
    figure.savefig(PLOT, metadata={"Date": None})
    return True


if __name__ == "__main__":
    main()
