"""How points are laid out, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.errors import RequestError
from latentcli.wording import there_are

Floats = npt.NDArray[np.float32]

LLE_METHODS = ("standard", "modified", "ltsa")


@dataclass(frozen=True)
class LayoutSettings:
    """What a person may choose of a layout; None: the method's own default.

    ``neighbors``: how many the neighbourhoods of LLE, Isomap and UMAP have; ``perplexity``: how
    many, roughly, those of t-SNE.
    """

    method: str = "tsne"
    dims: int = 2
    seed: int = 1
    neighbors: int | None = None
    perplexity: float | None = None
    lle_method: str | None = None

    def check(self) -> None:
        """Raise RequestError for settings of other methods, and those that cannot be."""
        if self.dims not in (2, 3):
            raise RequestError(f"--dims {self.dims}: a map has 2 dimensions, or 3")
        if self.neighbors is not None and self.method not in ("lle", "isomap", "umap"):
            instead = "; t-SNE has --perplexity" if self.method == "tsne" else ""
            raise RequestError(f"--neighbors: for lle, isomap and umap only{instead}")
        if self.perplexity is not None and self.method != "tsne":
            raise RequestError("--perplexity: for tsne only", "leave it out")
        if self.lle_method is not None and self.method != "lle":
            raise RequestError("--lle-method: for lle only", "add --method lle")
        if self.lle_method not in (None, *LLE_METHODS):
            raise RequestError(
                f"--lle-method {self.lle_method}: no such method", there_are(LLE_METHODS)
            )


class Laid(NamedTuple):
    """Where points lie: float32 (n, dims); and the settings as they were in the end."""

    positions: Floats
    chosen: Mapping[str, Any]
