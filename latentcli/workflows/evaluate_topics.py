"""Judge topics: coherence, diversity and exclusivity, perplexity, agreement with labels."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack

import numpy as np
import numpy.typing as npt

from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.held_out import without_documents
from latentcli.corpus.tokenizers import make_tokenizer
from latentcli.evaluation.coherence import WINDOWS, coherence
from latentcli.evaluation.labels import agreement
from latentcli.evaluation.perplexity import Completion, complete_documents
from latentcli.evaluation.topics import diversity, exclusivity
from latentcli.formats.artefact import Artefact, Manifest
from latentcli.formats.models import open_topic_model
from latentcli.formats.topic_lists import read_topics
from latentcli.kernels import usable_cores
from latentcli.models.topic_model import MixtureModel, TopicModel
from latentcli.observer import Observer
from latentcli.queries.ranking import positive_weights, top_words
from latentcli.store.cache import Cache
from latentcli.workflows.evaluation_request import EvaluationRequest, Measure
from latentcli.workflows.held_out import held_out_documents
from latentcli.workflows.reading import CorpusRequest
from latentcli.workflows.reference_corpus import corpus_to_read, own_corpus

_GONE = "the model's corpus is not in the cache any more: encode it again with 'latent corpus'"
_MEANING = {
    "c_npmi": "normalised pointwise mutual information, from -1 to 1",
    "c_v": "likeness of the words' NPMI with all words of their topic, from 0 to 1",
    "u_mass": "log p(word | a word above it), 0 at most",
    "c_uci": "pointwise mutual information",
}


def evaluate_topic_list(
    cache: Cache, request: EvaluationRequest, observer: Observer
) -> list[Measure]:
    """Judge topics from a file by a corpus: the one named, or the latest."""
    topics = [words[: request.top] for words in read_topics(request.topics or "", request.encoding)]
    with corpus_to_read(cache, request.corpus or CorpusRequest(), observer) as corpus:
        return [
            *_coherence(topics, corpus, _described(corpus), request, observer),
            _diversity(topics, request.top),
        ]


def evaluate_topic_model(
    cache: Cache, run: Artefact, request: EvaluationRequest, observer: Observer
) -> list[Measure]:
    """Judge a topic model by its own corpus, or by ``request.corpus``, and by unseen documents."""
    model = open_topic_model(run)
    top = top_words(model, request.top)
    topics = [[model.words[int(row)] for row in rows] for rows in top]
    own = own_corpus(cache, run.manifest)
    phrases = run.strings("phrases") if run.has_strings("phrases") else None
    with ExitStack() as stack:
        reference, described = own, ""
        if request.corpus is not None:
            reference = stack.enter_context(
                corpus_to_read(cache, request.corpus, observer, model.tokenizer, phrases)
            )
        if reference is not None:
            described = _described(reference)
        found = _coherence(topics, reference, described, request, observer)
        found.append(_diversity(topics, request.top))
        found += _exclusivity(exclusivity(top, positive_weights(model)), topics, request)
        found.append(_held_out_perplexity(model, run.manifest, own))
        if request.unseen is not None:
            unseen = stack.enter_context(
                corpus_to_read(cache, request.unseen, observer, model.tokenizer, phrases)
            )
            seen = ""
            if _are_the_same(unseen, run.manifest["corpus"]["digest"], own):
                seen = "the model was trained on these very documents; "
                observer.note(
                    f"--unseen {unseen.name}: {seen}its perplexity there says nothing of new ones "
                    "(train with --held-out 0.1)"
                )
            found.append(_perplexity("unseen_perplexity", model, run.manifest, unseen, seen))
        return found + _agreement(model, own)


def _are_the_same(corpus: EncodedCorpus, digest: str, own: EncodedCorpus | None) -> bool:
    """Tell whether a corpus is the one trained on, ``own``, whichever way both were read."""
    if corpus.digest == digest:
        return True
    return (
        own is not None
        and corpus.n_tokens == own.n_tokens
        and list(corpus.vocabulary.words) == list(own.vocabulary.words)
        and bool(np.array_equal(corpus.token_ids, own.token_ids))
    )


def _described(corpus: EncodedCorpus) -> str:
    documents = "1 document" if corpus.n_docs == 1 else f"{corpus.n_docs:,} documents"
    return f"{corpus.name}, {documents}, no word left out"


def _coherence(
    topics: Sequence[Sequence[str]],
    corpus: EncodedCorpus | None,
    described: str,
    request: EvaluationRequest,
    observer: Observer,
) -> list[Measure]:
    if corpus is None:
        hint = f"{_GONE}, or name another with --corpus"
        return [Measure(measure, None, hint) for measure in _MEANING]
    rows = [_rows_of(words, corpus) for words in topics]
    values = coherence(
        rows,
        corpus,
        tuple(_MEANING),
        threads=usable_cores(),
        tell=lambda done, total: observer.progress(
            "counting windows, million tokens", done / 1e6, total / 1e6
        ),
    )
    n_words = sum(map(len, topics))
    missing = n_words - sum(map(len, rows))
    found = []
    for measure, of_topics in values.items():
        sound = of_topics[np.isfinite(of_topics)]
        size = WINDOWS[measure]
        detail = (
            f"{_MEANING[measure]}; top {request.top} words; "
            f"{'documents' if size is None else f'windows of {size} tokens'} of {described}"
        )
        if missing:
            detail += f"; {missing} of {n_words} words are not in it"
        if len(sound) < len(topics):
            detail += f"; {len(topics) - len(sound)} of {len(topics)} topics have no figure"
        found.append(Measure(measure, float(sound.mean()) if len(sound) else None, detail))
        if request.per_topic:
            found += [
                _of_topic(measure, number, value, words)
                for number, (value, words) in enumerate(zip(of_topics, topics, strict=True))
            ]
    return found


def _of_topic(measure: str, number: int, value: float, words: Sequence[str]) -> Measure:
    listed = " ".join(words)
    if np.isfinite(value):
        return Measure(f"{measure} topic {number}", float(value), listed)
    reason = f"fewer than two of its words are in the corpus, or all are everywhere: {listed}"
    return Measure(f"{measure} topic {number}", None, reason)


def _rows_of(words: Sequence[str], corpus: EncodedCorpus) -> npt.NDArray[np.int64]:
    """Return the rows of the words that the corpus has, as given or through its word rule."""
    tokenize = make_tokenizer(corpus.tokenizer).tokenize
    found = []
    for word in words:
        row = corpus.vocabulary.words.find(word)
        if row is None and len(cut := tokenize(word)) == 1:
            row = corpus.vocabulary.words.find(cut[0])
        if row is not None:
            found.append(row)
    return np.array(found, np.int64)


def _diversity(topics: Sequence[Sequence[str]], top: int) -> Measure:
    detail = f"share of distinct words among the top {top} of {len(topics)} topics, 1 at most"
    return Measure("diversity", diversity(topics), detail)


def _exclusivity(
    values: npt.NDArray[np.float64], topics: Sequence[Sequence[str]], request: EvaluationRequest
) -> list[Measure]:
    detail = f"how far the top {request.top} words are their topic's own, from 0 to 1"
    found = [Measure("exclusivity", float(values.mean()), detail)]
    if request.per_topic:
        found += [
            _of_topic("exclusivity", number, value, words)
            for number, (value, words) in enumerate(zip(values, topics, strict=True))
        ]
    return found


def _held_out_perplexity(
    model: TopicModel, manifest: Manifest, own: EncodedCorpus | None
) -> Measure:
    name = "held_out_perplexity"
    record = manifest.get("mask", {}).get("held_out")
    if (why := _no_perplexity(model, manifest)) is not None:
        return Measure(name, None, why)
    if record is None:
        return Measure(
            name, None, "no document was held out: train with --held-out 0.1, or see --unseen"
        )
    if own is None:
        return Measure(name, None, _GONE)
    rows = held_out_documents(own, record)
    trained_on = np.setdiff1d(np.arange(own.n_docs), rows)
    split = f"a share of {record['share']:g} held out by seed {record['seed']}, "
    split += f"digest {record['digest'][:12]}; "
    return _perplexity(name, model, manifest, without_documents(own, trained_on), split)


def _perplexity(
    name: str, model: TopicModel, manifest: Manifest, corpus: EncodedCorpus, split: str
) -> Measure:
    why = _no_perplexity(model, manifest)
    if why is not None or not isinstance(model, MixtureModel):
        return Measure(name, None, why or "")
    found = complete_documents(model, corpus, usable_cores())
    if not found.scored:
        return Measure(name, None, "no document has two words that the model knows")
    return Measure(name, found.perplexity, described_completion(found, split))


def described_completion(found: Completion, split: str) -> str:
    """Return what a perplexity means, or why it is infinite."""
    if found.impossible:
        rest = found.perplexity_of_possible
        return (
            f"infinite: {found.impossible:,} of {found.scored:,} tokens have probability 0 "
            f"({f'{rest:.1f} without them; ' if rest else ''}lda leaves no word without any)"
        )
    documents = "1 document" if found.documents == 1 else f"{found.documents:,} documents"
    return (
        f"as unsure as among so many equally likely words: of every other token, given the rest, "
        f"{found.scored:,} tokens of {documents}; {split}"
        f"{found.unknown:,} tokens outside the vocabulary left out"
    )


def _no_perplexity(model: TopicModel, manifest: Manifest) -> str | None:
    """Return why a model gives words no probability, or None where it does."""
    algorithm = manifest["algorithm"]
    if manifest.get("parameters", {}).get("loss") == "frobenius":
        algorithm += " with the Frobenius loss"
    elif isinstance(model, MixtureModel):
        return None
    return (
        f"{algorithm} gives words no probabilities: lda, plsa, hdp and nmf with "
        "--loss kl have a perplexity"
    )


def _agreement(model: TopicModel, own: EncodedCorpus | None) -> list[Measure]:
    """Compare the heaviest topic of each document trained on with its label."""
    why = _GONE if own is None else "the corpus has no labels: see --label-field"
    if own is None or own.labels is None:
        return [Measure(name, None, why) for name in ("nmi", "purity")]
    labels = np.array(list(own.labels), object)
    judged = np.flatnonzero((np.asarray(model.doc_lengths) > 0) & (labels != ""))
    kinds, codes = np.unique(labels[judged].astype(str), return_inverse=True)
    if len(kinds) < 2:
        why = "the documents have no labels, or all the same"
        return [Measure(name, None, why) for name in ("nmi", "purity")]
    weights = model.doc_topic if isinstance(model, MixtureModel) else model.document_vectors
    heaviest = np.abs(np.asarray(weights)[judged]).argmax(axis=1)
    found = agreement(heaviest, codes)
    of = f"each document's heaviest topic and its label; {len(kinds)} labels, {len(judged):,} "
    of += "documents; from 0 to 1"
    return [
        Measure("nmi", found.nmi, f"normalised mutual information of {of}"),
        Measure(
            "purity", found.purity, f"share that have the commonest label of their topic: {of}"
        ),
    ]
