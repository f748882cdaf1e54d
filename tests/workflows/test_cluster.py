from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import make_blobs
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

from latentcli.errors import InputError, NothingFound, RequestError
from latentcli.store.cache import Cache
from latentcli.workflows import cluster as module
from latentcli.workflows.cluster import ClusterRequest, cluster
from latentcli.workflows.importing import ImportRequest, imported
from latentcli.workflows.points import Wanted, open_points
from tests.small import Notes


def imported_points(store: Cache, folder: Path, points: np.ndarray) -> str:
    """Import points, called p0, p1, ..., as a person would; return the run's id."""
    np.save(folder / "points.npy", points.astype(np.float32))
    names = "".join(f"p{i}\n" for i in range(len(points)))
    (folder / "names.txt").write_text(names)
    request = ImportRequest(str(folder / "points.npy"), labels=str(folder / "names.txt"))
    return imported(store, request, Notes()).id


def test_planted_clusters_are_found_and_named_by_their_central_members(
    store: Cache, tmp_path: Path, notes: Notes
) -> None:
    points, truth = make_blobs([50, 40, 30], 8, random_state=1)
    ref = imported_points(store, tmp_path, points)
    request = ClusterRequest(Wanted(metric="euclidean"), n=3, members=2)
    found = cluster(store, ref, request, notes)
    assert [row.size for row in found.clusters] == [50, 40, 30]
    labels = [row.cluster for row in found.assignments]
    assert adjusted_rand_score(truth, labels) == 1
    for number, row in enumerate(found.clusters):
        members = np.flatnonzero(np.array(labels) == number)
        distances = np.linalg.norm(points[members] - points[members].mean(axis=0), axis=1)
        assert row.members == [f"p{members[i]}" for i in distances.argsort()[:2]]
        assert row.silhouette is not None and row.silhouette > 0.5
        assert row.label is row.label_share is None
    assert "silhouette 0." in notes


def test_words_are_near_by_their_direction_unless_told_otherwise(
    store: Cache, tmp_path: Path
) -> None:
    angles = np.repeat([0.0, 2.0, 4.0], 20) + np.random.default_rng(1).normal(0, 0.05, 60)
    lengths = np.random.default_rng(2).uniform(0.1, 50, 60)
    points = np.column_stack([np.cos(angles), np.sin(angles)]) * lengths[:, None]
    ref = imported_points(store, tmp_path, points)
    by_direction = cluster(store, ref, ClusterRequest(n=3))
    assert [row.size for row in by_direction.clusters] == [20, 20, 20]
    request = ClusterRequest(Wanted(metric="euclidean"), n=3)
    assert [row.size for row in cluster(store, ref, request).clusters] != [20, 20, 20]


def test_hdbscan_tells_the_share_of_noise(store: Cache, tmp_path: Path, notes: Notes) -> None:
    blobs, truth = make_blobs([60, 50, 40], 3, random_state=4)
    noise = np.random.default_rng(1).uniform(-30, 30, (15, 3))
    ref = imported_points(store, tmp_path, np.vstack([blobs, noise]))
    request = ClusterRequest(Wanted(metric="euclidean"), "hdbscan")
    found = cluster(store, ref, request, notes)
    labels = [row.cluster for row in found.assignments]
    n_noise = labels.count(None)
    assert 10 <= n_noise <= 25 and len(found.clusters) == 3
    assert f"noise: {n_noise} of 165 words ({n_noise / 165:.1%}) are in no cluster" in notes
    known = [i for i in range(150) if labels[i] is not None]
    assert adjusted_rand_score(truth[known], [labels[i] for i in known]) == 1


def test_hdbscan_looks_at_fewer_dimensions_and_points_and_says_so(
    store: Cache, tmp_path: Path, notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    blobs, truth = make_blobs([60, 50, 40], 10, random_state=4)
    order = np.random.default_rng(1).permutation(150)
    ref = imported_points(store, tmp_path, blobs[order])
    monkeypatch.setattr(module, "_MOST_DIMENSIONS", 3)
    monkeypatch.setattr(module, "_MOST_POINTS", 120)
    request = ClusterRequest(Wanted(metric="euclidean"), "hdbscan")
    found = cluster(store, ref, request, notes)
    assert "in the first 3 principal components" in notes and "120 of 150 words" in notes
    labels = [row.cluster for row in found.assignments]
    known = [i for i in range(120) if labels[i] is not None]
    assert len(labels) == 120 and len(known) > 110
    assert adjusted_rand_score(truth[order][known], [labels[i] for i in known]) == 1


def test_clusters_of_documents_have_the_commonest_label(trained: Cache, notes: Notes) -> None:
    found = cluster(trained, "notices", ClusterRequest(n=10), notes)
    _, points = open_points(trained, "notices", Wanted())
    assert points.labels is not None
    labels = [row.cluster for row in found.assignments]
    for row in found.clusters:
        own = [points.labels[i] for i, number in enumerate(labels) if number == row.cluster]
        assert row.label is not None and len(own) == row.size
        assert own.count(row.label) == max(map(own.count, own))
        assert row.label_share == own.count(row.label) / row.size
    nmi = normalized_mutual_info_score(list(points.labels), labels)
    assert f"normalised mutual information {nmi:.3f}" in notes


def test_without_n_few_points_are_put_in_few_clusters(trained: Cache, notes: Notes) -> None:
    assert len(cluster(trained, "notices", ClusterRequest(), notes).clusters) == 20
    assert "20 clusters, the root of 400 documents (choose with -n)" in notes
    assert len(cluster(trained, "notices", ClusterRequest(Wanted("topics"))).clusters) == 3


def test_the_same_points_are_not_split(store: Cache, tmp_path: Path, notes: Notes) -> None:
    ref = imported_points(store, tmp_path, np.repeat(np.eye(3), 3, axis=0))
    assert [row.size for row in cluster(store, ref, ClusterRequest(n=5), notes).clusters] == [3] * 3
    assert "3 clusters, not 5" in notes


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (ClusterRequest(algorithm="dbscan"), "no algorithm 'dbscan'"),
        (ClusterRequest(algorithm="hdbscan", n=3), "finds by itself"),
        (ClusterRequest(min_size=3), "is for -a hdbscan"),
        (ClusterRequest(Wanted("topics"), n=11), "more clusters than topics"),
        (ClusterRequest(Wanted("letters")), "no such points"),
    ],
)
def test_what_cannot_be_is_refused(request_: ClusterRequest, message: str, trained: Cache) -> None:
    with pytest.raises(RequestError, match=message):
        cluster(trained, "notices", request_)


def test_one_point_is_no_input_and_nothing_but_noise_is_nothing_found(
    trained: Cache, store: Cache, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="only 1 of the documents"):
        cluster(trained, "notices", ClusterRequest(Wanted(n=1)))
    ref = imported_points(store, tmp_path, np.random.default_rng(1).random((15, 4)))
    with pytest.raises(NothingFound, match="all are noise"):
        cluster(store, ref, ClusterRequest(algorithm="hdbscan", min_size=16))
