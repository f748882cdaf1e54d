"""How messages say numbers of things and choices among them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_NAME_CHARACTERS = 30
_NAMES = 8


def counted(number: int, noun: str) -> str:
    """Return a number with its noun.

    >>> counted(1, "document"), counted(2000, "document")
    ('1 document', '2,000 documents')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def listed(choices: Iterable[str]) -> str:
    """Return what there is to choose from, as a sentence about it ends.

    >>> listed(["lda", "lsi"]), listed(["a", "b", "c"])
    ('lda and lsi', 'a, b and c')
    """
    *others, last = choices
    return f"{', '.join(others)} and {last}" if others else last


def there_are(choices: Sequence[str]) -> str:
    """Return the sentence that names what there is to choose from.

    >>> there_are(["word2vec"]), there_are(["lda", "lsi"])
    ('there is word2vec', 'there are lda and lsi')
    """
    return f"there {'is' if len(choices) == 1 else 'are'} {listed(choices)}"


def quoted(names: Iterable[str]) -> str:
    """Return names from an input in quotes: not too much of each, and not too many.

    >>> quoted(["id", "x" * 50])
    "'id', 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...'"
    """
    names = list(names)
    shown = [
        repr(name if len(name) <= _NAME_CHARACTERS else name[:_NAME_CHARACTERS] + "...")
        for name in names[:_NAMES]
    ]
    more = f" and {len(names) - _NAMES:,} more" if len(names) > _NAMES else ""
    return ", ".join(shown) + more
