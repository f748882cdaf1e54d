"""Read the documents that a request names, and say what was chosen, skipped and replaced."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from latentcli.corpus.ahead import ahead
from latentcli.corpus.counting import Counted, counted_files, counted_texts
from latentcli.corpus.documents import Document, TextBlock
from latentcli.corpus.encoded import Encoded
from latentcli.corpus.encoder import NATIVE, encode, encode_files
from latentcli.corpus.lenient import Faults
from latentcli.corpus.phrases import PhraseSettings
from latentcli.corpus.readers import (
    COUNT_FORMATS,
    CUT_FORMATS,
    TEXT_FORMS,
    ReaderSettings,
    read_documents,
    read_text,
    resolve_format,
)
from latentcli.corpus.readers.files import directory_labels
from latentcli.corpus.readers.word_counts import read_words, words_beside
from latentcli.corpus.sights import Sights
from latentcli.corpus.sources import (
    Fingerprint,
    Source,
    expected_bytes,
    find_sources,
    printable_path,
)
from latentcli.corpus.strings import Strings
from latentcli.corpus.text_writer import TextWriter
from latentcli.corpus.tokenizers import MAX_WORD_CHARACTERS, TokenizerSettings
from latentcli.errors import InputError, RequestError
from latentcli.observer import Observer
from latentcli.wording import counted

_DESCRIBED = {
    "lines": "lines, a document a line",
    "paragraphs": "paragraphs, blank lines between documents",
    "files": "files, a document a file",
    "jsonl": "jsonl, a document a line",
    "csv": "csv, a document a row",
    "tsv": "tsv, a document a row",
    "mm": "Matrix Market, a document a row of the matrix",
}


@dataclass(frozen=True)
class CorpusRequest:
    """What to read: paths, or ``-``; none means the corpus that was asked for last.

    ``phrases``: how they are found and joined; None: they are not.
    """

    inputs: Sequence[str] = ()
    reader: ReaderSettings = field(default_factory=ReaderSettings)
    tokenizer: TokenizerSettings = field(default_factory=TokenizerSettings)
    name: str = ""
    stdin: BinaryIO | None = None
    keep_text: bool = True
    phrases: PhraseSettings | None = None

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
    """Inputs that were found, the format resolved; counts what reading them left out.

    With ``faults``, what would be an error is noted there, or under ``skipped``.
    """

    sources: list[Source]
    settings: ReaderSettings
    skipped: list[InputError] = field(default_factory=list)
    replaced: Counter[str] = field(default_factory=Counter)
    faults: Faults | None = None

    def documents(self, watch: Fingerprint | None = None) -> Iterator[Document]:
        """Yield the documents; ``watch`` sees every byte."""
        return read_documents(
            self.sources,
            self.settings,
            watch,
            self.skipped.append if self.settings.skip_invalid or self.faults else None,
            self.replaced if self.settings.encoding.errors == "replace" else None,
            self.faults,
        )

    def encoded(
        self,
        watch: Fingerprint | None,
        tokenizer: TokenizerSettings,
        scratch: Path,
        progress: Callable[[int], None],
        threads: int,
        text: TextWriter | None = None,
        sights: Sights | None = None,
    ) -> Encoded:
        """Encode the documents, the text of formats that are nothing else without making these.

        ``sights`` looks at all text on its way.
        """
        labels_of = directory_labels if self.settings.format == "files" else None
        if not self._is_text_for(tokenizer):
            documents = self.documents(watch)
            documents = sights.documents(documents) if sights else documents
            return encode(documents, tokenizer, scratch, progress, labels_of, threads, text)
        found = self._text(watch)
        with closing(ahead(sights.blocks(found) if sights else found)) as blocks:
            return encode_files(blocks, tokenizer, scratch, progress, labels_of, threads, text)

    def counted(
        self, watch: Fingerprint, tokenizer: TokenizerSettings, words: Strings, threads: int
    ) -> Iterator[Counted]:
        """Yield the documents in batches, the words of a model counted in them."""
        if not self._is_text_for(tokenizer):
            yield from counted_texts(self.documents(watch), tokenizer, words, threads)
            return
        with closing(ahead(self._text(watch))) as blocks:
            yield from counted_files(blocks, tokenizer, words, threads)

    def word_rule(self, asked: TokenizerSettings) -> TokenizerSettings:
        """Return the word rule: that which was asked for, unless the words are cut already."""
        cut = self.settings.format in CUT_FORMATS and asked == TokenizerSettings()
        return TokenizerSettings("whitespace", keep_case=True) if cut else asked

    def _is_text_for(self, tokenizer: TokenizerSettings) -> bool:
        """Tell whether the native encoder finds the documents by itself."""
        return self.settings.format in TEXT_FORMS and tokenizer.kind in NATIVE

    def _text(self, watch: Fingerprint | None) -> Generator[TextBlock, None, None]:
        replaced = self.replaced if self.settings.encoding.errors == "replace" else None
        return read_text(self.sources, self.settings, watch, replaced, self.faults)

    def report(self, observer: Observer) -> None:
        """Note what was skipped and replaced, once all is read."""
        if self.skipped:
            first = self.skipped[0].message
            observer.note(
                f"skipped {counted(len(self.skipped), 'invalid record')}, the first: {first}"
            )
        if self.replaced:
            first = next(iter(self.replaced))
            observer.note(
                f"{counted(self.replaced.total(), 'undecodable byte')} in "
                f"{counted(len(self.replaced), 'file')} read as U+FFFD, the first in {first}"
            )


def open_inputs(request: CorpusRequest, scratch: Path, observer: Observer) -> Reading:
    """Find the inputs of a request, spooling streams into ``scratch``, and resolve the format."""
    sources = find_sources(
        request.inputs,
        scratch,
        request.stdin,
        request.reader.encoding,
        lambda n_bytes: observer.progress("taking input, MB", n_bytes / 1e6),
    )
    settings = resolve_format(sources, request.reader)
    if request.reader.format == "auto":
        observer.note(f"format: {_DESCRIBED[settings.format]} (choose another with --format)")
    return Reading(sources, _with_words(sources, settings, observer))


def _with_words(
    sources: Sequence[Source], settings: ReaderSettings, observer: Observer
) -> ReaderSettings:
    """Return the settings with the words that counts are of, where the format is one of counts.

    Raises InputError where their file is not named and none is beside the first source.
    """
    if settings.format not in COUNT_FORMATS:
        if settings.vocabulary is not None:
            raise RequestError("--vocabulary is for formats that count numbered words")
        return settings
    path = Path(settings.vocabulary) if settings.vocabulary else words_beside(sources[0].path)
    if path is None:
        raise InputError(
            f"{sources[0].name}: the words that it counts are not beside it",
            "name the file that has them, one a line: --vocabulary FILE",
        )
    if settings.vocabulary is None:
        observer.note(f"words: {printable_path(str(path))} (choose another with --vocabulary)")
    return replace(settings, vocabulary=None, words=read_words(path))


def byte_progress(
    sources: Sequence[Source], observer: Observer
) -> Callable[[str], Callable[[int], None]]:
    """Return what begins a stage and gives the function to tell the bytes read so far."""
    expected = expected_bytes(sources)

    def begin(stage: str) -> Callable[[int], None]:
        def tell(n_bytes: int) -> None:
            total = expected if expected is not None and n_bytes <= expected else None
            observer.progress(stage, n_bytes / 1e6, total and total / 1e6)

        tell(0)
        return tell

    return begin


def left_out(overlong: int) -> str:
    """Return what is said of words that are too long to be any."""
    return f"left out {counted(overlong, 'word')} of more than {MAX_WORD_CHARACTERS} characters"
