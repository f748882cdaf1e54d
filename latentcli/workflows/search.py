"""Find documents: by a text, by a topic, by another document; no NumPy where none is needed."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from latentcli.corpus.joining import joined_words
from latentcli.corpus.tokenizers import make_tokenizer
from latentcli.errors import InputError, LatentError, NothingFound, RequestError
from latentcli.formats.artefact import Artefact
from latentcli.formats.word_vectors import EMBEDDING, open_subwords
from latentcli.models.document_space import HELLINGER, DocumentSpace
from latentcli.models.subwords import SubwordVectors
from latentcli.models.word_vectors import WordVectors
from latentcli.observer import SILENT, Observer
from latentcli.queries.neighbours import nearest
from latentcli.queries.questions import lda_mixture, lsi_coordinates, mean_vector, row_of
from latentcli.queries.search import NearDocument, mixture_terms, nearest_documents
from latentcli.queries.words import NO_ROW, Found, check_query, shortened, unknown_words
from latentcli.store.cache import Cache
from latentcli.store.derived import scan_index
from latentcli.store.runs import open_run
from latentcli.wording import quoted
from latentcli.workflows.ask import note_composed
from latentcli.workflows.corpus_text import TrainingText
from latentcli.workflows.find import chosen_run
from latentcli.workflows.kept_documents import (
    document_space,
    nothing_known_of,
    unknown_documents,
)

_TOPIC_MODEL = "topic-model"
_NAMED_UNKNOWN = 5
# So many words near the question show a document that has none of its own words.
_NEAR_WORDS = 50


class FoundDocument(NamedTuple):
    """A document near a question, where in it the question's words are densest, and its label."""

    document: str
    similarity: float
    snippet: str | None
    label: str | None
    query: str


class DocumentOfTopic(NamedTuple):
    """A document of a topic; ``similarity`` is the topic's weight in it."""

    document: str
    similarity: float
    snippet: str | None
    label: str | None


class Question(NamedTuple):
    """What is searched for: its text, its vector, and the words that weigh in a snippet."""

    query: str
    vector: list[float]
    words: dict[str, float]
    row: int | None = None


def search(
    cache: Cache,
    queries: Sequence[str],
    ref: str | None = None,
    n: int = 10,
    observer: Observer = SILENT,
) -> Iterator[FoundDocument]:
    """Yield the ``n`` documents nearest to each text, nearest first.

    Words that the model does not know are noted; raises NothingFound where it knows none.
    """
    if not queries:
        raise InputError("no texts to search for", "give one a line on standard input")
    for query in queries:
        check_query(query)
    place = _open(cache, ref, observer)
    questions = [place.question(query) for query in queries]
    known = [question for question in questions if question is not None]
    if not known:
        raise place.nothing_known(queries)
    place.note_unknown([q for q, found in zip(queries, questions, strict=True) if found is None])
    return place.answers(known, n)


def similar_documents(
    cache: Cache,
    ids: Sequence[str],
    ref: str | None = None,
    n: int = 10,
    observer: Observer = SILENT,
) -> Iterator[FoundDocument]:
    """Yield the ``n`` documents most like each of the corpus's documents, without itself.

    Ids that are unknown, or of a document without words of the model, are noted among others;
    raises NothingFound where there are no others.
    """
    if not ids:
        raise InputError("no documents named", "give an id a line on standard input")
    for document in ids:
        check_query(document)
    place = _open(cache, ref, observer)
    known: list[Question] = []
    unknown: list[str] = []
    empty: list[str] = []
    for document in ids:
        row = place.space.document_ids.find(document)
        question = None if row is None else place.like(document, row)
        if question is not None:
            known.append(question)
        else:
            (unknown if row is None else empty).append(document)
    if not known:
        if unknown:
            raise unknown_documents(place.space.document_ids, unknown)
        raise nothing_known_of(empty[0])
    if len(place.space.document_ids) == 1:
        raise NothingFound("the model has no other document", "train on several: see --format")
    for document in unknown[:_NAMED_UNKNOWN]:
        observer.note(f"unknown document '{shortened(document)}'")
    for document in empty[:_NAMED_UNKNOWN]:
        observer.note(nothing_known_of(document).message)
    return place.answers(known, n)


