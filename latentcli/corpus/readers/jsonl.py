"""``jsonl``: a JSON object a line, one field of which is the text."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from latentcli.corpus.documents import Document
from latentcli.corpus.readers.fields import FieldNames, pick_text_field
from latentcli.corpus.readers.lines import whole_lines
from latentcli.errors import InputError
from latentcli.wording import quoted

Skip = Callable[[InputError], None]
At = Callable[[int], None]


def read_jsonl(
    chunks: Iterable[str],
    name: str,
    fields: FieldNames,
    skip: Skip | None = None,
    at: At = lambda line: None,
) -> Iterator[Document]:
    """Yield a document a line; blank lines are passed over.

    A line that is no JSON object, or lacks the text, raises InputError with file and line, or is
    given to ``skip`` where that is set. ``at`` is told the line of each document before it comes.
    """
    for number, line in whole_lines(chunks, name):
        if not line.strip():
            continue
        at(number)
        try:
            yield _document(line, f"{name}:{number}", number, fields)
        except InputError as error:
            if skip is None:
                raise
            skip(error)


def _document(line: str, where: str, number: int, fields: FieldNames) -> Document:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"{where}: not valid JSON ({error})", "mend the line, or add --skip-invalid"
        ) from None
    if not isinstance(record, dict):
        raise InputError(f"{where}: is not a JSON object", "each line must be {...}")
    text_fields = pick_text_field(fields.text, list(record), where)
    text = "\n".join(_string(record, field, where) for field in text_fields)
    for field in (fields.id, fields.label):
        if field is not None and field not in record:
            raise InputError(f"{where}: has no field '{field}'", f"there are {quoted(record)}")
    identity = record.get(fields.id or "id")
    label = record.get(fields.label or "label")
    return Document(
        str(number) if identity is None else _encodable(str(identity)),
        _encodable(text),
        None if label is None else _encodable(str(label)),
    )


def _string(record: dict[str, Any], field: str, where: str) -> str:
    if field not in record:
        raise InputError(
            f"{where}: has no field '{field}'",
            f"its fields are {quoted(record) or 'none'}; choose with --text-field",
        )
    value = record[field]
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InputError(
            f"{where}: field '{field}' is not a string", "choose another with --text-field"
        )
    return value


def _encodable(text: str) -> str:
    # JSON can spell a lone surrogate, which no encoding can write.
    return text.encode("utf-8", "replace").decode() if not text.isascii() else text
