"""A stored corpus as snippets see it: tokens, words and text in mapped memory, no NumPy."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from latentcli.corpus.strings import Strings
    from latentcli.corpus.text_store import TextStore
    from latentcli.corpus.tokenizers import TokenizerSettings


class StoredTokens(NamedTuple):
    """``token_ids`` uint32 (n_tokens,), ``offsets`` uint64 (n_docs + 1,).

    ``words`` by term; ``text`` is None where it was not kept.
    """

    token_ids: memoryview[int]
    offsets: memoryview[int]
    words: Strings
    tokenizer: TokenizerSettings
    text: TextStore | None
