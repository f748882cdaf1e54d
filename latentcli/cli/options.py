"""The options that several commands share, and their checks."""

from __future__ import annotations

import inspect
import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from latentcli.cli.completion import complete_formats, complete_models, complete_words
from latentcli.cli.session import SHARED, OptionGroup, Session
from latentcli.cli.streams import stdin_has_content
from latentcli.errors import RequestError

if TYPE_CHECKING:
    from latentcli.corpus.decoding import Encoding
    from latentcli.corpus.phrases import PhraseSettings
    from latentcli.workflows.reading import CorpusRequest
    from latentcli.workflows.training import TrainingOptions

# Option values by name, as a command is given a group of options.
ReadingOptions = dict[str, Any]

READING = "Reading the corpus"
TRAINING = "Training"
PHRASES = "Phrases"


def within(low: float, high: float, above: bool = False) -> Callable[[Any], Any]:
    """Return a check that a number is finite and from ``low`` (or above it) to ``high``."""

    def check(value: float | None) -> float | None:
        if value is None:
            return None
        sound = math.isfinite(value) and low <= value <= high and not (above and value == low)
        if not sound:
            bound = f"above {low:,}" if above else f"from {low:,}"
            raise typer.BadParameter(f"{value} is not in the range {bound} to {high:,}.")
        return value

    return check


def model_argument(metavar: str, help: str) -> Any:
    """Return the argument that names a model, or one of two."""
    return typer.Argument(
        metavar=metavar, help=help, autocompletion=complete_models, show_default=False
    )


def words_argument(help: str, metavar: str | None = None) -> Any:
    """Return the argument that is a word, or words, of a model."""
    return typer.Argument(
        metavar=metavar,
        help=help,
        autocompletion=complete_words,
        callback=as_text,
        show_default=False,
    )


def as_text(given: Any) -> Any:
    """Return words of the command line as the text that they are in UTF-8, whatever the locale."""
    if given is None:
        return None
    if isinstance(given, list):
        return [as_text(word) for word in given]
    return None if given is None else os.fsencode(given).decode("utf-8", "replace")


Corpora = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[CORPUS]...",
        help="Files, directories or archives; - is standard input. None: the one used last.",
        show_default=False,
    ),
]
FormatOption = Annotated[
    str,
    typer.Option(
        "--format",
        help="auto, lines, paragraphs, files, csv, tsv, jsonl; of words that are cut already: "
        "octis, mallet; of counts: lda-c, svmlight, uci, mm.",
        autocompletion=complete_formats,
        rich_help_panel=READING,
    ),
]
TextFieldOption = Annotated[
    str | None,
    typer.Option(
        "--text-field",
        help="The field or column (name, or number from 1) that is the text; several with commas.",
        show_default=False,
        rich_help_panel=READING,
    ),
]
IdFieldOption = Annotated[
    str | None,
    typer.Option(
        "--id-field", help="The field or column of ids.", show_default=False,
        rich_help_panel=READING,
    ),
]  # fmt: skip
LabelFieldOption = Annotated[
    str | None,
    typer.Option(
        "--label-field", help="The field or column of labels.", show_default=False,
        rich_help_panel=READING,
    ),
]  # fmt: skip
NoHeaderOption = Annotated[
    bool,
    typer.Option("--no-header", help="The table has no header row.", rich_help_panel=READING),
]
DelimiterOption = Annotated[
    str | None,
    typer.Option(
        "--delimiter", help="What separates columns (csv: a comma, tsv: a tab).",
        show_default=False, rich_help_panel=READING,
    ),
]  # fmt: skip
QuoteOption = Annotated[
    str | None,
    typer.Option(
        "--quote", help="What quotes a cell (csv: a double quote, tsv: nothing).",
        show_default=False, rich_help_panel=READING,
    ),
]  # fmt: skip
EncodingOption = Annotated[
    str,
    typer.Option("--encoding", help="The text's encoding.", rich_help_panel=READING),
]
EncodingErrorsOption = Annotated[
    str,
    typer.Option(
        "--encoding-errors",
        help="What to do with a byte that is not valid: strict (an error) or replace.",
        rich_help_panel=READING,
    ),
]
IncludeOption = Annotated[
    list[str] | None,
    typer.Option(
        "--include",
        metavar="PATTERN",
        help="Of a directory or archive, only paths that match (as '*/sci.*/*'); repeatable.",
        show_default=False,
        rich_help_panel=READING,
    ),
]
SkipInvalidOption = Annotated[
    bool,
    typer.Option(
        "--skip-invalid", help="Pass over records that cannot be read, and count them.",
        rich_help_panel=READING,
    ),
]  # fmt: skip
VocabularyOption = Annotated[
    str | None,
    typer.Option(
        "--vocabulary",
        metavar="FILE",
        help="The words of lda-c, svmlight, uci, mm, one a line (default: beside the counts).",
        show_default=False,
        rich_help_panel=READING,
    ),
]
TokenizerOption = Annotated[
    str,
    typer.Option(
        "--tokenizer",
        help="words, whitespace, characters or regex:PATTERN.",
        rich_help_panel=READING,
    ),
]
KeepCaseOption = Annotated[
    bool, typer.Option("--keep-case", help="Do not lower-case.", rich_help_panel=READING)
]
KeepNumbersOption = Annotated[
    bool,
    typer.Option("--keep-numbers", help="Keep words without a letter.", rich_help_panel=READING),
]
NoTextOption = Annotated[
    bool,
    typer.Option(
        "--no-text",
        help="Do not keep the text with the corpus; there are no snippets then.",
        rich_help_panel=READING,
    ),
]
NameOption = Annotated[
    str,
    typer.Option("--name", help="Names the result, for -m NAME.", show_default=False),
]
EngineOption = Annotated[
    str | None,
    typer.Option(
        "--engine",
        metavar="NAME",
        help="Who trains: native (default) or gensim.",
        show_default=False,
        rich_help_panel=TRAINING,
    ),
]
SeedOption = Annotated[
    int,
    typer.Option(
        "--seed", help="The random seed.", callback=within(0, 2**32 - 1), rich_help_panel=TRAINING
    ),
]
ThreadsOption = Annotated[
    int | None,
    typer.Option(
        "--threads",
        help="How many cores to use (default: all that the process may use).",
        callback=within(1, 1024),
        show_default=False,
        rich_help_panel=TRAINING,
    ),
]
RetrainOption = Annotated[
    bool,
    typer.Option("--retrain", help="Train although the cache has the answer."),
]
ModelOption = Annotated[
    str | None,
    typer.Option(
        "--model",
        "-m",
        metavar="REF",
        help="A name, an id or its beginning, a run's directory, latest, or a file of vectors.",
        autocompletion=complete_models,
        show_default=False,
    ),
]
RankByOption = Annotated[
    str | None,
    typer.Option(
        "--rank-by",
        metavar="RANKING",
        help="How a topic's words are ranked: probability (default), relevance or frex.",
        show_default=False,
    ),
]
ResumeOption = Annotated[
    str | None,
    typer.Option(
        "--resume",
        metavar="REF",
        help="Train this model further, on its own corpus and words, instead of a new one.",
        autocompletion=complete_models,
        show_default=False,
        rich_help_panel=TRAINING,
    ),
]
RefArgument = Annotated[
    str,
    typer.Argument(
        metavar="REF",
        help="A name, an id or its beginning, a run's directory, or latest.",
        autocompletion=complete_models,
        show_default=False,
    ),
]
AnswersOption = Annotated[
    int, typer.Option("-n", help="How many answers.", callback=within(1, 1_000_000))
]
OutOption = Annotated[
    Path | None,
    typer.Option("--out", "-o", metavar="PATH", help="Where the file goes (- is stdout).",
                 show_default=False),
]  # fmt: skip


