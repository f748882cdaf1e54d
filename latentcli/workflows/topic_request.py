"""What a person asks of a topic model, and the parameters that this comes to."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path

from latentcli.engines import TOPIC_ALGORITHMS
from latentcli.engines.parameters import (
    LOSSES,
    WEIGHTINGS,
    HdpParameters,
    LdaParameters,
    LsiParameters,
    NmfParameters,
    PlsaParameters,
    SeededLdaParameters,
)
from latentcli.errors import RequestError
from latentcli.wording import there_are
from latentcli.workflows.seeds import Seeds

TopicParameters = LdaParameters | LsiParameters | PlsaParameters | NmfParameters | HdpParameters

DEFAULT_K = 20

# Where the native engine begins to fit the priors of LDA.
_ALPHA_SUM = 2
_ETA = 0.05
# Options that only some algorithms know: the request's field, the option, the algorithms.
ONLY_FOR = (
    ("alpha", "--alpha", ("lda",)),
    ("eta", "--eta", ("lda",)),
    ("weighting", "--weighting", ("lsi", "nmf")),
    ("loss", "--loss", ("nmf",)),
    ("tempered", "--tempered", ("plsa",)),
    ("seed_words", "--seed-words", ("lda",)),
    ("seed_weight", "--seed-weight", ("lda",)),
)


@dataclass(frozen=True)
class MaskOptions:
    """Which words a topic model is made of; None: chosen by the size of the corpus."""

    stopwords: str | None = None
    min_df: int | None = None
    max_df: float = 0.5
    keep_n: int | None = None


@dataclass(frozen=True)
class TopicsRequest:
    """What to train; None: chosen by the algorithm (``iterations``: until it has converged).

    ``held_out``: this share of the documents is kept out of training.
    ``k`` is how many topics, DEFAULT_K unless it is given; for hdp, which finds their number, the
    most.
    """

    algorithm: str = "lda"
    k: int | None = None
    alpha: float | None = None
    eta: float | None = None
    iterations: int | None = None
    weighting: str | None = None
    loss: str | None = None
    tempered: bool | None = None
    seed_words: Path | None = None
    seed_weight: float | None = None
    seed: int = 1
    chunk: int | None = None
    held_out: float | None = None
    mask: MaskOptions = field(default_factory=MaskOptions)


def check(request: TopicsRequest) -> None:
    """Raise RequestError for an unknown algorithm, or an option that it does not know."""
    if request.algorithm not in TOPIC_ALGORITHMS:
        raise RequestError(
            f"no algorithm '{request.algorithm}' for topics",
            there_are(TOPIC_ALGORITHMS),
        )
    for name, option, algorithms in ONLY_FOR:
        if getattr(request, name) is not None and request.algorithm not in algorithms:
            raise RequestError(
                f"{option} is for {', '.join(algorithms)}, not for {request.algorithm}"
            )
    if request.seed_weight is not None and request.seed_words is None:
        raise RequestError("--seed-weight: there are no seed words", "give them by --seed-words")


def parameters_of(request: TopicsRequest, engine: str, seeds: Seeds = ()) -> TopicParameters:
    """Return the algorithm's parameters, nothing left open but how long it trains."""
    if request.algorithm == "lsi":
        return _lsi_parameters(request)
    if request.algorithm == "plsa":
        tempered = bool(request.tempered)
        return PlsaParameters(topics_of(request), request.iterations, tempered, request.seed)
    if request.algorithm == "nmf":
        return _nmf_parameters(request)
    if request.algorithm == "hdp":
        return HdpParameters(topics_of(request), request.iterations, request.seed)
    parameters = lda_parameters(request, engine)
    if not seeds:
        return parameters
    weight = request.seed_weight or SeededLdaParameters.seed_weight
    return SeededLdaParameters(**asdict(parameters), seeds=seeds, seed_weight=weight)


def topics_of(request: TopicsRequest) -> int:
    """Return how many topics are asked for; for hdp, at most."""
    if request.k is not None:
        return request.k
    return HdpParameters.most_topics if request.algorithm == "hdp" else DEFAULT_K


def lda_parameters(request: TopicsRequest, engine: str) -> LdaParameters:
    """Return the request's parameters with what the engine makes of those not given.

    The native one fits the priors; gensim's stay at 1 / k.
    """
    native, k = engine == "native", topics_of(request)
    return LdaParameters(
        k,
        request.alpha if request.alpha is not None else (_ALPHA_SUM if native else 1) / k,
        request.eta if request.eta is not None else (_ETA if native else 1 / k),
        request.iterations,
        request.seed,
        fit_alpha=native and request.alpha is None,
        fit_eta=native and request.eta is None,
    )


def _lsi_parameters(request: TopicsRequest) -> LsiParameters:
    weighting = _one_of(WEIGHTINGS, "weighting", request.weighting or LsiParameters.weighting)
    iterations = request.iterations or LsiParameters.iterations
    return LsiParameters(topics_of(request), weighting, iterations, request.seed)


def _nmf_parameters(request: TopicsRequest) -> NmfParameters:
    loss = _one_of(LOSSES, "loss", request.loss or NmfParameters.loss)
    usual = "counts" if loss == "kl" else NmfParameters.weighting
    weighting = _one_of(WEIGHTINGS, "weighting", request.weighting or usual)
    if loss == "kl" and weighting != "counts":
        raise RequestError(
            "--loss kl is for counts, not for tf-idf", "leave --weighting out, or the loss"
        )
    return NmfParameters(topics_of(request), loss, weighting, request.iterations, request.seed)


def _one_of(choices: tuple[str, ...], what: str, given: str) -> str:
    if given not in choices:
        raise RequestError(f"no {what} '{given}'", there_are(choices))
    return given
