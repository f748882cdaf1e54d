"""Text to an encoded corpus, in one pass and in bounded memory.

The native encoder cuts text into words and numbers them as they come; the numbers go to a scratch
file. When all is read they become ids: by falling frequency, ties in code point order, so that
they depend neither on the order in which words were met nor on the number of threads. Only the
vocabulary and a memo of pieces stay in memory.

``corpus/reference.py`` does the same in plain Python: for the tokenizers that see whole texts, and
for the tests.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from latentcli.corpus import reference
from latentcli.corpus.characters import characters
from latentcli.corpus.decoding import undecodable
from latentcli.corpus.documents import PIECE_CHARACTERS, Document, TextBlock
from latentcli.corpus.encoded import Encoded, EncodedCorpus
from latentcli.corpus.layout import is_hard_wrapped
from latentcli.corpus.strings import Strings, escaped
from latentcli.corpus.text_writer import TextWriter
from latentcli.corpus.tokenizers import TokenizerSettings, make_tokenizer
from latentcli.corpus.vocabulary import Vocabulary
from latentcli.kernels import Encoder, Renumbering, number_lines

_FLUSH_TOKENS = 1 << 20
_BATCH_CHARACTERS = 1 << 20
_REMEMBERED_RUNS = 1 << 19
_WORTH_A_THREAD = 1 << 15  # bytes

# Beyond this many, reading is what takes the time.
_MAX_THREADS = 8

# The tokenizers that the native encoder knows, and what it does with a piece.
NATIVE = {"words": "words", "whitespace": "whole", "characters": "ask"}

U64 = npt.NDArray[np.uint64]


def encode(
    documents: Iterable[Document],
    settings: TokenizerSettings,
    scratch: Path,
    progress: Callable[[int], None] = lambda n_tokens: None,
    labels_of: Callable[[list[str]], list[str] | None] | None = None,
    threads: int = 1,
    text: TextWriter | None = None,
) -> Encoded:
    """Encode documents; ``token_ids`` of the result is mapped from a file in ``scratch``.

    ``labels_of`` makes labels of the document ids where the documents have none of their own.
    ``text`` keeps the text, which the corpus has then.
    """
    if settings.kind not in NATIVE:
        return reference.encode(documents, settings, scratch, progress, labels_of, text)
    encoding = _Encoding(settings, scratch, progress, threads, text)
    ids: list[str] = []
    labels: list[str] = []
    for batch in batches(documents):
        encoding.add_texts(batch)
        new = [document for document in batch if not document.continued]
        ids += [document.id for document in new]
        labels += [document.label or "" for document in new]
    encoding.end()
    found = labels if any(labels) else labels_of(ids) if labels_of else None
    return encoding.finished(Strings.of(ids), None if found is None else Strings.of(found))


def encode_files(
    blocks: Iterable[TextBlock],
    settings: TokenizerSettings,
    scratch: Path,
    progress: Callable[[int], None] = lambda n_tokens: None,
    labels_of: Callable[[list[str]], list[str] | None] | None = None,
    threads: int = 1,
    text: TextWriter | None = None,
) -> Encoded:
    """Encode files of text as ``encode`` does their documents, without making these.

    The tokenizer must be one of NATIVE. Raises InputError for a byte that cannot be decoded.
    """
    encoding = _Encoding(settings, scratch, progress, threads, text)
    ids = _LineIds()
    for block in blocks:
        encoding.add_block(block)
        if block.last:
            ids.add(block, *encoding.new_documents())
    document_ids = ids.strings()
    labels = labels_of(list(document_ids)) if labels_of else None
    encoded = encoding.finished(document_ids, None if labels is None else Strings.of(labels))
    return encoded._replace(file_documents=tuple(ids.n_documents))


class _Encoding:
    """A corpus in the making: the native encoder, and the file that token ids go to."""

    def __init__(
        self,
        settings: TokenizerSettings,
        scratch: Path,
        progress: Callable[[int], None],
        threads: int,
        text: TextWriter | None,
    ) -> None:
        self._settings, self._progress, self._text = settings, progress, text
        self._encoder = native_encoder(settings, threads)
        self._path = scratch / "token_ids"
        self._path.write_bytes(b"")
        self._encoder.begin("texts")  # unless a file begins
        self._stretches: list[U64] = []
        self._starts: list[U64] = []
        self._breaks: list[U64] = []

    def add_texts(self, documents: list[Document]) -> None:
        """Encode documents, or pieces of them."""
        joined, starts, hard_wrapped = one_text(documents)
        self._encoder.texts(joined, starts, hard_wrapped)
        self._keep([joined], behind=1)
        self._tell()

    def add_block(self, block: TextBlock) -> None:
        """Encode the next chunks of a file."""
        feed(self._encoder, block)
        self._keep(block.chunks)
        self._tell()

    def end(self) -> None:
        """End the last text."""
        self._encoder.end()
        self._keep([], behind=1)
        self.new_documents()

    def new_documents(self) -> tuple[int, U64]:
        """Return how many documents came since the last call, and their first lines' numbers."""
        starts, numbers, breaks = self._encoder.take_layout()
        self._starts.append(starts)
        self._breaks.append(breaks)
        return len(starts), numbers

    def _keep(self, text: list[bytes], behind: int = 0) -> None:
        """Keep the text that was encoded last, if text is kept; documents end so much earlier."""
        starts, ends, marks = self._encoder.take_places()
        if self._text is not None:
            self._text.add(text)
            self._text.add_places(starts, ends - np.uint64(behind), marks)

    def _tell(self) -> None:
        if self._encoder.n_waiting >= _FLUSH_TOKENS:
            self._flush()
            self._progress(self._encoder.n_tokens)

    def _flush(self) -> None:
        if not self._encoder.n_waiting:
            return
        tokens, stretches = self._encoder.take_tokens()
        self._stretches.append(stretches.reshape(-1, 2))
        with open(self._path, "ab") as out:
            out.write(tokens.data)

    def finished(self, ids: Strings, labels: Strings | None) -> Encoded:
        """Return the corpus, its tokens renumbered."""
        self._flush()
        n_tokens, overlong = self._encoder.n_tokens, self._encoder.overlong
        text, offsets, counts, rows = self._encoder.vocabulary()
        del self._encoder
        starts = np.concatenate([np.zeros(0, np.uint64), *self._starts])
        breaks = np.concatenate([np.zeros(0, np.uint64), *self._breaks])
        document_counts = self._renumbered(Renumbering(rows, len(counts)), starts)
        corpus = EncodedCorpus(
            token_ids=np.memmap(self._path, np.uint32, "r+", shape=(n_tokens,))
            if n_tokens
            else np.zeros(0, np.uint32),
            offsets=np.append(starts, np.uint64(n_tokens)),
            break_offsets=breaks,
            document_ids=ids,
            labels=labels,
            vocabulary=Vocabulary(
                Strings.of_lines(text, offsets), counts.astype(np.int64), document_counts
            ),
            tokenizer=self._settings,
            text=None if self._text is None else self._text.finished(),
        )
        return Encoded(corpus, overlong)

    def _renumbered(self, renumbering: Renumbering, starts: U64) -> npt.NDArray[np.int64]:
        """Renumber the tokens in the file; return in how many documents each term occurs."""
        with open(self._path, "r+b") as file:
            first = 0
            for stretches in self._stretches:
                tokens = np.fromfile(file, np.uint32, int(stretches[:, 0].sum()))
                renumbering.renumber(tokens, first, stretches.reshape(-1), starts)
                file.seek(4 * first)
                file.write(tokens.data)
                first += len(tokens)
        return renumbering.document_counts().astype(np.int64)


