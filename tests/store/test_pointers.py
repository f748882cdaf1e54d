from __future__ import annotations

from pathlib import Path

import pytest

from latentcli.errors import DamagedArtefact, MachineError, RequestError
from latentcli.store.cache import Cache
from latentcli.store.gc import collect
from latentcli.store.pointers import checked_name, names, read_pointer, write_pointer
from latentcli.store.runs import find, give_name, mark_latest
from latentcli.store.verify import verify
from tests.conftest import Run
from tests.store.small_runs import publish_small

ID = "ab" * 32


@pytest.fixture
def store(cache: Path) -> Cache:
    """A cache with one run, the latest, named ``small``."""
    made = Cache(cache)
    run = publish_small(made, 1)
    mark_latest(made, run)
    give_name(made, run.id, "small")
    return made


@pytest.mark.parametrize(
    "held",
    [
        "",
        "\0" * 64,
        ID[:-1],
        ID + "0",
        ID.upper(),
        f"{ID}\n{ID}",
        "latest",
        "latest/embedding",
        "../../etc/passwd",
        "/etc/passwd",
        f"../runs/{ID}",
        "ａ" * 64,
    ],
)
@pytest.mark.parametrize("pointer", ["latest/embedding", "names/small"])
def test_a_pointer_that_holds_no_id_is_refused(  # fault 33
    store: Cache, pointer: str, held: str
) -> None:
    path = store.root / pointer
    path.write_text(held, "utf-8")
    with pytest.raises(DamagedArtefact, match=f"pointer {pointer} is damaged") as told:
        find(store, "latest" if pointer.startswith("latest") else "small", "embedding")
    assert str(path) in told.value.hint
    assert pointer in {problem.id for problem in verify(store)}


@pytest.mark.parametrize("target", ["embedding", "/etc/passwd", "../names/small", "nowhere"])
def test_a_pointer_that_is_a_symbolic_link_is_refused(store: Cache, target: str) -> None:
    path = store.root / "latest" / "embedding"  # fault 33: one of them points to itself
    path.unlink()
    path.symlink_to(target)
    with pytest.raises(DamagedArtefact, match="symbolic link"):
        find(store, "latest", "embedding")
    assert [problem.id for problem in verify(store)] == ["latest/embedding"]


def test_training_again_mends_a_damaged_latest(store: Cache) -> None:
    (store.root / "latest" / "embedding").write_text("nonsense")
    mark_latest(store, publish_small(store, 2))
    assert find(store, "latest").manifest["number"] == 2
    assert list(verify(store)) == []


@pytest.mark.parametrize("ref", ["latest", "small"])
def test_a_pointer_to_a_run_that_is_gone_says_so_and_gc_removes_it(
    store: Cache, ref: str
) -> None:  # fault 33
    [run] = store.runs.iterdir()
    run.rename(store.root / "taken away")
    with pytest.raises(DamagedArtefact, match="a pointer leads to it") as told:
        find(store, ref)
    assert "latent cache gc" in told.value.hint
    assert len(list(verify(store))) == 4
    list(collect(store))
    assert list(verify(store)) == []
    with pytest.raises(RequestError):
        find(store, ref)


def test_a_damaged_pointer_ends_the_program_with_3(latent: Run, store: Cache) -> None:
    (store.root / "latest" / "embedding").write_text("../../../etc/passwd\n")
    done = latent("neighbors", "word1-1")
    assert (done.returncode, done.stdout) == (3, "")
    assert len(done.stderr.splitlines()) == 2
    assert "latest/embedding is damaged" in done.stderr
    assert "passwd" not in done.stderr


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "a/b", "../x", "-x", ".hidden", "latest", ID, "a\nb", "a b", "x" * 101,
     "本" * 90, "\udc80"],
)  # fmt: skip
def test_what_could_be_taken_for_a_path_or_an_option_is_no_name(store: Cache, name: str) -> None:
    with pytest.raises(RequestError, match="cannot be a name"):
        give_name(store, ID, name)
    if name != "latest":
        with pytest.raises(RequestError, match="no such model"):
            find(store, name)
    assert list(names(store)) == ["small"]


@pytest.mark.parametrize("name", ["tales", "tales.v2", "2026-01_a+b", "été", "本" * 80, "beef"])
def test_other_names_mean_the_run_that_they_were_given_to(store: Cache, name: str) -> None:
    assert checked_name(name) == name
    run = find(store, "small")
    give_name(store, run.id, name)
    assert find(store, name).id == run.id


def test_a_name_goes_before_the_beginning_of_an_id(store: Cache) -> None:
    first, second = find(store, "small"), publish_small(store, 2)
    give_name(store, second.id, first.id[:6])
    assert find(store, first.id[:6]).id == second.id
    assert find(store, first.id[:7]).id == first.id


def test_a_pointer_is_not_left_to_a_run_that_was_removed_meanwhile(store: Cache) -> None:
    with pytest.raises(MachineError, match="removed by another process"):
        write_pointer(store, store.root / "names" / "late", ID)
    assert read_pointer(store.root / "names" / "late") is None
    assert list(store.tmp.iterdir()) == []