def documents(
    cache: Cache, topic: int, ref: str | None = None, n: int = 20, observer: Observer = SILENT
) -> list[DocumentOfTopic]:
    """Return the documents most typical of a topic, as ``topic.documents`` has them."""
    from latentcli.workflows.topic import typical

    run = chosen_run(cache, ref, _TOPIC_MODEL, observer)
    found = typical(cache, run, topic, n, observer)
    place = _Place(cache, run, observer)
    return [DocumentOfTopic(*document, place.label(row)) for row, document in found]


class _Place:
    """A model, its documents and their text: where questions are asked."""

    def __init__(self, cache: Cache, run: Artefact, observer: Observer) -> None:
        self._cache, self._run, self._observer = cache, run, observer
        self.space, self._corpora = document_space(cache, run, observer)
        self.words = WordVectors(
            run.strings("vocabulary"), _word_vectors(run), run.manifest["tokenizer"]
        )
        self.unknown: list[str] = []
        self._subwords = _subwords(run)
        self._composed: dict[str, Found] = {}
        self._phrases = list(run.strings("phrases")) if run.has_strings("phrases") else []
        self._tokenize = make_tokenizer(self.words.tokenizer).tokenize

    def question(self, query: str) -> Question | None:
        """Fold a text in; None where the model knows no word of it, or these say nothing."""
        words = self._tokenize(query)
        if self._phrases:
            words = joined_words(words, self._phrases)
        rows = [(word, self.words.words.find(word)) for word in words]
        composed = self._compose([word for word, row in rows if row is None])
        known = {word: row for word, row in rows if row is not None}
        counts = Counter(row for _, row in rows if row is not None)
        said = counts or composed
        vector = _folded_in(self._run, self.space, counts, composed) if said else []
        if not any(vector):
            return None
        return Question(query, vector, dict.fromkeys(known, 1.0))

    def _compose(self, words: Sequence[str]) -> list[memoryview[float]]:
        """Return the vectors of unknown words, of those that the model can compose."""
        vectors = []
        for word in words:
            found = self._subwords.compose(word) if self._subwords else None
            if found is None:
                self.unknown.append(word)
            else:
                self._composed[word] = Found(word, NO_ROW, found)
                vectors.append(found.vector)
        return vectors

    def like(self, document: str, row: int) -> Question | None:
        """Ask for what is like a document; None where nothing is known of it."""
        vector = row_of(self.space.vectors, row)
        return Question(document, vector, {}, row) if any(vector) else None

    def answers(self, questions: Sequence[Question], n: int) -> Iterator[FoundDocument]:
        """Yield the documents nearest to each question."""
        text = TrainingText(self._cache, self._run, self._observer, self._corpora)
        for question in questions:
            but = () if question.row is None else (question.row,)
            near = nearest_documents(self.space, question.vector, n, but)
            rows = [found.row for found in near]
            snippets = text.snippets(
                rows, question.words, partial(self._near_words, question.vector)
            )
            for found, snippet in zip(near, snippets, strict=True):
                yield self._answer(found, snippet, question.query)

    def _answer(self, found: NearDocument, snippet: str | None, query: str) -> FoundDocument:
        document = self.space.document_ids[found.row]
        return FoundDocument(document, found.similarity, snippet, self.label(found.row), query)

    def label(self, row: int) -> str | None:
        """Return the label of a document, if it has one."""
        return (self.space.labels[row] or None) if self.space.labels is not None else None

    def _near_words(self, vector: Sequence[float]) -> dict[str, float]:
        """Return words near a question, each with its weight."""
        if self.space.similarity == HELLINGER:
            weights = mixture_terms(self.space, vector)
        else:
            index = None
            if self._run.kind == EMBEDDING:
                index = scan_index(self._cache, self._run, self.words.vectors)
            near = nearest(self.words, [vector], _NEAR_WORDS, "cosine", index)[0]
            weights = {row: cosine for row, cosine in near if cosine > 0}
        return {self.words.words[row]: weight for row, weight in weights.items()}

    def nothing_known(self, queries: Sequence[str]) -> NothingFound:
        """Return the error for texts without a word of the model.

        Words that the corpus has are not misspelt; the model leaves them out.
        """
        unknown = list(dict.fromkeys(self.unknown))
        left_out = self._left_out(unknown)
        misspelt = [word for word in unknown if word not in left_out]
        if misspelt or not unknown:
            return unknown_words(self.words, misspelt or queries)
        return NothingFound(
            f"the model leaves out {quoted(left_out)}: stop words, or too rare or frequent ones",
            "add other words to the text",
        )

    def _left_out(self, words: Sequence[str]) -> list[str]:
        """Return those of the words that the corpus has, as far as the cache has the corpus."""
        try:
            corpora = [open_run(self._cache, run_id) for run_id in self._corpora[:1]]
        except LatentError:
            return []
        return [
            word for corpus in corpora for word in words if word in corpus.strings("vocabulary")
        ]

    def note_unknown(self, queries: Sequence[str]) -> None:
        """Note the words and texts that the model does not know, some by name."""
        note_composed(list(self._composed.values()), self._observer)
        words = list(dict.fromkeys(self.unknown))
        if words:
            shown = ", ".join(f"'{shortened(word)}'" for word in words[:_NAMED_UNKNOWN])
            more = len(words) - _NAMED_UNKNOWN
            rest = f" and {more:,} more" if more > 0 else ""
            self._observer.note(f"not among the model's words: {shown}{rest}")
        for query in queries[:_NAMED_UNKNOWN]:
            self._observer.note(f"no known words in '{shortened(query)}'")


