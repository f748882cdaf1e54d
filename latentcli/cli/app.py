"""The root of the command line: lazily loaded commands, one error boundary, the exit codes.

0  answered                      3  the machine or the cache failed it
1  nothing found; not the same    130, 143  interrupted, terminated
2  the request or its input is wrong
"""

from __future__ import annotations

import atexit
import errno
import gc
import os
import signal
import sys
from collections.abc import Iterator, MutableMapping
from importlib import import_module
from types import FrameType
from typing import Any

import typer
import typer.core

from latentcli import __version__
from latentcli.cli.render import flush
from latentcli.cli.session import CacheDirOption, ConsoleObserver, DebugOption, QuietOption
from latentcli.cli.streams import ClosedPipe, abandon_stdout, is_terminal, make_streams_safe
from latentcli.errors import LatentError, MachineError, RequestError, Terminated

# Each command's module, imported when the command is called; in the order of the help.
COMMANDS = {
    "embed": "embed",
    "topics": "topics",
    "topic": "topic",
    "neighbors": "neighbors",
    "analogy": "analogy",
    "similarity": "similarity",
    "interpolate": "interpolate",
    "odd-one-out": "odd_one_out",
    "axis": "axis",
    "vector": "vector",
    "search": "search",
    "documents": "search",
    "similar-documents": "search",
    "infer": "infer",
    "evaluate": "evaluate",
    "sweep": "sweep",
    "compare": "compare",
    "align": "align",
    "drift": "drift",
    "why": "why",
    "reproduce": "reproduce",
    "cluster": "cluster",
    "project": "project",
    "dimension": "dimension",
    "report": "report",
    "map": "map",
    "corpus": "corpus",
    "import": "importing",
    "convert": "convert",
    "check": "check",
    "export": "export",
    "models": "manage",
    "show": "manage",
    "rename": "manage",
    "remove": "manage",
    "cache": "cache",
}

# A second after a signal by which the program must be gone, whatever it is doing.
_GRACE_SECONDS = 1.5

_MACHINE_ERRNOS = {
    errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EMFILE,
    errno.ENFILE, errno.ENOMEM, errno.EIO, errno.EAGAIN, errno.EBADF, errno.EXDEV, errno.ESTALE,
}  # fmt: skip


class _Commands(MutableMapping[str, Any]):
    """The commands by name; getting one imports its module."""

    def __getitem__(self, name: str) -> Any:
        module = import_module(f"latentcli.cli.{COMMANDS[name]}")
        group: Any = typer.main.get_group(module.app)
        found = group.commands.get(name, group)
        found.name = name
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)

    def __setitem__(self, name: str, command: Any) -> None:
        raise TypeError("commands are listed in COMMANDS")

    def __delitem__(self, name: str) -> None:
        raise TypeError("commands are listed in COMMANDS")


class _LazyGroup(typer.core.TyperGroup):
    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = _Commands()


app = typer.Typer(
    cls=_LazyGroup,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        import platform
        from importlib.metadata import version

        parts = [f"latent {__version__}", f"Python {platform.python_version()}"]
        parts += [f"gensim {version('gensim')}", f"NumPy {version('numpy')}"]
        typer.echo(", ".join(parts))
        raise typer.Exit()


@app.callback()
def root(
    ctx: typer.Context,
    cache_dir: CacheDirOption = None,
    quiet: QuietOption = False,
    debug: DebugOption = False,
    version: bool = typer.Option(
        False, "--version", callback=_print_version, is_eager=True, help="Print versions and end."
    ),
) -> None:
    """Turn a pile of text into a latent space: word embeddings, topic models, neighbours, reports.

    A first tour: latent embed corpus.txt; latent topics; latent neighbors king; latent report
    """
    ctx.obj = {"cache_dir": cache_dir, "quiet": quiet}


def main() -> None:
    """Run the program and end the process."""
    gc.freeze()
    gc.enable()
    make_streams_safe()
    _watch_signals()
    try:
        code = _run()
    except ClosedPipe:
        abandon_stdout()
        code = 0
    except KeyboardInterrupt:
        _leave(130)
    except Terminated as stop:
        _leave(128 + stop.signum)
    if code == 130:
        _leave(code)
    _finish(code)


def _run() -> int:
    try:
        code = app(prog_name="latent", standalone_mode=False)
        flush()
        return code if isinstance(code, int) else 0
    except SystemExit as stop:
        if isinstance(stop.__context__, BrokenPipeError):  # typer and rich end so
            raise ClosedPipe from None
        return stop.code if isinstance(stop.code, int) else 1
    except BrokenPipeError:
        raise ClosedPipe from None
    except typer.Abort:
        return 130
    except Exception as error:
        known = _as_latent_error(error)
        if known is None or "--debug" in sys.argv:
            import traceback

            traceback.print_exc()
        if known is None:
            return MachineError.exit_code
        console = ConsoleObserver(quiet=False)
        console.say(f"error: {known.message}")
        if known.hint:
            console.say(f"hint: {known.hint}")
        if isinstance(error, OSError):
            abandon_stdout()
        return known.exit_code


def _as_latent_error(error: Exception) -> LatentError | None:
    """Return what a person can be told of an error; None: it is a bug."""
    if isinstance(error, LatentError):
        return error
    if isinstance(error, typer.TyperException):
        context = getattr(error, "ctx", None)
        command = context.command_path if context else "latent"
        message = error.format_message() or "no command"
        return RequestError(message.rstrip("."), f"see '{command} --help'")
    if isinstance(error, MemoryError):
        return MachineError("not enough memory", "use fewer topics, words or dimensions")
    if isinstance(error, RuntimeError) and "can't start new thread" in str(error):
        return MachineError("cannot start another thread", "try --threads 1")
    if isinstance(error, FileNotFoundError) and not _has_working_directory():
        return RequestError("the current folder is gone", "change to another, or give full paths")
    if isinstance(error, OSError) and error.errno in _MACHINE_ERRNOS:
        where = f": {error.filename}" if error.filename else ""
        reason = os.strerror(error.errno) if error.errno else str(error)
        hint = ""
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            hint = "free some space, or choose another place with --cache-dir or LATENT_CACHE_DIR"
        elif error.errno == errno.EFBIG:
            hint = "a limit on the size of files stands in the way (ulimit -f)"
        return MachineError(f"{reason}{where}", hint)
    return None


def _has_working_directory() -> bool:
    try:
        return bool(os.getcwd())
    except FileNotFoundError:
        return False


def _watch_signals() -> None:
    signal.signal(signal.SIGINT, _on_signal)
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _on_signal)


def _on_signal(number: int, frame: FrameType | None) -> None:
    """Unwind, so that temporaries are removed; a second signal, or time, ends it at once."""
    import threading

    signal.signal(number, lambda *_: _end(128 + number))
    last = threading.Timer(_GRACE_SECONDS, _end, [128 + number])
    last.daemon = True
    last.start()
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    raise Terminated(number)


def _end(code: int) -> None:
    """End at once, though with the cursor that a progress bar hides."""
    if is_terminal(sys.stderr):
        os.write(2, b"\x1b[?25h")
    os._exit(code)


def _finish(code: int) -> None:
    """End as ``sys.exit`` does, but leave it to the system to take the process apart.

    Python would free every module and object first, for longer than a cold query takes.
    """
    if "threading" in sys.modules and sys.modules["threading"].active_count() > 1:
        sys.exit(code)
    atexit._run_exitfuncs()
    _leave(code)


def _leave(code: int) -> None:
    """End without waiting for threads that are still training."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            pass
    os._exit(code)
