"""Turn one embedding into another's space, and keep it as an embedding of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from latentcli.corpus.mapped import mapped_array
from latentcli.errors import RequestError
from latentcli.evaluation.procrustes import Doubles, Turned, rotated, turned
from latentcli.formats.artefact import Artefact
from latentcli.formats.models import EMBEDDING, embedding_parts, open_embedding
from latentcli.formats.word_vectors import is_imported
from latentcli.models.embedding import Embedding, lengths
from latentcli.models.subword_embedding import SubwordEmbedding
from latentcli.observer import SILENT, Observer
from latentcli.store.cache import Cache
from latentcli.store.pointers import checked_name
from latentcli.store.runs import answer, publish
from latentcli.store.staging import scratch
from latentcli.wording import counted
from latentcli.workflows.corpus import named
from latentcli.workflows.embed import EmbedAnswer, embedded
from latentcli.workflows.find import chosen_run
from latentcli.workflows.provenance import Stopwatch, blas, invocation, versions

PROCRUSTES = "procrustes"
REVISION = 1


def align(
    cache: Cache,
    a: str,
    b: str,
    words: int | None = None,
    name: str = "",
    observer: Observer = SILENT,
) -> EmbedAnswer:
    """Turn the embedding ``b`` into the space of ``a``; what comes of it is never the latest.

    ``words``: by so many of the most frequent words that both have; None: by all. Raises
    RequestError where dimensions differ, or no word is shared.
    """
    if name:
        checked_name(name)
    into, source = (chosen_run(cache, ref, EMBEDDING, observer) for ref in (a, b))
    if into.id == source.id:
        raise RequestError(f"'{a}' and '{b}' are one embedding", "name two")
    request = {
        "kind": EMBEDDING,
        "algorithm": PROCRUSTES,
        "revision": REVISION,
        "aligned": {"to": into.id, "from": source.id, "words": words},
    }
    run = answer(cache, request)
    if run is None:
        run = _aligned(cache, into, source, request, observer)
    else:
        observer.note(f"{PROCRUSTES}: {run.id[:12]} is in the cache already")
    _say_how_well(run.manifest["metrics"], observer)
    if name:
        named(cache, run.id, name, observer)
    return embedded(cache, run)


def _aligned(
    cache: Cache, into: Artefact, source: Artefact, request: Mapping[str, Any], observer: Observer
) -> Artefact:
    watch = Stopwatch()
    model = open_embedding(source)
    found = turned(open_embedding(into), model, request["aligned"]["words"])
    with scratch(cache) as folder:
        arrays, strings = embedding_parts(_turned_model(model, found.rotation, folder))
        if source.has_strings("phrases"):
            strings["phrases"] = source.strings("phrases")
        watch.stage("align")
        called = invocation(source.manifest["invocation"].get("corpus_name", ""), watch)
        description = _description(source, request, found)
        return publish(cache, request, description, called, arrays, strings)


def _turned_model(model: Embedding, by: Doubles, folder: Path) -> Embedding:
    """Turn all vectors: those of words, context words and n-grams, which are as linear."""

    def turn(name: str, rows: Any) -> npt.NDArray[np.float32]:
        vectors = np.asarray(rows).reshape(-1, model.dim)
        room = mapped_array(folder / name, np.float32, vectors.size).reshape(vectors.shape)
        return rotated(vectors, by, room)

    vectors = turn("vectors", model.vectors)
    context = model.context_vectors
    new = replace(
        model,
        vectors=vectors,
        norms=lengths(vectors),
        context_vectors=None if context is None else turn("context", context),
    )
    if not isinstance(new, SubwordEmbedding):
        return new
    subwords = new.subwords
    return replace(
        new,
        own_vectors=turn("own", new.own_vectors),
        subwords=subwords._replace(vectors=turn("subwords", subwords.vectors)),
    )


def _description(source: Artefact, request: Mapping[str, Any], found: Turned) -> dict[str, Any]:
    """Return the record: whence it came, and what it still has of that."""
    kept = ("corpus", "mask", "parameters", "source")
    return {
        **{key: source.manifest[key] for key in kept if key in source.manifest},
        **request,
        "imported": is_imported(source),
        "tokenizer": asdict(open_embedding(source).tokenizer),
        "reproducible": {
            "bytes": True,
            "depends_on": "the two embeddings, NumPy's version, BLAS and its threads",
        },
        "versions": {**versions(), "blas": blas()},
        "metrics": {
            "shared": len(found.in_a),
            "used": found.n_used,
            "mean_cosine_before": found.before,
            "mean_cosine_after": found.after,
        },
    }


def _say_how_well(metrics: Mapping[str, Any], observer: Observer) -> None:
    used = metrics["used"]
    by = f", turned by the {used:,} most frequent" if used < metrics["shared"] else ""
    observer.note(
        f"{counted(metrics['shared'], 'word')} shared{by}: mean cosine "
        f"{metrics['mean_cosine_before']:.4f} before, {metrics['mean_cosine_after']:.4f} after"
    )
