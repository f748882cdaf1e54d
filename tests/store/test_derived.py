"""The scan index: made once, made again where it is lost or damaged, and never needed."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from latentcli.corpus.strings import Strings
from latentcli.corpus.tokenizers import TokenizerSettings
from latentcli.formats.artefact import Artefact
from latentcli.formats.corpus import tokenizer_record
from latentcli.formats.models import EMBEDDING, embedding_parts
from latentcli.formats.scan_index import is_sound, open_index, write_index
from latentcli.models.embedding import Embedding, lengths
from latentcli.models.scan_index import build_index
from latentcli.store import derived
from latentcli.store.cache import Cache
from latentcli.store.derived import index_path, scan_index
from latentcli.store.gc import collect
from latentcli.store.locks import try_lock
from latentcli.store.runs import mark_latest, publish, remove
from latentcli.store.verify import verify
from tests.conftest import run_latent
from tests.store.small_runs import publish_small

N_TERMS, DIM = 12_000, 100


def publish_large(cache: Cache) -> Artefact:
    """Publish an embedding of which an index is worth its while."""
    vectors = np.random.default_rng(1).normal(size=(N_TERMS, DIM)).astype(np.float32)
    model = Embedding(
        words=Strings.of(f"word{row}" for row in range(N_TERMS)),
        vectors=vectors,
        norms=lengths(vectors),
        term_counts=np.arange(N_TERMS, 0, -1),
        tokenizer=TokenizerSettings(),
    )
    description = {
        "kind": EMBEDDING,
        "algorithm": "word2vec",
        "tokenizer": tokenizer_record(model.tokenizer),
    }
    run = publish(cache, {"large": 1}, description, {}, *embedding_parts(model))
    mark_latest(cache, run)
    return run


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache with one embedding, without its index."""
    root = tmp_path_factory.mktemp("large") / "cache"
    publish_large(Cache(root))
    return root


@pytest.fixture
def store(published: Path, cache: Path) -> Cache:
    """A copy of that cache."""
    shutil.copytree(published, cache)
    return Cache(cache)


@pytest.fixture
def run(store: Cache) -> Artefact:
    """Its embedding."""
    [folder] = store.runs.iterdir()
    return Artefact(folder)


@pytest.fixture
def index(store: Cache, run: Artefact) -> Path:
    """The file of its index, made."""
    assert scan_index(store, run, run.buffer("vectors")) is not None
    return index_path(store, run.id)


def neighbours(cache: Path, *options: str) -> str:
    """What the program prints; it must answer, and say nothing else."""
    done = run_latent(cache, "neighbors", "word7", "-q", *options)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.fixture(scope="module")