READING_OPTIONS: OptionGroup = {
    "format": (FormatOption, "auto"),
    "text_field": (TextFieldOption, None),
    "id_field": (IdFieldOption, None),
    "label_field": (LabelFieldOption, None),
    "no_header": (NoHeaderOption, False),
    "delimiter": (DelimiterOption, None),
    "quote": (QuoteOption, None),
    "encoding": (EncodingOption, "utf-8"),
    "encoding_errors": (EncodingErrorsOption, "strict"),
    "include": (IncludeOption, None),
    "skip_invalid": (SkipInvalidOption, False),
    "vocabulary": (VocabularyOption, None),
}
ENCODING_OPTIONS: OptionGroup = {
    **READING_OPTIONS,
    "tokenizer": (TokenizerOption, "words"),
    "keep_case": (KeepCaseOption, False),
    "keep_numbers": (KeepNumbersOption, False),
}
STORING_OPTIONS: OptionGroup = {**ENCODING_OPTIONS, "no_text": (NoTextOption, False)}
PHRASE_OPTIONS: OptionGroup = {
    "phrases": (
        Annotated[
            bool,
            typer.Option(
                "--phrases",
                help="Join words that belong together before training, as new_york.",
                rich_help_panel=PHRASES,
            ),
        ],
        False,
    ),
    "phrase_min_count": (
        Annotated[
            int | None,
            typer.Option(
                "--phrase-min-count",
                help="What is taken off a pair's count; npmi: the least count (default: 5).",
                callback=within(1, 10**9),
                show_default=False,
                rich_help_panel=PHRASES,
            ),
        ],
        None,
    ),
    "phrase_threshold": (
        Annotated[
            float | None,
            typer.Option(
                "--phrase-threshold",
                help="The score above which a pair is a phrase (default: 10; npmi: 0.5).",
                callback=within(-1, 10**12),
                show_default=False,
                rich_help_panel=PHRASES,
            ),
        ],
        None,
    ),
    "phrase_scoring": (
        Annotated[
            str | None,
            typer.Option(
                "--phrase-scoring",
                help="original (default; Mikolov et al. 2013) or npmi.",
                show_default=False,
                rich_help_panel=PHRASES,
            ),
        ],
        None,
    ),
}


