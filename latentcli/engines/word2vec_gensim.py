"""Word2vec by gensim's ``corpus_file`` path, which keeps all cores busy.

gensim reads a text file, one thread for each part of it: parts of equal bytes, in each of which a
thread stops after an equal share of the tokens. So ours holds token ids as digits of equal width,
in lines of at most 100 tokens; ids of unequal width, or longer lines, would leave tokens unseen. A
line ends wherever a paragraph does, so that no context window reaches across.
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
_STAGE = "training, told epoch by epoch"


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
        sample=parameters.sample if parameters.sample < 1 else 0,  # gensim takes 1 for a count
        alpha=parameters.learning_rate,
        min_alpha=min(1e-4, parameters.learning_rate),
        sg=0 if parameters.cbow else 1,
        seed=parameters.seed,
        min_count=1,
        workers=threads,
        epochs=parameters.epochs,
    )
    counts = vocabulary.term_counts.tolist()
    keys = token_keys(len(counts))
    word2vec.build_vocab_from_freq(dict(zip(keys, counts, strict=True)), corpus_count=n_lines)
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
    order = [word2vec.wv.key_to_index[key] for key in keys]
    vectors = np.ascontiguousarray(word2vec.wv.vectors[order], np.float32)
    model = Embedding(
        words=vocabulary.words,
        vectors=vectors,
        norms=lengths(vectors),
        term_counts=vocabulary.term_counts,
        tokenizer=corpus.tokenizer,
        context_vectors=np.ascontiguousarray(word2vec.syn1neg[order], np.float32),
    )
    return Trained(
        model,
        {
            "epochs": parameters.epochs,
            "tokens": n_tokens,
            "tokens_seen_per_epoch": round(seen / parameters.epochs),
        },
    )


def token_keys(n_terms: int) -> list[str]:
    """Return the ids 0 to n_terms - 1 as digits of equal width."""
    width = len(str(max(0, n_terms - 1)))
    return [f"{i:0{width}d}" for i in range(n_terms)]


def write_token_file(corpus: EncodedCorpus, kept: Rows, out: BinaryIO) -> int:
    """Write token ids, places in ``kept``, as ``token_keys``; return the number of lines."""
    digits = [key.encode("ascii") for key in token_keys(len(kept))]
    n_lines = 0
    for block in masked_blocks(corpus, kept):
        edges = block.paragraphs.tolist()
        ends = [*edges[1:], len(block.token_ids)]
        for start, stop in zip(edges, ends, strict=True):
            for first in range(start, stop, LINE_TOKENS):
                ids = block.token_ids[first : min(first + LINE_TOKENS, stop)].tolist()
                out.write(b" ".join(map(digits.__getitem__, ids)) + b"\n")
                n_lines += 1
    return n_lines


class _Epochs(CallbackAny2Vec):  # type: ignore[misc]
    """Tells how many epochs are over: inside one, gensim's threads tell nothing."""

    def __init__(self, observer: Observer, total: int) -> None:
        self._observer, self._total, self._done = observer, total, 0

    def on_epoch_begin(self, model: Word2Vec) -> None:
        self._observer.progress(_STAGE, self._done, self._total)

    def on_epoch_end(self, model: Word2Vec) -> None:
        self._done += 1
        self._observer.progress(_STAGE, self._done, self._total)
