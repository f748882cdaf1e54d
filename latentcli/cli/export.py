"""The command ``latent export``."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

import typer

from latentcli.cli import options as opt
from latentcli.cli.completion import complete_models
from latentcli.cli.options import MASK, options_of
from latentcli.cli.session import Session, command
from latentcli.cli.topics import topics

app = typer.Typer()


def export(
    session: Session,
    ref: Annotated[
        str,
        typer.Argument(
            metavar="REF",
            help="A name, an id or its beginning, a run's directory, or latest.",
            autocompletion=complete_models,
        ),
    ] = "latest",
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="FORMAT",
            help="An embedding: word2vec (default), word2vec-bin, glove, fasttext-vec, "
            "fasttext-bin, projector; "
            "a topic model: topic-keys, doc-topics, topic-word-weights, state; both: gensim, npy, "
            "safetensors, csv, parquet; a corpus: mm, lda-c, svmlight, uci, octis, mallet.",
            show_default=False,
        ),
    ] = None,
    out: opt.OutOption = None,
    mask: dict[str, Any] | None = None,
) -> None:
    """Write a model or corpus as files that other programs read.

    Without -o it goes to the current folder, under the model's name. Prints: path.
    """
    from latentcli.workflows.export import export as run
    from latentcli.workflows.topic_request import MaskOptions

    kept: MaskOptions | None = None
    given = {name: value for name, value in (mask or {}).items() if name in session.given}
    if given:
        kept = replace(MaskOptions("none", 1, 1.0), **given)
    session.answer(run(session.cache, ref, to, session.target(out), session.observer, kept))


command(app, "export", mask=options_of(topics, "Words of a corpus", *MASK))(export)
