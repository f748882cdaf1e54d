"""Analogies: the word that is to c as b is to a."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from latentcli.models.embedding import Embedding
from latentcli.queries.neighbours import Neighbor, nearest_by_cosine
from latentcli.queries.words import Found


def analogy(model: Embedding, a: Found, b: Found, c: Found, n: int) -> Sequence[Neighbor]:
    """Return the words nearest to b - a + c, the three left out (3CosAdd).

    Vectors are scaled to unit length first (Mikolov, Yih and Zweig 2013).
    """
    vectors = model.vectors[[a.row, b.row, c.row]].astype(np.float64)
    units = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-30)
    target = (units[1] - units[0] + units[2]).astype(np.float32)
    given = {a.row, b.row, c.row}
    [(rows, cosines)] = nearest_by_cosine(model, target[None, :], n + len(given))
    query = f"{a.word} : {b.word} :: {c.word}"
    return [
        Neighbor(query, model.words[int(row)], float(cosine))
        for row, cosine in zip(rows, cosines, strict=True)
        if int(row) not in given
    ][:n]
