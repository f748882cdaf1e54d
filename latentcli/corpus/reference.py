"""Documents to an encoded corpus, in plain Python: what ``corpus/encoder.py`` does natively.

It serves the tokenizers that need to see a whole text, and is the truth that tests hold the native
encoder to. Token ids go to a scratch file as they come, numbered by first appearance; when all is
read they are renumbered by falling frequency (ties in code point order), so that ids do not depend
on the order in which words were met. Only the vocabulary and a memo of pieces stay in memory.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable
from itertools import chain
from pathlib import Path

import numpy as np
import numpy.typing as npt

from latentcli.corpus.documents import Document
from latentcli.corpus.encoded import Encoded, EncodedCorpus, document_counts
from latentcli.corpus.layout import continues, is_hard_wrapped, paragraphs
from latentcli.corpus.strings import Strings
from latentcli.corpus.text_writer import TextWriter
from latentcli.corpus.tokenizers import (
    MAX_WORD_CHARACTERS,
    Tokenizer,
    TokenizerSettings,
    make_tokenizer,
)
from latentcli.corpus.vocabulary import Vocabulary

_FLUSH_TOKENS = 1 << 20
_MEMO_PIECES = 1 << 21
_MEMO_CHARACTERS = 64


class _PieceIds(dict[str, tuple[int, ...]]):
    """The ids of each piece's words, worked out once for each distinct piece."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        super().__init__()
        self._words = tokenizer.words
        self.ids: dict[str, int] = {}
        self.overlong = 0

    def __missing__(self, piece: str) -> tuple[int, ...]:
        words = self._words(piece)
        kept = [word for word in words if len(word) <= MAX_WORD_CHARACTERS]
        found = tuple(self.ids.setdefault(word, len(self.ids)) for word in kept)
        if len(kept) < len(words):
            self.overlong += len(words) - len(kept)
        elif len(piece) <= _MEMO_CHARACTERS and len(self) < _MEMO_PIECES:
            self[piece] = found
        return found


def encode(
    documents: Iterable[Document],
    settings: TokenizerSettings,
    scratch: Path,
    progress: Callable[[int], None] = lambda n_tokens: None,
    labels_of: Callable[[list[str]], list[str] | None] | None = None,
    keeping: TextWriter | None = None,
) -> Encoded:
    """Encode documents; ``token_ids`` of the result is mapped from a file in ``scratch``.

    ``labels_of`` makes labels of the document ids where the documents have none of their own.
    ``keeping`` keeps the text, which the corpus has then; each piece of a document has a mark.
    """
    tokenizer = make_tokenizer(settings)
    memo = _PieceIds(tokenizer)
    document_ids: list[str] = []
    labels: list[str] = []
    starts, breaks = array("Q"), array("Q")
    tokens = array("I")
    text_starts, text_ends, marks = array("Q"), array("Q"), array("Q")
    n_bytes = 0
    flushed, hard_wrapped, begun, text = 0, False, False, ""
    path = scratch / "token_ids"
    with open(path, "wb") as out:
        for document in documents:
            if not document.continued:
                document_ids.append(document.id)
                labels.append(document.label or "")
                starts.append(flushed + len(tokens))
                hard_wrapped = "\n" in document.text and is_hard_wrapped(document.text)
            # Whether the piece begins within a paragraph that has tokens already.
            goes_on = document.continued and begun and continues(text, document.text, hard_wrapped)
            text = document.text
            if keeping is not None:
                if document.continued:
                    text_ends.pop()
                else:
                    text_starts.append(n_bytes)
                marks.extend((flushed + len(tokens), n_bytes))
                kept = text.encode("utf-8", "replace")
                n_bytes += len(kept)
                text_ends.append(n_bytes)
                keeping.add([kept])
            for paragraph in paragraphs(text, hard_wrapped):
                before = len(tokens)
                tokens.extend(
                    chain.from_iterable(map(memo.__getitem__, tokenizer.pieces(paragraph)))
                )
                if len(tokens) > before and not goes_on:
                    breaks.append(flushed + before)
                begun, goes_on = goes_on or len(tokens) > before, False
            if len(tokens) >= _FLUSH_TOKENS:
                tokens.tofile(out)
                flushed += len(tokens)
                tokens = array("I")
                progress(flushed)
        tokens.tofile(out)
        flushed += len(tokens)
    starts.append(flushed)
    found_labels = labels if any(labels) else labels_of(document_ids) if labels_of else None
    words = list(memo.ids)
    overlong = memo.overlong
    del memo
    token_ids, term_counts, words = _renumber(path, flushed, words)
    if keeping is not None:
        keeping.add_places(
            *(np.array(places, np.uint64) for places in (text_starts, text_ends, marks))
        )
    corpus = EncodedCorpus(
        token_ids=token_ids,
        offsets=np.frombuffer(starts, np.uint64),
        break_offsets=np.frombuffer(breaks, np.uint64) if breaks else np.zeros(0, np.uint64),
        document_ids=Strings.of(document_ids),
        labels=None if found_labels is None else Strings.of(found_labels),
        vocabulary=Vocabulary(Strings.of(words), term_counts, np.zeros(len(words), np.int64)),
        tokenizer=settings,
        text=None if keeping is None else keeping.finished(),
    )
    corpus.vocabulary.document_counts[:] = document_counts(corpus, len(words))
    return Encoded(corpus, overlong)


def _renumber(
    path: Path, n_tokens: int, words: list[str]
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64], list[str]]:
    """Renumber the ids in the file by falling frequency; return ids, counts and words."""
    if not n_tokens:
        return np.zeros(0, np.uint32), np.zeros(0, np.int64), []
    token_ids = np.memmap(path, np.uint32, "r+", shape=(n_tokens,))
    counts = np.zeros(len(words), np.int64)
    for start in range(0, n_tokens, _FLUSH_TOKENS):
        counts += np.bincount(token_ids[start : start + _FLUSH_TOKENS], minlength=len(words))
    falling = (-counts).tolist()
    order = sorted(range(len(words)), key=lambda i: (falling[i], words[i]))
    new_ids = np.empty(len(words), np.uint32)
    new_ids[order] = np.arange(len(words), dtype=np.uint32)
    for start in range(0, n_tokens, _FLUSH_TOKENS):
        block = token_ids[start : start + _FLUSH_TOKENS]
        block[:] = new_ids[block]
    return token_ids, counts[order], [words[i] for i in order]
