"""The words of a corpus with their counts, most frequent first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from latentcli.corpus.strings import Strings


@dataclass(frozen=True)
class Vocabulary:
    """``words``: n_terms strings; ``term_counts`` and ``document_counts``: int64 (n_terms,).

    ``term_counts`` says how often each word occurs, ``document_counts`` in how many documents.
    A corpus's own vocabulary goes by falling count, ties in code point order.
    """

    words: Strings
    term_counts: npt.NDArray[np.int64]
    document_counts: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.words)

    def selected(self, kept: npt.NDArray[np.int64]) -> Vocabulary:
        """Return the vocabulary of the rows ``kept``, in their order."""
        return Vocabulary(
            self.words.taken(kept),
            np.asarray(self.term_counts[kept]),
            np.asarray(self.document_counts[kept]),
        )
