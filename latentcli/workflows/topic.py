"""One topic of a stored model: words, typical documents, nearest topics, diagnostics."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from latentcli.errors import NothingFound, RequestError
from latentcli.formats.artefact import Artefact
from latentcli.formats.models import TOPIC_MODEL, open_topic_model
from latentcli.models.topic_model import MixtureModel, TopicModel
from latentcli.observer import SILENT, Observer
from latentcli.queries.ranking import PROBABILITY, Ranking
from latentcli.queries.topics import (
    NearTopic,
    TopicWord,
    check_topic,
    nearest_topics,
    topic_words,
    typical_documents,
)
from latentcli.store.cache import Cache
from latentcli.workflows.find import chosen_run

if TYPE_CHECKING:
    from latentcli.evaluation.diagnostics import Diagnostic

# A topic's first words, which documents are searched for and near topics are shown by.
_SOUGHT_WORDS, _SHOWN_WORDS = 50, 10


class TypicalDocument(NamedTuple):
    """A document, the topic's weight in it, and where in it the topic's words are densest."""

    document: str
    weight: float
    snippet: str | None


def words(
    cache: Cache,
    topic: int,
    ref: str | None = None,
    n: int = 20,
    rank_by: str = PROBABILITY,
    observer: Observer = SILENT,
) -> list[TopicWord]:
    """Return the first words of a topic."""
    _, model = _opened(cache, topic, ref, observer)
    return topic_words(model, topic, n, rank_by)


def documents(
    cache: Cache, topic: int, ref: str | None = None, n: int = 10, observer: Observer = SILENT
) -> list[TypicalDocument]:
    """Return the documents most typical of a topic."""
    run = chosen_run(cache, ref, TOPIC_MODEL, observer)
    return [found.document for found in typical(cache, run, topic, n, observer)]


class Typical(NamedTuple):
    """A document typical of a topic, and its row in the model."""

    row: int
    document: TypicalDocument


def typical(
    cache: Cache, run: Artefact, topic: int, n: int, observer: Observer = SILENT
) -> list[Typical]:
    """Return the documents of a run most typical of a topic, with their rows."""
    from latentcli.workflows.corpus_text import TrainingText

    model = _checked(run, topic)
    rows, weights = typical_documents(model, topic, n)
    sought = dict.fromkeys((word for word, _ in topic_words(model, topic, _SOUGHT_WORDS)), 1.0)
    snippets = TrainingText(cache, run, observer).snippets(rows.tolist(), sought)
    return [
        Typical(row, TypicalDocument(model.document_ids[row], weight, snippet))
        for row, weight, snippet in zip(rows.tolist(), weights.tolist(), snippets, strict=True)
    ]


def nearest(
    cache: Cache, topic: int, ref: str | None = None, n: int = 10, observer: Observer = SILENT
) -> list[NearTopic]:
    """Return the topics nearest to a topic; raise NothingFound where it is the only one."""
    _, model = _opened(cache, topic, ref, observer)
    found = nearest_topics(model, topic, n, _SHOWN_WORDS)
    if not found:
        raise NothingFound("the model has no other topic")
    return found


def diagnostics(
    cache: Cache, topic: int, ref: str | None = None, n: int = 10, observer: Observer = SILENT
) -> list[Diagnostic]:
    """Return MALLET's diagnostics of a topic, judged by its ``n`` most probable words.

    Raises RequestError for LSI.
    """
    import numpy as np

    from latentcli.corpus.counts import count_matrix
    from latentcli.evaluation.diagnostics import diagnostics as judged
    from latentcli.workflows.corpus_text import tell_gone
    from latentcli.workflows.reference_corpus import own_corpus

    run, model = _opened(cache, topic, ref, observer)
    if not isinstance(model, MixtureModel):
        raise RequestError(
            "LSI's topics are not distributions over words, which diagnostics judge",
            f"share, coherence and exclusivity are there: latent topics -m {ref or run.id[:12]}",
        )
    top = Ranking(model).top(topic, n)
    corpus = own_corpus(cache, run.manifest)
    counts = None
    if corpus is None:
        tell_gone(run, observer)
    else:
        found = [corpus.vocabulary.words.find(model.words[int(row)]) for row in top]
        rows = np.array([row for row in found if row is not None], np.int64)
        order = np.argsort(rows)
        counted = count_matrix(corpus, rows[order])
        counts = counted._replace(terms=order[counted.terms].astype(np.int32))
    return judged(_unseeded(run, model), topic, top, counts)


def _unseeded(run: Artefact, model: MixtureModel) -> MixtureModel:
    """Return the model without the pseudo-tokens of seed words in its topics."""
    from dataclasses import replace

    import numpy as np

    from latentcli.engines.lda_seeds import pseudo_tokens
    from latentcli.engines.parameters import SeededLdaParameters
    from latentcli.models.topic_model import LdaModel

    parameters = run.manifest["parameters"]
    if "seeds" not in parameters or not isinstance(model, LdaModel) or model.topic_order is None:
        return model
    counts = np.asarray(model.term_counts)
    seeded = pseudo_tokens(SeededLdaParameters(**parameters), model.words, counts)
    places = np.argsort(model.topic_order)
    topic_word = np.array(model.topic_word)
    seeded._replace(topics=places[seeded.topics]).add_to(topic_word.T, -1)
    return replace(model, topic_word=topic_word)


def _opened(
    cache: Cache, topic: int, ref: str | None, observer: Observer
) -> tuple[Artefact, TopicModel]:
    run = chosen_run(cache, ref, TOPIC_MODEL, observer)
    return run, _checked(run, topic)


def _checked(run: Artefact, topic: int) -> TopicModel:
    model = open_topic_model(run)
    check_topic(model, topic)
    return model
