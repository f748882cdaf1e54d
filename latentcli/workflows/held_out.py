"""Documents that a topic model is not trained on, so that it can be judged by them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.held_out import Rows, drawn_documents, whole_documents, without_documents
from latentcli.errors import InputError, MachineError
from latentcli.observer import Observer
from latentcli.workflows.topic_corpus import n_with_words


def hold_out(
    corpus: EncodedCorpus, share: float | None, seed: int, observer: Observer
) -> tuple[EncodedCorpus, dict[str, Any]]:
    """Return the corpus without a share of its documents, and the mask's record of which.

    ``share`` None: all documents, and an empty record. Of documents that were cut, whole ones are
    drawn, so that no part is trained on beside one held out; only where there is but one, parts of
    it are. Phrases are found once for a corpus, so that all models share one that is joined: the
    observer is told that they know the documents held out.
    """
    if share is None:
        return corpus, {}
    if n_with_words(corpus) < 2:
        raise InputError(
            "--held-out: a corpus of one document has none to hold out",
            "go without (sweep: --held-out 0), or cut the document with --chunk",
        )
    record: dict[str, Any] = {"share": share, "seed": seed}
    n_whole = len(whole_documents(corpus))
    if corpus.part_of is not None and n_whole > 1:
        record["whole"] = True
    rows = _drawn(corpus, record)
    _say_what_is_held_out(corpus, rows, n_whole, observer)
    record |= {"documents": len(rows), "digest": _digest(rows)}
    return without_documents(corpus, rows), {"held_out": record}


def _say_what_is_held_out(
    corpus: EncodedCorpus, rows: Rows, n_whole: int, observer: Observer
) -> None:
    """Note the documents held out, and what makes figures of them too good."""
    n_parts = n_with_words(corpus)
    what = f"{len(rows):,} of {n_parts:,} documents"
    if corpus.part_of is not None:
        what = f"{len(rows):,} of {n_parts:,} parts of the one document"
        if n_whole > 1:
            n_drawn = len(np.unique(corpus.part_of[rows]))
            what = f"{n_drawn:,} of {n_whole:,} documents, {len(rows):,} of {n_parts:,} parts,"
    observer.note(f"{what} are held out (--held-out)")
    if corpus.part_of is not None and n_whole == 1:
        observer.note(
            "the other parts are trained on: figures of those held out are better than of new "
            "documents"
        )
    if corpus.phrases is not None:
        observer.note(
            "phrases were found in all documents, those held out included: figures of these are "
            "better than of new ones by what the phrases tell"
        )


def held_out_documents(corpus: EncodedCorpus, record: Mapping[str, Any]) -> Rows:
    """Return the documents that a mask's record means; ``corpus``: before any were held out.

    A record without ``whole`` is of documents that were not cut, or of parts drawn one by one.
    Raises MachineError where these are not those that were held out.
    """
    rows = _drawn(corpus, record)
    if _digest(rows) != record["digest"]:
        raise MachineError(
            "the documents held out cannot be told any more: another version of latent chose them",
            "train the model anew with --retrain",
        )
    return rows


def _drawn(corpus: EncodedCorpus, record: Mapping[str, Any]) -> Rows:
    return drawn_documents(corpus, record["share"], record["seed"], "whole" in record)


def _digest(rows: Rows) -> str:
    return hashlib.sha256(rows.astype("<u8").tobytes()).hexdigest()