class _LineIds:
    """The documents' ids as lines of text: numbers of lines, or the files' own names."""

    def __init__(self) -> None:
        self._texts: list[npt.NDArray[np.uint8]] = []
        self._offsets: list[U64] = [np.zeros(1, np.uint64)]
        self._size = 0
        self.n_documents: list[int] = []  # of each file

    def add(self, file: TextBlock, n_documents: int, numbers: U64) -> None:
        """Add the ids of a file's documents."""
        self.n_documents.append(n_documents)
        if file.form == "file":
            named = Strings.of([file.prefix])
            text, offsets = np.asarray(named.text), np.asarray(named.offsets)
        else:
            if file.form == "lines":
                numbers = np.arange(1, n_documents + 1, dtype=np.uint64)
            prefix = escaped(f"{file.prefix}:") if file.prefix else b""
            text, offsets = number_lines(prefix, numbers)
        self._texts.append(text)
        self._offsets.append(offsets[1:] + np.uint64(self._size))
        self._size += len(text)

    def strings(self) -> Strings:
        """Return all ids."""
        text = np.concatenate([np.zeros(0, np.uint8), *self._texts])
        return Strings.of_lines(text, np.concatenate(self._offsets))


def native_encoder(settings: TokenizerSettings, threads: int) -> Encoder:
    """Return a native encoder with this word rule, which must be one of NATIVE."""
    words = make_tokenizer(settings).words
    return Encoder(
        *characters(),
        lambda piece: [word.encode() for word in words(piece.decode())],
        pieces=NATIVE[settings.kind],
        keep_case=settings.keep_case,
        keep_numbers=settings.keep_numbers,
        n_threads=max(1, min(threads, _MAX_THREADS)),
        seed=int.from_bytes(os.urandom(8), "little"),
        piece_characters=PIECE_CHARACTERS,
        remembered_runs=_REMEMBERED_RUNS,
        worth_a_thread=_WORTH_A_THREAD,
    )


def feed(encoder: Encoder, block: TextBlock) -> None:
    """Encode the next chunks of a file; raise InputError for a byte that cannot be decoded."""
    if block.first:
        encoder.begin(block.form, block.raw)
    place = encoder.feed(block.chunks, block.last)
    if place is not None:
        lines, offset = place
        raise undecodable(block.name, lines + 1, offset, "utf-8")


def one_text(
    documents: list[Document],
) -> tuple[bytes, U64, npt.NDArray[np.uint8]]:
    """Return the text of documents, where each begins in it, and whether it is hard-wrapped."""
    parts: list[bytes] = []
    starts: list[int] = []
    hard_wrapped: list[bool] = []
    size = 0
    for document in documents:
        if not document.continued:
            if parts:
                parts.append(b"\n")
                size += 1
            starts.append(size)
            text = document.text
            hard_wrapped.append("\n" in text and is_hard_wrapped(text))
        # A piece ends at white space, or is as long as a piece may be.
        parts += [document.text.encode("utf-8", "replace"), b" "]
        size += len(parts[-2]) + 1
    return b"".join(parts), np.array(starts, np.uint64), np.array(hard_wrapped, np.uint8)


def batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """Gather documents until their text is worth a call."""
    batch: list[Document] = []
    size = 0
    for document in documents:
        batch.append(document)
        size += len(document.text) + 1
        if size >= _BATCH_CHARACTERS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
