"""Two topic models side by side: which topics match, which are split, merged, or of one alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from latentcli.corpus.counts import count_matrix
from latentcli.errors import RequestError
from latentcli.evaluation.alignment import Alignment, aligned, topic_similarities
from latentcli.evaluation.topic_flow import (
    MAJORITY,
    Flow,
    common_rows,
    flow_of_axes,
    flow_of_tokens,
    flow_of_words,
)
from latentcli.formats.artefact import Artefact
from latentcli.formats.models import open_topic_model
from latentcli.models.topic_model import Doubles, LsiModel, MixtureModel, TopicModel
from latentcli.observer import Observer
from latentcli.queries.ranking import top_words
from latentcli.store.cache import Cache
from latentcli.wording import counted
from latentcli.workflows.compare import Compared, ComparisonRequest, Summary
from latentcli.workflows.reference_corpus import own_corpus

IDENTICAL, MATCH, SPLIT, MERGE, PART_OF_A, PART_OF_B, WEAK, ONLY_IN_A, ONLY_IN_B = RELATIONS = (
    "identical", "match", "split", "merge", "part of a", "part of b", "weak", "only in a",
    "only in b",
)  # fmt: skip

# Similarities of equal topics differ from 1 by rounding alone.
_SAME = 1 - 1e-6


class TopicPair(NamedTuple):
    """Topic ``a`` of one model and ``b`` of the other; None where it has no partner.

    ``a_in_b``: which share of a's tokens b has, too; ``b_in_a``: of b's tokens, a.
    """

    a: int | None
    b: int | None
    similarity: float | None
    relation: str
    a_in_b: float | None
    b_in_a: float | None
    words_a: list[str]
    words_b: list[str]


def compare_topics(
    cache: Cache, run_a: Artefact, run_b: Artefact, request: ComparisonRequest, observer: Observer
) -> Compared:
    """Align the topics of two models and tell how they are related.

    Raises RequestError where one is LSI and the other is not, or no word is common.
    """
    a, b = open_topic_model(run_a), open_topic_model(run_b)
    similarities = topic_similarities(a, b)
    pairs = aligned(similarities)
    flow, basis = _flow(cache, (run_a, run_b), (a, b), similarities, observer)
    words = [_top_words(model, request.n) for model in (a, b)]
    rows = [
        _row(i, j, relation, similarities, flow, words)
        for i, j, relation in relations(pairs, similarities, flow)
    ]
    summary = _summary((run_a, run_b), (a, b), pairs, rows, basis)
    observer.note(f"{summary.relation}: stability {summary.similarity:.4f}, {summary.detail}")
    return Compared(rows, [summary])


def relations(
    pairs: Alignment, similarities: Doubles, flow: Flow
) -> Iterator[tuple[int | None, int | None, str]]:
    """Yield each pair that is aligned, or of which one lies mostly in the other, then the rest."""
    partner = dict(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True))
    splits, merges = set(flow.splits()), set(flow.merges())
    same = {(i, j) for i, j in partner.items() if similarities[i, j] >= _SAME}
    mostly = (flow.a_in_b > MAJORITY) | (flow.b_in_a > MAJORITY)
    for i, j in same:  # which have found what is theirs
        mostly[i] = mostly[:, j] = False
    shown = {*partner.items(), *((int(i), int(j)) for i, j in np.argwhere(mostly))}
    for i, j in sorted(shown):
        shares = float(flow.a_in_b[i, j]), float(flow.b_in_a[i, j])
        whole = (i, j) in splits, (i, j) in merges
        yield i, j, IDENTICAL if (i, j) in same else _relation(*shares, whole)
    for i in sorted(set(range(len(similarities))) - {i for i, _ in shown}):
        yield i, None, ONLY_IN_A
    for j in sorted(set(range(similarities.shape[1])) - {j for _, j in shown}):
        yield None, j, ONLY_IN_B


def _relation(a_in_b: float, b_in_a: float, split_merge: tuple[bool, bool]) -> str:
    split, merge = split_merge
    if split != merge:
        return SPLIT if split else MERGE
    if a_in_b > MAJORITY and b_in_a > MAJORITY:
        return MATCH
    if a_in_b > MAJORITY or b_in_a > MAJORITY:
        return PART_OF_B if a_in_b > MAJORITY else PART_OF_A
    return WEAK


def _flow(
    cache: Cache,
    runs: tuple[Artefact, Artefact],
    models: tuple[TopicModel, TopicModel],
    similarities: Doubles,
    observer: Observer,
) -> tuple[Flow, str]:
    """Return how topics flow, and by what that was told."""
    a, b = models
    if not (isinstance(a, MixtureModel) and isinstance(b, MixtureModel)):
        return flow_of_axes(similarities), "shares are squared cosines"
    rows = common_rows(a, b)
    if not len(rows[0]):
        raise RequestError("the two models have no word in common", "are their corpora right?")
    records = [run.manifest for run in runs]
    corpora = [(record["corpus"]["digest"], record["mask"].get("chunk")) for record in records]
    by_words = f"shares by {counted(len(rows[0]), 'common word')}"
    if corpora[0] != corpora[1]:
        return flow_of_words(a, b, rows), f"{by_words}: the documents are not the same"
    corpus = own_corpus(cache, records[0])
    if corpus is None:
        return flow_of_words(a, b, rows), f"{by_words}: the corpus is no longer in the cache"
    places = {word: row for row, word in enumerate(corpus.vocabulary.words)}
    kept = np.array([places[a.words[int(row)]] for row in rows[0]], np.int64)
    lengths = np.minimum(np.asarray(a.doc_lengths), np.asarray(b.doc_lengths))
    documents = np.flatnonzero(lengths > 0)
    counts = count_matrix(corpus, kept).taken(documents)
    flow = flow_of_tokens(
        a, b, counts, rows, documents, lambda done: observer.progress("sharing tokens out", done, 1)
    )
    n_tokens = int(counts.counts.sum())
    return flow, f"shares by {n_tokens:,} tokens of {counted(len(documents), 'document')}"


def _top_words(model: TopicModel, n: int) -> list[list[str]]:
    return [[model.words[int(row)] for row in rows] for rows in top_words(model, n)]


def _row(
    i: int | None,
    j: int | None,
    relation: str,
    similarities: Doubles,
    flow: Flow,
    words: Sequence[list[list[str]]],
) -> TopicPair:
    if i is None or j is None:
        own = ([] if i is None else words[0][i]), ([] if j is None else words[1][j])
        return TopicPair(i, j, None, relation, None, None, *own)
    figures = (float(table[i, j]) for table in (similarities, *flow))
    similarity, a_in_b, b_in_a = figures
    return TopicPair(i, j, similarity, relation, a_in_b, b_in_a, words[0][i], words[1][j])


def _summary(
    runs: tuple[Artefact, Artefact],
    models: tuple[TopicModel, TopicModel],
    pairs: Alignment,
    rows: Sequence[TopicPair],
    basis: str,
) -> Summary:
    found = Counter(row.relation for row in rows)
    kinds = ", ".join(f"{found[kind]} {kind}" for kind in RELATIONS if found[kind])
    same = set(found) == {IDENTICAL}
    detail = f"the mean similarity of {counted(len(pairs.first), 'aligned pair')}; {kinds}"
    detail += _told_apart(models, pairs) if same else f"; {basis}"
    relation = IDENTICAL if same else "different"
    return Summary(runs[0].id, runs[1].id, float(pairs.similarity.mean()), relation, detail)


def _told_apart(models: tuple[TopicModel, TopicModel], pairs: Alignment) -> str:
    """Return in what two models of the same topics differ yet: their order, their documents."""
    numbered = "" if (pairs.first == pairs.second).all() else ", numbered otherwise"
    first, second = (
        np.asarray(model.document_vectors if isinstance(model, LsiModel) else model.doc_topic)
        for model in models
    )
    if first.shape != second.shape:
        return f"{numbered}; of other documents"
    with_sign = second[:, pairs.second]
    if isinstance(models[0], LsiModel):
        first, with_sign = np.abs(first), np.abs(with_sign)
    largest = float(np.abs(first - with_sign).max(initial=0))
    return numbered + (f"; documents' weights differ by up to {largest:.2g}" if largest else "")
