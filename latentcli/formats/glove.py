"""The text format of the GloVe program (Pennington, Socher and Manning 2014).

A line is the word and its numbers, between spaces; there is no header. Its last line is ``<unk>``,
for words that are not known: the mean of the vectors of the rarest words, a hundred at most.
"""

from __future__ import annotations

from typing import BinaryIO

import numpy as np

from latentcli.corpus.strings import Strings
from latentcli.formats.decimals import check_words, write_rows
from latentcli.models.embedding import Embedding

UNKNOWN = "<unk>"
_RAREST = 100


def write_text(model: Embedding, out: BinaryIO) -> None:
    """Write the vectors, and last that of unknown words, unless the model has one.

    Where no counts are known, the last words count as the rarest, as they do in GloVe's own files.
    Raises RequestError for a word with white space, which would be taken for two.
    """
    check_words(model.words, "GloVe's format")
    write_rows(model.words, model.vectors, out)
    if UNKNOWN not in model.words:
        rarest = np.arange(len(model.words))[-_RAREST:]
        if model.term_counts is not None:
            rarest = np.argsort(-np.asarray(model.term_counts), kind="stable")[-_RAREST:]
        mean = np.asarray(model.vectors)[rarest].mean(axis=0, dtype=np.float64)
        write_rows(Strings.of([UNKNOWN]), mean[None].astype(np.float32), out)
