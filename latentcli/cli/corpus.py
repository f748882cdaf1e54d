"""The command ``latent corpus``."""

from __future__ import annotations

import typer

from latentcli.cli import options as opt
from latentcli.cli.session import Session, command

app = typer.Typer()


def corpus(
    session: Session,
    corpora: opt.Corpora = None,
    name: opt.NameOption = "",
    retrain: opt.RetrainOption = False,
    reading: opt.ReadingOptions | None = None,
    phrases: opt.ReadingOptions | None = None,
) -> None:
    """Read and encode a corpus, and print what it holds.

    Prints: id, name, documents, tokens, types (distinct words), bytes.
    """
    from latentcli.store.pointers import checked_name
    from latentcli.workflows.corpus import corpus as run

    if name:
        checked_name(name)
    request = opt.corpus_request(session, corpora, reading, name, phrases=phrases)
    session.answer([run(session.cache, request, session.observer, retrain)])


command(app, "corpus", reading=opt.STORING_OPTIONS, phrases=opt.PHRASE_OPTIONS)(corpus)
