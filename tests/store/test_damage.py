"""Runs whose files were cut, changed, forged or swapped: found by verify, never believed."""

from __future__ import annotations

import json
import pickle
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from latentcli.errors import DamagedArtefact, LatentError, MachineError
from latentcli.formats.artefact import Artefact, read_manifest
from latentcli.formats.corpus import open_corpus
from latentcli.formats.models import open_embedding, open_topic_model
from latentcli.store.cache import Cache
from latentcli.store.gc import collect
from latentcli.store.runs import find, list_runs
from latentcli.store.verify import verify
from tests.conftest import Run, run_latent
from tests.store.golden import (
    GOLDEN,
    IDS,
    damaged,
    golden_cache,
    golden_files,
    read_json,
    sign,
)

OPENERS = {"corpus": open_corpus, "embedding": open_embedding, "topic-model": open_topic_model}


@pytest.fixture
def store(cache: Path) -> Cache:
    """A cache with the golden artefacts."""
    return golden_cache(cache)


@pytest.fixture
def embedding(store: Cache) -> Path:
    """The folder of the golden embedding in that cache."""
    return store.runs / IDS["embedding"]


def one_run(root: Path, kind: str) -> Path:
    """A cache of one run, quick to verify; its folder."""
    cache = Cache(root)
    cache.ensure()
    return Path(shutil.copytree(GOLDEN / kind, cache.runs / IDS[kind]))


def opened(folder: Path) -> None:
    """Open a run as every command does."""
    run = Artefact(folder)
    OPENERS[run.kind](run)


