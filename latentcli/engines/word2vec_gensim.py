"""Word2vec by gensim's ``corpus_file`` path, which keeps all cores busy.

gensim reads a text file, one thread for each part of it. Ours holds token ids as decimal digits in
lines of at most 100 tokens: on longer lines the path drops tokens where a part begins. A line ends
wherever a paragraph does, so that no context window reaches across.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from gensim.models import Word2Vec
from gensim.models.callbacks import CallbackAny2Vec

from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.mask import Rows, masked_blocks
from latentcli.engines.parameters import Word2VecParameters
from latentcli.models.embedding import Embedding, lengths
from latentcli.observer import Observer

LINE_TOKENS = 100


class Trained(NamedTuple):
    """The embedding, and figures of how the training went."""

    model: Embedding
    metrics: dict[str, Any]


def train(
    corpus: EncodedCorpus,
    kept: Rows,
    parameters: Word2VecParameters,
    threads: int,
    scratch: Path,
    observer: Observer,
) -> Trained:
    """Train an embedding of the words ``kept``; ``scratch`` is a directory for the token file."""
    path = scratch / "tokens.txt"
    with open(path, "wb") as out:
        n_lines = write_token_file(corpus, kept, out)
    vocabulary = corpus.vocabulary.selected(kept)
    word2vec = Word2Vec(
        vector_size=parameters.dim,
        window=parameters.window,
        negative=parameters.negative,
        hs=0 if parameters.negative else 1,
        sample=parameters.sample,
        alpha=parameters.learning_rate,
        min_alpha=min(1e-4, parameters.learning_rate),
        sg=0 if parameters.cbow else 1,
        seed=parameters.seed,
        min_count=1,
        workers=threads,
        epochs=parameters.epochs,
    )
    counts = vocabulary.term_counts.tolist()
    word2vec.build_vocab_from_freq({str(i): n for i, n in enumerate(counts)}, corpus_count=n_lines)
    n_tokens = sum(counts)
    epochs = _Epochs(observer, parameters.epochs)
    _, seen = word2vec.train(
        corpus_file=str(path),
        total_words=n_tokens,
        total_examples=n_lines,
        epochs=parameters.epochs,
        callbacks=[epochs],
    )
    path.unlink()
    order = [word2vec.wv.key_to_index[str(i)] for i in range(len(counts))]
    vectors = np.ascontiguousarray(word2vec.wv.vectors[order], np.float32)
    output = word2vec.syn1neg if parameters.negative else None
    model = Embedding(
        words=vocabulary.words,
        vectors=vectors,
        norms=lengths(vectors),
        term_counts=vocabulary.term_counts,
        tokenizer=corpus.tokenizer,
        context_vectors=None if output is None else np.ascontiguousarray(output[order], np.float32),
    )
    return Trained(
        model,
        {
            "epochs": parameters.epochs,
            "tokens": n_tokens,
            "tokens_seen_per_epoch": round(seen / parameters.epochs),
        },
    )


def write_token_file(corpus: EncodedCorpus, kept: Rows, out: BinaryIO) -> int:
    """Write token ids, places in ``kept``, as digits; return the number of lines."""
    digits = [str(i).encode("ascii") for i in range(len(kept))]
    n_lines = 0
    for block in masked_blocks(corpus, kept):
        ids = list(map(digits.__getitem__, block.token_ids.tolist()))
        edges = block.paragraphs.tolist()
        lines = [
            b" ".join(ids[first : min(first + LINE_TOKENS, stop)])
            for start, stop in zip(edges, [*edges[1:], len(ids)], strict=True)
            for first in range(start, stop, LINE_TOKENS)
        ]
        n_lines += len(lines)
        if lines:
            out.write(b"\n".join(lines) + b"\n")
    return n_lines


class _Epochs(CallbackAny2Vec):  # type: ignore[misc]
    def __init__(self, observer: Observer, total: int) -> None:
        self._observer, self._total, self._done = observer, total, 0

    def on_epoch_begin(self, model: Word2Vec) -> None:
        self._observer.progress("training", self._done, self._total)

    def on_epoch_end(self, model: Word2Vec) -> None:
        self._done += 1
        self._observer.progress("training", self._done, self._total)
