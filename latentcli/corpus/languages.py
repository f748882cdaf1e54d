"""Which language a corpus is in, and which of its documents are in another: by stop words.

A document is taken to be in the language whose stop words make up most of it (the words of
``corpus/stopwords.py``): enough to find the Spanish among the English, and to choose stop words.
It cannot tell languages apart that share most of theirs, and says nothing of short documents.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.corpus.encoded import EncodedCorpus, document_blocks
from latentcli.corpus.stopwords import languages, stop_words
from latentcli.kernels import count_votes

# Languages whose list is another's too, or is not of words that stand in text.
_LEFT_OUT = ("no",)
_CORPUS_SHARE = 0.15
_DOCUMENT_SHARE = 0.2
_SHORTEST = 20
_MARGIN = 3

Rows = npt.NDArray[np.int64]


class LanguageGuess(NamedTuple):
    """A corpus's language (empty: none is likely), the share of its tokens that are stop words.

    ``others``: documents in other languages, by language, the most frequent first.
    """

    language: str
    share: float
    others: dict[str, list[int]]


def guess_languages(corpus: EncodedCorpus, threads: int = 1) -> LanguageGuess:
    """Guess the language of a corpus and of each of its documents."""
    codes = [code for code in languages() if code not in _LEFT_OUT]
    lists = np.zeros(max(1, len(corpus.vocabulary)), np.uint64)
    for number, code in enumerate(codes):
        found = [corpus.vocabulary.words.find(word) for word in stop_words(code, corpus.tokenizer)]
        rows = np.array([row for row in found if row is not None], np.int64)
        lists[rows] |= np.uint64(1 << number)
    counts = corpus.vocabulary.term_counts
    totals = [
        int(counts[(lists[: len(counts)] >> np.uint64(number) & np.uint64(1)) > 0].sum())
        for number in range(len(codes))
    ]
    usual = int(np.argmax(totals))
    share = totals[usual] / max(1, corpus.n_tokens)
    if share < _CORPUS_SHARE:
        return LanguageGuess("", share, {})
    return LanguageGuess(codes[usual], share, _others(corpus, lists, usual, codes, threads))


def _others(
    corpus: EncodedCorpus,
    lists: npt.NDArray[np.uint64],
    usual: int,
    codes: list[str],
    threads: int,
) -> dict[str, list[int]]:
    others: dict[str, list[int]] = {}
    for block in document_blocks(corpus):
        n = len(block.offsets) - 1
        language = np.empty(n, np.uint8)
        votes, usual_votes = np.empty(n, np.uint32), np.empty(n, np.uint32)
        count_votes(
            block.token_ids, block.offsets, lists, usual, language, votes, usual_votes, threads
        )
        lengths = np.diff(block.offsets)
        sure = (
            (language != usual)
            & (lengths >= _SHORTEST)
            & (votes >= _DOCUMENT_SHARE * lengths)
            & (votes >= _MARGIN * usual_votes)
        )
        for row in np.flatnonzero(sure).tolist():
            others.setdefault(codes[language[row]], []).append(block.first + row)
    return dict(sorted(others.items(), key=lambda item: -len(item[1])))
