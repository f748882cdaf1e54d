"""What is to be evaluated, by what; and a figure that comes of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from latentcli.corpus.decoding import Encoding
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
    ``restrict_vocab`` words; ``seed`` of the bootstrap; ``encoding`` of the files. ``given`` names
    fields that were asked for though they may be as by default.
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
    encoding: Encoding = Encoding()
    given: Collection[str] = ()

    def asks_for(self, field: str) -> bool:
        """Tell whether a field was given, or is not as by default."""
        return field in self.given or getattr(self, field) != getattr(EvaluationRequest, field)
