"""The command ``latent topics``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from latentcli.cli import options as opt
from latentcli.cli.options import TRAINING, within
from latentcli.cli.session import SHARED, Session, command
from latentcli.errors import RequestError

app = typer.Typer()


def topics(
    session: Session,
    corpora: opt.Corpora = None,
    algorithm: Annotated[
        str, typer.Option("--algorithm", "-a", help="What to train: lda, lsi, plsa, nmf or hdp.")
    ] = "lda",
    k: Annotated[
        int | None,
        typer.Option(
            "--k",
            "-k",
            help="How many topics (default: 20); hdp: at most (default: 150).",
            callback=within(1, 100_000),
            show_default=False,
        ),
    ] = None,
    n: Annotated[
        int, typer.Option("-n", help="How many words a topic.", callback=within(1, 100_000))
    ] = 10,
    rank_by: opt.RankByOption = None,
    model: opt.ModelOption = None,
    name: opt.NameOption = "",
    retrain: opt.RetrainOption = False,
    resume: opt.ResumeOption = None,
    stopwords: Annotated[
        str | None,
        typer.Option(
            help="Words to leave out: a language (en, de ...), none, or a file; several with "
            "commas (default: en).",
            show_default=False,
            rich_help_panel=TRAINING,
        ),
    ] = None,
    min_df: Annotated[
        int | None,
        typer.Option(
            "--min-df",
            help="Leave out words in fewer documents (default: 5; 2 under 1,000 documents).",
            callback=within(1, 10**9),
            show_default=False,
            rich_help_panel=TRAINING,
        ),
    ] = None,
    max_df: Annotated[
        float,
        typer.Option(
            "--max-df",
            help="Leave out words in more than this share of documents.",
            callback=within(0, 1, above=True),
            rich_help_panel=TRAINING,
        ),
    ] = 0.5,
    keep_n: Annotated[
        int | None,
        typer.Option(
            "--keep-n",
            help="Keep only so many of the most frequent words.",
            callback=within(1, 10**9),
            show_default=False,
            rich_help_panel=TRAINING,
        ),
    ] = None,
    chunk: Annotated[
        int | None,
        typer.Option(
            help="Cut documents at about so many tokens (default: 1000 under 50 documents).",
            callback=within(1, 10**9),
            show_default=False,
            rich_help_panel=TRAINING,
        ),
    ] = None,
    held_out: Annotated[
        float | None,
        typer.Option(
            "--held-out",
            metavar="SHARE",
            help="Keep this share of the documents out of training, for latent evaluate.",
            callback=within(0, 0.9, above=True),
            show_default=False,
            rich_help_panel=TRAINING,
        ),
    ] = None,
    iterations: Annotated[
        int | None,
        typer.Option(
            help="Passes (default: until it has converged; lsi: 4; hdp: 1 to 20).",
            callback=within(1, 100_000),
            show_default=False,
            rich_help_panel=TRAINING,
        ),
    ] = None,
    alpha: Annotated[
        float | None,
        typer.Option(
            help="lda: the prior of topics in a document (default: fitted to the corpus).",
            callback=within(1e-6, 1000),
            show_default=False,
            rich_help_panel=TRAINING,
        ),
    ] = None,
    eta: Annotated[
        float | None,
        typer.Option(
            help="lda: the prior of words in a topic (default: fitted to the corpus).",
            callback=within(1e-6, 1000),
            show_default=False,
            rich_help_panel=TRAINING,
        ),
    ] = None,
    weighting: Annotated[
        str | None,
        typer.Option(
            help="lsi, nmf: tfidf (default; nmf with --loss kl: counts) or counts.",
            show_default=False,
            rich_help_panel=TRAINING,
        ),
    ] = None,
    loss: Annotated[
        str | None,
        typer.Option(
            help="nmf: frobenius (default) or kl.", show_default=False, rich_help_panel=TRAINING
        ),
    ] = None,
    tempered: Annotated[
        bool,
        typer.Option(
            "--tempered",
            help="plsa: soften EM as far as tokens that are held out become likelier.",
            rich_help_panel=TRAINING,
        ),
    ] = False,
    seed_words: Annotated[
        Path | None,
        typer.Option(
            "--seed-words",
            metavar="FILE",
            help="lda: words for the first topics, a topic a line, as 'name: word word ...'.",
            show_default=False,
            rich_help_panel=TRAINING,
        ),
    ] = None,
    seed_weight: Annotated[
        float | None,
        typer.Option(
            "--seed-weight",
            help="Of a seed word's occurrences, how many its topic gets before training (0.3).",
            callback=within(0, 1000, above=True),
            show_default=False,
            rich_help_panel=TRAINING,
        ),
    ] = None,
    engine: opt.EngineOption = None,
    seed: opt.SeedOption = 1,
    threads: opt.ThreadsOption = None,
    reading: opt.ReadingOptions | None = None,
    phrases: opt.ReadingOptions | None = None,
) -> None:
    """Train a topic model on a corpus and print its topics, the largest first.

    With -m the topics of a model that is there already, without training.
    Prints: topic, share, coherence (NPMI), exclusivity, words, seeds.
    """
    from latentcli.workflows.topic_request import MaskOptions, TopicsRequest
    from latentcli.workflows.topics import stored_topics
    from latentcli.workflows.topics import topics as run

    ranking = rank_by or "probability"
    if model is not None:
        _refuse_training(session)
        session.answer(stored_topics(session.cache, model, n, ranking, session.observer))
        return
    training = opt.training_options(engine, threads, name, retrain)
    if resume is not None:
        from latentcli.workflows.resume import resume_topics

        opt.check_resumes(session, "iterations", "n", "rank_by")
        session.answer(
            resume_topics(session.cache, resume, iterations, training, n, session.observer, ranking)
        )
        return
    request = opt.corpus_request(session, corpora, reading, phrases=phrases)
    wanted = TopicsRequest(
        algorithm, k, alpha, eta, iterations, weighting, loss, tempered or None, seed_words,
        seed_weight, seed, chunk,
        held_out,
        MaskOptions(stopwords, min_df, max_df, keep_n),
    )  # fmt: skip
    session.answer(run(session.cache, request, wanted, training, n, session.observer, ranking))


def _refuse_training(session: Session) -> None:
    """Raise RequestError where a corpus or an option for training stands beside a model."""
    shown = {"model", "n", "rank_by", *SHARED}
    others = [
        "a corpus" if name == "corpora" else option
        for name, option in session.given.items()
        if name not in shown
    ]
    if others:
        raise RequestError(
            f"-m names a model that is trained already: {', '.join(others)} would change nothing",
            "leave out -m to train",
        )


command(app, "topics", reading=opt.STORING_OPTIONS, phrases=opt.PHRASE_OPTIONS)(topics)
