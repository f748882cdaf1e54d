"""Find documents: by a text, by a topic, by another document; no NumPy where none is needed."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from latentcli.corpus.joining import joined_words
from latentcli.corpus.tokenizers import make_tokenizer
from latentcli.errors import InputError, NothingFound, RequestError
from latentcli.formats.artefact import Artefact
from latentcli.formats.document_space import REVISION, open_documents
from latentcli.formats.word_vectors import EMBEDDING
from latentcli.models.document_space import HELLINGER, DocumentSpace
from latentcli.models.word_vectors import WordVectors
from latentcli.observer import SILENT, Observer
from latentcli.queries.neighbours import nearest
from latentcli.queries.questions import lda_mixture, lsi_coordinates, mean_vector, row_of
from latentcli.queries.search import NearDocument, mixture_terms, nearest_documents
from latentcli.queries.words import check_query, shortened, unknown_words
from latentcli.store.cache import Cache
from latentcli.store.derived import keep_documents, kept_documents, scan_index
from latentcli.wording import counted
from latentcli.workflows.corpus_text import TrainingText
from latentcli.workflows.find import chosen_run

_TOPIC_MODEL = "topic-model"
_NAMED_UNKNOWN = 5
# Words near the question, by which a document that has none of its own words is shown; together
# they weigh as much as half a word of the question.
_NEAR_WORDS, _NEAR_WEIGHT = 50, 0.5


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
        raise unknown_words(place.words, list(dict.fromkeys(place.unknown)) or queries)
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

    Unknown ids among known ones are noted; raises NothingFound where none is known.
    """
    if not ids:
        raise InputError("no documents named", "give an id a line on standard input")
    for document in ids:
        check_query(document)
    place = _open(cache, ref, observer)
    rows = [(document, place.space.document_ids.find(document)) for document in ids]
    unknown = [document for document, row in rows if row is None]
    questions = [place.like(document, row) for document, row in rows if row is not None]
    known = [question for question in questions if question is not None]
    if not known:
        raise (
            place.unknown_ids(unknown)
            if unknown
            else NothingFound(
                f"document '{shortened(ids[0])}' has no words of the model: nothing is like it"
            )
        )
    for document in unknown[:_NAMED_UNKNOWN]:
        observer.note(f"unknown document '{shortened(document)}'")
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
        self.space, self._corpora = _space(cache, run, observer)
        self.words = WordVectors(
            run.strings("vocabulary"), _word_vectors(run), run.manifest["tokenizer"]
        )
        self.unknown: list[str] = []
        self._phrases = list(run.strings("phrases")) if run.has_strings("phrases") else []
        self._tokenize = make_tokenizer(self.words.tokenizer).tokenize

    def question(self, query: str) -> Question | None:
        """Fold a text in; None where the model knows no word of it, or these say nothing."""
        words = self._tokenize(query)
        if self._phrases:
            words = joined_words(words, self._phrases)
        rows = [(word, self.words.words.find(word)) for word in words]
        self.unknown += [word for word, row in rows if row is None]
        known = {word: row for word, row in rows if row is not None}
        counts = Counter(row for _, row in rows if row is not None)
        vector = _folded_in(self._run, self.space, counts) if counts else []
        if not any(vector):
            return None
        return Question(query, vector, dict.fromkeys(known, 1.0))

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
            sought = {**self._near_words(question.vector), **question.words}
            snippets = text.snippets([found.row for found in near], sought)
            for found, snippet in zip(near, snippets, strict=True):
                yield self._answer(found, snippet, question.query)

    def _answer(self, found: NearDocument, snippet: str | None, query: str) -> FoundDocument:
        document = self.space.document_ids[found.row]
        return FoundDocument(document, found.similarity, snippet, self.label(found.row), query)

    def label(self, row: int) -> str | None:
        """Return the label of a document, if it has one."""
        return (self.space.labels[row] or None) if self.space.labels is not None else None

    def _near_words(self, vector: Sequence[float]) -> dict[str, float]:
        """Return words near a question, each with its small weight."""
        if self.space.similarity == HELLINGER:
            weights = mixture_terms(self.space, vector)
        else:
            index = None
            if self._run.kind == EMBEDDING:
                index = scan_index(self._cache, self._run, self.words.vectors)
            near = nearest(self.words, [vector], _NEAR_WORDS, "cosine", index)[0]
            weights = {row: cosine for row, cosine in near if cosine > 0}
        whole = math.fsum(weights.values()) or 1.0
        return {
            self.words.words[row]: _NEAR_WEIGHT * weight / whole for row, weight in weights.items()
        }

    def note_unknown(self, queries: Sequence[str]) -> None:
        """Note the words and texts that the model does not know, some by name."""
        words = list(dict.fromkeys(self.unknown))
        if words:
            shown = ", ".join(f"'{shortened(word)}'" for word in words[:_NAMED_UNKNOWN])
            more = len(words) - _NAMED_UNKNOWN
            rest = f" and {more:,} more" if more > 0 else ""
            self._observer.note(f"not among the model's words: {shown}{rest}")
        for query in queries[:_NAMED_UNKNOWN]:
            self._observer.note(f"no known words in '{shortened(query)}'")

    def unknown_ids(self, ids: Sequence[str]) -> NothingFound:
        """Return the error for documents that there are not, which names the nearest ids."""
        from latentcli.corpus.tokenizers import TokenizerSettings
        from latentcli.queries.spelling import nearest_spellings

        known = self.space.document_ids
        shown = ", ".join(f"'{shortened(document)}'" for document in ids[:_NAMED_UNKNOWN])
        whole = TokenizerSettings("whitespace", keep_case=True)
        near = nearest_spellings(known, whole, ids[0])
        hint = f"did you mean {', '.join(near)}?" if near else f"such as {known[0]}"
        what = "document" if len(ids) == 1 else "documents"
        return NothingFound(
            f"unknown {what} {shown} (the model has {counted(len(known), 'document')})", hint
        )


