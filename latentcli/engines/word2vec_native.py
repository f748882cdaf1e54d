"""Word2vec by the native core: skip-gram or CBOW with negative sampling (Mikolov et al. 2013).

The kept tokens are written once to a scratch file, cut into stretches where paragraphs end, and
every epoch reads them from there in blocks, so that memory holds the weights and no more. The
learning rate falls linearly over all tokens of all epochs; frequent words are subsampled, windows
shrunk at random and vectors first drawn as in word2vec.c and gensim. One thread gives the same
bytes for one seed; several threads race (Hogwild, Niu et al. 2011).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.mask import Rows, masked_blocks
from latentcli.engines.parameters import Word2VecParameters
from latentcli.errors import RequestError
from latentcli.kernels import alias_table, train_word2vec
from latentcli.kernels.padded_table import padded_table
from latentcli.models.embedding import Embedding, lengths
from latentcli.observer import Observer

# A stretch of text longer than this is cut, so that a thread's memory stays bounded.
MOST_TOKENS = 10_000
# Multiplications in one call of the kernel: some tenths of a second.
_BLOCK_WORK = 4_000_000_000
_LAST_RATE = 1e-4

Floats = npt.NDArray[np.float32]


class Trained(NamedTuple):
    """The embedding, and figures of how the training went."""

    model: Embedding
    metrics: dict[str, Any]


class Weights(NamedTuple):
    """The vectors of words and of context words: float32 (n_terms, dim padded to 16)."""

    words: Floats
    context: Floats


class Subwords(NamedTuple):
    """The rows whose mean is a word's vector: ``rows[starts[i] : starts[i + 1]]``.

    int64 (n_terms + 1,), uint32 (n_rows,); no word is without one.
    """

    starts: npt.NDArray[np.int64]
    rows: npt.NDArray[np.uint32]


class Text(NamedTuple):
    """The kept tokens uint32 (n_tokens,), and where stretches start: int64 (n_stretches + 1,)."""

    tokens: npt.NDArray[np.uint32]
    starts: npt.NDArray[np.int64]


def train(
    corpus: EncodedCorpus,
    kept: Rows,
    parameters: Word2VecParameters,
    threads: int,
    scratch: Path,
    observer: Observer,
) -> Trained:
    """Train an embedding of the words ``kept``; ``scratch`` is a directory for the tokens.

    Raises RequestError where the learning rate is so high that the weights overflow.
    """
    weights = first_weights(len(kept), parameters.dim, parameters.seed)
    return _trained(corpus, kept, parameters, threads, scratch, observer, weights, 0)


def resume(
    model: Embedding,
    metrics: Mapping[str, Any],
    corpus: EncodedCorpus,
    kept: Rows,
    parameters: Word2VecParameters,
    threads: int,
    scratch: Path,
    observer: Observer,
) -> Trained:
    """Train the vectors of a model of the same words of the same corpus further.

    ``parameters.epochs`` are all epochs, those that ``metrics`` count included: the learning rate
    goes on from where it would be after these, if so many had been asked for.
    """
    if model.context_vectors is None:
        raise RequestError(
            "the model holds no context vectors to go on from", "train it anew with --retrain"
        )
    weights = Weights(*(padded_table(len(kept), parameters.dim, np.float32) for _ in range(2)))
    weights.words[:, : parameters.dim] = model.vectors
    weights.context[:, : parameters.dim] = model.context_vectors
    done = int(metrics["epochs"])
    return _trained(corpus, kept, parameters, threads, scratch, observer, weights, done)


def _trained(
    corpus: EncodedCorpus,
    kept: Rows,
    parameters: Word2VecParameters,
    threads: int,
    scratch: Path,
    observer: Observer,
    first: Weights,
    done_epochs: int,
) -> Trained:
    weights, context = first
    vocabulary = corpus.vocabulary.selected(kept)
    counts = vocabulary.term_counts
    text = stretches(corpus, kept, scratch)
    negatives = alias_table(counts.astype(np.float64) ** 0.75)
    train_epochs(first, text, counts, negatives, parameters, threads, observer, done_epochs)
    vectors = np.ascontiguousarray(weights[:, : parameters.dim])
    context_vectors = np.ascontiguousarray(context[:, : parameters.dim])
    model = Embedding(
        words=vocabulary.words,
        vectors=vectors,
        norms=finite_lengths(vectors, context_vectors, parameters.learning_rate),
        term_counts=counts,
        tokenizer=corpus.tokenizer,
        context_vectors=context_vectors,
    )
    return Trained(model, {"epochs": parameters.epochs, "tokens": len(text.tokens)})


def train_epochs(
    weights: Weights,
    text: Text,
    counts: npt.NDArray[np.int64],
    negatives: npt.NDArray[np.uint32],
    parameters: Word2VecParameters,
    threads: int,
    observer: Observer,
    done_epochs: int = 0,
    subwords: Subwords | None = None,
) -> None:
    """Train the weights, in place, for the epochs that are left.

    ``counts`` (n_terms,) are the words', from which ``negatives``, an alias table, was made.
    With ``subwords``, these say which rows of ``weights.words`` are each word's.
    """
    total = len(text.tokens) * parameters.epochs
    keep = kept_of_32_bits(counts, parameters.sample)
    for begin, end, position in _blocks(text, parameters, done_epochs):
        observer.progress("training", position, total)
        train_word2vec(
            weights.words,
            weights.context,
            text.tokens,
            text.starts[begin : end + 1],
            keep,
            negatives,
            window=parameters.window,
            negative=parameters.negative,
            cbow=parameters.cbow,
            first_rate=parameters.learning_rate,
            last_rate=min(_LAST_RATE, parameters.learning_rate),
            position=position,
            total=total,
            seed=parameters.seed,
            subword_starts=None if subwords is None else subwords.starts,
            subword_rows=None if subwords is None else subwords.rows,
            threads=threads,
        )
    observer.progress("training", total, total)


def finite_lengths(vectors: Floats, context_vectors: Floats, learning_rate: float) -> Floats:
    """Return the lengths of the vectors; raise RequestError where training diverged."""
    norms = lengths(vectors)  # of finite vectors they may overflow all the same
    if not (np.isfinite(norms).all() and np.isfinite(lengths(context_vectors)).all()):
        raise RequestError(
            f"--learning-rate {learning_rate:g}: the training diverged",
            "try a smaller one, such as 0.025",
        )
    return norms


def stretches(corpus: EncodedCorpus, kept: Rows, scratch: Path) -> Text:
    """Write the kept tokens, and where paragraphs start, to scratch files and map them."""
    paths = scratch / "tokens", scratch / "starts"
    n_tokens = 0
    with open(paths[0], "wb") as tokens, open(paths[1], "wb") as starts:
        for block in masked_blocks(corpus, kept):
            edges = np.append(block.paragraphs, len(block.token_ids))
            starts.write((n_tokens + _cut(edges)).data)
            tokens.write(np.ascontiguousarray(block.token_ids).data)
            n_tokens += len(block.token_ids)
        starts.write(np.array([n_tokens]).data)
    return Text(np.memmap(paths[0], np.uint32, "r"), np.memmap(paths[1], np.int64, "r"))


def _cut(edges: Rows) -> Rows:
    """Return where stretches start: at each edge but the last, and every MOST_TOKENS after it."""
    pieces = np.maximum(-(-np.diff(edges) // MOST_TOKENS), 1)
    number = np.arange(pieces.sum()) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    starts: Rows = np.repeat(edges[:-1], pieces) + number * MOST_TOKENS
    return starts


def _blocks(
    text: Text, parameters: Word2VecParameters, done_epochs: int
) -> Iterator[tuple[int, int, int]]:
    """Yield blocks of stretches, all epochs left: the first, the last + 1, the tokens before."""
    work = parameters.dim * (parameters.negative + 1) * (parameters.window + 1)
    size = max(1000, _BLOCK_WORK // work)
    n_tokens = len(text.tokens)
    edges = np.searchsorted(text.starts, np.arange(0, n_tokens + size, size)).tolist()
    for epoch in range(done_epochs, parameters.epochs):
        for first, last in zip(edges, edges[1:], strict=False):
            yield first, last, epoch * n_tokens + int(text.starts[first])


def first_weights(n_terms: int, dim: int, seed: int) -> Weights:
    """Return word vectors, uniform in (-0.5, 0.5) / dim, and context vectors, all zero.

    Both float32 (n_terms, dim padded with zeros to a multiple of 16), at multiples of 64 bytes.
    """
    weights = padded_table(n_terms, dim, np.float32)
    draw = np.random.default_rng(seed)
    weights[:, :dim] = (draw.random((n_terms, dim), np.float32) - np.float32(0.5)) / dim
    return Weights(weights, padded_table(n_terms, dim, np.float32))


def kept_of_32_bits(counts: npt.NDArray[np.int64], sample: float) -> npt.NDArray[np.uint32]:
    """Return of 2^32 occurrences of each word how many are trained on: uint32 (n_terms,).

    A word of relative frequency f is kept with probability (sqrt(f / s) + 1) s / f, as
    word2vec.c does it; a sample s of 0, or 1 and more, keeps all.
    """
    if not 0 < sample < 1:
        return np.full(len(counts), 0xFFFFFFFF, np.uint32)
    frequency = counts / (sample * counts.sum())
    probability = (np.sqrt(frequency) + 1) / frequency
    kept: npt.NDArray[np.uint32] = np.minimum(probability * 2.0**32, 0xFFFFFFFF).astype(np.uint32)
    return kept
