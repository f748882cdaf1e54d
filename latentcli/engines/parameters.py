"""What each algorithm can be told; values are resolved, never "auto"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from latentcli.errors import RequestError

WEIGHTINGS = ("tfidf", "counts")
LOSSES = ("frobenius", "kl")


@dataclass(frozen=True)
class Word2VecParameters:
    """Word2vec with negative sampling (Mikolov et al. 2013): skip-gram, or CBOW."""

    dim: int = 100
    window: int = 5
    negative: int = 5
    epochs: int = 5
    sample: float = 1e-3
    learning_rate: float = 0.025
    cbow: bool = False
    seed: int = 1


@dataclass(frozen=True)
class FastTextParameters(Word2VecParameters):
    """Word2vec with character n-grams (Bojanowski et al. 2017); defaults of the fastText program.

    N-grams of ``min_n`` to ``max_n`` characters share the vectors of ``buckets`` by their hashes.
    """

    sample: float = 1e-4
    learning_rate: float = 0.05
    min_n: int = 3
    max_n: int = 6
    buckets: int = 2_000_000


@dataclass(frozen=True)
class LdaParameters:
    """Latent Dirichlet allocation; ``alpha`` and ``eta`` are symmetric priors.

    Where ``fit_alpha`` or ``fit_eta``, training begins with them and fits them to the corpus: alpha
    to a prior for each topic. ``iterations`` is the number of passes over the corpus, or None:
    until it has converged.
    """

    k: int = 20
    alpha: float = 0.05
    eta: float = 0.05
    iterations: int | None = None
    seed: int = 1
    fit_alpha: bool = False
    fit_eta: bool = False


@dataclass(frozen=True)
class SeededLdaParameters(LdaParameters):
    """Latent Dirichlet allocation whose first topics are told some of their words.

    ``seeds`` holds a name and words for each; a seed word has ``seed_weight`` times as many tokens
    more in its topic as it has in the corpus.
    """

    seeds: tuple[tuple[str, tuple[str, ...]], ...] = ()
    seed_weight: float = 0.3


@dataclass(frozen=True)
class LsiParameters:
    """Latent semantic indexing; ``weighting`` is one of WEIGHTINGS.

    ``iterations`` says how often about k vectors are multiplied by the matrix and its transpose:
    the passes of the native engine, the power iterations of gensim's.
    """

    k: int = 20
    weighting: str = "tfidf"
    iterations: int = 4
    seed: int = 1


@dataclass(frozen=True)
class PlsaParameters:
    """Probabilistic latent semantic analysis.

    ``iterations`` is the most passes over the corpus, or None: until it has converged;
    ``tempered``: by the likelihood of tokens that are held out.
    """

    k: int = 20
    iterations: int | None = None
    tempered: bool = False
    seed: int = 1


@dataclass(frozen=True)
class NmfParameters:
    """Non-negative matrix factorisation; ``loss`` is one of LOSSES, ``weighting`` of WEIGHTINGS.

    ``iterations`` is the number of passes over the matrix, or None: until it has converged.
    """

    k: int = 20
    loss: str = "frobenius"
    weighting: str = "tfidf"
    iterations: int | None = None
    seed: int = 1


@dataclass(frozen=True)
class HdpParameters:
    """The hierarchical Dirichlet process; ``most_topics`` is where it is truncated.

    ``iterations`` is the number of passes over the corpus, or None: 1 to 20, by its size.
    """

    most_topics: int = 150
    iterations: int | None = None
    seed: int = 1


Parameters = (
    Word2VecParameters | LdaParameters | LsiParameters | PlsaParameters | NmfParameters
    | HdpParameters
)  # fmt: skip

_PARAMETERS: dict[str, type[Parameters]] = {
    "word2vec": Word2VecParameters,
    "fasttext": FastTextParameters,
    "lda": LdaParameters,
    "lsi": LsiParameters,
    "plsa": PlsaParameters,
    "nmf": NmfParameters,
    "hdp": HdpParameters,
}


def embedding_parameters(algorithm: str, given: Mapping[str, Any]) -> Word2VecParameters:
    """Return the parameters of an algorithm for embeddings; of what is None its defaults."""
    kind = FastTextParameters if algorithm == "fasttext" else Word2VecParameters
    return kind(**{name: value for name, value in given.items() if value is not None})


def recorded_parameters(algorithm: str, record: Mapping[str, Any]) -> Parameters:
    """Return the parameters that a run's record holds; RequestError where they are no such."""
    kind, given = _PARAMETERS.get(algorithm), dict(record)
    if "seeds" in given:
        kind = SeededLdaParameters
        given["seeds"] = tuple((name, tuple(words)) for name, words in given["seeds"])
    try:
        if kind is not None:
            return kind(**given)
    except TypeError:
        pass
    raise RequestError(f"this version of latent does not know all parameters of that {algorithm}")
