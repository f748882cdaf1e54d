"""Documents that a topic model is not trained on, so that it can be judged by them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.held_out import Rows, drawn_documents, without_documents
from latentcli.errors import InputError, MachineError
from latentcli.observer import Observer
from latentcli.workflows.topic_corpus import n_with_words


def hold_out(
    corpus: EncodedCorpus,
    share: float | None,
    seed: int,
    observer: Observer,
    what: str = "documents",
) -> tuple[EncodedCorpus, dict[str, Any]]:
    """Return the corpus without a share of its documents, and the mask's record of which.

    ``share`` None: all documents, and an empty record. ``what`` the documents are called. Phrases
    are found once for a corpus, so that all models share one that is joined: the observer is told
    that they know the documents held out.
    """
    if share is None:
        return corpus, {}
    n_docs = n_with_words(corpus)
    if n_docs < 2:
        raise InputError("--held-out: a corpus of one document has none to hold out")
    rows = drawn_documents(corpus, share, seed)
    observer.note(f"{len(rows):,} of {n_docs:,} {what} are held out (--held-out)")
    if corpus.phrases is not None:
        observer.note(
            "phrases were found in all documents, those held out included: figures of these are "
            "better than of new ones by what the phrases tell"
        )
    record = {"share": share, "seed": seed, "documents": len(rows), "digest": _digest(rows)}
    return without_documents(corpus, rows), {"held_out": record}


def held_out_documents(corpus: EncodedCorpus, record: Mapping[str, Any]) -> Rows:
    """Return the documents that a mask's record means; ``corpus``: before any were held out.

    Raises MachineError where these are not those that were held out.
    """
    rows = drawn_documents(corpus, record["share"], record["seed"])
    if _digest(rows) != record["digest"]:
        raise MachineError(
            "the documents held out cannot be told any more: another version of latent chose them",
            "train the model anew with --retrain",
        )
    return rows


def _digest(rows: Rows) -> str:
    return hashlib.sha256(rows.astype("<u8").tobytes()).hexdigest()
