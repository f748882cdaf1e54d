"""Readers: bytes of a corpus to documents, one file a format, chosen by name and content."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from latentcli.corpus.decoding import (
    Encoding,
    decoded_chunks,
    is_raw,
    sniff_text,
    utf8_chunks,
)
from latentcli.corpus.documents import Document, TextBlock
from latentcli.corpus.lenient import Faults, lenient_text, lenient_utf8
from latentcli.corpus.readers import word_counts, word_lines
from latentcli.corpus.readers.fields import FieldNames
from latentcli.corpus.readers.files import read_file
from latentcli.corpus.readers.jsonl import At, Skip, read_jsonl
from latentcli.corpus.readers.lines import read_lines
from latentcli.corpus.readers.paragraphs import read_paragraphs
from latentcli.corpus.readers.table import TableStyle, read_table, table_style
from latentcli.corpus.readers.word_counts import read_word_counts
from latentcli.corpus.readers.word_lines import read_word_lines
from latentcli.corpus.sources import Fingerprint, Member, Source, members, open_source
from latentcli.errors import InputError, RequestError
from latentcli.wording import listed

FORMATS = (
    *("auto", "lines", "paragraphs", "files", "csv", "tsv", "jsonl"),
    *word_counts.FORMATS,
    *word_lines.FORMATS,
)
# The formats in which words are cut already, and those in which they are counted, too.
CUT_FORMATS, COUNT_FORMATS = (*word_counts.FORMATS, *word_lines.FORMATS), word_counts.FORMATS
# The formats in which a document is text and nothing else, by what encoders call their form.
TEXT_FORMS = {"lines": "lines", "paragraphs": "paragraphs", "files": "file"}
_BLOCK_CHUNKS = 4
_COMPRESSED = re.compile(r"\.(gz|bz2|xz|zst|zstd)$", re.IGNORECASE)
_SUFFIXES = (
    (".jsonl", "jsonl"), (".ndjson", "jsonl"), (".csv", "csv"), (".tsv", "tsv"), (".tab", "tsv"),
)  # fmt: skip
_SNIFF_BYTES = 1 << 18
_SNIFF_MEMBERS = 1000


@dataclass(frozen=True)
class ReaderSettings:
    """How a corpus is read; ``format`` is one of FORMATS.

    ``vocabulary``: the file that has the words of counts, and ``words`` what is in it.
    """

    format: str = "auto"
    fields: FieldNames = field(default_factory=FieldNames)
    header: bool = True
    delimiter: str | None = None
    quote: str | None = None
    encoding: Encoding = field(default_factory=Encoding)
    include: tuple[str, ...] = ()
    skip_invalid: bool = False
    vocabulary: str | None = None
    words: tuple[str, ...] = ()


def resolve_format(sources: Sequence[Source], settings: ReaderSettings) -> ReaderSettings:
    """Replace the format ``auto`` by what the sources' names and contents say.

    Raises InputError where several sources differ and none was asked for.
    """
    if settings.format not in FORMATS:
        raise RequestError(f"no format '{settings.format}'", f"formats are {', '.join(FORMATS)}")
    if settings.format != "auto":
        return settings
    found = {source.name: _guess(source, settings) for source in sources}
    kinds = set(found.values())
    if kinds == {"lines", "paragraphs"}:
        kinds = {"paragraphs"}
    if len(kinds) > 1:
        each = ", ".join(f"{name}: {kind}" for name, kind in list(found.items())[:4])
        raise InputError(f"the inputs look different ({each})", "say which with --format")
    return replace(settings, format=kinds.pop())


def _guess(source: Source, settings: ReaderSettings) -> str:
    if source.has_members:
        return _guess_members(source, settings)
    by_name = _kind_by_name(source.name)
    if by_name:
        return by_name
    with open_source(source) as stream:
        head = b""
        while len(head) < _SNIFF_BYTES and (block := stream.read(_SNIFF_BYTES - len(head))):
            head += block
    text = sniff_text(head, settings.encoding).strip()
    first = text.split("\n", 1)[0]
    if first.lower().startswith("%%matrixmarket"):
        return "mm"
    if first.startswith("{") and _is_object(first):
        return "jsonl"
    return "paragraphs" if re.search(r"\n[^\S\n]*\n", text) else "lines"


def _guess_members(source: Source, settings: ReaderSettings) -> str:
    """Return the format of a directory or archive: ``files``, unless all are tables or records.

    Raises InputError where only some are, whose markup would be read as words.
    """
    first = islice(members([source], settings.include), _SNIFF_MEMBERS)
    kinds = {_kind_by_name(member.path) or "files" for member in first}
    if len(kinds) > 1:
        named = listed(sorted("text" if kind == "files" else kind for kind in kinds))
        raise InputError(
            f"{source.name}: holds files of several kinds: {named}",
            "choose some with --include '*.csv' or the like, or take all as text: --format files",
        )
    return kinds.pop() if kinds else "files"


def _kind_by_name(name: str) -> str | None:
    name = _COMPRESSED.sub("", name.lower())
    return next((kind for suffix, kind in _SUFFIXES if name.endswith(suffix)), None)


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def read_documents(
    sources: Sequence[Source],
    settings: ReaderSettings,
    watch: Fingerprint | None = None,
    skip: Skip | None = None,
    replaced: Counter[str] | None = None,
    faults: Faults | None = None,
) -> Iterator[Document]:
    """Yield the documents of all sources in order; the format must be resolved.

    Where there are several plain files, ids are ``name:number``. ``watch`` sees every byte read,
    ``skip`` gets invalid records, ``replaced`` counts the bytes replaced in each file. Where
    ``faults`` is given, bytes that are no text are noted there, and nothing is raised for them.
    """
    style = (
        table_style(settings.format, settings.delimiter, settings.quote, settings.header)
        if settings.format in ("csv", "tsv")
        else None
    )
    several = len(sources) > 1 or any(source.has_members for source in sources)
    for member in members(sources, settings.include):
        stream = (watch.watch(member) if watch else member).stream
        chunks = (
            decoded_chunks(stream, member.name, settings.encoding, replaced)
            if faults is None
            else lenient_text(stream, member.name, settings.encoding, faults)
        )
        prefix = _prefix(member, len(sources)) if several else ""
        if settings.format == "files":
            yield from read_file(chunks, prefix or member.source.path.name)
            continue
        at: At = (lambda line: None) if faults is None else faults.at
        for document in _records(chunks, member.name, settings, style, skip, at):
            yield document._replace(id=f"{prefix}:{document.id}") if prefix else document


def read_text(
    sources: Sequence[Source],
    settings: ReaderSettings,
    watch: Fingerprint | None = None,
    replaced: Counter[str] | None = None,
    faults: Faults | None = None,
) -> Generator[TextBlock, None, None]:
    """Yield the text of all sources in blocks, for an encoder that finds the documents itself.

    The format must be one of TEXT_FORMS. Ids, ``watch``, ``replaced`` and ``faults`` are as
    in ``read_documents``.
    """
    several = len(sources) > 1 or any(source.has_members for source in sources)
    for member in members(sources, settings.include):
        stream = (watch.watch(member) if watch else member).stream
        prefix = _prefix(member, len(sources)) if several else ""
        if settings.format == "files":
            prefix = prefix or member.source.path.name
        form, raw = TEXT_FORMS[settings.format], is_raw(settings.encoding)
        chunks = (
            utf8_chunks(stream, member.name, settings.encoding, replaced)
            if faults is None
            else lenient_utf8(stream, member.name, settings.encoding, faults)
        )
        first = True
        for block, last in _gathered(chunks):
            yield TextBlock(member.name, prefix, form, raw, block, first, last)
            first = False


def _gathered(chunks: Iterator[bytes]) -> Iterator[tuple[list[bytes], bool]]:
    """Gather chunks into blocks; true marks the last. What came before an error comes before it."""
    block: list[bytes] = []
    try:
        for chunk in chunks:
            if len(block) == _BLOCK_CHUNKS:
                yield block, False
                block = []
            block.append(chunk)
    except Exception:
        yield block, False
        raise
    yield block, True


def _prefix(member: Member, n_sources: int) -> str:
    base = member.source.name.rstrip("/").rsplit("/", 1)[-1]
    if not member.path:
        return base
    return f"{base}/{member.path}" if n_sources > 1 else member.path


def _records(
    chunks: Iterator[str],
    name: str,
    settings: ReaderSettings,
    style: TableStyle | None,
    skip: Skip | None,
    at: At,
) -> Iterator[Document]:
    if settings.format == "lines":
        return read_lines(chunks)
    if settings.format == "paragraphs":
        return read_paragraphs(chunks)
    if settings.format == "jsonl":
        return read_jsonl(chunks, name, settings.fields, skip, at)
    if settings.format in COUNT_FORMATS:
        return read_word_counts(chunks, name, settings.format, settings.words)
    if settings.format in word_lines.FORMATS:
        return read_word_lines(chunks, name, settings.format)
    if style is None:
        raise RequestError(f"no format '{settings.format}'")
    return read_table(chunks, name, style, settings.fields, skip, at)
