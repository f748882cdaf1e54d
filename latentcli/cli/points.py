"""The options of commands that look at the points of a model together."""

from __future__ import annotations

from typing import Annotated

import typer

from latentcli.cli.options import within

OfOption = Annotated[
    str | None,
    typer.Option(
        "--of",
        metavar="words|documents|topics",
        help="Which points (default: words of an embedding, documents of a topic model).",
        show_default=False,
    ),
]
MetricOption = Annotated[
    str | None,
    typer.Option(
        "--metric",
        metavar="cosine|euclidean|hellinger",
        help="What is near (default: cosine; of mixtures of topics hellinger).",
        show_default=False,
    ),
]
PointsOption = Annotated[
    int | None,
    typer.Option(
        "-n",
        help="Only so many points: the most frequent words, or documents evenly from the corpus.",
        callback=within(1, 10**9),
        show_default=False,
    ),
]
SeedOption = Annotated[
    int, typer.Option("--seed", help="The random seed.", callback=within(0, 2**32 - 1))
]
