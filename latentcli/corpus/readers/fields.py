"""Which field or column of a record is its text, id and label."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from latentcli.errors import InputError
from latentcli.wording import quoted

# Names under which the text is looked for when --text-field does not say.
_USUAL = ("text", "body", "content", "abstract", "document", "sentence")


class FieldNames(NamedTuple):
    """Names, or numbers from 1, of a record's fields; several text fields go with commas."""

    text: str | None = None
    id: str | None = None
    label: str | None = None


def pick_text_field(
    wanted: str | None, available: Sequence[str], where: str, advice: str = ""
) -> list[str]:
    """Return the fields that make up the text.

    Raises InputError, with ``advice``, where nothing was asked for and no field has a usual name.
    """
    if wanted:
        return [wanted] if wanted in available else [f.strip() for f in wanted.split(",")]
    lowered = {name.strip().lower(): name for name in reversed(available)}
    for usual in _USUAL:
        if usual in lowered:
            return [lowered[usual]]
    if len(available) == 1:
        return [available[0]]
    raise InputError(
        f"{where}: which field is the text?",
        f"choose with --text-field: {quoted(available)}{advice}",
    )
