"""What every command is given: the cache, an observer on stderr, and a way to answer."""

from __future__ import annotations

import contextlib
import inspect
import io
import os
import sys
from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, BinaryIO, TextIO, get_type_hints

import typer

from latentcli.cli.render import FORMS, Written, render, render_to, write_text
from latentcli.cli.streams import is_terminal, stdin_has_content, visible
from latentcli.errors import MachineError, NothingFound, RequestError
from latentcli.observer import Observer
from latentcli.store.cache import Cache, cache_root
from latentcli.wording import there_are

CacheDirOption = Annotated[
    str | None,
    typer.Option(
        "--cache-dir",
        metavar="DIR",
        help="Where models are kept (default: LATENT_CACHE_DIR, else the user's cache).",
        show_default=False,
    ),
]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="No notes on stderr.")]
DebugOption = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]
AsOption = Annotated[
    str | None,
    typer.Option(
        "--as",
        metavar="|".join(FORMS),
        help="The answer's form (default: table on a terminal, else tsv).",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Short for --as json.")]


class Session:
    """One call of the program: its cache, observer and the form of its answer."""

    def __init__(self, cache_dir: str | None, quiet: bool, form: str | None) -> None:
        self._cache_dir, self._form = cache_dir, form
        self.observer: ConsoleObserver = ConsoleObserver(quiet)
        self.leaves_stdin = False
        # The parameters given on the command line, with the names by which a person knows them.
        self.given: dict[str, str] = {}

    @cached_property
    def cache(self) -> Cache:
        """The cache directory; that others may write there is noted."""
        cache = Cache(cache_root(self._cache_dir))
        if exposure := cache.exposure():
            self.observer.note(f"cache {cache.root}: {exposure}")
        return cache

    @property
    def answers_in_table(self) -> bool:
        """Whether a person at a terminal is answered in a table, beside which more may stand."""
        return self._form in (None, "table") and is_terminal(sys.stdout)

    def answer(self, rows: Iterable[Any], out: Path | None = None) -> int:
        """Write the answer to standard output; return the number of rows.

        With ``out`` it goes to that file, as TSV unless another form is asked for, and what is
        printed is the file's path.
        """
        if self.leaves_stdin and stdin_has_content():  # a slow pipe, empty at the start
            self.observer.note("the text on standard input was not read; '-' reads it")
        if out is not None:
            form = self._form if self._form not in (None, "table") else "tsv"
            with closing(self._made(rows, "table")) as made:
                self._in_file(lambda file: render_to(file, made, form or "tsv"), out)
            rows = [Written(os.fspath(out))]
        with closing(self._made(rows, self._form or "table")) as made:
            return render(made, self._form)

    def answer_text(self, lines: Iterable[str], out: Path | None = None) -> None:
        """Write an answer in another program's form: lines, with their ends."""
        if self._form is not None:
            raise RequestError(f"--as {self._form}: the answer has the form of another program")
        if out is None:
            with closing(self._made(lines, "text")) as made:
                write_text(made)
            return
        with closing(self._made(lines, "table")) as made:
            self._in_file(lambda file: file.writelines(made), out)
        self.answer([Written(os.fspath(out))])

    def _in_file(self, write: Callable[[TextIO], None], out: Path) -> None:
        from latentcli.formats.files import write_through

        nothing: list[NothingFound] = []

        def write_bytes(stream: BinaryIO) -> None:
            text = io.TextIOWrapper(stream, "utf-8", "backslashreplace", newline="")
            try:
                write(text)
            except NothingFound as error:  # comes after the rows that say so
                nothing.append(error)
            text.flush()
            text.detach()

        write_through(out, write_bytes)
        if nothing:
            raise nothing[0]

    def _made(self, rows: Iterable[Any], form: str) -> Generator[Any, None, None]:
        """Yield rows that are made meanwhile; their progress shares a screen with no answer.

        Closing it closes the rows, so that what they keep for a while is removed.
        """
        shares = form != "table" and is_terminal(sys.stdout)
        if shares:
            self.observer.finish()
            self.observer.shows_progress = False
        yield from rows
        self.observer.finish()

    def target(self, out: Path | None) -> Path | BinaryIO | None:
        """Return where a file goes: standard output's bytes for ``-``."""
        return sys.stdout.buffer if out is not None and str(out) == "-" else out

    def stdin(self) -> BinaryIO | None:
        """Return standard input's bytes, or None where it is closed."""
        if sys.stdin is None:
            return None
        if is_terminal(sys.stdin):
            self.observer.note("reading standard input; end it with Ctrl-D")
            # Without a buffer, which would want Ctrl-D twice.
            return open(sys.stdin.fileno(), "rb", buffering=0, closefd=False)
        return sys.stdin.buffer

    def with_stdin_lines(self, given: list[str]) -> list[str]:
        """Return what was given, the lines of standard input in the place of ``-``."""
        return [w for word in given for w in (self.stdin_lines() if word == "-" else [word])]

    def stdin_lines(self) -> list[str]:
        """Return the lines of standard input that are not blank."""
        return [line for _, line in self.numbered_stdin_lines()]

    def numbered_stdin_lines(self) -> list[tuple[int, str]]:
        """Return the lines of standard input that are not blank, with their numbers, from 1."""
        stream = self.stdin()
        if stream is None:
            raise RequestError("standard input is closed", "pipe words in, one a line")
        text = stream.read().decode("utf-8-sig", "replace")
        lines = enumerate(map(str.strip, text.splitlines()), 1)
        return [(number, line) for number, line in lines if line]


class ConsoleObserver(Observer):
    """Notes and progress bars on standard error; bars only where it is a terminal."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self.shows_progress = not quiet
        self._bar: Any = None
        self._tasks: dict[str, Any] = {}

    def note(self, text: str) -> None:
        """Print one line, unless the person wants quiet."""
        if not self._quiet:
            self.say(f"note: {text}")

    def say(self, text: str) -> None:
        """Print one line on standard error whatever was asked for; a closed one is no fault."""
        line = visible(text)
        if self._bar is not None:
            self._bar.console.print(line, markup=False, highlight=False, soft_wrap=True)
        elif sys.stderr is not None:
            with contextlib.suppress(OSError, ValueError):
                print(line, file=sys.stderr, flush=True)  # noqa: T201

    def progress(self, stage: str, done: float, total: float | None = None) -> None:
        """Show how far a stage is."""
        if not self.shows_progress or not is_terminal(sys.stderr):
            return
        if self._bar is None:
            self._bar = _progress_bar()
            self._bar.start()
        digits = 1 if total and total < 10 and total % 1 else 0
        figure = f"{done:,.{digits}f}" + ("" if total is None else f"/{total:,.{digits}f}")
        if stage not in self._tasks:
            for task in self._tasks.values():
                self._bar.update(task, visible=False)
            self._tasks[stage] = self._bar.add_task(stage, total=total, figure=figure)
        self._bar.update(self._tasks[stage], completed=done, total=total, figure=figure)

    def finish(self) -> None:
        """Take the progress bar away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar, self._tasks = None, {}


def _progress_bar() -> Any:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class _Rate(ProgressColumn):
        """How much of the figure is done in a second, as far as it is known yet."""

        def render(self, task: Task) -> Text:
            speed = task.finished_speed or task.speed
            if not speed:
                return Text("")
            return Text(f"{speed:,.0f}/s" if speed >= 10 else f"{speed:.2g}/s")

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[figure]}"),
        _Rate(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,  # where answers go as they are
    )


# Options by the name of their value: annotation and default.
OptionGroup = dict[str, tuple[Any, Any]]

SHARED: OptionGroup = {
    "form": (AsOption, None),
    "json": (JsonOption, False),
    "cache_dir": (CacheDirOption, None),
    "quiet": (QuietOption, False),
    "debug": (DebugOption, False),
}


def command(
    app: typer.Typer, name: str, **groups: OptionGroup
) -> Callable[[Callable[..., None]], None]:
    """Register a function whose first parameter is a Session as a command.

    The command gets the options that all commands share, and each of ``groups``, whose values go
    to the parameter of that name as one dictionary; the rest are the function's own.
    """

    def register(function: Callable[..., None]) -> None:
        hints = get_type_hints(function, include_extras=True)
        kept = inspect.signature(function).parameters.values()
        own = [p for p in kept if p.name != "session" and p.name not in groups]
        added = {k: v for group in (*groups.values(), SHARED) for k, v in group.items()}

        def run(ctx: typer.Context, **values: Any) -> None:
            session = _session(ctx, values)
            session.given = _given(ctx)
            for parameter, group in groups.items():
                values[parameter] = {key: values.pop(key) for key in group}
            function(session, **values)

        context = inspect.Parameter("ctx", inspect.Parameter.POSITIONAL_OR_KEYWORD)
        keyword = inspect.Parameter.KEYWORD_ONLY
        parameters = [
            context.replace(annotation=typer.Context),
            *(p.replace(kind=keyword, annotation=hints[p.name]) for p in own),
            *(
                inspect.Parameter(key, keyword, default=default, annotation=annotation)
                for key, (annotation, default) in added.items()
            ),
        ]
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {p.name: p.annotation for p in parameters}
        run.__doc__ = function.__doc__
        app.command(name)(run)

    return register


def _given(ctx: typer.Context) -> dict[str, str]:
    given = {}
    for parameter in ctx.command.params:
        source = ctx.get_parameter_source(str(parameter.name))
        if source is not None and source.name == "COMMANDLINE":
            option = parameter.param_type_name == "option"
            shown = parameter.opts[0] if option else parameter.make_metavar(ctx).strip("[].")
            given[str(parameter.name)] = shown
    return given


def _session(ctx: typer.Context, values: dict[str, Any]) -> Session:
    above: dict[str, Any] = ctx.obj if isinstance(ctx.obj, dict) else {}
    form, json = values.pop("form"), values.pop("json")
    if json and form not in (None, "json"):
        raise RequestError(f"--json and --as {form} contradict each other")
    form = "json" if json else form
    if form is not None and form not in FORMS:
        raise RequestError(f"--as {form}: no such form", there_are(FORMS))
    values.pop("debug")
    cache_dir = values.pop("cache_dir")
    session = Session(
        cache_dir if cache_dir is not None else above.get("cache_dir"),
        values.pop("quiet") or bool(above.get("quiet")),
        form,
    )
    if sys.stdout is None:
        raise MachineError(
            "standard output is closed", "send the answer somewhere, if to /dev/null"
        )
    ctx.call_on_close(session.observer.finish)
    return session
