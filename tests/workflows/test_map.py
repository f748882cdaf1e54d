"""Maps of stored models: made once, kept, coloured, and new documents placed on them."""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from latentcli import layouts
from latentcli.corpus.readers import ReaderSettings
from latentcli.errors import InputError, LatentError, NothingFound, RequestError
from latentcli.layouts.settings import LayoutSettings
from latentcli.reports.map_page import map_page
from latentcli.store.cache import Cache
from latentcli.store.gc import collect
from latentcli.store.runs import find
from latentcli.store.verify import verify
from latentcli.workflows.map import Map, MapRequest, coordinates, make_map
from latentcli.workflows.map_colours import _with_new
from latentcli.workflows.map_files import write_map
from latentcli.workflows.points import Wanted
from latentcli.workflows.reading import CorpusRequest
from tests.conftest import SAMPLES
from tests.small import Notes

PCA = LayoutSettings("pca")


@pytest.fixture(scope="module")
def copied(trained_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Cache:
    """A cache in which maps are kept."""
    return Cache(Path(shutil.copytree(trained_cache, tmp_path_factory.mktemp("maps") / "cache")))


def typed(*texts: str) -> CorpusRequest:
    lines = io.BytesIO("\n".join(texts).encode())
    return CorpusRequest(["-"], ReaderSettings(format="lines"), stdin=lines)


def mapped(cache: Cache, ref: str, notes: Notes | None = None, **given: Any) -> Map:
    return make_map(cache, ref, MapRequest(**({"layout": PCA} | given)), notes or Notes())


def test_a_map_is_made_once_and_kept(
    copied: Cache, notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = MapRequest(Wanted(n=80), LayoutSettings("tsne", seed=3))
    first = make_map(copied, "tales", request, notes)
    assert "t-SNE of 80 points" in notes and "the map is in the cache" not in notes
    monkeypatch.setattr("latentcli.workflows.map_layout.lay_out", None)  # may not be called
    again = make_map(copied, "tales", request, notes)
    assert "the map is in the cache already" in notes
    assert again.view.positions.tobytes() == first.view.positions.tobytes()
    assert again.view.notes == first.view.notes and again.name == first.name
    assert not list(verify(copied))


def test_a_kept_map_that_is_damaged_is_found_and_gc_removes_maps(copied: Cache) -> None:
    mapped(copied, "tales", wanted=Wanted(n=50))
    run = find(copied, "tales")
    [array, *_] = (copied.root / "derived" / run.id).glob("map-*/arrays/positions.npy")
    array.chmod(0o600)
    array.write_bytes(array.read_bytes()[:-1] + b"\x7f")
    assert [p.id for p in verify(copied)] == [f"derived/{run.id}/{array.parts[-3]}"]
    list(collect(copied))
    assert not list(verify(copied))


def test_other_settings_and_seeds_are_other_maps(copied: Cache) -> None:
    one = mapped(copied, "tales", wanted=Wanted(n=60))
    for other in (
        mapped(copied, "tales", wanted=Wanted(n=61)),
        mapped(copied, "tales", wanted=Wanted(n=60, metric="euclidean")),
        mapped(copied, "tales", wanted=Wanted(n=60), layout=LayoutSettings("pca", 3)),
        mapped(copied, "tales", wanted=Wanted(n=60), clusters=4),
    ):
        assert other.name != one.name


def test_notes_say_method_seed_trustworthiness_and_how_to_read_it(copied: Cache) -> None:
    layout = LayoutSettings("tsne", seed=5)
    notes = mapped(copied, "notices", wanted=Wanted("topics"), layout=layout).view.notes
    assert notes[0].startswith("t-SNE by openTSNE") and "perplexity 3" in notes[0]
    assert "seed 5" in notes[0] and "hellinger" in notes[0]
    assert notes[1].startswith("trustworthiness 0.")
    assert "distances between clusters" in notes[2] and "Wattenberg" in notes[2]


def test_documents_are_coloured_by_label_and_topic_topics_by_nothing(copied: Cache) -> None:
    view = mapped(copied, "notices").view
    assert list(view.colourings) == ["label", "topic"] and view.kind == "documents"
    assert view.colourings["label"][0] == "astronomy"
    assert all(name.split()[0].isdigit() for name in view.colourings["topic"])
    topic_first = mapped(copied, "notices", colour="topic").view
    assert list(topic_first.colourings) == ["topic", "label"]
    assert not mapped(copied, "notices", wanted=Wanted("topics")).view.colourings


def test_clusters_are_named_by_a_member_and_weights_are_counts(copied: Cache) -> None:
    made = mapped(copied, "tales", wanted=Wanted(n=100), clusters=6)
    names = made.view.colourings["cluster"]
    assert len(set(names)) == 6 and made.clusters is not None
    for name, cluster in zip(names, made.clusters, strict=True):
        number, member = name.split(" ", 1)
        assert int(number) == cluster
        assert made.clusters[list(made.view.names).index(member)] == cluster
    assert made.points.counts is not None
    assert made.view.weights is not None
    assert made.view.weights.tolist() == made.points.counts.tolist()


STAR = "The telescope shows the rings of the planet and a distant star in orbit."
SOUP = "Stir the butter into the soup and simmer the sauce in the pan with salt."


@pytest.mark.parametrize("ref", ["notices", "notices-lsi"])
@pytest.mark.parametrize("method", ["pca", "tsne"])
def test_new_documents_lie_among_their_like_and_the_map_stays(
    ref: str, method: str, copied: Cache
) -> None:
    layout = LayoutSettings(method)
    old = mapped(copied, ref, layout=layout)
    made = mapped(copied, ref, layout=layout, new=typed(STAR, "qzx", SOUP))
    positions = made.view.positions
    assert positions[:400].tobytes() == old.view.positions.tobytes() and len(positions) == 402
    nearest = cdist(positions[400:], positions[:400]).argsort(axis=1)[:, :5]
    labels = [[made.view.colourings["label"][int(i)] for i in row] for row in nearest]
    assert labels[0].count("astronomy") >= 3 and labels[1].count("cooking") >= 3
    assert list(made.view.names[400:]) == ["1", "3"]
    assert list(made.view.colourings)[0] == "placed"
    assert made.view.colourings["placed"][399:] == ["on the map", "new", "new"]
    assert made.view.colourings["label"][400:] == ["new", "new"]
    assert made.view.n_new == 2 and old.view.n_new == 0
    assert old.name != made.name


def test_a_document_of_the_map_is_placed_where_it_is(copied: Cache) -> None:
    layout = LayoutSettings("tsne")
    for ref in ("notices-lsi", "tales"):
        wanted = Wanted("documents")
        corpus = SAMPLES / ("tales.txt" if ref == "tales" else "notices.jsonl")
        made = mapped(copied, ref, wanted=wanted, layout=layout, new=CorpusRequest([str(corpus)]))
        n = len(made.points)
        spread = made.view.positions[:n].std()
        at = {name: i for i, name in enumerate(made.view.names[:n])}
        own = [at[name] for name in made.view.names[n:]]
        apart = np.linalg.norm(made.view.positions[n:] - made.view.positions[own], axis=1)
        assert np.median(apart) < 0.01 * spread


def test_coordinates_are_those_of_the_view(copied: Cache) -> None:
    made = mapped(copied, "notices", new=typed(STAR), clusters=3)
    rows = list(coordinates(made))
    assert [row.name for row in rows] == list(made.view.names)
    assert np.array([[row.x, row.y] for row in rows], np.float32) == pytest.approx(
        made.view.positions
    )
    assert rows[0].label == "astronomy" and rows[0].z is None and not rows[0].placed
    assert rows[-1].placed and rows[-1].label is None and rows[-1].cluster is None
    space = mapped(copied, "notices", layout=LayoutSettings("pca", 3))
    assert all(row.z is not None for row in coordinates(space))


def test_the_number_that_a_layout_can_do_is_the_default_and_said(
    copied: Cache, notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = layouts.LAYOUTS["pca"]._replace(most=70, why="it is a test")
    monkeypatch.setitem(layouts.LAYOUTS, "pca", few)
    assert len(mapped(copied, "tales", notes).points) == 70
    assert "70 points at most, since it is a test" in notes
    assert "70 of 1,091 words" in notes
    exact = few._replace(most=1091)
    monkeypatch.setitem(layouts.LAYOUTS, "pca", exact)
    untold = Notes()
    assert len(mapped(copied, "tales", untold).points) == 1091 and "at most, since" not in untold
    monkeypatch.setitem(layouts.LAYOUTS, "pca", few)
    with pytest.raises(RequestError, match="70 at most"):
        mapped(copied, "tales", wanted=Wanted(n=71))


@pytest.mark.parametrize(
    ("ref", "given", "message"),
    [
        ("tales", {"wanted": Wanted("topics")}, "has no topics"),
        ("tales", {"wanted": Wanted(n=2)}, "needs 3 at least"),
        ("tales", {"wanted": Wanted(n=9), "clusters": 10}, "--clusters 10"),
        ("tales", {"colour": "label"}, "--colour label"),
        ("tales", {"colour": "cluster"}, "--colour cluster"),
        ("tales", {"layout": LayoutSettings("mds")}, "no such layout"),
        ("notices-lsi", {"colour": "topic"}, "--colour topic"),
    ],
)
def test_what_cannot_be_mapped_is_said(
    ref: str, given: dict[str, Any], message: str, copied: Cache
) -> None:
    with pytest.raises(LatentError, match=message) as told:
        mapped(copied, ref, **given)
    assert isinstance(told.value, RequestError | InputError)


def test_documents_go_on_a_map_of_documents_and_must_have_a_known_word(copied: Cache) -> None:
    with pytest.raises(RequestError, match="on a map of documents"):
        mapped(copied, "tales", wanted=Wanted("words"), new=typed(STAR))
    with pytest.raises(NothingFound):
        mapped(copied, "notices", new=typed("qzx"))


def test_files_are_the_page_and_the_pictures_the_same_each_time(
    copied: Cache, tmp_path: Path
) -> None:
    made = mapped(copied, "notices")
    png, svg = tmp_path / "map.png", tmp_path / "map.svg"
    first = [Path(file.path) for file in write_map(copied, made, None, png, svg)]
    assert first == [copied.reports / f"{made.name}.html", png, svg]
    before = [path.read_bytes() for path in first]
    again = [Path(f.path) for f in write_map(copied, mapped(copied, "notices"), None, png, svg)]
    assert [path.read_bytes() for path in again] == before
    assert before[1].startswith(b"\x89PNG") and b"<svg" in before[2]
    stream = io.BytesIO()
    assert write_map(copied, made, stream) == []
    assert stream.getvalue() == before[0]


def test_new_ones_have_a_category_that_no_label_has() -> None:
    assert _with_new(["new", "old"], 2) == ["new", "old", "new, placed", "new, placed"]
    assert _with_new(["old"], 1) == ["old", "new"]


def test_the_page_says_how_many_are_new(copied: Cache) -> None:
    page = map_page(mapped(copied, "notices", new=typed(STAR)).view)
    assert "<p>400 documents and 1 new</p>" in page and "401" not in page.split("<p>400")[0]
