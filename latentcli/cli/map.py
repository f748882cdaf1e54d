"""The command ``latent map``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from latentcli.cli import options as opt
from latentcli.cli.options import within
from latentcli.cli.points import MetricOption, OfOption
from latentcli.cli.render import to_stdout
from latentcli.cli.session import Session, command
from latentcli.errors import RequestError

app = typer.Typer()

_LAYOUT = "Layout"


def map_(
    session: Session,
    model: opt.ModelOption = None,
    of: OfOption = None,
    n: Annotated[
        int | None,
        typer.Option(
            "-n",
            help="How many points, at most (default: 20,000 words, 50,000 documents).",
            callback=within(1, 100_000),
            show_default=False,
        ),
    ] = None,
    metric: MetricOption = None,
    clusters: Annotated[
        int,
        typer.Option(
            "--clusters", metavar="N", help="Colour by so many clusters (k-means); 0: none.",
            callback=within(0, 1000),
        ),
    ] = 0,
    colour: Annotated[
        str | None,
        typer.Option(
            "--colour",
            metavar="cluster|label|topic|frequency",
            help="By what points are coloured at first (the page has all that there are).",
            show_default=False,
        ),
    ] = None,
    place: Annotated[
        list[str] | None,
        typer.Option(
            "--place",
            metavar="SOURCE",
            help="New documents (file, directory, archive, - for stdin) to place on a map of "
            "documents, which stays as it is; repeatable.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", metavar="PATH",
            help="Where the page goes (- is stdout; default: the cache).", show_default=False,
        ),
    ] = None,
    png: Annotated[
        Path | None,
        typer.Option("--png", metavar="FILE", help="A picture, too.", show_default=False),
    ] = None,
    svg: Annotated[
        Path | None,
        typer.Option("--svg", metavar="FILE", help="A picture in SVG, too.", show_default=False),
    ] = None,
    coordinates: Annotated[
        bool,
        typer.Option("--coordinates", help="Print where each point lies, in place of a page."),
    ] = False,
    open_: Annotated[
        bool, typer.Option("--open", help="Open the page in the web browser.")
    ] = False,
    method: Annotated[
        str,
        typer.Option(
            "--method", help="tsne, pca, umap, lle or isomap.", rich_help_panel=_LAYOUT
        ),
    ] = "tsne",
    dims: Annotated[
        int,
        typer.Option(
            "--dims", help="2, or 3.", callback=within(2, 3), rich_help_panel=_LAYOUT
        ),
    ] = 2,
    neighbors: Annotated[
        int | None,
        typer.Option(
            "--neighbors", metavar="K",
            help="How many neighbours a point has (umap: 15; lle, isomap: 12, or as many as link "
            "all points).",
            callback=within(1, 1000), show_default=False, rich_help_panel=_LAYOUT,
        ),
    ] = None,
    perplexity: Annotated[
        float | None,
        typer.Option(
            "--perplexity", help="About how many neighbours tsne looks at (default: 30).",
            callback=within(1, 1000), show_default=False, rich_help_panel=_LAYOUT,
        ),
    ] = None,
    lle_method: Annotated[
        str | None,
        typer.Option(
            "--lle-method", metavar="standard|modified|ltsa",
            help="Which locally linear embedding (default: standard).",
            show_default=False, rich_help_panel=_LAYOUT,
        ),
    ] = None,
    seed: Annotated[
        int,
        typer.Option(
            "--seed", help="The random seed.", callback=within(0, 2**32 - 1),
            rich_help_panel=_LAYOUT,
        ),
    ] = 1,
    reading: opt.ReadingOptions | None = None,
) -> None:  # fmt: skip
    """Draw a map of words, documents or topics: an interactive page that works offline.

    Beside whom does a word stand? The map says on stderr how far it can be trusted. Without -o the
    page goes to the cache. Prints: path, a line for each file. With --coordinates: name, x, y, z,
    count, topic, label, cluster, placed.
    """
    from latentcli.layouts.settings import LayoutSettings
    from latentcli.workflows.map import MapRequest, make_map
    from latentcli.workflows.map import coordinates as points_of
    from latentcli.workflows.points import Wanted

    if coordinates and (png or svg or open_):
        raise RequestError(
            "--coordinates prints a table: no page or picture is made", "leave it out"
        )
    if not place and set(session.given) & set(opt.READING_OPTIONS):
        raise RequestError("options for reading documents were given, but none", "add --place FILE")
    _check_files(out, png, svg)
    request = MapRequest(
        Wanted(of, n, metric),
        LayoutSettings(method, dims, seed, neighbors, perplexity, lle_method),
        clusters,
        colour,
        opt.corpus_request(session, place, reading) if place else None,
    )
    made = make_map(session.cache, model, request, session.observer)
    if coordinates:
        session.answer(points_of(made), out if out is not None and str(out) != "-" else None)
        return
    from latentcli.workflows.map_files import write_map

    if str(out) == "-":
        with to_stdout():
            files = write_map(session.cache, made, session.target(out), png, svg)
            sys.stdout.buffer.flush()
    else:
        files = write_map(session.cache, made, out, png, svg)
    session.answer(files)
    if open_ and str(out) != "-":
        typer.launch(files[0].path)


def _check_files(out: Path | None, png: Path | None, svg: Path | None) -> None:
    """Raise RequestError where a file cannot be there, or would be written twice."""
    from latentcli.formats.files import checked_target

    given = {"-o": out, "--png": png, "--svg": svg}
    taken: dict[Path, str] = {}
    for option, path in given.items():
        if path is None:
            continue
        if str(path) == "-":
            if option == "-o":
                continue
            raise RequestError(
                f"{option} -: a picture is not written to standard output",
                "name a file",
            )
        real = checked_target(path)
        if real in taken:
            raise RequestError(
                f"{path}: {taken[real]} and {option} name one file", "give each a file of its own"
            )
        taken[real] = option


command(app, "map", reading=opt.READING_OPTIONS)(map_)
