"""Find the corpus that a model was trained on, and cut snippets from its text; no NumPy here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from latentcli.corpus.passages import dense_snippet
from latentcli.errors import LatentError, RequestError
from latentcli.formats.artefact import Artefact
from latentcli.formats.stored_tokens import KIND, content_digest, has_text, open_tokens
from latentcli.observer import Observer
from latentcli.store.cache import Cache
from latentcli.store.runs import all_runs, open_run

if TYPE_CHECKING:
    from latentcli.corpus.encoded import EncodedCorpus
    from latentcli.corpus.stored_tokens import StoredTokens


def own_digest(manifest: Mapping[str, Any]) -> str:
    """Return the content digest of the corpus that a model was trained on.

    Raises RequestError for vectors of another program, which have none.
    """
    if "corpus" not in manifest:
        raise RequestError(
            f"{manifest['id'][:12]} was imported: what it was trained on is not known here",
            "name a model that latent trained",
        )
    return str(manifest["corpus"]["digest"])


class TrainingText:
    """The documents that a model was trained on, as far as the cache still has them.

    ``ids`` are those of the runs of the corpus and of the one whose text it has, where they are
    known. The observer is told what is missing, and how to get it.
    """

    def __init__(
        self, cache: Cache, run: Artefact, observer: Observer, ids: Sequence[str] = ()
    ) -> None:
        self._observer = observer
        self._chunk: int | None = run.manifest.get("mask", {}).get("chunk")
        self._starts: Any = None
        self.corpus: StoredTokens | None = None
        # Where words were joined, the text is that of the corpus whose words they were.
        self._parent: StoredTokens | None = None
        self._name = ""
        found = _runs(cache, ids) or corpus_and_text(cache, own_digest(run.manifest))
        if not found:
            tell_gone(run, observer)
            return
        self.corpus = open_tokens(found[0])
        self._name = found[0].manifest["invocation"].get("corpus_name", "")
        if len(found) > 1:
            self._parent = open_tokens(found[1])
        self._starts = self.corpus.offsets
        if self._chunk is not None:
            self._starts = _chunk_starts(found[0], self._chunk)

    def snippets(self, rows: Sequence[int], words: Mapping[str, float]) -> list[str | None]:
        """Cut from each document where the words weigh most; None where the text is missing."""
        corpus = self.corpus
        if corpus is None or not len(rows):
            return [None] * len(rows)
        if (self._parent or corpus).text is None:
            self._observer.note(
                f"no text is kept with {self._name}, so there are no snippets: encode it again "
                "with 'latent corpus', without --no-text"
            )
            return [None] * len(rows)
        found = ((corpus.words.find(word), weight) for word, weight in words.items())
        weights = {row: weight for row, weight in found if row is not None}
        starts = self._starts
        return [
            dense_snippet(corpus, weights, int(starts[row]), int(starts[row + 1]), self._parent)
            for row in map(int, rows)
        ]


def tell_gone(run: Artefact, observer: Observer) -> None:
    """Note that the corpus that a model was trained on is missing."""
    name = run.manifest["invocation"].get("corpus_name") or "the corpus"
    observer.note(f"{name} is not in the cache any more: 'latent corpus' encodes it again")


def corpus_of_content(cache: Cache, digest: str) -> EncodedCorpus | None:
    """Open a corpus of this content; of several, one that has its text."""
    from latentcli.formats.corpus import open_corpus

    run = _of_content(cache, digest)
    if run is None:
        return None
    return open_corpus(run, run.manifest["invocation"].get("corpus_name", ""))


def corpus_and_text(cache: Cache, digest: str) -> list[Artefact]:
    """Return the run of a corpus of this content, and that of its parent, if it has one.

    Of several one that has its text. Empty where there is none.
    """
    run = _of_content(cache, digest)
    parent = run and run.manifest.get("parent")
    text = _of_content(cache, parent) if parent else None
    return [found for found in (run, text) if found is not None]


def _runs(cache: Cache, ids: Iterable[str]) -> list[Artefact]:
    """Open these runs; return none of them where one is gone, or none has the text."""
    try:
        found = [open_run(cache, run_id) for run_id in ids]
    except LatentError:
        return []
    return found if found and has_text(found[-1].manifest) else []


def _of_content(cache: Cache, digest: str) -> Artefact | None:
    for manifest in sorted(_manifests(cache, digest), key=has_text, reverse=True):
        try:
            return open_run(cache, manifest["id"])
        except LatentError:
            continue
    return None


def _manifests(cache: Cache, digest: str) -> Iterator[dict[str, Any]]:
    for manifest in all_runs(cache):
        if manifest.get("kind") == KIND and content_digest(manifest["files"]) == digest:
            yield manifest


def _chunk_starts(run: Artefact, n_tokens: int) -> list[int]:
    """Return where each chunk of a corpus begins, and where the last ends."""
    from latentcli.corpus.encoded import chunks
    from latentcli.formats.corpus import open_corpus

    corpus = open_corpus(run)
    return [*chunks(corpus, n_tokens)[0].tolist(), corpus.n_tokens]
