"""The words and vectors of a stored embedding, for questions: nothing is read, NumPy not loaded."""

from __future__ import annotations

from latentcli.errors import DamagedArtefact
from latentcli.formats.artefact import Artefact
from latentcli.models.subwords import SubwordVectors
from latentcli.models.word_vectors import WordVectors

EMBEDDING = "embedding"
# The algorithm of vectors that another program made.
IMPORTED = "imported"


def open_word_vectors(artefact: Artefact) -> WordVectors:
    """Map the words and vectors of an embedding."""
    words, vectors = artefact.strings("vocabulary"), artefact.buffer("vectors")
    if vectors.ndim != 2 or vectors.format != "f" or len(words) != len(vectors):
        raise DamagedArtefact(f"corrupt run {artefact.id[:12]}: vectors and words do not agree")
    subwords = open_subwords(artefact, (vectors.shape or (0, 0))[1])
    return WordVectors(
        words, vectors, artefact.manifest["tokenizer"], subwords, is_imported(artefact)
    )


def open_subwords(artefact: Artefact, dim: int) -> SubwordVectors | None:
    """Map the n-grams of an embedding, if it has any."""
    if not artefact.has("subword_settings"):
        return None
    settings: list[int] = artefact.buffer("subword_settings").tolist()
    vectors = artefact.buffer("subword_vectors")
    n_rows = len(vectors)
    kept = artefact.buffer("subword_buckets") if artefact.has("subword_buckets") else None
    sound = (
        len(settings) == 3
        and n_rows == (settings[2] if kept is None else len(kept))
        and (not n_rows or (vectors.format == "f" and vectors.shape == (n_rows, dim)))
    )
    if not sound:
        raise DamagedArtefact(f"corrupt run {artefact.id[:12]}: n-grams do not agree")
    min_n, max_n, buckets = settings
    return SubwordVectors(min_n, max_n, buckets, vectors, kept)


def is_imported(artefact: Artefact) -> bool:
    """Tell whether another program made the vectors."""
    manifest = artefact.manifest
    return manifest.get("algorithm") == IMPORTED or bool(manifest.get("imported"))
