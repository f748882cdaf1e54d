"""The fastText program's models, ``.bin``, in versions 11 and 12 and as they were before versions.

All is little-endian: the settings, the dictionary, the input matrix (a row for each word and for
each bucket of n-grams) and the output matrix, as ``Args``, ``Dictionary``, ``DenseMatrix`` and
``FastText::saveModel`` of the program's source write them; docs/formats.md has the layout.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli.corpus.strings import Strings
from latentcli.corpus.tokenizers import TokenizerSettings
from latentcli.errors import InputError, RequestError
from latentcli.kernels import usable_cores
from latentcli.models.embedding import Embedding, lengths
from latentcli.models.subword_embedding import Lines, SubwordEmbedding, composed
from latentcli.models.subwords import SubwordVectors

Floats = npt.NDArray[np.float32]

_MAGIC = 793712314
_VERSION = 12
_CBOW, _SKIP_GRAM, _SUPERVISED = 1, 2, 3
_HIERARCHICAL, _NEGATIVE_SAMPLING = 1, 2
_WORD = 0
_LEAST_ENTRY_BYTES = 1 + 8 + 1
_BLOCK_ROWS = 1 << 14
# Beyond them n-grams would be more than memory holds.
_LONGEST_NGRAM, _LONGEST_WORD = 100, 10_000
# What the program is given where a model does not say: its own defaults.
_UPDATES = 100


class FastTextSettings(NamedTuple):
    """What a model was trained with, in the order of the file; ``tokens``: of the whole text."""

    dim: int
    window: int = 5
    epochs: int = 5
    min_count: int = 5
    negative: int = 5
    word_ngrams: int = 1
    loss: int = _NEGATIVE_SAMPLING
    model: int = _SKIP_GRAM
    buckets: int = 0
    min_n: int = 0
    max_n: int = 0
    lr_update_rate: int = _UPDATES
    sample: float = 1e-4
    tokens: int = 0


_SETTINGS = struct.Struct("<12id")


def read_fasttext_bin(
    path: Path,
    name: str | None = None,
    encoding: str = "utf-8",
    encoding_errors: str = "strict",
    skip: Callable[[str], None] | None = None,
) -> SubwordEmbedding:
    """Read a model; its matrices stay in the file, mapped, and no word's rows are copied.

    Words that are not of the ``encoding``, that came before, or whose vector is not finite are an
    InputError, or are left out where ``skip`` is there to be told of each. Raises InputError, with
    the place, where the file is cut off or its counts cannot be, and for supervised and quantised
    models; ``name`` is how errors call the file.
    """
    file = _File(path, name or str(path))
    settings, is_early = _settings(file)
    entries, settings = _dictionary(file, settings, is_early)
    rows = len(entries) + settings.buckets
    table = _matrix(file, "input", rows, settings.dim, is_early)
    output = _matrix(file, "output", None, settings.dim, is_early)
    if file.left:
        raise InputError(f"{file.name}: goes on for {file.left:,} bytes after its end")
    own, ngrams = table[: len(entries)], table[len(entries) :]
    subwords = _subwords(settings, ngrams)
    raw = [entry.word for entry in entries]
    vectors = composed(Lines.of(raw), own, subwords, usable_cores())
    words, kept = _judged(file.name, raw, vectors, encoding, encoding_errors, skip)
    counts = np.array([entry.occurrences for entry in entries], np.int64)
    # The output of hierarchical softmax is of a tree's nodes, not of words.
    of_words = settings.loss == _NEGATIVE_SAMPLING and len(output) == len(entries)
    context = output if of_words else None
    if len(kept) < len(entries):
        vectors, own, counts = vectors[kept], own[kept], counts[kept]
        context = None if context is None else context[kept]
    return SubwordEmbedding(
        words=Strings.of(words),
        vectors=vectors,
        norms=lengths(vectors),
        term_counts=counts,
        tokenizer=TokenizerSettings("whitespace", keep_case=True, keep_numbers=True),
        context_vectors=context,
        own_vectors=own,
        subwords=subwords,
    )


def read_settings(path: Path, name: str | None = None) -> FastTextSettings:
    """Read what a model was trained with; raises as ``read_fasttext_bin`` does."""
    file = _File(path, name or str(path))
    return _dictionary(file, *_settings(file))[1]


def settings_of(manifest: Mapping[str, Any]) -> FastTextSettings:
    """Return what a stored model's record says of how it was trained.

    That of an imported model has the settings of its file as they were.
    """
    parameters = dict(manifest.get("parameters", {}))
    tokens = manifest.get("corpus", {}).get("tokens", 0)
    min_count = manifest.get("mask", {}).get("min_count", 1)
    model = _CBOW if parameters.get("cbow") else _SKIP_GRAM
    known = {key: value for key, value in parameters.items() if key in FastTextSettings._fields}
    return FastTextSettings(
        **{"dim": 0, "tokens": tokens, "min_count": min_count, "model": model, **known}
    )


def write_fasttext_bin(model: Embedding, settings: FastTextSettings, out: BinaryIO) -> None:
    """Write a model as version 12, which the fastText program and gensim read.

    An embedding without n-grams is one of no buckets. Of n-grams that none of its words has, a
    model holds no vectors: they are zero. Raises RequestError for a word with a NUL.
    """
    subwords, own = SubwordVectors(0, 0, 0, np.empty((0, model.dim), np.float32)), model.vectors
    if isinstance(model, SubwordEmbedding):
        subwords, own = model.subwords, model.own_vectors
    settings = settings._replace(
        dim=model.dim, buckets=subwords.buckets, min_n=subwords.min_n, max_n=subwords.max_n
    )
    if model.context_vectors is None:
        settings = settings._replace(loss=_NEGATIVE_SAMPLING)
    out.write(struct.pack("<2i", _MAGIC, _VERSION) + _SETTINGS.pack(*settings[:-1]))
    _write_dictionary(model, settings.tokens, out)
    n_terms = len(model.words)
    _write_head(out, n_terms + subwords.buckets, model.dim)
    _write_rows(out, own)
    for block in _all_buckets(subwords, model.dim):
        _write_rows(out, block)
    _write_head(out, n_terms, model.dim)
    if model.context_vectors is not None:
        _write_rows(out, model.context_vectors)
        return
    zeros = np.zeros((_BLOCK_ROWS, model.dim), "<f4")
    for first in range(0, n_terms, _BLOCK_ROWS):
        _write_rows(out, zeros[: n_terms - first])


class _Entry(NamedTuple):
    word: bytes
    occurrences: int


class _File:
    """The bytes of a file, read from front to back."""

    def __init__(self, path: Path, name: str) -> None:
        self.name, self.place = name, 0
        with open(path, "rb") as file:
            try:
                self.bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            except ValueError:
                raise InputError(f"{name}: is empty") from None

    @property
    def left(self) -> int:
        """How many bytes have not been read."""
        return len(self.bytes) - self.place

    def take(self, format_: str, what: str) -> tuple[Any, ...]:
        """Read some numbers."""
        size = struct.calcsize(format_)
        if size > self.left:
            raise self.cut_off(what)
        found = struct.unpack_from(format_, self.bytes, self.place)
        self.place += size
        return found

    def cut_off(self, what: str) -> InputError:
        """Return the error for a file that ends too early."""
        return InputError(
            f"{self.name}: is cut off in {what} (it has {len(self.bytes):,} bytes)",
            "fetch or copy it again",
        )

    def wrong(self, what: str) -> InputError:
        """Return the error for what cannot be in a model."""
        return InputError(f"{self.name}: not a sound fastText model: {what}")


def _settings(file: _File) -> tuple[FastTextSettings, bool]:
    """Read the settings, and whether the model is from before versions."""
    magic, version = file.take("<2i", "the settings")
    is_early = magic != _MAGIC
    if is_early:  # these were the dimensions and the window
        file.place = 0
    elif not 1 <= version <= _VERSION:
        raise InputError(
            f"{file.name}: fastText's format {version}; versions up to {_VERSION} are read"
        )
    settings = FastTextSettings(*file.take(_SETTINGS.format, "the settings"))
    if settings.model == _SUPERVISED:
        raise InputError(
            f"{file.name}: a supervised model: its vectors tell labels apart, and are no embedding",
            "'fasttext print-word-vectors' writes them as text, if they are what you want",
        )
    if not (1 <= settings.dim < 1 << 20 and settings.model in (_CBOW, _SKIP_GRAM)):
        raise file.wrong(f"{settings.dim} dimensions, model kind {settings.model}")
    if min(settings.buckets, settings.min_n, settings.max_n) < 0:
        raise file.wrong("a negative number of buckets or characters")
    if settings.max_n > _LONGEST_NGRAM:
        raise file.wrong(f"n-grams of {settings.max_n:,} characters")
    if settings.max_n and not settings.buckets:
        raise file.wrong("n-grams, and no buckets for them")
    return settings, is_early


def _dictionary(
    file: _File, settings: FastTextSettings, is_early: bool
) -> tuple[list[_Entry], FastTextSettings]:
    size, n_words, n_labels, tokens = file.take("<3iq", "the dictionary")
    pruned = -1 if is_early else file.take("<q", "the dictionary")[0]
    if n_labels:
        raise file.wrong(f"{n_labels} labels in an unsupervised model")
    if pruned >= 0:
        raise InputError(f"{file.name}: a pruned model", "import the .bin it was made from")
    if n_words != size or size < 1:
        raise file.wrong(f"a dictionary of {size} entries, {n_words} words")
    if size * _LEAST_ENTRY_BYTES > file.left:
        raise file.cut_off(f"its dictionary of {size:,} words")
    entries = list(_entries(file, size))
    return entries, settings._replace(tokens=tokens)


def _entries(file: _File, size: int) -> Iterator[_Entry]:
    for row in range(1, size + 1):
        end = file.bytes.find(b"\0", file.place)
        if end < 0:
            raise file.cut_off(f"word {row:,} of {size:,}")
        if end - file.place > _LONGEST_WORD:
            raise file.wrong(f"word {row:,} is of {end - file.place:,} bytes")
        word, file.place = file.bytes[file.place : end], end + 1
        count, kind = file.take("<qb", f"word {row:,} of {size:,}")
        if kind != _WORD:
            raise file.wrong(f"word {row:,} is of kind {kind}")
        yield _Entry(word, max(0, count))


def _matrix(file: _File, what: str, n_rows: int | None, dim: int, is_early: bool) -> Floats:
    """Map a matrix; where ``n_rows`` is given it must have as many."""
    if not is_early and file.take("<?", f"the {what} matrix")[0]:
        raise InputError(
            f"{file.name}: a quantised model (.ftz): its vectors are approximations",
            "import the .bin that it was made from",
        )
    rows, columns = file.take("<2q", f"the {what} matrix")
    if columns != dim or rows < 0 or n_rows not in (None, rows):
        wanted = f"{n_rows:,} x {dim}" if n_rows is not None else f"... x {dim}"
        raise file.wrong(f"the {what} matrix is {rows:,} x {columns:,}, where {wanted} is due")
    if rows * columns * 4 > file.left:
        raise file.cut_off(f"row {file.left // (4 * dim) + 1:,} of {rows:,} of the {what} matrix")
    found = np.frombuffer(file.bytes, "<f4", rows * columns, file.place).reshape(rows, columns)
    file.place += found.nbytes
    return found


def _subwords(settings: FastTextSettings, ngrams: Floats) -> SubwordVectors:
    """Return the vectors of n-grams, those alone that are not zero where many are."""
    if not settings.max_n:
        return SubwordVectors(0, 0, 0, ngrams[:0])
    there = np.concatenate(
        [
            (ngrams[first : first + _BLOCK_ROWS] != 0).any(axis=1)
            for first in range(0, len(ngrams), _BLOCK_ROWS)
        ]
    )
    limits = settings.min_n, settings.max_n, settings.buckets
    if 2 * np.count_nonzero(there) > len(there):
        return SubwordVectors(*limits, ngrams)
    kept = np.flatnonzero(there)
    return SubwordVectors(*limits, ngrams[kept], kept.astype(np.uint32))


def _judged(
    name: str,
    raw: list[bytes],
    vectors: Floats,
    encoding: str,
    encoding_errors: str,
    skip: Callable[[str], None] | None,
) -> tuple[list[str], npt.NDArray[np.int64]]:
    """Return the words that are kept, and their rows; tell ``skip`` of others, or raise."""
    finite = np.isfinite(lengths(vectors))
    words: dict[str, int] = {}
    for row, spelled in enumerate(raw):
        fault, hint, word = "", "", ""
        try:
            word = spelled.decode(encoding, encoding_errors)
        except UnicodeDecodeError:
            fault = f"{spelled[:40]!r} is not {encoding}"
            hint = "--encoding names another, --encoding-errors replace marks what is not"
        if not fault and not word:
            fault = "is empty"
        if not fault and word in words:
            fault = f"{word!r} is that of row {words[word] + 1:,} too"
        if not fault and not finite[row]:
            fault = f"the vector of {word!r} is not finite"
        if not fault:
            words[word] = row
        elif skip is None:
            raise InputError(f"{name}: word {row + 1:,}: {fault}", hint)
        else:
            skip(f"word {row + 1:,}: {fault}")
    if not words:
        raise InputError(f"{name}: no word is left")
    return list(words), np.fromiter(words.values(), np.int64, len(words))


def _write_dictionary(model: Embedding, tokens: int, out: BinaryIO) -> None:
    n_terms = len(model.words)
    counts = np.maximum(np.asarray(model.term_counts), 1).tolist()
    tokens = tokens or sum(counts)
    out.write(struct.pack("<3i2q", n_terms, n_terms, 0, tokens, -1))
    entries = []
    for word, count in zip(model.words, counts, strict=True):
        if "\0" in word:
            raise RequestError(
                f"the word {word!r} has a NUL, which ends a word in this format", "use --to npy"
            )
        entries.append(word.encode() + b"\0" + struct.pack("<qb", count, _WORD))
    out.write(b"".join(entries))


def _all_buckets(subwords: SubwordVectors, dim: int) -> Iterator[Floats]:
    """Yield the vectors of every bucket, in order, some at a time."""
    rows = np.asarray(subwords.vectors)
    if subwords.kept is None:
        yield rows
        return
    kept = np.asarray(subwords.kept)
    for first in range(0, subwords.buckets, _BLOCK_ROWS):
        block = np.zeros((min(_BLOCK_ROWS, subwords.buckets - first), dim), "<f4")
        inside = slice(*np.searchsorted(kept, [first, first + len(block)]))
        block[kept[inside] - first] = rows[inside]
        yield block


def _write_head(out: BinaryIO, n_rows: int, dim: int) -> None:
    out.write(struct.pack("<?2q", False, n_rows, dim))


def _write_rows(out: BinaryIO, rows: Floats) -> None:
    for first in range(0, len(rows), _BLOCK_ROWS):
        out.write(np.ascontiguousarray(rows[first : first + _BLOCK_ROWS], "<f4").tobytes())
