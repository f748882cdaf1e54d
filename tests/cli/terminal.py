"""The program on a terminal: a pty of a given width, and what it shows there."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from tests.conftest import program_environment

_STYLES_AND_MOVES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Screen(NamedTuple):
    """What the program sent to the terminal, and its exit code."""

    raw: str
    returncode: int

    @property
    def text(self) -> str:
        """What a person can read: no escape sequences, lines that end at LF."""
        return _STYLES_AND_MOVES.sub("", self.raw).replace("\r\n", "\n")


class Terminal:
    """A running program with a terminal as its three streams.

    The terminal reads end of file only when the last process that holds it is gone, so
    ``finish`` returns only when no child is left behind.
    """

    def __init__(
        self,
        cache: Path,
        *arguments: str | os.PathLike[str],
        columns: int = 80,
        env: Mapping[str, str] | None = None,
        stdout: int | None = None,
    ) -> None:
        self._ours, theirs = pty.openpty()
        size = struct.pack("HHHH", 24, columns, 0, 0)
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, size)
        self._shown = b""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "latentcli", *(os.fspath(argument) for argument in arguments)],
            stdin=theirs,
            stdout=theirs if stdout is None else stdout,
            stderr=theirs,
            env=program_environment(cache, **{"TERM": "xterm-256color", **(env or {})}),
            start_new_session=True,
        )
        os.close(theirs)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        os.close(self._ours)

    def wait_for(self, text: str, timeout: float = 60) -> None:
        """Return when the text has been shown."""
        stop = time.monotonic() + timeout
        while text.encode() not in self._shown:
            if not self._read(stop):
                raise AssertionError(f"{text!r} was not shown, but {self._screen().text!r}")

    def type(self, text: str) -> None:
        """Send keys; ``\\x04`` at the start of a line is the end of input."""
        os.write(self._ours, text.encode())

    def press_ctrl_c(self) -> None:
        """Interrupt all processes, as a terminal does."""
        os.killpg(self.process.pid, signal.SIGINT)

    def finish(self, timeout: float = 60) -> Screen:
        """Return what was shown, once all processes are gone."""
        stop = time.monotonic() + timeout
        while self._read(stop):
            pass
        if time.monotonic() >= stop:
            raise AssertionError(f"not over yet; it shows {self._screen().text!r}")
        self.process.wait(timeout)
        return self._screen()

    def _read(self, stop: float) -> bool:
        """Take what is sent next; False at the end, or when the time is up."""
        ready, _, _ = select.select([self._ours], [], [], max(0, stop - time.monotonic()))
        if not ready:
            return False
        try:
            data = os.read(self._ours, 1 << 16)
        except OSError:  # how Linux reports the end of file of a pty
            return False
        self._shown += data
        return bool(data)

    def _screen(self) -> Screen:
        code = self.process.returncode
        return Screen(self._shown.decode("utf-8", "replace"), -1 if code is None else code)


def on_terminal(
    cache: Path,
    *arguments: str | os.PathLike[str],
    columns: int = 80,
    env: Mapping[str, str] | None = None,
) -> Screen:
    """Run the program to its end on a terminal."""
    with Terminal(cache, *arguments, columns=columns, env=env) as terminal:
        return terminal.finish()
