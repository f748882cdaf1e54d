"""Read the documents that a request names, and say what was chosen, skipped and replaced."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from latentcli.corpus.ahead import ahead
from latentcli.corpus.documents import Document
from latentcli.corpus.encoded import Encoded
from latentcli.corpus.encoder import NATIVE, encode, encode_files
from latentcli.corpus.readers import (
    TEXT_FORMS,
    ReaderSettings,
    read_documents,
    read_text,
    resolve_format,
)
from latentcli.corpus.readers.files import directory_labels
from latentcli.corpus.sources import Fingerprint, Source, find_sources
from latentcli.corpus.text_store import TextWriter
from latentcli.corpus.tokenizers import TokenizerSettings
from latentcli.errors import InputError
from latentcli.observer import Observer

_DESCRIBED = {
    "lines": "lines, a document a line",
    "paragraphs": "paragraphs, blank lines between documents",
    "files": "files, a document a file",
    "jsonl": "jsonl, a document a line",
    "csv": "csv, a document a row",
    "tsv": "tsv, a document a row",
}


@dataclass(frozen=True)
class CorpusRequest:
    """What to read: paths, or ``-``; none means the corpus that was asked for last."""

    inputs: Sequence[str] = ()
    reader: ReaderSettings = field(default_factory=ReaderSettings)
    tokenizer: TokenizerSettings = field(default_factory=TokenizerSettings)
    name: str = ""
    stdin: BinaryIO | None = None
    keep_text: bool = True

    @property
    def has_settings(self) -> bool:
        """Whether it says how to read, which makes no sense for what is encoded already."""
        return (
            self.reader != ReaderSettings()
            or self.tokenizer != TokenizerSettings()
            or not self.keep_text
        )


@dataclass(frozen=True)
class Reading:
    """Inputs that were found, the format resolved; counts what reading them left out."""

    sources: list[Source]
    settings: ReaderSettings
    skipped: list[InputError] = field(default_factory=list)
    replaced: Counter[str] = field(default_factory=Counter)

    def documents(self, watch: Fingerprint | None = None) -> Iterator[Document]:
        """Yield the documents; ``watch`` sees every byte."""
        return read_documents(
            self.sources,
            self.settings,
            watch,
            self.skipped.append if self.settings.skip_invalid else None,
            self.replaced if self.settings.encoding.errors == "replace" else None,
        )

    def encoded(
        self,
        watch: Fingerprint,
        tokenizer: TokenizerSettings,
        scratch: Path,
        progress: Callable[[int], None],
        threads: int,
        text: TextWriter | None = None,
    ) -> Encoded:
        """Encode the documents, the text of formats that are nothing else without making these."""
        labels_of = directory_labels if self.settings.format == "files" else None
        if self.settings.format not in TEXT_FORMS or tokenizer.kind not in NATIVE:
            documents = self.documents(watch)
            return encode(documents, tokenizer, scratch, progress, labels_of, threads, text)
        replaced = self.replaced if self.settings.encoding.errors == "replace" else None
        with closing(ahead(read_text(self.sources, self.settings, watch, replaced))) as blocks:
            return encode_files(blocks, tokenizer, scratch, progress, labels_of, threads, text)

    def report(self, observer: Observer) -> None:
        """Note what was skipped and replaced, once all is read."""
        if self.skipped:
            first = self.skipped[0].message
            observer.note(f"skipped {len(self.skipped)} invalid records, the first: {first}")
        if self.replaced:
            first = next(iter(self.replaced))
            observer.note(
                f"{self.replaced.total()} undecodable bytes in {len(self.replaced)} files were "
                f"read as U+FFFD, the first in {first}"
            )


def open_inputs(request: CorpusRequest, scratch: Path, observer: Observer) -> Reading:
    """Find the inputs of a request, spooling streams into ``scratch``, and resolve the format."""
    sources = find_sources(request.inputs, scratch, request.stdin)
    settings = resolve_format(sources, request.reader)
    if request.reader.format == "auto":
        observer.note(f"format: {_DESCRIBED[settings.format]} (choose another with --format)")
    return Reading(sources, settings)
