"""The words and vectors of a stored embedding, for questions: nothing is read, NumPy not loaded."""

from __future__ import annotations

from latentcli.errors import DamagedArtefact
from latentcli.formats.artefact import Artefact
from latentcli.models.word_vectors import WordVectors

EMBEDDING = "embedding"
# The algorithm of vectors that another program made.
IMPORTED = "imported"


def open_word_vectors(artefact: Artefact) -> WordVectors:
    """Map the words and vectors of an embedding."""
    words, vectors = artefact.strings("vocabulary"), artefact.buffer("vectors")
    if vectors.ndim != 2 or vectors.format != "f" or len(words) != len(vectors):
        raise DamagedArtefact(f"corrupt run {artefact.id[:12]}: vectors and words do not agree")
    return WordVectors(
        words, vectors, artefact.manifest["tokenizer"], imported=is_imported(artefact)
    )


def is_imported(artefact: Artefact) -> bool:
    """Tell whether another program made the vectors."""
    return artefact.manifest.get("algorithm") == IMPORTED
