"""``latent map`` as a person and a pipeline use it."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import spearmanr

from tests.cli.terminal import Terminal
from tests.conftest import SAMPLES, Run, run_latent


def test_the_page_goes_to_the_cache_and_its_path_is_printed(
    on_copy: Run, copied_cache: Path
) -> None:
    done = on_copy("map", "-m", "notices", "--method", "pca")
    assert done.returncode == 0, done.stderr
    [path] = map(Path, done.stdout.splitlines())
    assert path.parent == copied_cache / "reports" and path.suffix == ".html"
    assert "-documents-pca-" in path.name and "400 documents of notices.jsonl" in path.read_text()
    assert "note: trustworthiness 0." in done.stderr and "PCA is a shadow" in done.stderr


def test_files_are_named_and_the_same_each_time(on_copy: Run, tmp_path: Path) -> None:
    files = [tmp_path / f"map.{form}" for form in ("html", "png", "svg")]
    question = ("map", "-m", "tales", "-n", "60", "-o", files[0])
    pictures = ("--png", files[1], "--svg", files[2], "--clusters", "4")
    done = on_copy(*question, *pictures)
    assert (done.returncode, done.stdout.split()) == (0, [str(file) for file in files])
    before = [file.read_bytes() for file in files]
    assert on_copy("cache", "gc").returncode == 0  # and so the map is made again
    assert "t-SNE of 60 points" in on_copy(*question, *pictures).stderr
    assert [file.read_bytes() for file in files] == before
    piped = on_copy("map", "-m", "tales", "-n", "60", "--clusters", "4", "-o", "-", "-q")
    assert (piped.stdout.encode(), piped.stderr) == (before[0], "")


def test_coordinates_are_a_table(on_copy: Run, tmp_path: Path) -> None:
    question = ("map", "-m", "notices", "--method", "pca", "--dims", "3", "--coordinates", "-q")
    done = on_copy(*question, "--json")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(rows) == 400 and done.stderr == ""
    assert " ".join(rows[0]) == "name x y z count topic label cluster placed"
    assert rows[0]["label"] == "astronomy" and isinstance(rows[0]["z"], float)
    out = tmp_path / "map.tsv"
    assert on_copy(*question, "-o", out).stdout == f"{out}\n"
    assert len(out.read_text().splitlines()) == 400


def test_new_documents_are_placed_and_come_last(on_copy: Run) -> None:
    text = "the telescope shows a planet\nqzx\n"
    question = ("map", "-m", "notices", "--method", "pca", "--coordinates")
    done = on_copy(*question, "--place", "-", "--format", "lines", stdin=text)
    assert done.returncode == 0, done.stderr
    before, after = on_copy(*question).stdout.splitlines(), done.stdout.splitlines()
    assert after[:400] == before and len(after) == 401
    assert after[400].split("\t")[0] == "1" and after[400].endswith("\ttrue")
    assert "1 new document projected" in done.stderr and "no known words: 2" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--of", "topics"), "an embedding has no topics"),
        (("--of", "letters"), "no such points"),
        (("--method", "mds"), "no such layout"),
        (("-n", "2"), "needs 3 at least"),
        (("-n", "50", "--method", "isomap", "--neighbors", "50"), "--neighbors 50"),
        (("-n", "50", "--perplexity", "20"), "--perplexity 20"),
        (("--dims", "4"), "is not in the range"),
        (("--method", "lle", "-n", "6000"), "5,000 at most"),
        (("--coordinates", "--png", "x.png"), "prints a table"),
        (("--format", "lines"), "add --place"),
        (("--of", "words", "--place", SAMPLES / "tales.txt"), "on a map of documents"),
        (("-o", "nowhere/map.html"), "there is no folder"),
        (("--colour", "blue"), "--colour blue"),
        (("-o", "x.html", "--png", "x.html"), "-o and --png name one file"),
        (("--png", "x", "--svg", "./x"), "--png and --svg name one file"),
        (("--png", "-"), "name a file"),
        (("--svg", "-"), "name a file"),
    ],
)
def test_what_cannot_be_mapped_ends_with_2_and_says_why(
    arguments: tuple[str | Path, ...], message: str, asked: Run, tmp_path: Path
) -> None:
    done = asked("map", "-m", "tales", *arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr and "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_map_of_an_imported_npy_unrolls_its_one_latent_variable(
    latent: Run, tmp_path: Path
) -> None:
    phi = np.arange(1, 1001) / 1000
    x, y, z = phi * np.sin(25 * phi), np.exp(phi) * np.cos(25 * phi), np.sqrt(phi)
    np.save(tmp_path / "spiral.npy", np.column_stack([x, y, z]).astype(np.float32))
    (tmp_path / "labels.txt").write_text("".join(f"p{i}\n" for i in range(1000)))
    given = ("import", "spiral.npy", "--labels", "labels.txt", "--name", "spiral")
    assert latent(*given, cwd=tmp_path).returncode == 0
    question = ("map", "-m", "spiral", "--method", "lle", "--metric", "euclidean")
    done = latent(*question, "--neighbors", "6", "--coordinates")
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert [row[0] for row in rows[:2]] == ["p0", "p1"] and len(rows) == 1000
    first = np.array([float(row[1]) for row in rows])
    assert abs(spearmanr(first, phi).statistic) >= 0.99
    plane = latent(
        "map", "-m", "spiral", "--method", "pca", "--metric", "euclidean", "--coordinates"
    )
    first = np.array([float(line.split("\t")[1]) for line in plane.stdout.splitlines()])
    assert abs(spearmanr(first, phi).statistic) < 0.99  # which a plane does not


@pytest.mark.slow
def test_an_interrupt_ends_it_within_two_seconds(copied_cache: Path) -> None:
    with Terminal(copied_cache, "map", "-m", "tales", "--seed", "77") as terminal:
        terminal.wait_for("t-SNE, passes")
        start = time.monotonic()
        terminal.press_ctrl_c()
        screen = terminal.finish(timeout=20)
    assert screen.returncode == 130 and time.monotonic() - start < 2
    assert "Traceback" not in screen.text
    assert run_latent(copied_cache, "cache", "verify").returncode == 0