def answer(published: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The answer without any index: from the run's directory, which is in no cache."""
    [folder] = (published / "runs").iterdir()
    empty = tmp_path_factory.mktemp("empty") / "cache"
    said = neighbours(empty, "-m", str(folder))
    assert not empty.exists()
    assert len(said.splitlines()) == 10
    return said


def test_the_first_question_makes_the_index_and_others_use_it(
    store: Cache, run: Artefact, answer: str
) -> None:
    path = index_path(store, run.id)
    assert neighbours(store.root) == answer
    made = path.stat()
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert neighbours(store.root) == answer
    assert path.stat().st_ino == made.st_ino
    assert [*store.tmp.iterdir(), *(store.root / "locks").iterdir()] == []
    assert list(verify(store)) == []


def test_the_index_is_that_of_the_vectors(index: Path, run: Artefact) -> None:
    vectors = run.buffer("vectors")
    assert open_index(index, run.id, vectors) == build_index(vectors)
    assert is_sound(index, run.id, vectors)


def test_a_small_model_and_one_outside_the_cache_get_none(
    store: Cache, run: Artefact, tmp_path: Path
) -> None:
    small = publish_small(store, 1)
    assert scan_index(store, small, small.buffer("vectors")) is None
    outside = Artefact(Path(shutil.copytree(run.folder, tmp_path / "outside")))
    assert scan_index(store, outside, outside.buffer("vectors")) is None
    assert not list((store.root / "derived").iterdir())


def damage(path: Path) -> Iterator[str]:
    """Damage a file in several ways, one after the other; it is as it was in between."""
    whole = path.read_bytes()
    for name, changed in {
        "empty": b"",
        "the footer alone": whole[-64:],
        "cut short": whole[:-1],
        "a byte too many": whole + b"x",
        "half of it": whole[: len(whole) // 2],
        "another version": whole[:-64] + b"latent scan 9\n" + whole[-50:],
        "of another run": whole[:-48] + bytes(32) + whole[-16:],
        "of another shape": whole[:-16] + bytes(12) + whole[-4:],
        "never written": bytes(len(whole)),
    }.items():
        path.write_bytes(changed)
        yield name
    path.write_bytes(whole)


def test_a_damaged_index_is_not_believed_but_made_again(
    store: Cache, index: Path, run: Artefact
) -> None:
    vectors, whole = run.buffer("vectors"), index.read_bytes()
    for name in damage(index):
        assert open_index(index, run.id, vectors) is None, name
        assert [problem.id for problem in verify(store)] == [f"derived/{run.id}/scan-index"]
        assert scan_index(store, run, vectors) is not None, name
        assert index.read_bytes() == whole


def test_verify_finds_what_a_question_does_not_look_at(store: Cache, index: Path) -> None:
    data = bytearray(index.read_bytes())
    data[len(data) // 2] ^= 1
    index.write_bytes(data)
    [problem] = verify(store)
    assert problem.problem == "its bytes changed; 'latent cache gc' removes it"
    list(collect(store))
    assert list(verify(store)) == []


@pytest.mark.parametrize("what", ["a directory", "a file for a folder", "a link to nowhere"])
def test_what_is_in_its_way_is_let_be(store: Cache, run: Artefact, answer: str, what: str) -> None:
    path = index_path(store, run.id)
    if what == "a directory":
        path.mkdir(parents=True)
    elif what == "a file for a folder":
        path.parent.write_text("what is this?")
    else:
        path.parent.mkdir()
        path.symlink_to(store.root / "nowhere")
    assert neighbours(store.root) == answer
    assert not list(store.tmp.iterdir())


def test_a_read_only_cache_answers_without_an_index(
    store: Cache, answer: str, tmp_path: Path
) -> None:
    # fault 11
    bind = ["mount", "--bind", "-o", "ro", store.root, tmp_path]
    if os.geteuid() != 0 or subprocess.run(bind, capture_output=True, check=False).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        assert neighbours(tmp_path) == answer
    finally:
        subprocess.run(["umount", "-l", tmp_path], check=True)
    assert not list((store.root / "derived").iterdir())


def test_a_full_disk_costs_the_index_and_not_the_answer(
    store: Cache, run: Artefact, answer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # fault 6
    def write(path: Path, run_id: str, vectors: memoryview) -> None:
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(derived, "write_index", write)
    assert scan_index(store, run, run.buffer("vectors")) is None
    assert [*store.tmp.iterdir(), *(store.root / "locks").iterdir()] == []
    monkeypatch.undo()
    script = f"ulimit -f 1000; exec {sys.executable} -m latentcli neighbors word7 -q"
    done = subprocess.run(  # fault 9: a limit of half a megabyte on files
        ["sh", "-c", script],
        env={**os.environ, "LATENT_CACHE_DIR": str(store.root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, answer, "")
    assert [*store.tmp.iterdir(), *(store.root / "locks").iterdir()] == []
    assert not index_path(store, run.id).exists()


def test_while_another_process_makes_it_a_question_does_without(
    store: Cache, run: Artefact, answer: str
) -> None:
    handle = try_lock(store.root / "locks" / f"{run.id}.scan-index.lock")
    assert handle is not None
    try:
        assert neighbours(store.root) == answer
        assert not index_path(store, run.id).exists()
    finally:
        os.close(handle)
    assert neighbours(store.root) == answer  # its maker died: the lock is free
    assert index_path(store, run.id).exists()


def test_questions_and_collections_at_once(store: Cache, run: Artefact) -> None:
    # fault 19
    vectors = run.buffer("vectors")
    expected = build_index(vectors)
    done = threading.Event()

    def collect_on() -> None:
        while not done.is_set():
            list(collect(store))

    collector = threading.Thread(target=collect_on)
    collector.start()
    made = 0
    try:
        for _ in range(60):
            found = scan_index(store, run, vectors)
            made += found is not None
            assert found is None or found == expected
    finally:
        done.set()
        collector.join()
    assert made
    list(collect(store))
    assert [*store.tmp.iterdir(), *(store.root / "locks").iterdir()] == []
    assert not list((store.root / "derived").iterdir())


def test_the_index_goes_with_its_run(store: Cache, index: Path, run: Artefact) -> None:
    remove(store, run.id)
    assert not index.exists()
    assert not list((store.root / "derived").iterdir())


def test_writing_does_not_overwrite(index: Path, run: Artefact) -> None:
    with pytest.raises(FileExistsError):
        write_index(index, run.id, run.buffer("vectors"))
