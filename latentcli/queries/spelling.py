"""The nearest spellings of a word, by edit distance over the whole vocabulary."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from latentcli.corpus.strings import Strings
from latentcli.corpus.tokenizers import TokenizerSettings, make_tokenizer

_MAX_QUERY_CHARACTERS = 40
_BLOCK = 1 << 16


def nearest_spellings(
    words: Strings, tokenizer: TokenizerSettings, query: str, n: int = 5
) -> list[str]:
    """Return up to ``n`` different words within edit distance 1 (short words) to 3, nearest first.

    Among equally near words those earlier in the vocabulary, the more frequent, go first.
    """
    if len(query) > _MAX_QUERY_CHARACTERS:
        return []
    parts = make_tokenizer(tokenizer).tokenize(query) or [query.strip()]
    if len(parts) > 1:
        return [part for part in parts if part in words][:n]
    wanted = parts[0]
    limit = 1 if len(wanted) <= 3 else 2 if len(wanted) <= 7 else 3
    ranked: list[tuple[int, int, str]] = []
    for start in range(0, len(words), _BLOCK):
        block = words[start : start + _BLOCK]
        near = [(i, w) for i, w in enumerate(block) if abs(len(w) - len(wanted)) <= limit]
        if not near:
            continue
        distances = edit_distances(wanted, [word for _, word in near])
        ranked += [
            (distance, start + i, word)
            for (i, word), distance in zip(near, distances.tolist(), strict=True)
            if distance <= limit
        ]
    # Ids of documents, unlike words, may be there more than once.
    return list(dict.fromkeys(word for _, _, word in sorted(ranked)))[:n]


def edit_distances(word: str, others: list[str]) -> npt.NDArray[np.int16]:
    """Return the edit distance from ``word`` to each other: int16 (n_others,).

    Levenshtein's, by the dynamic programme of Wagner and Fischer (1974), in which two neighbouring
    letters that change places count as one edit (optimal string alignment; Damerau 1964). One
    column at a time, for all words at once.
    """
    width = max(map(len, others))
    letters = np.array(others, dtype=f"<U{width}").view(np.uint32).reshape(len(others), width)
    sizes = np.fromiter(map(len, others), np.int64, len(others))
    column = np.repeat(np.arange(width + 1, dtype=np.int16)[None, :], len(others), axis=0)
    earlier = previous = column
    for i, letter in enumerate(word, 1):
        earlier, previous = previous, column
        column = np.empty_like(previous)
        column[:, 0] = i
        substituted = previous[:, :-1] + (letters != ord(letter))
        best = np.minimum(substituted, previous[:, 1:] + 1)
        if i > 1:
            swapped = (letters[:, :-1] == ord(letter)) & (letters[:, 1:] == ord(word[i - 2]))
            swaps = np.where(swapped, earlier[:, :-2] + 1, best[:, 1:])
            best[:, 1:] = np.minimum(best[:, 1:], swaps)
        for j in range(width):
            column[:, j + 1] = np.minimum(best[:, j], column[:, j] + 1)
    return column[np.arange(len(others)), sizes]
