"""Make the page of a topic model."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO, NamedTuple

from latentcli.errors import RequestError
from latentcli.formats.artefact import Artefact
from latentcli.formats.files import write_content
from latentcli.formats.models import TOPIC_MODEL, open_topic_model
from latentcli.models.topic_model import MixtureModel
from latentcli.observer import SILENT, Observer
from latentcli.reports import PYLDAVIS_MARK
from latentcli.store.cache import Cache
from latentcli.workflows.find import chosen_run


class Report(NamedTuple):
    """A page that was written."""

    path: str


def report(
    cache: Cache,
    ref: str | None = None,
    out: Path | BinaryIO | None = None,
    observer: Observer = SILENT,
) -> Report | None:
    """Write the pyLDAvis page of a topic model; return None where ``out`` is a stream.

    Without ``out`` it goes to the cache, and is made only once. Raises RequestError for LSI.
    """
    run = chosen_run(cache, ref, TOPIC_MODEL, observer)
    model = open_topic_model(run)
    if not isinstance(model, MixtureModel):
        raise RequestError(
            f"'{ref or run.id[:12]}' is LSI: its topics are not distributions over words, "
            "which a report draws",
            "train one that has them: 'latent topics -a lda'; LSI's topics are printed by "
            "'latent topics -a lsi'",
        )
    if out is None:
        return _in_cache(cache, run, model, observer)
    content = _page(run, model, observer)
    if not isinstance(out, Path):
        out.write(content)
        return None
    write_content(out, content)
    return Report(os.fspath(out))


def _in_cache(cache: Cache, run: Artefact, model: MixtureModel, observer: Observer) -> Report:
    cache.ensure()
    target = cache.reports / f"{run.id[:12]}-topics.html"
    if not _is_current(target):
        write_content(target, _page(run, model, observer))
    return Report(os.fspath(target))


def _is_current(target: Path) -> bool:
    """Tell whether a page is there, and made as this latent makes it."""
    if not target.is_file():
        return False
    with open(target, "rb") as page:
        return PYLDAVIS_MARK.encode() in page.read(1 << 10)


def _page(run: Artefact, model: MixtureModel, observer: Observer) -> bytes:
    from latentcli.reports.pyldavis import page

    number = "1 topic" if model.n_topics == 1 else f"{model.n_topics} topics"
    corpus = run.manifest["invocation"].get("corpus_name", "")
    named = f"{number} of {corpus}" if corpus else number
    title = f"{run.manifest['algorithm'].upper()}, {named} ({run.id[:12]})"
    return page(model, title, observer=observer)
