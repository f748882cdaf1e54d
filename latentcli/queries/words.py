"""From the words of a query to rows of a model."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from latentcli.errors import NothingFound, RequestError
from latentcli.models.word_vectors import vector
from latentcli.wording import counted

if TYPE_CHECKING:
    from latentcli.corpus.strings import Strings
    from latentcli.corpus.tokenizers import TokenizerSettings
    from latentcli.models.subwords import Composed, SubwordVectors
    from latentcli.models.word_vectors import Asked

_SHOWN_CHARACTERS = 60
NO_ROW = -1


class Lexicon(Protocol):
    """Words, and the rule that made them: what a model is to a query word."""

    @property
    def words(self) -> Strings:
        """The words, row by row."""

    @property
    def tokenizer(self) -> TokenizerSettings:
        """The rule."""

    @property
    def imported(self) -> bool:
        """Whether the words are another program's, made by a rule of its own."""


class WordList(NamedTuple):
    """The least that a lexicon is: words, and the rule that made them."""

    words: Strings
    tokenizer: TokenizerSettings
    imported: bool = False


class Found(NamedTuple):
    """A query word, as the model spells it, and its row.

    A word that has none, but a vector ``composed`` of its n-grams, is in row -1.
    """

    word: str
    row: int
    composed: Composed | None = None

    @property
    def rows(self) -> Collection[int]:
        """Its row, if it has one."""
        return () if self.row == NO_ROW else (self.row,)

    def vector(self, model: Asked) -> memoryview[float]:
        """Return the word's vector: float32 (dim,)."""
        return vector(model, self.row) if self.composed is None else self.composed.vector


def find_or_compose(model: Asked, query: str) -> Found | None:
    """Look a word up; where it is unknown, compose its vector of n-grams, if the model has any.

    Several words are not one that is unknown.
    """
    found = find_word(model, query)
    subwords: SubwordVectors | None = getattr(model, "subwords", None)
    if found is not None or subwords is None:
        return found
    from latentcli.corpus.tokenizers import make_tokenizer

    words = make_tokenizer(model.tokenizer).tokenize(_normalised(query.strip()))
    composed = subwords.compose(words[0]) if len(words) == 1 else None
    return None if composed is None else Found(words[0], NO_ROW, composed)


def find_word(model: Lexicon, query: str) -> Found | None:
    """Look a word up as given, then through the model's own word rule (NFC, lower case ...).

    Several words, as in ``New York`` or ``New_York``, are looked up as a phrase, ``new_york``.
    Imported words are looked up as given, in NFC, and in lower case.
    """
    if model.imported:
        return _find_imported(model.words, query)
    given = _normalised(query.strip())
    row = model.words.find(given)
    if row is not None:
        return Found(given, row)
    from latentcli.corpus.tokenizers import make_tokenizer

    words = make_tokenizer(model.tokenizer).tokenize(given)
    word = "_".join(words)
    row = model.words.find(word) if words else None
    return None if row is None else Found(word, row)


def _find_imported(words: Strings, query: str) -> Found | None:
    for word in (query, query.strip(), *_spellings(query.strip())):
        if (row := words.find(word)) is not None:
            return Found(word, row)
    return None


def _spellings(query: str) -> tuple[str, str]:
    composed = _normalised(query)
    return composed, composed.lower()


def _normalised(text: str) -> str:
    if text.isascii():
        return text
    import unicodedata

    return unicodedata.normalize("NFC", text)


def check_query(query: str) -> None:
    """Raise RequestError for a query without any word in it."""
    if not query.strip():
        raise RequestError("the query is empty", "name a word")


def unknown_words(model: Lexicon, queries: Sequence[str]) -> NothingFound:
    """Return the error for unknown words, which names the nearest spellings."""
    shown = ", ".join(f"'{shortened(query)}'" for query in queries[:5])
    more = f" and {len(queries) - 5} more" if len(queries) > 5 else ""
    what = "word" if len(queries) == 1 else "words"
    return NothingFound(
        f"unknown {what} {shown}{more} (the model has {counted(len(model.words), 'word')})",
        _spelling_hints(model, queries[:5]),
    )


def _spelling_hints(model: Lexicon, queries: Sequence[str]) -> str:
    if len(queries) == 1:
        return spelling_hint(model, queries[0])
    near = ((query, _nearest(model, query)) for query in dict.fromkeys(queries))
    each = [f"'{shortened(query)}': {', '.join(words)}" for query, words in near if words]
    return f"did you mean, for {'; for '.join(each)}?" if each else ""


def spelling_hint(model: Lexicon, query: str) -> str:
    """Return a line that names the nearest spellings that the model knows, or nothing."""
    near = _nearest(model, query)
    return f"did you mean {', '.join(near)}?" if near else ""


def _nearest(model: Lexicon, query: str) -> list[str]:
    from latentcli.queries.spelling import nearest_spellings

    return nearest_spellings(model.words, model.tokenizer, query)


def shortened(query: str) -> str:
    """Return a query as an error shows it."""
    return query if len(query) <= _SHOWN_CHARACTERS else query[: _SHOWN_CHARACTERS - 3] + "..."
