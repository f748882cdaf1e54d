"""What stands behind a similarity of two words: the company that they both keep, and where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from latentcli.corpus.contexts import Contexts, Doubles, contexts, telling_occurrences
from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.mask import Rows
from latentcli.corpus.passages import keyword_line
from latentcli.errors import NothingFound, RequestError
from latentcli.evaluation.association import SharedContexts, shared_contexts
from latentcli.formats.artefact import Artefact
from latentcli.formats.corpus import open_corpus
from latentcli.formats.models import EMBEDDING, TOPIC_MODEL, open_topic_model
from latentcli.formats.word_vectors import open_word_vectors
from latentcli.models.topic_model import MixtureModel
from latentcli.observer import SILENT, Observer
from latentcli.queries.ranking import top_words
from latentcli.queries.similarity import similarity
from latentcli.queries.words import Found, Lexicon, WordList, check_query, find_word, unknown_words
from latentcli.store.cache import Cache
from latentcli.wording import counted
from latentcli.workflows.corpus_text import corpus_and_text, own_digest
from latentcli.workflows.find import chosen_run
from latentcli.workflows.reference_corpus import training_corpus

# A context word counts from so many meetings with each word on, the first that leaves enough.
_LEAST, _ENOUGH = (5, 3, 2), 20
_TOPIC_WORDS = 8


class SharedContext(NamedTuple):
    """A context word of two words: its positive pointwise mutual information with each, in bits.

    ``share``: what it adds to the sum of their products. Then how often it stands around each, and
    how often it occurs at all.
    """

    context: str
    a_ppmi: float
    b_ppmi: float
    share: float
    a_count: int
    b_count: int
    occurrences: int


class SharedTopic(NamedTuple):
    """A topic of two words: p(topic | word) of each, what it adds to their likeness, its words."""

    topic: int
    a_weight: float
    b_weight: float
    share: float
    words: list[str]


class KeywordInContext(NamedTuple):
    """A place at which a word stands, with the text on either side."""

    word: str
    document: str
    left: str
    keyword: str
    right: str


def why(
    cache: Cache,
    a: str,
    b: str,
    ref: str | None = None,
    n: int = 20,
    least: int | None = None,
    observer: Observer = SILENT,
) -> Sequence[SharedContext | SharedTopic]:
    """Return the context words that an embedding's two words share, or the topics of a model's.

    ``least``: how often a context word stands around each word at least. Raises NothingFound where
    a word is unknown, or they share nothing; RequestError where the corpus is gone, or ``least`` is
    asked of a topic model.
    """
    run = _chosen(cache, ref, observer)
    if run.kind == TOPIC_MODEL:
        if least is not None:
            raise RequestError(
                "--least: a topic model counts no context words",
                "leave it out, or name an embedding",
            )
        return _shared_topics(run, a, b, n, observer)
    place = _Company(cache, run, a, b, least, observer)
    place.tell(observer)
    return [place.row(row) for row in place.shared.rows[:n].tolist()]


def keywords_in_context(
    cache: Cache,
    a: str,
    b: str,
    ref: str | None = None,
    n: int = 5,
    characters: int = 40,
    least: int | None = None,
    observer: Observer = SILENT,
) -> Iterator[KeywordInContext]:
    """Yield ``n`` places of each word, those first around which most shared contexts stand.

    Each is of another document, as far as there are as many. Raises as ``why`` does, and
    RequestError where the text was not kept.
    """
    run = _chosen(cache, ref, observer)
    if run.kind == TOPIC_MODEL:
        raise RequestError(
            "a topic model looks at no windows around words",
            "'latent search' finds documents; name an embedding for lines",
        )
    place = _Company(cache, run, a, b, least, observer)
    corpora = _with_text(cache, run)
    return place.lines(corpora, n, characters)


class _Company:
    """Two words of an embedding, and what stands around them in its corpus."""

    def __init__(
        self, cache: Cache, run: Artefact, a: str, b: str, least: int | None, observer: Observer
    ) -> None:
        self._model = open_word_vectors(run)
        self._found = _both(self._model, a, b)
        self._window = _window(run)
        self._corpus, self._kept = training_corpus(cache, run)
        self._counts = contexts(
            self._corpus, self._kept, [word.row for word in self._found], self._window
        )
        self._least, self.shared = _compared(self._counts, least)
        if not len(self.shared.rows):
            raise self._nothing()
        if least is None and self._least < _LEAST[0]:
            observer.note(
                f"few context words: those that stand {counted(self._least, 'time')} or more "
                "around each count (--least)"
            )

    def _nothing(self) -> NothingFound:
        """Return the error for two words without a common context word that counts."""
        first, second = (word.word for word in self._found)
        both = f"'{first}' and '{second}' share no context word within {self._window} words"
        if rarer := len(shared_contexts(self._counts, 1).rows):
            return NothingFound(
                f"{both} that stands {counted(self._least, 'time')} or more around each",
                f"lower --least: with --least 1 they share {rarer:,}",
            )
        return NothingFound(both, "their vectors may be alike by what their contexts share in turn")

    def tell(self, observer: Observer) -> None:
        """Note how similar the two are, by their vectors and by their contexts."""
        first, second = self._found
        near = similarity(self._model, first, second).similarity
        observer.note(
            f"similarity of {first.word} and {second.word}: {near:.4f}; of their contexts within "
            f"{self._window} words: {self.shared.cosine:.4f}, "
            f"{counted(len(self.shared.rows), 'context word')} in common"
        )

    def row(self, row: int) -> SharedContext:
        """Return what there is to say of a context word."""
        a, b = self._counts.together
        return SharedContext(
            self._model.words[row],
            float(self.shared.a[row]),
            float(self.shared.b[row]),
            float(self.shared.shares[row]),
            int(a[row]),
            int(b[row]),
            int(self._corpus.vocabulary.term_counts[self._kept[row]]),
        )

    def lines(
        self, corpora: Sequence[EncodedCorpus], n: int, characters: int
    ) -> Iterator[KeywordInContext]:
        """Yield the places of both words; ``corpora``: the words', and the text's, if another."""
        corpus, parent = corpora[0], corpora[1] if len(corpora) > 1 else None
        offsets = corpus.offsets.astype(np.int64)
        for word in dict.fromkeys(self._found):
            tokens = np.flatnonzero(np.asarray(corpus.token_ids) == self._kept[word.row])
            sums = telling_occurrences(
                self._corpus, self._kept, word.row, self._window, self.shared.shares
            )
            documents = np.searchsorted(offsets, tokens, side="right") - 1
            for place in _tellingest(sums, documents, n):
                token = int(tokens[place])
                line = keyword_line(corpus, token, token + 1, characters, parent)
                yield KeywordInContext(word.word, corpus.document_ids[int(documents[place])], *line)


def _compared(counts: Contexts, least: int | None) -> tuple[int, SharedContexts]:
    """Compare two words by contexts met often enough; return also how often that is."""
    if least is not None:
        return least, shared_contexts(counts, least)
    for each in _LEAST:
        found = shared_contexts(counts, each)
        if len(found.rows) >= _ENOUGH:
            return each, found
    return (each, found) if len(found.rows) else (1, shared_contexts(counts, 1))


def _tellingest(sums: Doubles, documents: Rows, n: int) -> list[int]:
    """Return the places with the largest sums, the first of each document before the second."""
    order = np.argsort(-sums, kind="stable")
    _, first = np.unique(documents[order], return_index=True)
    again = np.ones(len(order), np.bool_)
    again[first] = False
    places: list[int] = np.concatenate([order[~again], order[again]])[:n].tolist()
    return places


def _chosen(cache: Cache, ref: str | None, observer: Observer) -> Artefact:
    run = chosen_run(cache, ref, EMBEDDING if ref is None else None, observer)
    if run.kind not in (EMBEDDING, TOPIC_MODEL):
        raise RequestError(f"'{ref}' is a {run.kind}", "choose an embedding or a topic model")
    own_digest(run.manifest)  # says so, if the run was imported
    for drawn in ("resample", "permutation"):
        if drawn in run.manifest.get("mask", {}):
            raise RequestError(
                f"{run.id[:12]} is of a {drawn}, whose documents are not kept as a corpus",
                "name the model that it was made for",
            )
    return run


def _both(model: Lexicon, a: str, b: str) -> tuple[Found, Found]:
    """Look two words up; NothingFound where one is unknown."""
    for word in (a, b):
        check_query(word)
    first, second = (find_word(model, word) for word in (a, b))
    if first is None or second is None:
        raise unknown_words(model, [w for w, there in ((a, first), (b, second)) if there is None])
    return first, second


def _window(run: Artefact) -> int:
    window = run.manifest.get("parameters", {}).get("window")
    if window is None:
        raise RequestError(
            f"{run.id[:12]} was not trained by latent on windows of text",
            "name an embedding that 'latent embed' trained",
        )
    return int(window)


def _with_text(cache: Cache, run: Artefact) -> list[EncodedCorpus]:
    """Open a model's corpus, and, if its words were joined, the one whose text it has."""
    found = corpus_and_text(cache, own_digest(run.manifest))
    name = found[0].manifest["invocation"].get("corpus_name", "")
    corpora = [open_corpus(each, name) for each in found]
    if corpora[-1].text is None:
        raise RequestError(
            f"no text is kept with {name}, so there are no lines",
            "encode it again with 'latent corpus', without --no-text",
        )
    return corpora


