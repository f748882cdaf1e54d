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
    format: opt.FormatOption = "auto",
    text_field: opt.TextFieldOption = None,
    id_field: opt.IdFieldOption = None,
    label_field: opt.LabelFieldOption = None,
    no_header: opt.NoHeaderOption = False,
    delimiter: opt.DelimiterOption = None,
    quote: opt.QuoteOption = None,
    encoding: opt.EncodingOption = "utf-8",
    encoding_errors: opt.EncodingErrorsOption = "strict",
    include: opt.IncludeOption = None,
    skip_invalid: opt.SkipInvalidOption = False,
    tokenizer: opt.TokenizerOption = "words",
    keep_case: opt.KeepCaseOption = False,
    keep_numbers: opt.KeepNumbersOption = False,
) -> None:
    """Read and encode a corpus, and print what it holds.

    Prints: id, name, documents, tokens, types (distinct words), bytes.
    """
    from latentcli.store.pointers import checked_name
    from latentcli.workflows.corpus import corpus as run

    if name:
        checked_name(name)
    request = opt.corpus_request(
        session, corpora, name, format=format, text_field=text_field, id_field=id_field,
        label_field=label_field, no_header=no_header, delimiter=delimiter, quote=quote,
        encoding=encoding, encoding_errors=encoding_errors, include=include,
        skip_invalid=skip_invalid, tokenizer=tokenizer, keep_case=keep_case,
        keep_numbers=keep_numbers,
    )  # fmt: skip
    session.answer([run(session.cache, request, session.observer, retrain)])


command(app, "corpus")(corpus)
