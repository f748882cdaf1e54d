"""A corpus as bags of words: what its documents count of the words that are kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from latentcli.corpus.counts import CountMatrix, count_matrix
from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.mask import Rows, masked_blocks
from latentcli.corpus.strings import Strings


class Bags(NamedTuple):
    """``counts`` (n_docs, n_terms): column i is of ``words[i]``, row ``kept[i]`` of the corpus."""

    corpus: EncodedCorpus
    kept: Rows
    words: Strings
    counts: CountMatrix

    def documents(self) -> Iterator[tuple[str, str, list[str]]]:
        """Yield each document's id, label (or nothing) and words, in the order of the text."""
        words = list(self.words)
        ids = iter(self.corpus.document_ids)
        labels = iter(self.labels())
        for block in masked_blocks(self.corpus, self.kept):
            tokens = block.token_ids.tolist()
            for start, end in zip(block.offsets[:-1], block.offsets[1:], strict=True):
                yield next(ids), next(labels), [words[token] for token in tokens[start:end]]

    def labels(self) -> list[str]:
        """Return each document's label; an empty one where it has none."""
        labels = self.corpus.labels
        return [""] * self.corpus.n_docs if labels is None else list(labels)


def bags(corpus: EncodedCorpus, kept: Rows) -> Bags:
    """Count the kept words of a corpus."""
    words = corpus.vocabulary.selected(kept).words
    return Bags(corpus, kept, words, count_matrix(corpus, kept))
