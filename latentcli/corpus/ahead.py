"""Reading ahead: what an iterator yields next is made while what it yielded last is used.

Reading, decompressing and hashing release the interpreter's lock, and so does encoding.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")


def ahead(items: Generator[Item, None, None], depth: int = 2) -> Generator[Item, None, None]:
    """Yield the items, which a thread makes up to ``depth`` before they are asked for.

    What making them raises is raised in its turn.
    """
    end = object()
    with ThreadPoolExecutor(1, "reading") as reader:
        coming = deque(reader.submit(next, items, end) for _ in range(depth))
        try:
            while (item := coming.popleft().result()) is not end:
                coming.append(reader.submit(next, items, end))
                yield item  # type: ignore[misc]
        finally:
            for future in coming:
                future.cancel()
    items.close()
