"""The errors that a person can do something about.

Every one says what happened, to which input, and (in ``hint``) what to do next. Anything else
that escapes is a bug and shows its traceback.
"""

from __future__ import annotations


class LatentError(Exception):
    """The base of all expected failures; ends the program with ``exit_code``."""

    exit_code = 2

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class RequestError(LatentError):
    """The request is wrong: an option out of range, no such model, a model of the wrong kind."""


class InputError(LatentError):
    """A corpus or query input is wrong: missing, empty, undecodable, malformed."""


class NothingFound(LatentError):
    """The request is sound, but nothing answers it."""

    exit_code = 1


class NotTheSame(LatentError):
    """What was asked to be the same is not, though nobody promised that it would be."""

    exit_code = 1


class MachineError(LatentError):
    """The machine or the cache failed: disk full, no permission, no memory."""

    exit_code = 3


class DamagedArtefact(MachineError):
    """Stored files are not what their manifest says."""


class Terminated(BaseException):
    """SIGTERM or SIGHUP arrived; like KeyboardInterrupt, it must not be swallowed."""

    def __init__(self, signum: int) -> None:
        super().__init__(signum)
        self.signum = signum