def _shared_topics(run: Artefact, a: str, b: str, n: int, observer: Observer) -> list[SharedTopic]:
    """Return the topics of two words by what each adds to the likeness of their mixtures."""
    model = open_topic_model(run)
    if not isinstance(model, MixtureModel):
        raise RequestError(
            "words have no mixture of topics in LSI", "models of other algorithms have one"
        )
    first, second = _both(WordList(model.words, model.tokenizer), a, b)
    joint = model.topic_word_probabilities()[:, [first.row, second.row]] * model.shares()[:, None]
    totals = joint.sum(axis=0)
    if not totals.all():  # a word that no topic weighs, as NMF has them
        word = (first, second)[int(totals.argmin())].word
        raise NothingFound(f"no topic of {run.id[:12]} has the word '{word}'")
    mixtures = joint / totals
    both = np.sqrt(mixtures[:, 0] * mixtures[:, 1])
    if not both.any():
        raise NothingFound(f"'{first.word}' and '{second.word}' have no topic in common")
    observer.note(
        f"similarity of {first.word} and {second.word} by their topics: "
        f"{1 - np.sqrt(max(0.0, 1 - both.sum())):.4f} (1 less Hellinger's distance)"
    )
    best = top_words(model, _TOPIC_WORDS)
    return [
        SharedTopic(
            topic,
            float(mixtures[topic, 0]),
            float(mixtures[topic, 1]),
            float(both[topic] / both.sum()),
            [model.words[int(row)] for row in best[topic]],
        )
        for topic in np.argsort(-both, kind="stable")[:n].tolist()
        if both[topic] > 0
    ]
