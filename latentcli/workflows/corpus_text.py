"""Find the corpus that a model was trained on, and cut snippets from its text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from latentcli.corpus.encoded import EncodedCorpus, chunks
from latentcli.corpus.passages import dense_snippet
from latentcli.errors import LatentError
from latentcli.formats.artefact import Artefact
from latentcli.formats.corpus import KIND, content_digest, has_text, open_corpus
from latentcli.observer import Observer
from latentcli.store.cache import Cache
from latentcli.store.runs import all_runs, open_run

Weights = npt.NDArray[np.float64]


class TrainingText:
    """The documents that a topic model was trained on, as far as the cache still has them.

    The observer is told what is missing, and how to get it.
    """

    def __init__(self, cache: Cache, run: Artefact, observer: Observer) -> None:
        self._observer = observer
        self._chunk: int | None = run.manifest.get("mask", {}).get("chunk")
        self.corpus, parent = corpus_of_content(cache, run.manifest["corpus"]["digest"])
        # Where words were joined, the text is that of the corpus whose words they were.
        self._parent = corpus_of_content(cache, parent)[0] if parent else None
        if self.corpus is None:
            tell_gone(run, observer)

    def snippets(self, rows: npt.NDArray[np.int64], words: Mapping[str, float]) -> list[str | None]:
        """Cut from each document where the words weigh most; None where the text is missing."""
        corpus = self.corpus
        if corpus is None or not len(rows):
            return [None] * len(rows)
        text = self._parent or corpus
        if text.text is None:
            self._observer.note(
                f"no text is kept with {corpus.name}, so there are no snippets: encode it again "
                "with 'latent corpus', without --no-text"
            )
            return [None] * len(rows)
        weights = np.zeros(len(corpus.vocabulary))
        for word, weight in words.items():
            row = corpus.vocabulary.words.find(word)
            if row is not None:
                weights[row] = weight
        starts = corpus.offsets.astype(np.int64)
        if self._chunk is not None:
            starts = np.append(chunks(corpus, self._chunk)[0], corpus.n_tokens)
        return [
            dense_snippet(corpus, weights, int(starts[row]), int(starts[row + 1]), self._parent)
            for row in rows.tolist()
        ]


def tell_gone(run: Artefact, observer: Observer) -> None:
    """Note that the corpus that a model was trained on is missing."""
    name = run.manifest["invocation"].get("corpus_name") or "the corpus"
    observer.note(f"{name} is not in the cache any more: 'latent corpus' encodes it again")


def corpus_of_content(cache: Cache, digest: str) -> tuple[EncodedCorpus | None, str]:
    """Open a corpus of this content; of several, one that has its text. Return its parent, too."""
    found = sorted(_of_content(cache, digest), key=has_text, reverse=True)
    for manifest in found:
        try:
            run = open_run(cache, manifest["id"])
            corpus = open_corpus(run, manifest["invocation"].get("corpus_name", ""))
            return corpus, manifest.get("parent", "")
        except LatentError:
            continue
    return None, ""


def _of_content(cache: Cache, digest: str) -> Iterator[dict[str, Any]]:
    for manifest in all_runs(cache):
        if manifest.get("kind") == KIND and content_digest(manifest["files"]) == digest:
            yield manifest