def _open(cache: Cache, ref: str | None, observer: Observer) -> _Place:
    run = chosen_run(cache, ref, None, observer)
    if run.kind not in (EMBEDDING, _TOPIC_MODEL):
        raise RequestError(f"'{ref}' is a {run.kind}", "choose a topic model or an embedding")
    return _Place(cache, run, observer)


def _space(cache: Cache, run: Artefact, observer: Observer) -> tuple[DocumentSpace, list[str]]:
    """Open what the documents are compared by; make it, and keep it, where it is missing.

    Return the ids of the runs of the corpus and its text, too.
    """
    kept = kept_documents(cache, run, REVISION)
    if kept is None:
        from latentcli.workflows.document_space import document_space_parts

        parts = document_space_parts(cache, run)
        n_docs = counted(len(parts.strings["documents"]), "document")
        kept = keep_documents(cache, run, *parts)
        if kept is None:
            return parts.in_memory(), parts.description["corpora"]
        observer.note(f"made vectors of {n_docs}, kept for the next search")
    return open_documents(kept), kept.manifest["corpora"]


def _word_vectors(run: Artefact) -> memoryview[float]:
    """Return words as points among documents; of mixtures, whose words are none, an empty one."""
    if run.kind == EMBEDDING:
        return run.buffer("vectors")
    if run.manifest["algorithm"] == "lsi":
        return run.buffer("term_topic")
    return memoryview(b"").cast("f")


def _folded_in(run: Artefact, space: DocumentSpace, counts: Counter[int]) -> list[float]:
    """Return a question's vector in the document space."""
    if run.kind == EMBEDDING:
        term_counts = run.buffer("term_counts")
        return mean_vector(
            run.buffer("vectors"), term_counts, space.totals[0], space.common, counts
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
