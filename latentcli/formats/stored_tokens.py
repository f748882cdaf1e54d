"""The tokens and the text of a stored corpus, for snippets: nothing is read, NumPy not loaded."""

from __future__ import annotations

from typing import Any

from latentcli.corpus.stored_tokens import StoredTokens
from latentcli.corpus.text_store import TextStore
from latentcli.corpus.tokenizers import TokenizerSettings
from latentcli.formats.artefact import Artefact, canonical_json
from latentcli.formats.digest import sha256

KIND = "corpus"
# Arrays of the text, which a corpus may lack.
_TEXT = "arrays/text_"


def content_digest(files: dict[str, Any]) -> str:
    """Return the digest of a corpus's content from its manifest's file entries.

    The text is not part of it: a model is the same whether the text was kept or not.
    """
    kept = {path: entry["sha256"] for path, entry in files.items() if not path.startswith(_TEXT)}
    return sha256(canonical_json(kept)).hexdigest()


def has_text(manifest: dict[str, Any]) -> bool:
    """Tell whether a corpus keeps its text."""
    return f"{_TEXT}blocks.npy" in manifest["files"]


def open_tokens(artefact: Artefact) -> StoredTokens:
    """Map the tokens, words and text of an encoded corpus."""
    parts = ("blocks", "block_offsets", "starts", "ends", "marks")
    kept = has_text(artefact.manifest)
    return StoredTokens(
        token_ids=artefact.buffer("token_ids"),
        offsets=artefact.buffer("offsets"),
        words=artefact.strings("vocabulary"),
        tokenizer=TokenizerSettings(**artefact.manifest["tokenizer"]),
        text=TextStore(*(artefact.buffer(f"text_{part}") for part in parts)) if kept else None,
    )
