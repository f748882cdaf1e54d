"""The command ``latent cluster``."""

from __future__ import annotations

from typing import Annotated

import typer

from latentcli.cli import options as opt
from latentcli.cli.options import within
from latentcli.cli.points import MetricOption, OfOption, SeedOption
from latentcli.cli.session import Session, command

app = typer.Typer()


def cluster(
    session: Session,
    model: opt.ModelOption = None,
    of: OfOption = None,
    algorithm: Annotated[
        str,
        typer.Option(
            "--algorithm",
            "-a",
            help="kmeans: so many clusters, each point in one; hdbscan: dense places, the rest "
            "is noise.",
        ),
    ] = "kmeans",
    n: Annotated[
        int | None,
        typer.Option(
            "--n",
            "-n",
            help="kmeans: how many clusters (default: 50; less for few points).",
            callback=within(1, 10_000),
            show_default=False,
        ),
    ] = None,
    min_size: Annotated[
        int | None,
        typer.Option(
            "--min-size",
            help="hdbscan: the fewest points of a cluster (default: 10).",
            callback=within(2, 1_000_000),
            show_default=False,
        ),
    ] = None,
    members: Annotated[
        int,
        typer.Option(
            "--members",
            help="How many members of each cluster are named, the most central.",
            callback=within(1, 1_000_000),
        ),
    ] = 10,
    each: Annotated[
        bool, typer.Option("--each", help="Print the cluster of every point instead.")
    ] = False,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit",
            metavar="N",
            help="Only the N most frequent words, or N documents evenly from the corpus.",
            callback=within(1, 10**9),
            show_default=False,
        ),
    ] = None,
    metric: MetricOption = None,
    seed: SeedOption = 1,
) -> None:
    """Put words, documents or topics that are near one another into clusters.

    Prints: cluster, size, members, silhouette, label, label_share. With --each: name, cluster.
    """
    from latentcli.workflows.cluster import ClusterRequest
    from latentcli.workflows.cluster import cluster as run
    from latentcli.workflows.points import Wanted

    request = ClusterRequest(Wanted(of, limit, metric), algorithm, n, min_size, members, seed)
    found = run(session.cache, model, request, session.observer)
    session.answer(found.assignments if each else found.clusters)


command(app, "cluster")(cluster)
