"""Analogies: the word that is to c as b is to a."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from latentcli.queries.directions import combined, unit
from latentcli.queries.neighbours import Neighbor, nearest
from latentcli.queries.words import Found

if TYPE_CHECKING:
    from latentcli.models.word_vectors import Asked


def analogy(
    model: Asked, a: Found, b: Found, c: Found, n: int, index: memoryview | None = None
) -> Sequence[Neighbor]:
    """Return the words nearest to b - a + c, the three left out (3CosAdd).

    Vectors are scaled to unit length first (Mikolov, Yih and Zweig 2013). ``index`` is the scan
    index of the vectors; it saves time.
    """
    target = combined((sign, unit(word.vector(model))) for sign, word in ((1, b), (-1, a), (1, c)))
    given = {a.row, b.row, c.row}
    [near] = nearest(model, [target], n + len(given), index=index)
    query = f"{a.word} : {b.word} :: {c.word}"
    return [Neighbor(query, model.words[row], cosine) for row, cosine in near if row not in given][
        :n
    ]
