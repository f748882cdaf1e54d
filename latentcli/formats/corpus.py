"""An encoded corpus as an artefact, and back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.strings import Strings
from latentcli.corpus.text_store import TextStore
from latentcli.corpus.tokenizers import TokenizerSettings
from latentcli.corpus.vocabulary import Vocabulary
from latentcli.formats.artefact import Artefact
from latentcli.formats.stored_tokens import KIND as KIND
from latentcli.formats.stored_tokens import content_digest as content_digest
from latentcli.formats.stored_tokens import has_text as has_text
from latentcli.formats.writing import Array

# The algorithm of a corpus that was made from another by joining its phrases.
PHRASES = "phrases"


def corpus_parts(corpus: EncodedCorpus) -> tuple[dict[str, Array], dict[str, Strings]]:
    """Return the arrays and strings that an artefact of this corpus holds."""
    strings = {"vocabulary": corpus.vocabulary.words, "documents": corpus.document_ids}
    if corpus.labels is not None:
        strings["labels"] = corpus.labels
    if corpus.phrases is not None:
        strings["phrases"] = corpus.phrases
    arrays: dict[str, Array] = {
        "token_ids": corpus.token_ids,
        "offsets": corpus.offsets,
        "break_offsets": corpus.break_offsets,
        "term_counts": corpus.vocabulary.term_counts,
        "document_counts": corpus.vocabulary.document_counts,
    }
    if corpus.text is not None:
        arrays |= {
            "text_blocks": np.asarray(corpus.text.blocks),
            "text_block_offsets": np.asarray(corpus.text.block_offsets),
            "text_starts": np.asarray(corpus.text.starts),
            "text_ends": np.asarray(corpus.text.ends),
            "text_marks": np.asarray(corpus.text.marks),
        }
    return arrays, strings


def open_corpus(artefact: Artefact, name: str = "") -> EncodedCorpus:
    """Map an encoded corpus."""
    manifest = artefact.manifest
    return EncodedCorpus(
        token_ids=artefact.array("token_ids"),
        offsets=artefact.array("offsets"),
        break_offsets=artefact.array("break_offsets"),
        document_ids=artefact.strings("documents"),
        labels=artefact.strings("labels") if artefact.has_strings("labels") else None,
        vocabulary=Vocabulary(
            artefact.strings("vocabulary"),
            np.asarray(artefact.array("term_counts")),
            np.asarray(artefact.array("document_counts")),
        ),
        tokenizer=TokenizerSettings(**manifest["tokenizer"]),
        digest=content_digest(manifest["files"]),
        name=name,
        text=_open_text(artefact) if has_text(manifest) else None,
        phrases=artefact.strings("phrases") if artefact.has_strings("phrases") else None,
    )


def _open_text(artefact: Artefact) -> TextStore:
    parts = ("blocks", "block_offsets", "starts", "ends", "marks")
    return TextStore(*(artefact.array(f"text_{part}") for part in parts))


def tokenizer_record(settings: TokenizerSettings) -> dict[str, Any]:
    """Return the tokenizer's settings as the manifest holds them."""
    return asdict(settings)
