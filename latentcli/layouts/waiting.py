"""Wait for work that no callback tells of, so that Ctrl-C is heard meanwhile.

A signal is heard by the main thread between two steps of Python; in a library that computes for a
minute there is none. So the library works in a thread of its own, which dies with the program.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from latentcli.observer import Observer

Found = TypeVar("Found")
_TELL_SECONDS = 0.2


def waited_for(work: Callable[[], Found], stage: str, observer: Observer) -> Found:
    """Return what ``work`` returns; raise what it raises."""
    found: list[Found] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            found.append(work())
        except BaseException as error:  # told to the thread that waits
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True)
    start = time.monotonic()
    thread.start()
    while thread.is_alive():
        thread.join(_TELL_SECONDS)
        observer.progress(f"{stage}, seconds", round(time.monotonic() - start))
    if failed:
        raise failed[0]
    return found[0]
