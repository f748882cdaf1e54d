"""What a sweep found, as it is drawn: measures by setting, a curve for each algorithm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


class Shown(NamedTuple):
    """A measure: its name, whether more of it is better (1) or less (-1), and how to read it."""

    name: str
    better: int
    reading: str


class Spread(NamedTuple):
    """The mean of a figure over seeds, or over pairs of seeds; the least and the most."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Setting:
    """One setting: ``at`` on its ``curve``; ``figures`` by the name of the measure."""

    name: str
    curve: str
    at: int
    seeds: int
    pareto: bool
    models: Sequence[str]
    figures: Mapping[str, Spread]


@dataclass(frozen=True)
class Curves:
    """A whole sweep; ``axis`` is what was swept over, ``command`` what was typed.

    ``background``: of a measure, its values at many more places than were asked for.
    """

    title: str
    axis: str
    measures: Sequence[Shown]
    settings: Sequence[Setting]
    facts: Sequence[tuple[str, str]]
    command: str = ""
    background: Mapping[str, Mapping[int, float]] = field(default_factory=dict)

    @property
    def places(self) -> list[int]:
        """The values of the axis, ascending."""
        return sorted({setting.at for setting in self.settings})

    @property
    def curves(self) -> list[str]:
        """The names of the curves, in the order of the settings."""
        return list(dict.fromkeys(setting.curve for setting in self.settings))

    def of_curve(self, curve: str, measure: str) -> list[tuple[Setting, Spread]]:
        """Return a curve's settings that have a figure, by their place on the axis."""
        found = [
            (setting, setting.figures[measure])
            for setting in self.settings
            if setting.curve == curve and measure in setting.figures
        ]
        return sorted(found, key=lambda pair: pair[0].at)

    def drawn(self) -> list[Shown]:
        """Return the measures that any setting has."""
        return [
            measure
            for measure in self.measures
            if any(measure.name in setting.figures for setting in self.settings)
        ]
