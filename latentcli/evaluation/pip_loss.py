"""How many dimensions a corpus can feed: the pairwise inner product (PIP) loss of embeddings.

Yin and Shen (2018), "On the Dimensionality of Word Embedding". Too few dimensions lose signal
(bias), too many fit noise (variance); the loss between the embedding that is estimated from the
corpus and the one that could be made without noise has a least value between.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.corpus.encoded import EncodedCorpus
from latentcli.corpus.mask import Rows, masked_blocks

Doubles = npt.NDArray[np.float64]

# An embedding is U D^alpha of a matrix U D V^T: word2vec and its kin are held to have this alpha.
ALPHA = 0.5
# So many of the most frequent words make the matrix: n^2 numbers, and some n^3 steps.
MOST_WORDS = 2000
_SAMPLES = 1  # of some 4 million numbers each
# Halves of a corpus take turns at its documents, of which long ones are cut in such pieces.
_PIECE_TOKENS = 1000


class Dimensionality(NamedTuple):
    """What is lost at each number of dimensions: ``loss`` float64 (n_words + 1,), from 0 on.

    In units of the noiseless embedding's own inner products, so that no dimension at all loses 1.
    ``rank`` of the signal that stands out of the noise, whose deviation is ``noise``.
    """

    loss: Doubles
    n_words: int
    rank: int
    noise: float

    @property
    def best(self) -> int:
        """The number of dimensions at which the loss is least."""
        return int(self.loss.argmin())


def pip_loss(a: npt.NDArray[np.floating], b: npt.NDArray[np.floating]) -> float:
    """Return the Frobenius norm of A A^T - B B^T of two embeddings, (n_words, any dimension).

    No rotation of either changes it.
    """
    # || A A^T - B B^T ||^2 = || A^T A ||^2 + || B^T B ||^2 - 2 || A^T B ||^2: no n x n matrix.
    squares = (np.sum((x.T @ y) ** 2) for x, y in ((a, a), (b, b), (a, b)))
    own_a, own_b, both = squares
    return float(np.sqrt(max(0.0, own_a + own_b - 2 * both)))


def dimensionality(
    corpus: EncodedCorpus,
    kept: Rows,
    window: int,
    seed: int = 1,
    tell: Callable[[float, float], None] = lambda done, total: None,
) -> Dimensionality | None:
    """Estimate the loss of a corpus's embeddings; None where noise hides all of the signal.

    ``kept``: rows of the words that the text is taken to have, in the vocabulary's order, the most
    frequent first; a pair stands within ``window`` of these. The signal is the matrix of positive
    pointwise mutual information; what it would be in another corpus as large is told by the two
    halves of this one.
    """
    n_words = min(len(kept), MOST_WORDS)
    halves = _together_by_half(corpus, kept, n_words, window, tell)
    whole = ppmi(halves[0] + halves[1])
    noise = noise_between(ppmi(halves[0]), ppmi(halves[1]))
    spectrum = signal_spectrum(whole, noise)
    if not len(spectrum):
        return None
    loss = expected_loss(spectrum, noise, n_words, seed)
    return Dimensionality(loss, n_words, len(spectrum), noise)


def _together_by_half(
    corpus: EncodedCorpus,
    kept: Rows,
    n_words: int,
    window: int,
    tell: Callable[[float, float], None],
) -> Doubles:
    """Count how often words stand together in each half: float64 (2, n_words, n_words), symmetric.

    A pair counts the more the nearer, as word2vec draws them on average: window + 1 - distance.
    """
    counts = np.zeros(2 * n_words * n_words)
    done = 0
    for block in masked_blocks(corpus, kept):
        tell(done, corpus.n_tokens)
        done = int(corpus.offsets[block.first + len(block.offsets) - 1])
        ids = block.token_ids.astype(np.int64)
        lengths = np.diff(block.offsets)
        document = np.repeat(np.arange(len(lengths)), lengths)
        place = np.arange(len(ids)) - block.offsets[document]
        half = (block.first + document + place // _PIECE_TOKENS) % 2
        for distance in range(1, min(window, len(ids) - 1) + 1):
            first, second = ids[:-distance], ids[distance:]
            near = (first < n_words) & (second < n_words)
            near &= document[:-distance] == document[distance:]
            pairs = (half[:-distance] * n_words + first) * n_words + second
            found = np.bincount(pairs[near], minlength=len(counts))
            counts += found * float(window + 1 - distance)
    tell(corpus.n_tokens, corpus.n_tokens)
    by_half = counts.reshape(2, n_words, n_words)
    return by_half + by_half.transpose(0, 2, 1)


def ppmi(together: Doubles) -> Doubles:
    """Return positive pointwise mutual information, max(0, log p(w, v) / p(w) p(v))."""
    total = together.sum()
    alone = together.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        information = np.log(together * total / np.outer(alone, alone))
    found: Doubles = np.where(together > 0, np.maximum(information, 0), 0)
    return found


def noise_between(first: Doubles, second: Doubles) -> float:
    """Return the standard deviation of the noise in a matrix, of which these are from halves.

    Noise of variance s^2 in the whole is 2 s^2 in each half, 4 s^2 in their difference.
    """
    return float(np.std(first - second) / 2)


def signal_spectrum(matrix: Doubles, noise: float) -> Doubles:
    """Return a symmetric matrix's singular values without the noise's, falling.

    Universal singular value thresholding (Chatterjee 2015): noise alone has values up to
    2 noise sqrt(n).
    """
    found = np.sort(np.abs(np.linalg.eigvalsh(matrix)))[::-1]
    shrunk: Doubles = found - 2 * noise * np.sqrt(len(matrix))
    return shrunk[shrunk > 0]


def expected_loss(
    spectrum: Doubles, noise: float, n_words: int, seed: int = 1, samples: int = _SAMPLES
) -> Doubles:
    """Return the mean loss at 0 to ``n_words`` dimensions, over samples of the noise.

    The signal has these singular values; its vectors may be any, since Gaussian noise is alike in
    all directions: so let them be the axes. The loss is over the norm of the noiseless E E^T.
    """
    draw = np.random.default_rng(seed)
    rank = len(spectrum)
    total = np.zeros(n_words + 1)
    for _ in range(samples):
        noisy = draw.normal(0, noise, (n_words, n_words))
        noisy[np.arange(rank), np.arange(rank)] += spectrum
        squares, vectors = np.linalg.eigh(noisy @ noisy.T)
        found = np.maximum(squares[::-1], 0) ** ALPHA  # d^2 alpha of d^2
        own = spectrum ** (2 * ALPHA)
        overlap = (vectors[:rank, ::-1] ** 2 * own[:, None]).sum(axis=0)
        steps = found**2 - 2 * found * overlap
        whole = np.sum(own**2)
        squared = whole + np.concatenate([np.zeros(1), np.cumsum(steps)])
        total += np.sqrt(np.maximum(squared, 0) / whole)
    mean: Doubles = total / samples
    return mean
