"""``lda-c``, ``svmlight``, ``uci`` and ``mm``: documents that are counts of numbered words.

The forms are described in docs/formats.md. A document's text is its words, each as often as it was
counted; in which order they stood is not known. The words themselves are the lines of another file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from latentcli.corpus.decoding import Encoding, decoded_chunks
from latentcli.corpus.documents import PIECE_CHARACTERS, Document
from latentcli.corpus.readers.lines import whole_lines
from latentcli.corpus.sources import decompressed, printable_path
from latentcli.errors import InputError

FORMATS = ("lda-c", "svmlight", "uci", "mm")
_BANNER = "%%matrixmarket"
_MOST_COUNT = 10_000_000
_MOST_EMPTY = 1_000_000
_HINT = "the form is described in docs/formats.md"


def read_word_counts(
    chunks: Iterable[str], name: str, form: str, words: Sequence[str]
) -> Iterator[Document]:
    """Yield the documents; ids are their numbers from 1.

    Raises InputError, which names the line, for what is not of the form, for a count that is not a
    whole number, and for a number that no word has.
    """
    lines = whole_lines(chunks, name)
    if form in ("uci", "mm"):
        yield from _coordinates(lines, name, form, words)
        return
    first = 0 if form == "lda-c" else 1
    for number, line in lines:
        cells = line.split("#", 1)[0].split()
        if not cells:
            continue
        where = f"{name}:{number}"
        pairs = [_pair(cell, where) for cell in cells[1:]]
        if form == "lda-c" and cells[0] != str(len(pairs)):
            raise InputError(f"{where}: says {cells[0]} words, but has {len(pairs)}", _HINT)
        label = cells[0] if form == "svmlight" and cells[0] not in ("0", "+0", "-0") else None
        found = [(_word(words, term - first, where), count) for term, count in pairs]
        yield from _document(str(number), found, label)


def read_words(path: Path) -> tuple[str, ...]:
    """Return the words of a vocabulary, one a line.

    Raises InputError for a word with white space, and for a file that cannot be read.
    """
    name = printable_path(str(path))
    try:
        with open(path, "rb") as raw, decompressed(raw, name) as stream:
            lines = list(whole_lines(decoded_chunks(stream, name, Encoding()), name))
    except OSError as error:
        raise InputError(f"{name}: {(error.strerror or str(error)).lower()}") from None
    for number, line in lines:
        if len(line.split()) != 1:
            raise InputError(f"{name}:{number}: {line!r} is not one word", "a word a line")
    return tuple(line.strip() for _, line in lines)


def words_beside(path: Path) -> Path | None:
    """Return where a file of counts usually has its words, if there is such a file."""
    packed = path.with_suffix("") if path.suffix in (".gz", ".bz2", ".xz", ".zst") else path
    bare = packed.with_suffix("")
    usual = [
        *(Path(f"{stem}{end}") for stem in (packed, bare) for end in (".vocab", ".vocab.txt")),
        packed.with_name(packed.name.replace("docword.", "vocab.")),
        packed.with_name("vocab.txt"),
    ]
    return next((found for found in usual if found not in (path, packed) and found.is_file()), None)


def _coordinates(
    lines: Iterator[tuple[int, str]], name: str, form: str, words: Sequence[str]
) -> Iterator[Document]:
    n_docs, n_pairs, lines = _header(lines, name, form, len(words))
    pairs: list[tuple[str, int]] = []
    document, seen = 1, 0
    for number, line in lines:
        where = f"{name}:{number}"
        cells = line.split()
        if not cells:
            continue
        if len(cells) != 3 or not cells[0].isdecimal() or not cells[1].isdecimal():
            raise InputError(f"{where}: not 'document word count'", _HINT)
        row = int(cells[0])
        if not document <= row <= n_docs:
            raise InputError(
                f"{where}: document {row}, of {n_docs}, behind document {document}",
                "documents must stand in order: sort the lines, but for the head, by number",
            )
        while document < row:
            yield from _document(str(document), pairs, None)
            document, pairs = document + 1, []
        pairs.append((_word(words, int(cells[1]) - 1, where), _count(cells[2], where)))
        seen += 1
    if seen != n_pairs:
        raise InputError(f"{name}: ends after {seen} of {n_pairs} counts", "is it cut off?")
    if n_docs - document > _MOST_EMPTY:
        raise InputError(f"{name}: says {n_docs} documents, but has counts of {document}", _HINT)
    while document <= n_docs:
        yield from _document(str(document), pairs, None)
        document, pairs = document + 1, []


def _header(
    lines: Iterator[tuple[int, str]], name: str, form: str, n_words: int
) -> tuple[int, int, Iterator[tuple[int, str]]]:
    """Return how many documents and pairs the head tells of, and the lines behind it."""
    numbers: list[int] = []
    if form == "mm":
        _, banner = next(lines, (1, ""))
        kind = banner.lower().split()
        if kind[:3] != [_BANNER, "matrix", "coordinate"] or kind[4:] != ["general"]:
            raise InputError(
                f"{name}:1: no general matrix of coordinates in Matrix Market form", _HINT
            )
    for number, line in lines:
        if not line.strip() or (form == "mm" and line.startswith("%")):
            continue
        cells = line.split()
        if not all(cell.isdecimal() for cell in cells) or len(cells) != (3 if form == "mm" else 1):
            raise InputError(f"{name}:{number}: not the sizes that a head has", _HINT)
        numbers += map(int, cells)
        if len(numbers) == 3:
            break
    if len(numbers) < 3:
        raise InputError(f"{name}: ends in its head", "is it cut off?")
    if numbers[1] > n_words:
        raise InputError(
            f"{name}: has {numbers[1]} words, the vocabulary {n_words}", "is it of another corpus?"
        )
    return numbers[0], numbers[2], lines


def _pair(cell: str, where: str) -> tuple[int, int]:
    term, colon, count = cell.partition(":")
    if not colon or not term.isdecimal():
        raise InputError(f"{where}: {cell[:40]!r} is not 'word:count'", _HINT)
    return int(term), _count(count, where)


def _count(text: str, where: str) -> int:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= _MOST_COUNT or value != int(value):
        raise InputError(
            f"{where}: {text[:40]!r} is not a count", "counts are whole numbers; weights are none"
        )
    return int(value)


def _word(words: Sequence[str], place: int, where: str) -> str:
    if not 0 <= place < len(words):
        raise InputError(
            f"{where}: there is no such word; the vocabulary has {len(words)}",
            "is it of another corpus, or are words counted from another number?",
        )
    return words[place]


def _document(id: str, pairs: list[tuple[str, int]], label: str | None) -> Iterator[Document]:
    """Yield a document, in pieces where it is long."""
    continued, piece, size = False, list[str](), 0
    for word, count in pairs:
        while count:
            some = min(count, 1 + PIECE_CHARACTERS // (len(word) + 1))
            piece.append(" ".join([word] * some))
            size += some * (len(word) + 1)
            count -= some
            if size >= PIECE_CHARACTERS:
                yield Document(id, " ".join(piece), label, continued)
                continued, piece, size = True, [], 0
    if piece or not continued:
        yield Document(id, " ".join(piece), label, continued)
