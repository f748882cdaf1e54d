"""Which documents and words a topic model is made of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from latentcli.corpus.encoded import EncodedCorpus, chunked, documents_with_words
from latentcli.corpus.mask import Rows, topical
from latentcli.corpus.phrases import phrases_of
from latentcli.corpus.stopwords import stop_words
from latentcli.errors import InputError, RequestError
from latentcli.observer import Observer
from latentcli.workflows.topic_request import MaskOptions, TopicsRequest, topics_of
from latentcli.workflows.training import words_digest

_FEW_DOCS = 50
_SMALL_CORPUS_DOCS = 1000
_CHUNK_TOKENS = 1000


def n_with_words(corpus: EncodedCorpus) -> int:
    """Return how many documents are not empty."""
    return len(documents_with_words(corpus))


def cut_documents(
    corpus: EncodedCorpus, chunk: int | None, observer: Observer
) -> tuple[EncodedCorpus, int | None]:
    """Return the corpus, long documents cut, and at how many tokens (``chunk``, if given)."""
    n_docs = n_with_words(corpus)
    if chunk is None and n_docs < _FEW_DOCS and corpus.n_tokens > _CHUNK_TOKENS * 3 // 2:
        chunk = _CHUNK_TOKENS
        observer.note(
            f"{n_docs} documents are few: long ones are cut at about {chunk} tokens (--chunk)"
        )
    if chunk is None:
        return corpus, None
    return chunked(corpus, chunk), chunk


def kept_words(
    corpus: EncodedCorpus, options: MaskOptions, observer: Observer
) -> tuple[Rows, dict[str, Any]]:
    """Return the rows of the words to keep, and the mask's record; raise InputError for none."""
    language = options.stopwords or "en"
    stops = stop_words(language, corpus.tokenizer)
    left_out = stops if corpus.phrases is None else stops | phrases_of(corpus.phrases, stops)
    if options.stopwords is None:
        observer.note("stop words: English (--stopwords de, fr ..., none, or a file)")
    min_df = options.min_df
    if min_df is None:
        min_df = 5 if n_with_words(corpus) >= _SMALL_CORPUS_DOCS else 2
    kept = topical(corpus, min_df, options.max_df, options.keep_n, left_out)
    if not len(kept):
        raise InputError(
            f"0 of {len(corpus.vocabulary)} words kept with --min-df {min_df} "
            f"--max-df {options.max_df:g} and the stop words",
            "try --min-df 1 --max-df 1, or --stopwords none",
        )
    return kept, {
        "stopwords": words_digest(stops),
        "min_df": min_df,
        "max_df": options.max_df,
        "keep_n": options.keep_n,
    }


def within_corpus(request: TopicsRequest, corpus: EncodedCorpus, kept: Rows) -> TopicsRequest:
    """Return the request with no more topics than the corpus can have.

    Raises RequestError where more were asked for; what hdp may find at most is lowered.
    """
    n_docs = n_with_words(corpus)
    most = min(n_docs, len(kept))
    k = topics_of(request)
    if request.algorithm == "hdp" and request.k is None:
        return replace(request, k=min(k, most))
    if not 1 <= k <= most:
        raise RequestError(
            f"--k {k}: must be from 1 to {most} for this corpus",
            f"it has {n_docs} documents and {len(kept)} words after pruning",
        )
    return request
