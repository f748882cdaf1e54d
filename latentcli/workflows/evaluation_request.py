"""What is to be evaluated, by what; and a figure that comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from latentcli.workflows.reading import CorpusRequest


class Measure(NamedTuple):
    """A figure and what it means; ``value`` None: there is none, and ``detail`` says why."""

    measure: str
    value: float | None
    detail: str


@dataclass(frozen=True)
class EvaluationRequest:
    """A model (``ref`` None: the latest), or a file of ``topics``, and what it is judged by.

    ``top`` words of each topic; ``corpus``: the reference corpus of coherence (None: the model's
    own); ``unseen``: documents to predict; ``analogies``, ``similarity``: files, asked of the first
    ``restrict_vocab`` words; ``seed`` of the bootstrap.
    """

    ref: str | None = None
    topics: str | None = None
    top: int = 10
    per_topic: bool = False
    corpus: CorpusRequest | None = None
    unseen: CorpusRequest | None = None
    analogies: Sequence[str] = ()
    similarity: Sequence[str] = ()
    restrict_vocab: int = 300_000
    seed: int = 1
