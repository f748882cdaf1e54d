"""Runs that are published again with something changed by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from latentcli.corpus.strings import Strings
from latentcli.formats.artefact import NOT_IN_ID, Artefact
from latentcli.formats.models import open_topic_model, topic_model_parts
from latentcli.formats.writing import Array
from latentcli.models.topic_model import TopicModel
from latentcli.store.cache import Cache
from latentcli.store.runs import publish

_WRITTEN = (*NOT_IN_ID, "format", "format_version", "written_by", "files")


def altered(
    cache: Cache,
    run: Artefact,
    arrays: Mapping[str, Array] | None = None,
    model: TopicModel | None = None,
    **record: Any,
) -> Artefact:
    """Publish a topic model's run with other arrays, or all of another model, or another record."""
    parts: tuple[dict[str, Array], dict[str, Strings]] = topic_model_parts(
        model or open_topic_model(run)
    )
    description = {key: value for key, value in run.manifest.items() if key not in _WRITTEN}
    if run.has_strings("phrases"):
        parts[1]["phrases"] = run.strings("phrases")
    return publish(
        cache,
        {"altered": run.id},
        {**description, **record},
        run.manifest["invocation"],
        {**parts[0], **(arrays or {})},
        parts[1],
    )
