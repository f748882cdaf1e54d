from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from latentcli.errors import RequestError
from latentcli.reports import PYLDAVIS_MARK, PYLDAVIS_REVISION
from latentcli.store.cache import Cache
from latentcli.store.runs import find
from latentcli.workflows.report import report
from tests.conftest import SAMPLES, run_latent


@pytest.fixture
def cache(trained_cache: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(trained_cache, tmp_path / "cache"))


def test_a_report_goes_to_the_cache_and_its_path_is_printed(cache: Path) -> None:
    done = run_latent(cache, "report")
    assert done.returncode == 0
    path = Path(done.stdout.removesuffix("\n"))
    run = find(Cache(cache), "notices")
    assert path == cache / "reports" / f"{run.id[:12]}-topics.html"
    assert run.id[:12] in done.stderr
    text = path.read_text("utf-8")
    assert f"<title>LDA, 10 topics of notices.jsonl ({run.id[:12]})</title>" in text


def test_a_report_is_made_once(cache: Path) -> None:
    first = report(Cache(cache), "notices")
    assert first is not None
    before = Path(first.path).stat()
    assert report(Cache(cache), "notices") == first
    after = Path(first.path).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_a_report_of_an_older_latent_is_not_taken_for_it(cache: Path) -> None:
    run = find(Cache(cache), "notices")
    old = cache / "reports" / f"{run.id[:12]}-topics.html"
    older = PYLDAVIS_MARK.replace(str(PYLDAVIS_REVISION), str(PYLDAVIS_REVISION - 1))
    old.write_text(f"<html><head>{older}</head></html>")
    made = report(Cache(cache), "notices")
    assert made is not None and Path(made.path) == old
    assert PYLDAVIS_MARK in old.read_text("utf-8")


def test_a_report_to_a_path_to_stdout_and_in_the_cache_is_the_same(
    cache: Path, tmp_path: Path
) -> None:
    out = tmp_path / "page.html"
    out.write_text("what was there")
    done = run_latent(cache, "report", "-m", "notices", "-o", out)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{out}\n", "")
    piped = run_latent(cache, "report", "-m", "notices", "-o", "-")
    assert (piped.returncode, piped.stderr) == (0, "")
    cached = report(Cache(cache), "notices")
    assert cached is not None
    assert piped.stdout.encode() == out.read_bytes() == Path(cached.path).read_bytes()
    assert not [path for path in tmp_path.iterdir() if path.suffix == ".tmp"]


def test_a_reports_topics_are_those_that_latent_topics_prints(cache: Path) -> None:
    printed = run_latent(cache, "topics", SAMPLES / "notices.jsonl", "--k", "10", "--json")
    topics = [json.loads(line) for line in printed.stdout.splitlines()]
    page = run_latent(cache, "report", "-m", "notices", "-o", "-").stdout
    data = json.loads(page.partition('id="prepared">')[2].partition("</script>")[0])
    info = data["tinfo"]
    rows = list(zip(info["Category"], info["logprob"], info["Term"], strict=True))
    assert len(topics) == len(data["mdsDat"]["Freq"]) == 10
    for topic, share in zip(topics, data["mdsDat"]["Freq"], strict=True):
        assert share == pytest.approx(topic["share"] * 100)
        own = sorted((-p, w) for category, p, w in rows if category == f"Topic{topic['topic']}")
        # pyLDAvis rounds log p to four digits: among the words a little beyond the tenth.
        assert set(topic["words"]) <= {word for p, word in own if p <= own[9][0] + 1e-4}


def test_lsi_has_no_report_and_the_error_says_what_has(cache: Path, tmp_path: Path) -> None:
    done = run_latent(cache, "report", "-m", "notices-lsi", "-o", tmp_path / "page.html")
    assert (done.returncode, done.stdout) == (2, "")
    assert "'notices-lsi' is LSI" in done.stderr
    assert "latent topics -a lda" in done.stderr and "latent topics -a lsi" in done.stderr
    assert not (tmp_path / "page.html").exists()


def test_an_embedding_has_no_report(cache: Path) -> None:
    with pytest.raises(RequestError):
        report(Cache(cache), "tales")


def test_a_report_into_a_missing_folder_is_a_users_mistake(cache: Path, tmp_path: Path) -> None:
    done = run_latent(cache, "report", "-m", "notices", "-o", tmp_path / "nowhere" / "page.html")
    assert (done.returncode, done.stdout) == (2, "")
    assert "nowhere" in done.stderr and "Traceback" not in done.stderr


def test_without_a_topic_model_the_error_says_how_to_make_one(tmp_path: Path) -> None:
    done = run_latent(tmp_path / "empty", "report")
    assert done.returncode == 2
    assert "latent topics" in done.stderr
    assert not (tmp_path / "empty").exists()