def cut(data: bytes) -> Iterator[bytes]:
    for length in sorted({0, 1, len(data) // 2, len(data) - 1}):
        yield data[:length]


def flipped(data: bytes, most: int = 60) -> Iterator[bytes]:
    """The data with one bit changed, at evenly spread places."""
    for place in range(0, len(data), max(1, len(data) // most)):
        changed = bytearray(data)
        changed[place] ^= 1 << (place % 8)
        yield bytes(changed)


@pytest.mark.parametrize("file", golden_files())
def test_every_truncated_file_is_found(cache: Path, file: str) -> None:  # fault 27
    kind, _, path = file.partition("/")
    folder = one_run(cache, kind)
    size = (folder / path).stat().st_size
    for version in damaged(folder / path, cut((folder / path).read_bytes())):
        [problem] = verify(Cache(cache))
        assert problem.id == IDS[kind]
        assert path in problem.problem
        if path != "manifest.json":
            with pytest.raises(DamagedArtefact, match=f"expected {size} bytes with sha256") as told:
                opened(folder)
            assert f"found {len(version)} bytes" in told.value.message
            assert f"latent remove {IDS[kind][:12]}" in told.value.hint


@pytest.mark.parametrize("file", golden_files())
def test_every_flipped_bit_is_found_and_opens_without_a_bug(  # faults 28 and 29
    cache: Path, file: str
) -> None:
    kind, _, path = file.partition("/")
    folder = one_run(cache, kind)
    for version in damaged(folder / path, flipped((folder / path).read_bytes())):
        assert list(verify(Cache(cache))), version
        try:
            opened(folder)
        except LatentError as error:
            assert error.exit_code == 3


def test_a_change_of_spelling_in_the_manifest_is_found(embedding: Path, store: Cache) -> None:
    manifest = embedding / "manifest.json"
    manifest.write_text(manifest.read_text("utf-8").replace("0.001", "1E-3"), "utf-8")
    assert [problem.problem for problem in verify(store)] == ["manifest.json: its bytes changed"]


@pytest.mark.parametrize("file", golden_files())
def test_every_missing_file_is_found(cache: Path, file: str) -> None:  # fault 32
    kind, _, path = file.partition("/")
    folder = one_run(cache, kind)
    (folder / path).unlink()
    with pytest.raises(DamagedArtefact, match="corrupt run"):
        opened(folder)
    [problem] = verify(Cache(cache))
    assert path in problem.problem


@pytest.mark.parametrize("path", ["notes.txt", "arrays/extra.npy", ".hidden", "deep/er/file"])
def test_a_file_too_many_is_found(embedding: Path, store: Cache, path: str) -> None:  # fault 32
    (embedding / path).parent.mkdir(parents=True, exist_ok=True)
    (embedding / path).write_text("what is this?")
    [problem] = verify(store)
    assert problem == (IDS["embedding"], f"{path}: does not belong here")
    opened(embedding)


def as_bytes(text: str) -> Callable[[bytes], bytes]:
    return lambda _: text.encode()


MANIFESTS: dict[str, Callable[[bytes], bytes]] = {
    "empty": as_bytes(""),
    "not json": as_bytes("what is this?"),
    "a list": as_bytes("[1, 2]"),
    "a number": as_bytes("7"),
    "null": as_bytes("null"),
    "another format": as_bytes('{"format": "safetensors"}'),
    "a version and nothing else": as_bytes('{"format": "latent-artefact", "format_version": 1}'),
    "a version that is a text": as_bytes('{"format": "latent-artefact", "format_version": "9"}'),
    "a million levels": as_bytes("[" * 1_000_000),
    "a million objects": as_bytes('{"format":' * 1_000_000),
    "binary": lambda data: pickle.dumps(data),
    "utf-16": lambda data: data.decode().encode("utf-16"),
    "not utf-8": lambda data: data.replace(b"word2vec", b"word2ve\xff"),
    "duplicate keys": lambda data: data.replace(b'"format_version"', b'"kind": "x", "kind"', 1),
    "duplicate of the same": lambda data: data.replace(b'"kind"', b'"kind": "embedding", "kind"'),
    "not a number": lambda data: data.replace(b'"dim": 6', b'"dim": NaN'),
    "infinite": lambda data: data.replace(b'"dim": 6', b'"dim": -Infinity'),
    "another value": lambda data: data.replace(b'"dim": 6', b'"dim": 7'),
    "one key more": lambda data: data.replace(b"{", b'{"extra": 1,', 1),
    "huge": lambda data: data + b" " * (1 << 25),
    "a million digits": lambda data: data.replace(b'"dim": 6', b'"dim": 6' + b"6" * 10**6),
}  # fmt: skip


@pytest.mark.parametrize("how", MANIFESTS)
def test_a_broken_manifest_is_a_corrupt_run(  # fault 32
    embedding: Path, store: Cache, how: str
) -> None:
    path = embedding / "manifest.json"
    before = path.read_bytes()
    path.write_bytes(MANIFESTS[how](before))
    assert path.read_bytes() != before
    with pytest.raises(
        DamagedArtefact, match=f"corrupt run {IDS['embedding'][:12]}: manifest.json"
    ):
        opened(embedding)
    assert [problem.id for problem in verify(store)] == [IDS["embedding"]]
    assert [row.kind for row in list_runs(store)].count("damaged") == 1


def test_a_manifest_that_is_a_directory_is_a_corrupt_run(embedding: Path, store: Cache) -> None:
    (embedding / "manifest.json").unlink()
    (embedding / "manifest.json").mkdir()
    with pytest.raises(DamagedArtefact, match="manifest.json"):
        opened(embedding)
    assert len(list_runs(store)) == len(IDS)


def test_a_run_that_is_a_file_is_reported_and_hides_no_other(store: Cache) -> None:
    (store.runs / ".DS_Store").write_text("left by a file manager")
    assert [problem.id for problem in verify(store)] == [".DS_Store"]
    assert {row.id for row in list_runs(store)} == {*IDS.values(), ".DS_Store"}


class Trap:
    """A pickle that leaves a mark where it is loaded."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[str, ...]]:
        return Path.touch, (self.mark,)  # type: ignore[return-value]


def object_array(mark: Path) -> bytes:
    """An .npy file of object dtype, whose data are a pickle."""
    place = mark.with_name("objects.npy")
    array = np.empty(1, object)
    array[0] = Trap(mark)
    np.save(place, array, allow_pickle=True)
    return place.read_bytes()


def test_the_trap_would_spring(tmp_path: Path) -> None:
    place = tmp_path / "trap.pickle"
    place.write_bytes(pickle.dumps(Trap(tmp_path / "mark")))
    with open(place, "rb") as file:
        pickle.load(file)
    assert (tmp_path / "mark").exists()


@pytest.mark.parametrize("signed", [False, True], ids=["as it is", "with a forged manifest"])
@pytest.mark.parametrize("file", ["arrays/vectors.npy", "manifest.json", "vocabulary.txt"])
def test_nothing_is_unpickled(  # faults 34 and 35
    embedding: Path, store: Cache, tmp_path: Path, file: str, signed: bool
) -> None:
    mark = tmp_path / "mark"
    manifest = read_json(embedding)
    data = object_array(mark) if file.endswith(".npy") else pickle.dumps(Trap(mark))
    (embedding / file).write_bytes(data)
    if signed and file != "manifest.json":
        if file.endswith(".npy"):
            manifest["files"][file] |= {"dtype": "|O", "shape": [1]}
        sign(embedding, manifest)
    if not (signed and file == "vocabulary.txt"):  # then it is a text like another
        with pytest.raises(DamagedArtefact):
            opened(embedding)
    assert list(verify(store))
    assert not mark.exists()


@pytest.mark.parametrize("command", ["neighbors king -m", "infer - -m", "export --to npy", "embed"])
def test_a_file_that_is_a_pickle_is_never_loaded(  # fault 34
    latent: Run, tmp_path: Path, command: str
) -> None:
    model = tmp_path / "model.kv"
    model.write_bytes(pickle.dumps(Trap(tmp_path / "mark")))
    done = latent(*command.split(), model, stdin="a document\n", cwd=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "mark").exists()


@pytest.mark.parametrize("signed", [False, True], ids=["as it is", "with a forged manifest"])
@pytest.mark.parametrize("shape", [(2_000_000_000, 300), (31, 6), (-30, 6), (30, 6, 0), (1,)])
def test_a_header_that_lies_of_its_size_is_refused(  # fault 36
    embedding: Path, shape: tuple[int, ...], signed: bool
) -> None:
    path = embedding / "arrays/vectors.npy"
    header = {"descr": "<f4", "fortran_order": False, "shape": shape}
    with open(path, "r+b") as file:
        np.lib.format.write_array_header_1_0(file, header)
    if signed:
        manifest = read_json(embedding)
        manifest["files"]["arrays/vectors.npy"]["shape"] = list(shape)
        sign(embedding, manifest)
    with pytest.raises(DamagedArtefact, match=r"vectors\.npy"):
        opened(embedding)


def elsewhere(path: Path) -> None:
    """Move something out of the run and leave a symbolic link to it."""
    target = path.parents[3] / f"moved-{path.name}"
    shutil.move(path, target)
    path.symlink_to(target)


@pytest.mark.parametrize(
    "path", ["arrays/vectors.npy", "vocabulary.txt", "manifest.json", "arrays"]
)
def test_a_symbolic_link_inside_a_run_is_refused(  # fault 48
    embedding: Path, store: Cache, path: str
) -> None:
    elsewhere(embedding / path)
    with pytest.raises(DamagedArtefact, match="is not a file of its own|is a symbolic link"):
        opened(embedding)
    assert {problem.id for problem in verify(store)} == {IDS["embedding"]}


@pytest.mark.parametrize("target", ["/etc", "/etc/hostname", "nowhere"])
def test_a_symbolic_link_too_many_is_found(  # fault 48
    embedding: Path, store: Cache, target: str
) -> None:
    (embedding / "arrays" / "link").symlink_to(target)
    [problem] = verify(store)
    assert problem.problem == "arrays/link: does not belong here"


@pytest.mark.parametrize("path", ["../../outside.npy", "/etc/hostname", "arrays/../../x.npy"])
def test_a_forged_manifest_reaches_no_file_outside_the_run(embedding: Path, path: str) -> None:
    (embedding.parent / "outside.npy").write_bytes((embedding / "arrays/norms.npy").read_bytes())
    manifest = read_json(embedding)
    manifest["files"][path] = manifest["files"]["arrays/norms.npy"]
    sign(embedding, manifest)
    with pytest.raises(DamagedArtefact):
        opened(embedding)


def test_a_run_in_the_place_of_another_is_not_taken_for_it(store: Cache) -> None:  # fault 49
    shutil.rmtree(store.runs / IDS["lda"])
    shutil.copytree(GOLDEN / "lsi", store.runs / IDS["lda"])
    with pytest.raises(DamagedArtefact, match=f"its manifest says that it is {IDS['lsi'][:12]}"):
        find(store, "lda")
    assert [problem.id for problem in verify(store)] == [IDS["lda"]]


def test_an_edited_run_that_was_signed_again_is_found(embedding: Path, store: Cache) -> None:
    # fault 49: whoever edits a run and its manifest gets another id, which is not its place's.
    path = embedding / "arrays/vectors.npy"
    path.write_bytes(path.read_bytes()[:-4] + b"\0\0\0\0")
    sign(embedding, read_json(embedding))
    [problem] = verify(store)
    assert problem.id == IDS["embedding"]
    assert "its manifest says that it is" in problem.problem


@pytest.fixture
def newer(embedding: Path) -> Path:
    """The golden embedding as a later version may write it, with keys that we know nothing of."""
    manifest = read_json(embedding)
    manifest |= {"format_version": 2, "written_by": "latent 7.1", "files": ["other", "layout"]}
    del manifest["checksum"]
    (embedding / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    return embedding


def test_a_newer_format_names_the_version_that_reads_it(newer: Path, store: Cache) -> None:
    with pytest.raises(MachineError, match=r"written by latent 7\.1 in format 2") as told:
        opened(newer)
    assert not isinstance(told.value, DamagedArtefact)
    assert "install a newer latent" in told.value.hint
    assert {row.kind for row in list_runs(store) if row.id == IDS["embedding"]} == {"unreadable"}


def test_a_run_of_a_newer_format_is_left_alone(newer: Path, store: Cache) -> None:  # fault 30
    before = {path: path.read_bytes() for path in newer.rglob("*") if path.is_file()}
    list(collect(store))
    assert {path: path.read_bytes() for path in newer.rglob("*") if path.is_file()} == before
    assert find(store, "lda").id == IDS["lda"]


# The program itself: one or two lines, exit code 3, and a way out.


def test_a_damaged_run_ends_a_command_with_3_and_says_what_to_do(
    latent: Run, embedding: Path
) -> None:
    vectors = embedding / "arrays/vectors.npy"
    size = vectors.stat().st_size
    vectors.write_bytes(vectors.read_bytes()[:-1])
    short = IDS["embedding"][:12]
    done = latent("neighbors", "harbour")
    assert (done.returncode, done.stdout) == (3, "")
    error, hint = done.stderr.splitlines()
    sha256 = read_manifest(embedding)["files"]["arrays/vectors.npy"]["sha256"]
    assert error == (
        f"error: corrupt run {short}: arrays/vectors.npy: expected {size} bytes "
        f"with sha256 {sha256[:12]}..., found {size - 1} bytes"
    )
    assert f"latent remove {short}" in hint
    assert latent("cache", "verify").returncode == 3
    assert latent("remove", short).returncode == 0
    assert latent("cache", "verify").returncode == 0


def test_verify_lists_what_a_query_does_not_notice(latent: Run, embedding: Path) -> None:
    vectors = embedding / "arrays/vectors.npy"
    data = bytearray(vectors.read_bytes())
    data[-1] ^= 1
    vectors.write_bytes(data)
    assert latent("neighbors", "harbour").returncode == 0
    done = latent("cache", "verify")
    assert done.returncode == 3
    assert done.stdout == (
        f"{IDS['embedding']}\tarrays/vectors.npy: its bytes changed (sha256 differs)\n"
    )
    assert "1 problem " in done.stderr


def test_a_newer_format_ends_a_command_with_3(latent: Run, newer: Path) -> None:  # fault 30
    done = latent("neighbors", "harbour")
    assert done.returncode == 3
    assert "written by latent 7.1" in done.stderr
    assert "Traceback" not in done.stderr
    assert latent("models").returncode == 0


def test_training_again_replaces_a_damaged_answer(tmp_path: Path, cache: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("the ship and the sea and the sea and the ship\n" * 20)
    train = ("embed", text, "--dim", "2", "--epochs", "1", "--threads", "1")
    first = run_latent(cache, *train)
    run_id = first.stdout.split("\t")[0]
    (cache / "runs" / run_id / "vocabulary.txt").write_text("")
    assert run_latent(cache, *train).stdout == first.stdout
    assert list(verify(Cache(cache))) == []
