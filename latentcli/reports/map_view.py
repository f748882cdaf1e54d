"""What a map shows, however it is drawn: names at positions, colourings, and what to say of it.

Made by the workflow of ``latent map``; drawn by map_page.py and map_picture.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class MapView:
    """Points of a plane or of space, as a layout placed them.

    ``kind``: "words", "documents" or "topics". ``names``: n strings. ``positions``: float32 (n, 2)
    or (n, 3), finite, in the layout's own units. ``weights``: float64 (n,), at least 0, or None:
    how often a word occurs, or the tokens of a document or topic; the heaviest names are shown
    first, and points are as large as they are heavy. ``colourings``: for each name of a colouring
    ("cluster", "topic", "label") n categories, "" for none; the frequency needs no entry, for it
    follows from the weights. ``notes``: lines under the picture: the method, the seed, the
    trustworthiness, what not to read into it. ``n_new``: so many of the last points were placed on
    a map that was there before; what they weigh is not known, whatever stands in ``weights``.
    """

    title: str
    kind: str
    names: Sequence[str]
    positions: npt.NDArray[np.float32]
    weights: npt.NDArray[np.float64] | None
    colourings: Mapping[str, Sequence[str]]
    notes: Sequence[str]
    n_new: int = 0
