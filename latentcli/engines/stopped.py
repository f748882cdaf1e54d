"""Training of topics that stopped, and is to go on."""

from __future__ import annotations

from typing import NamedTuple

from latentcli.models.topic_model import LdaModel


class Stopped(NamedTuple):
    """The model that training came to, and the likelihood after each pass so far."""

    model: LdaModel
    likelihoods: list[float]
