"""What a person's terminal and a pipe may be sent."""

from __future__ import annotations

import os
import re
import stat
import sys
from typing import TextIO

# Control characters (C0, DEL, C1) and the marks that reorder text; ``re`` keeps it compiled.
_UNSAFE = r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"


class ClosedPipe(BaseException):
    """The reader of our output has gone away, as ``head`` does; nobody is to be told."""


def visible(text: str) -> str:
    r"""Return text with control characters shown as escapes, for terminals and messages.

    >>> visible("a\x1b[2J")
    'a\\x1b[2J'
    """
    if text.isascii() and text.isprintable():
        return text
    return re.sub(_UNSAFE, lambda match: _escape(match[0]), text)


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"


def make_streams_safe() -> None:
    """Let no character that the locale's encoding lacks stop an answer or a message."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def is_terminal(stream: TextIO | None) -> bool:
    """Tell whether a person is likely to look at the stream."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False


def abandon_stdout() -> None:
    """Send what is still buffered for standard output nowhere."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.close(nowhere)
    except OSError:
        sys.stdout = None


def stdin_has_content() -> bool:
    """Tell whether standard input is a pipe or file with something to read."""
    if sys.stdin is None:
        return False
    try:
        descriptor = sys.stdin.fileno()
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISREG(mode):
            return os.fstat(descriptor).st_size > os.lseek(descriptor, 0, os.SEEK_CUR)
        if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
            return _waiting_bytes(descriptor) > 0
    except (OSError, ValueError):
        pass
    return False


def _waiting_bytes(descriptor: int) -> int:
    import fcntl
    import struct
    import termios

    answer = fcntl.ioctl(descriptor, termios.FIONREAD, struct.pack("i", 0))
    return int(struct.unpack("i", answer)[0])
