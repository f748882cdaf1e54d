"""Where in its text a document's tokens stand, and short cuts from around them.

A token's place is found again by tokenising its document from the nearest place that is known on:
the document's beginning, or a mark of the text store.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, islice
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from latentcli.corpus.tokenizers import (
    ASCII_WORD,
    ASCII_WORD_WITH_LETTER,
    MAX_WORD_CHARACTERS,
    TokenizerSettings,
    make_tokenizer,
)

if TYPE_CHECKING:
    from latentcli.corpus.strings import Strings
    from latentcli.corpus.text_store import TextStore

SNIPPET_CHARACTERS = 200
_SPACE = re.compile(r"\s+")
_FIRST_READ = 1 << 12
# Bytes on both sides of a passage that are read to cut from: enough where a character has four.
_AROUND = 4 * SNIPPET_CHARACTERS
# A snippet that is cut begins and ends with a word, if one ends so near.
_LONGEST_WORD = 30


class Tokens(Protocol):
    """What of a corpus snippets are cut by: an ``EncodedCorpus`` or ``StoredTokens``."""

    @property
    def token_ids(self) -> Any:
        """Terms, uint32 (n_tokens,)."""

    @property
    def offsets(self) -> Any:
        """Where documents begin, uint64 (n_docs + 1,)."""

    @property
    def words(self) -> Strings:
        """The words by term."""

    @property
    def tokenizer(self) -> TokenizerSettings:
        """The rule that made the words."""

    @property
    def text(self) -> TextStore | None:
        """The text, if it is kept."""


class Passage(NamedTuple):
    """Part of a document's text: ``text[start:end]`` are the tokens asked for."""

    text: str
    start: int
    end: int


def densest(
    token_ids: Sequence[int], weights: Mapping[int, float], n_tokens: int
) -> tuple[int, int]:
    """Return first and last (behind it) of the ``n_tokens`` tokens whose weights sum to the most.

    ``weights`` are those of terms, others weigh nothing. Of several such places the first; it
    begins with a token that has a weight, if there is any.
    """
    n_tokens = max(1, min(n_tokens, len(token_ids)))
    have = [weights.get(term, 0.0) for term in token_ids]
    sums = list(accumulate(have, initial=0.0))
    # Rounded, so that sums of the same weights in another order are the same.
    inside = [round(b - a, 9) for a, b in zip(sums, sums[n_tokens:], strict=False)]
    if not have:
        return 0, 0
    start = inside.index(max(inside))
    weighing = [i for i in range(start, start + n_tokens) if have[i]]
    return (weighing[0], weighing[-1] + 1) if weighing else (start, start + n_tokens)


def dense_snippet(
    corpus: Tokens,
    weights: Mapping[int, float],
    first: int,
    last: int,
    parent: Tokens | None = None,
) -> str:
    """Cut a snippet from where tokens ``first`` to ``last`` of the corpus weigh most.

    They are of one document; ``weights`` are by term. The text is that of ``parent``, if the
    corpus was made from one by joining words. Empty where there are no tokens.
    """
    if first >= last:
        return ""
    n_tokens = _tokens_in(parent or corpus, _document_of(corpus, first))
    start, end = densest(corpus.token_ids[first:last].tolist(), weights, n_tokens)
    if parent is not None:
        return snippet(parent, *tokens_of_parent(corpus, parent, first + start, first + end))
    return snippet(corpus, first + start, first + end)


