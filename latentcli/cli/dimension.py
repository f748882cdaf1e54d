"""The command ``latent dimension``."""

from __future__ import annotations

from typing import Annotated

import typer

from latentcli.cli.completion import complete_models
from latentcli.cli.options import ModelOption
from latentcli.cli.points import OfOption, PointsOption, SeedOption
from latentcli.cli.session import Session, command
from latentcli.errors import RequestError

app = typer.Typer()


def dimension(
    session: Session,
    ref: Annotated[
        str | None,
        typer.Argument(
            metavar="[REF]",
            help="A name, an id or its beginning, a run's directory, a file of vectors, or latest "
            "(default).",
            autocompletion=complete_models,
            show_default=False,
        ),
    ] = None,
    model: ModelOption = None,
    of: OfOption = None,
    metric: Annotated[
        str | None,
        typer.Option(
            "--metric",
            metavar="euclidean|cosine|hellinger",
            help="euclidean (default): vectors as they are; cosine: their directions.",
            show_default=False,
        ),
    ] = None,
    n: PointsOption = None,
    spectrum: Annotated[
        bool,
        typer.Option(
            "--spectrum", help="Print every principal component instead, the largest first."
        ),
    ] = False,
    seed: SeedOption = 1,
) -> None:
    """Print how many dimensions a space really uses, a figure a line, with what it means.

    The spectrum of its points, and Two-NN, the dimension that they fill near each of them. Of
    vectors as they are, without --metric.

    Prints: measure, value, detail. With --spectrum: component, singular_value, share, left.
    """
    from latentcli.workflows.dimension import dimension as run
    from latentcli.workflows.points import Wanted

    if ref is not None and model is not None:
        raise RequestError("--model: the model is named already", "leave REF or --model out")
    named = model if ref is None else ref
    found = run(session.cache, named, Wanted(of, n, metric), seed, session.observer)
    session.answer(found.components if spectrum else found.measures)
    if session.answers_in_table:
        from latentcli.cli.plots import Line, draw_lines

        left = [1.0, *(one.left for one in found.components)]
        values = [one.singular_value for one in found.components]
        draw_lines(
            Line("share of variance left by n components", left, first=0),
            Line("singular value of the nth component", values, first=1),
        )


command(app, "dimension")(dimension)
