"""Layouts: one file for each way of placing points on a plane, imported when one is wanted."""

from __future__ import annotations

from importlib import import_module, metadata
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple

from latentcli.errors import InputError, RequestError
from latentcli.observer import SILENT, Observer
from latentcli.wording import counted, there_are

if TYPE_CHECKING:
    from latentcli.layouts.settings import Floats, Laid, LayoutSettings

_LEAST_POINTS = 3
# A new point's nearest on the map, which say where it lies (placing.py).
NEAREST = 5
_NOT_BETWEEN_CLUSTERS = (
    "who is next to whom can be read; distances between clusters, and how large these look, say "
    "little (Wattenberg, Viégas and Johnson 2016)"
)


class Layout(NamedTuple):
    """What is known of a method without importing it.

    ``revision`` is raised when its results change; ``packages`` are those that its results come
    from. ``most``: of more points it would take too much, for the reason ``why``. ``reading``: how
    such a map may be read. One that ``projects`` has a function ``place`` for new points.
    """

    name: str
    title: str
    revision: int
    packages: tuple[str, ...]
    reading: str
    most: int = 100_000
    why: str = ""
    projects: bool = False

    def load(self) -> ModuleType:
        """Import the method; its ``lay_out`` does the work."""
        return import_module(f"latentcli.layouts.{self.name}")

    def since(self) -> str:
        """Return why there is a limit, to be said after it."""
        return f", since {self.why}" if self.why else ""

    @property
    def placing(self) -> str:
        """How new points are placed, to be said after them."""
        return "projected" if self.projects else f"placed among the {NEAREST} nearest of the map"

    def versions(self) -> dict[str, str]:
        """Return the versions of the packages that it stands on."""
        return {package: metadata.version(package) for package in ("numpy", *self.packages)}


LAYOUTS = {
    layout.name: layout
    for layout in (
        Layout(
            "tsne", "t-SNE", 1, ("openTSNE",),
            f"t-SNE shows neighbourhoods: {_NOT_BETWEEN_CLUSTERS}",
        ),
        Layout(
            "pca", "PCA", 1, (),
            "PCA is a shadow: what lies together may be far apart in the dimensions left out",
            projects=True,
        ),
        Layout(
            "lle", "LLE", 1, ("scikit-learn", "scipy"),
            "LLE keeps how points lie among their neighbours; scales along the axes say nothing",
            5_000, "its equations link neighbours of neighbours, which fills memory",
        ),
        Layout(
            "isomap", "Isomap", 1, ("scikit-learn", "scipy"),
            "Isomap shows distances along the neighbourhoods; where these take a short cut, it "
            "misleads",
            5_000, "it takes the distance of every pair",
        ),
        Layout(
            "umap", "UMAP", 1, ("umap-learn", "numba", "scipy"),
            f"UMAP shows neighbourhoods: {_NOT_BETWEEN_CLUSTERS}",
        ),
    )
}  # fmt: skip


def find_layout(name: str) -> Layout:
    """Return a method; raise RequestError, with what there is, where there is none."""
    if name not in LAYOUTS:
        raise RequestError(f"--method {name}: no such layout", there_are(list(LAYOUTS)))
    found = LAYOUTS[name]
    if "umap-learn" in found.packages:
        try:
            metadata.version("umap-learn")
        except metadata.PackageNotFoundError:
            raise RequestError(
                "UMAP needs the package umap-learn", "pip install 'latentcli[umap]'"
            ) from None
    return found


def lay_out(
    vectors: Floats, settings: LayoutSettings, threads: int = 1, observer: Observer = SILENT
) -> Laid:
    """Place points by their vectors, float32 (n, dim), so that Euclidean neighbours are near.

    One seed always gives the same positions, whatever the number of threads. Raises RequestError
    where the method cannot place so many, or so few, points as it is told to.
    """
    method = find_layout(settings.method)
    settings.check()
    check_number(method, len(vectors))
    if not (vectors != vectors[0]).any():
        raise InputError(f"all {counted(len(vectors), 'point')} lie at one place: there is no map")
    module = method.load()  # its libraries of linear algebra must be there to be limited
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    with threadpool_limits(1, "blas"):  # more threads round differently
        laid: Laid = module.lay_out(vectors, settings, threads, observer)
    return laid


def place(
    vectors: Floats, positions: Floats, new: Floats, settings: LayoutSettings, threads: int = 1
) -> Floats:
    """Place new points, float32 (m, dim), on the map that ``vectors`` have at ``positions``.

    PCA projects; on other maps a point lies where its nearest points on the map do (placing.py).
    """
    method = find_layout(settings.method)
    if not method.projects:
        from latentcli.layouts.placing import among_neighbours

        return among_neighbours(vectors, positions, new, threads)
    module = method.load()
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, "blas"):
        placed: Floats = module.place(vectors, new, settings)
    return placed


def check_number(method: Layout, n: int) -> None:
    """Raise RequestError for too many points, InputError for too few."""
    if n > method.most:
        raise RequestError(
            f"{method.title} of {counted(n, 'point')}: {method.most:,} at most{method.since()}",
            f"-n {method.most}, or --method tsne" if method.why else f"-n {method.most}",
        )
    if n < _LEAST_POINTS:
        raise InputError(
            f"{counted(n, 'point')}: a map needs {_LEAST_POINTS} at least",
            "choose others with --of, or more with -n",
        )
