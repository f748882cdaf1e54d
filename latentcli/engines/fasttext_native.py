"""Word vectors with character n-grams by the native core (Bojanowski et al. 2017).

Word2vec in which a word's vector is the mean of a row of its own and of the rows of its n-grams.
As in the fastText program, negative samples are drawn by the square root of the counts, and the
rows move by the whole of a step, so that their mean does. Rows are kept for those buckets alone
that the words' n-grams fall into.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.mask import Rows
from latentcli.corpus.strings import Strings
from latentcli.engines.parameters import FastTextParameters
from latentcli.engines.word2vec_native import (
    Floats,
    Subwords,
    Trained,
    Weights,
    finite_lengths,
    stretches,
    train_epochs,
)
from latentcli.errors import RequestError
from latentcli.kernels import alias_table
from latentcli.kernels.padded_table import padded_table
from latentcli.models.subword_embedding import SubwordEmbedding, composed, lines_of, ngram_buckets
from latentcli.models.subwords import SubwordVectors
from latentcli.observer import Observer

_BLOCK_ROWS = 1 << 16


def train(
    corpus: EncodedCorpus,
    kept: Rows,
    parameters: FastTextParameters,
    threads: int,
    scratch: Path,
    observer: Observer,
) -> Trained:
    """Train an embedding of the words ``kept``; ``scratch`` is a directory for the tokens.

    Raises RequestError where the learning rate is so high that the weights overflow.
    """
    words = corpus.vocabulary.selected(kept).words
    rows, buckets = word_rows(words, parameters)
    weights = first_weights(len(words), len(buckets), parameters)
    return _trained(corpus, kept, parameters, threads, scratch, observer, weights, rows, buckets, 0)


def resume(
    model: SubwordEmbedding,
    metrics: Mapping[str, Any],
    corpus: EncodedCorpus,
    kept: Rows,
    parameters: FastTextParameters,
    threads: int,
    scratch: Path,
    observer: Observer,
) -> Trained:
    """Train a model of the same words of the same corpus further, as word2vec's ``resume``."""
    if model.context_vectors is None:
        raise RequestError(
            "the model holds no context vectors to go on from", "train it anew with --retrain"
        )
    n_terms, dim = len(kept), parameters.dim
    rows, buckets = word_rows(model.words, parameters)
    words = padded_table(n_terms + len(buckets), dim, np.float32)
    words[:n_terms, :dim] = model.own_vectors
    words[n_terms:, :dim] = model.subwords.vectors
    context = padded_table(n_terms, dim, np.float32)
    context[:, :dim] = model.context_vectors
    done = int(metrics["epochs"])
    weights = Weights(words, context)
    return _trained(
        corpus, kept, parameters, threads, scratch, observer, weights, rows, buckets, done
    )


def word_rows(
    words: Strings, parameters: FastTextParameters
) -> tuple[Subwords, npt.NDArray[np.uint32]]:
    """Return each word's rows, its own first, and the buckets that have rows, in rising order.

    Row n_terms + i is that of bucket i.
    """
    starts, buckets = ngram_buckets(
        lines_of(words), parameters.min_n, parameters.max_n, parameters.buckets
    )
    there, place = np.unique(buckets, return_inverse=True)
    own = starts + np.arange(len(starts))
    rows = np.empty(len(buckets) + len(words), np.uint32)
    rows[own[:-1]] = np.arange(len(words))
    is_ngram = np.ones(len(rows), np.bool_)
    is_ngram[own[:-1]] = False
    rows[is_ngram] = place + len(words)
    return Subwords(own, rows), there


def first_weights(n_terms: int, n_buckets: int, parameters: FastTextParameters) -> Weights:
    """Return rows of words and n-grams, uniform in (-1, 1) / dim, and context vectors, all zero."""
    dim = parameters.dim
    words = padded_table(n_terms + n_buckets, dim, np.float32)
    draw = np.random.default_rng(parameters.seed)
    for first in range(0, len(words), _BLOCK_ROWS):
        block = words[first : first + _BLOCK_ROWS, :dim]
        block[:] = (draw.random(block.shape, np.float32) * 2 - 1) / np.float32(dim)
    return Weights(words, padded_table(n_terms, dim, np.float32))


def _trained(
    corpus: EncodedCorpus,
    kept: Rows,
    parameters: FastTextParameters,
    threads: int,
    scratch: Path,
    observer: Observer,
    weights: Weights,
    rows: Subwords,
    buckets: npt.NDArray[np.uint32],
    done_epochs: int,
) -> Trained:
    vocabulary = corpus.vocabulary.selected(kept)
    counts = vocabulary.term_counts
    text = stretches(corpus, kept, scratch)
    negatives = alias_table(np.sqrt(counts.astype(np.float64)))
    train_epochs(weights, text, counts, negatives, parameters, threads, observer, done_epochs, rows)
    n_terms, dim = len(kept), parameters.dim
    own: Floats = np.ascontiguousarray(weights.words[:n_terms, :dim])
    ngrams: Floats = np.ascontiguousarray(weights.words[n_terms:, :dim])
    subwords = SubwordVectors(
        parameters.min_n, parameters.max_n, parameters.buckets, ngrams, buckets
    )
    vectors = composed(lines_of(vocabulary.words), own, subwords, threads)
    context = np.ascontiguousarray(weights.context[:, :dim])
    model = SubwordEmbedding(
        words=vocabulary.words,
        vectors=vectors,
        norms=finite_lengths(vectors, context, parameters.learning_rate),
        term_counts=counts,
        tokenizer=corpus.tokenizer,
        context_vectors=context,
        own_vectors=own,
        subwords=subwords,
    )
    return Trained(model, {"epochs": parameters.epochs, "tokens": len(text.tokens)})
