"""Write a map: the page, and pictures for paper."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO, NamedTuple

from latentcli.formats.files import write_content
from latentcli.reports.map_page import map_page
from latentcli.store.cache import Cache
from latentcli.workflows.map import Map


class Made(NamedTuple):
    """A file that was written."""

    path: str


def write_map(
    cache: Cache,
    made: Map,
    page: Path | BinaryIO | None = None,
    png: Path | None = None,
    svg: Path | None = None,
) -> list[Made]:
    """Write the page of a map, and pictures where they are wanted; return the files, page first.

    ``page`` None: in the cache; a stream is written to and is no file.
    """
    content = map_page(made.view).encode("utf-8", "replace")
    if page is not None and not isinstance(page, Path):
        page.write(content)
        files = []
    else:
        if page is None:
            cache.ensure()
            page = cache.reports / f"{made.name}.html"
        write_content(page, content)
        files = [page]
    for form, target in (("png", png), ("svg", svg)):
        if target is not None:
            from latentcli.reports.map_picture import map_picture

            write_content(target, map_picture(made.view, form, made.colour))
            files.append(target)
    return [Made(os.fspath(file)) for file in files]
