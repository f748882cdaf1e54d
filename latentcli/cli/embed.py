"""The command ``latent embed``."""

from __future__ import annotations

from typing import Annotated

import typer

from latentcli.cli import options as opt
from latentcli.cli.options import TRAINING, within
from latentcli.cli.session import Session, command

app = typer.Typer()


def embed(
    session: Session,
    corpora: opt.Corpora = None,
    algorithm: Annotated[
        str, typer.Option("--algorithm", "-a", help="What to train: word2vec.")
    ] = "word2vec",
    name: opt.NameOption = "",
    retrain: opt.RetrainOption = False,
    resume: opt.ResumeOption = None,
    dim: Annotated[
        int,
        typer.Option(help="Dimensions.", callback=within(1, 4096), rich_help_panel=TRAINING),
    ] = 100,
    window: Annotated[
        int,
        typer.Option(
            help="Context words to each side, at most.",
            callback=within(1, 1000),
            rich_help_panel=TRAINING,
        ),
    ] = 5,
    negative: Annotated[
        int,
        typer.Option(
            help="Negative samples a word.", callback=within(1, 1000), rich_help_panel=TRAINING
        ),
    ] = 5,
    epochs: Annotated[
        int | None,
        typer.Option(
            help="Passes over the corpus (default: 5, more for a small corpus).",
            callback=within(1, 10_000),
            show_default=False,
            rich_help_panel=TRAINING,
        ),
    ] = None,
    min_count: Annotated[
        int | None,
        typer.Option(
            "--min-count",
            help="Leave rarer words out (default: 5, less for a small corpus).",
            callback=within(1, 10**9),
            show_default=False,
            rich_help_panel=TRAINING,
        ),
    ] = None,
    sample: Annotated[
        float,
        typer.Option(
            help="Thin out words more frequent than this share.",
            callback=within(0, 1),
            rich_help_panel=TRAINING,
        ),
    ] = 1e-3,
    learning_rate: Annotated[
        float,
        typer.Option(
            "--learning-rate",
            help="The first step size.",
            callback=within(0, 1, above=True),
            rich_help_panel=TRAINING,
        ),
    ] = 0.025,
    cbow: Annotated[
        bool, typer.Option("--cbow", help="CBOW, not skip-gram.", rich_help_panel=TRAINING)
    ] = False,
    engine: opt.EngineOption = None,
    seed: opt.SeedOption = 1,
    threads: opt.ThreadsOption = None,
    reading: opt.ReadingOptions | None = None,
    phrases: opt.ReadingOptions | None = None,
) -> None:
    """Train word embeddings (word2vec) on a corpus.

    Prints: id, name, algorithm, words, dim, corpus.
    """
    from latentcli.engines.parameters import Word2VecParameters
    from latentcli.workflows.embed import EmbedRequest
    from latentcli.workflows.embed import embed as run

    training = opt.training_options(engine, threads, name, retrain)
    if resume is not None:
        from latentcli.workflows.resume import resume_embedding

        opt.check_resumes(session, "epochs")
        row = resume_embedding(session.cache, resume, epochs, training, session.observer)
        session.answer([row])
        return
    request = opt.corpus_request(session, corpora, reading, phrases=phrases)
    parameters = Word2VecParameters(
        dim=dim, window=window, negative=negative, sample=sample, learning_rate=learning_rate,
        cbow=cbow, seed=seed,
    )  # fmt: skip
    wanted = EmbedRequest(algorithm, parameters, min_count, epochs)
    session.answer([run(session.cache, request, wanted, training, session.observer)])


command(app, "embed", reading=opt.STORING_OPTIONS, phrases=opt.PHRASE_OPTIONS)(embed)