def _open(cache: Cache, ref: str | None, observer: Observer) -> _Place:
    run = chosen_run(cache, ref, None, observer)
    if run.kind not in (EMBEDDING, _TOPIC_MODEL):
        raise RequestError(f"'{ref}' is a {run.kind}", "choose a topic model or an embedding")
    return _Place(cache, run, observer)


def _word_vectors(run: Artefact) -> memoryview[float]:
    """Return words as points among documents; of mixtures, whose words are none, an empty one."""
    if run.kind == EMBEDDING:
        return run.buffer("vectors")
    if run.manifest["algorithm"] == "lsi":
        return run.buffer("term_topic")
    return memoryview(b"").cast("f")


def _subwords(run: Artefact) -> SubwordVectors | None:
    """Return the n-grams of an embedding, if it has any."""
    if run.kind != EMBEDDING:
        return None
    return open_subwords(run, (run.buffer("vectors").shape or (0, 0))[1])


def _folded_in(
    run: Artefact,
    space: DocumentSpace,
    counts: Counter[int],
    composed: Sequence[memoryview[float]],
) -> list[float]:
    """Return a question's vector in the document space."""
    if run.kind == EMBEDDING:
        term_counts = run.buffer("term_counts")
        return mean_vector(
            run.buffer("vectors"), term_counts, space.totals[0], space.common, counts, composed
        )
    algorithm = run.manifest["algorithm"]
    if algorithm == "lsi":
        unit = run.manifest["parameters"]["weighting"] == "tfidf"
        return lsi_coordinates(run.buffer("term_topic"), run.buffer("idf"), unit, counts)
    if algorithm in ("plsa", "nmf"):
        from latentcli.workflows.document_space import mixture_of

        return list(map(math.sqrt, mixture_of(run, counts)))
    found = lda_mixture(
        run.buffer("topic_word"), space.totals.tolist(), run.buffer("alpha"), counts
    )
    return list(map(math.sqrt, found))