def snippet(corpus: Tokens, first: int, last: int, characters: int = SNIPPET_CHARACTERS) -> str:
    """Cut about so many characters around tokens ``first`` to ``last``, of one document.

    Runs of white space become a space; an ellipsis marks where text was left out.
    """
    found = passage(corpus, first, last)
    before = _SPACE.sub(" ", found.text[: found.start])
    inside = _SPACE.sub(" ", found.text[found.start : found.end])
    after = _SPACE.sub(" ", found.text[found.end :])
    if len(inside) > characters:
        return _head(before, 0) + _tail(inside + after, characters).strip()
    room = characters - len(inside)
    n_before = min(len(before), max(room // 2, room - len(after)))
    return (_head(before, n_before) + inside + _tail(after, room - n_before)).strip()


class KeywordLine(NamedTuple):
    """Part of a text before some of its tokens, these, and after them, on one line."""

    left: str
    keyword: str
    right: str


def keyword_line(
    corpus: Tokens, first: int, last: int, characters: int, parent: Tokens | None = None
) -> KeywordLine:
    """Cut tokens ``first`` to ``last`` of one document with so many characters on either side.

    White space and ellipses are as in ``snippet``; the text is that of ``parent``, if there is one.
    """
    if parent is not None:
        first, last = tokens_of_parent(corpus, parent, first, last)
    found = passage(parent or corpus, first, last)
    before, keyword, after = (
        _SPACE.sub(" ", part)
        for part in (
            found.text[: found.start], found.text[found.start : found.end], found.text[found.end :]
        )
    )  # fmt: skip
    return KeywordLine(_head(before, characters).strip(), keyword, _tail(after, characters).strip())


def _head(text: str, n_characters: int) -> str:
    """Return the last characters of a text, from the beginning of a word on."""
    if len(text) <= n_characters:
        return text
    kept = text[len(text) - n_characters :]
    if kept and text[-n_characters - 1] != " ":
        space = kept.find(" ")
        kept = kept[space + 1 :] if 0 <= space < _LONGEST_WORD else kept
    return "\u2026" + kept.lstrip()


def _tail(text: str, n_characters: int) -> str:
    """Return the first characters of a text, up to the end of a word."""
    if len(text) <= n_characters:
        return text
    kept = text[:n_characters]
    if text[n_characters] != " ":
        space = kept.rfind(" ")
        kept = kept[:space] if space >= 0 and n_characters - space <= _LONGEST_WORD else kept
    return kept.rstrip() + "\u2026"


def passage(corpus: Tokens, first: int, last: int) -> Passage:
    """Return the text of tokens ``first`` to ``last`` of one document, and some around it."""
    store = _text_of(corpus)
    document = _document_of(corpus, first)
    begin, end = int(store.starts[document]), int(store.ends[document])
    token, place = _known_place(corpus, document, first)
    size = _expected_bytes(corpus, document, last - token) + _FIRST_READ
    while True:
        stop = min(end, place + size)
        text = store.between(place, stop)
        spans = list(islice(_spans(text, corpus.tokenizer), first - token, last - token))
        # The last words of what was read may be cut, or be the first of a longer regex match.
        whole = len(spans) == last - first and spans[-1][1] + SNIPPET_CHARACTERS < len(text)
        if whole or stop == end:
            break
        size *= 2
    before = store.between(max(begin, place - _AROUND), place)
    if corpus.tokenizer.kind.startswith("regex:"):
        text = unicodedata.normalize("NFC", text)
    if not spans:
        return Passage(before + text, len(before), len(before))
    return Passage(before + text, len(before) + spans[0][0], len(before) + spans[-1][1])


def tokens_of_parent(corpus: Tokens, parent: Tokens, first: int, last: int) -> tuple[int, int]:
    """Return which tokens of ``parent`` the tokens ``first`` to ``last`` of one document were.

    The corpus was made from the parent by joining some tokens with the next.
    """
    document = _document_of(corpus, first)
    start = int(corpus.offsets[document])
    terms = corpus.token_ids[start:last].tolist()
    rows = {term: parent.words.find(corpus.words[term]) for term in set(terms)}
    at = begin = int(parent.offsets[document])
    for token, term in enumerate(terms, start):
        if token == first:
            begin = at
        at += 1 if parent.token_ids[at] == rows[term] else 2
    return begin, at


def _text_of(corpus: Tokens) -> TextStore:
    if corpus.text is None:
        raise ValueError("the corpus has no text")
    return corpus.text


def _document_of(corpus: Tokens, token: int) -> int:
    return bisect_right(corpus.offsets, token) - 1


def _tokens_in(corpus: Tokens, document: int) -> int:
    """Return about how many tokens of a document a snippet has."""
    store = _text_of(corpus)
    tokens = int(corpus.offsets[document + 1]) - int(corpus.offsets[document])
    size = int(store.ends[document]) - int(store.starts[document])
    return max(1, SNIPPET_CHARACTERS * tokens // max(1, size))


def _expected_bytes(corpus: Tokens, document: int, n_tokens: int) -> int:
    """Return about how many bytes so many tokens of a document stand on."""
    store = _text_of(corpus)
    tokens = int(corpus.offsets[document + 1]) - int(corpus.offsets[document])
    size = int(store.ends[document]) - int(store.starts[document])
    return n_tokens * size // max(1, tokens)


def _known_place(corpus: Tokens, document: int, token: int) -> tuple[int, int]:
    """Return the last place at or before a token that is known: of which token, and its byte."""
    store = _text_of(corpus)
    begin = int(corpus.offsets[document]), int(store.starts[document])
    marks = store.marks
    mark = bisect_right(range(len(marks)), token, key=lambda i: marks[i, 0]) - 1
    if mark < 0:
        return begin
    known, place = int(marks[mark, 0]), int(marks[mark, 1])
    # A document without words before this one may have the same token as its own.
    return (known, place) if known > begin[0] and place > begin[1] else begin


def _spans(text: str, settings: TokenizerSettings) -> Iterator[tuple[int, int]]:
    """Yield where each token of a text stands: of all of a piece, or better where that is plain."""
    if settings.kind != "words":
        yield from _piece_spans(text, settings)
        return
    word = ASCII_WORD if settings.keep_numbers else ASCII_WORD_WITH_LETTER
    at = 0
    for line in text.splitlines(keepends=True):  # white space never lies inside a word
        spans: Iterator[tuple[int, int]]
        if line.isascii():
            found = (match.span() for match in word.finditer(line))
            spans = (span for span in found if span[1] - span[0] <= MAX_WORD_CHARACTERS)
        else:
            spans = _piece_spans(line, settings)
        yield from ((at + start, at + end) for start, end in spans)
        at += len(line)


def _piece_spans(text: str, settings: TokenizerSettings) -> Iterator[tuple[int, int]]:
    tokenizer = make_tokenizer(settings)
    if settings.kind.startswith("regex:"):
        text = unicodedata.normalize("NFC", text)
    at = 0
    for piece in tokenizer.pieces(text):
        start = text.find(piece, at)
        end = start + len(piece)
        at = end
        lowered = piece.lower()
        inside = 0
        for word in tokenizer.words(piece):
            if len(word) > MAX_WORD_CHARACTERS:
                continue
            found = lowered.find(word.lower(), inside) if len(lowered) == len(piece) else -1
            if found < 0:
                yield start, end
            else:
                inside = found + len(word)
                yield start + found, start + inside