# The options of 'latent topics' that say which words are kept.
MASK = ("stopwords", "min_df", "max_df", "keep_n")


def options_of(function: Callable[..., None], panel: str, *names: str) -> OptionGroup:
    """Return options of another command as they are there, in a panel of their own."""
    hints = get_type_hints(function, include_extras=True)
    group: OptionGroup = {}
    for name in names:
        kind, option = hints[name].__origin__, hints[name].__metadata__[0]
        settings = {**vars(option), "rich_help_panel": panel}
        moved = typer.models.OptionInfo(**settings)
        default = inspect.signature(function).parameters[name].default
        group[name] = (Annotated[kind, moved], default)
    return group


def phrase_settings(options: dict[str, Any] | None) -> PhraseSettings | None:
    """Return how phrases are found, from the values of PHRASE_OPTIONS; None: they are not.

    Raises RequestError for settings without ``--phrases``, and for those that cannot be.
    """
    values = dict(options or {})
    wanted = values.pop("phrases", False)
    given = {
        key.removeprefix("phrase_"): value for key, value in values.items() if value is not None
    }
    if not wanted:
        if given:
            named = ", ".join(f"--phrase-{key.replace('_', '-')}" for key in given)
            raise RequestError(f"{named}: for --phrases only", "add --phrases")
        return None
    from latentcli.corpus.phrases import PhraseSettings

    if given.get("scoring") == "npmi":
        given = {"threshold": 0.5, **given}
    settings = PhraseSettings(**given)
    settings.check()
    return settings


def text_encoding(options: ReadingOptions | None) -> Encoding:
    """Return how text is encoded, from the values of a group of options for reading."""
    from latentcli.corpus.decoding import checked_encoding

    reading = options or {}
    errors = reading.get("encoding_errors", "strict")
    if errors not in ("strict", "replace"):
        raise RequestError(
            f"--encoding-errors {errors}: no such choice", "there are strict and replace"
        )
    return checked_encoding(reading.get("encoding", "utf-8"), errors)


def corpus_request(
    session: Session,
    inputs: list[str] | None,
    options: ReadingOptions | None,
    name: str = "",
    phrases: dict[str, Any] | None = None,
) -> CorpusRequest:
    """Return what to read, from the values of one of the groups of options above.

    ``phrases`` are the values of PHRASE_OPTIONS.

    Raises RequestError for reading options without a corpus, and where text waits on standard
    input that no ``-`` asks for.
    """
    from latentcli.corpus.readers import ReaderSettings
    from latentcli.corpus.readers.fields import FieldNames
    from latentcli.corpus.tokenizers import TokenizerSettings
    from latentcli.workflows.reading import CorpusRequest

    reading = options or {}
    reader = ReaderSettings(
        format=reading["format"],
        fields=FieldNames(reading["text_field"], reading["id_field"], reading["label_field"]),
        header=not reading["no_header"],
        delimiter=reading["delimiter"],
        quote=reading["quote"],
        encoding=text_encoding(reading),
        include=tuple(reading["include"] or ()),
        skip_invalid=reading["skip_invalid"],
        vocabulary=reading["vocabulary"],
    )
    tokenizer = TokenizerSettings(
        reading.get("tokenizer", "words"),
        reading.get("keep_case", False),
        reading.get("keep_numbers", False),
    )
    keep_text = not reading.get("no_text", False)
    if not inputs:
        if stdin_has_content():
            raise RequestError(
                "no corpus named, but there is text on standard input", "add '-' to read it"
            )
        session.leaves_stdin = True
        if reader != ReaderSettings() or tokenizer != TokenizerSettings() or not keep_text:
            raise RequestError(
                "options for reading a corpus were given, but no corpus", "name the corpus again"
            )
    stdin = session.stdin() if "-" in (inputs or ()) else None
    return CorpusRequest(
        inputs or (), reader, tokenizer, name, stdin, keep_text, phrase_settings(phrases)
    )


def check_resumes(session: Session, *allowed: str) -> None:
    """Raise RequestError where anything is given beside ``--resume`` that the run has of its own.

    ``allowed`` are the parameters that may be given, beside those that all commands share.
    """
    fixed = set(session.given) - {*allowed, "resume", "name", "retrain", "threads", *SHARED}
    if fixed:
        named = ", ".join(session.given[parameter] for parameter in sorted(fixed))
        raise RequestError(
            f"{named}: with --resume, the corpus, its words and the settings are the run's own",
            "leave it out",
        )


def training_options(
    engine: str | None, threads: int | None, name: str, retrain: bool
) -> TrainingOptions:
    """Return how to train, having checked the name before any work is done."""
    from latentcli.workflows.training import TrainingOptions

    if name:
        from latentcli.store.pointers import checked_name

        checked_name(name)
    return TrainingOptions(engine, threads, name, retrain)
