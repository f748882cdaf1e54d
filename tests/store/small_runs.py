"""Small embeddings, told apart by a number that fills all their arrays."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from latentcli.corpus.strings import Strings
from latentcli.corpus.tokenizers import TokenizerSettings
from latentcli.formats.artefact import Artefact
from latentcli.formats.models import EMBEDDING, embedding_parts
from latentcli.models.embedding import Embedding, lengths
from latentcli.store.cache import Cache
from latentcli.store.runs import publish

N_TERMS, DIM = 40, 8


def request_of(number: int) -> dict[str, Any]:
    """The request that the embedding answers."""
    return {"kind": EMBEDDING, "number": number}


def publish_small(cache: Cache, number: int, created: str = "2026-01-01T00:00:00.000Z") -> Artefact:
    """Publish the embedding of that number."""
    vectors = np.full((N_TERMS, DIM), number, np.float32)
    model = Embedding(
        words=Strings.of(f"word{number}-{row}" for row in range(N_TERMS)),
        vectors=vectors,
        norms=lengths(vectors),
        term_counts=np.full(N_TERMS, number, np.int64),
        tokenizer=TokenizerSettings(),
    )
    description = {
        "kind": EMBEDDING,
        "algorithm": "word2vec",
        "number": number,
        "tokenizer": asdict(model.tokenizer),
    }
    invocation = {"created": created, "corpus_name": "small"}
    return publish(cache, request_of(number), description, invocation, *embedding_parts(model))


def number_of(run: Artefact) -> int:
    """The number of a small run, which its record, words and arrays must agree on."""
    number = int(run.manifest["number"])
    assert list(run.strings("vocabulary")) == [f"word{number}-{row}" for row in range(N_TERMS)]
    assert (run.array("vectors") == number).all()
    assert (run.array("term_counts") == number).all()
    return number
