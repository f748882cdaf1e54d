"""How long work tells its caller what it is doing: notes and progress.

Nothing below ``cli`` prints. A workflow, engine or reader that has something to say calls the
``Observer`` it was given; the silent one is the default for use from Python.
"""

from __future__ import annotations


class Observer:
    """Receives notes and progress; this base class ignores both."""

    def note(self, text: str) -> None:
        """Take one line that a person should see, such as a default that was chosen."""

    def progress(self, stage: str, done: float, total: float | None = None) -> None:
        """Take the state of ``stage``: ``done`` of ``total`` (None where it is unknown)."""


SILENT = Observer()
