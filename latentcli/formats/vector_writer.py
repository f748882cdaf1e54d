"""Rows of another program's vectors become the files of an artefact, each row judged on the way.

Vectors go to a file as they come; of what memory holds, only the words and their lengths grow
with the file. A row that has a fault is an error that names it, or left out and counted.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from latentcli.corpus.strings import Strings, escaped
from latentcli.errors import InputError
from latentcli.formats import foreign_rows as fault
from latentcli.formats.foreign_rows import Floats, ForeignVectors, Rows
from latentcli.formats.vector_file import VectorFile
from latentcli.formats.writing import ArrayFile
from latentcli.models.embedding import lengths
from latentcli.wording import counted, quoted

# What is said of a row; the second form is of several.
_SAID = {
    fault.TOO_FEW: ("has fewer than {dim} numbers", "with too few numbers"),
    fault.TOO_MANY: ("has more than {dim} numbers", "with too many numbers"),
    fault.NOT_A_NUMBER: ("has something that is no number among its {dim}", "not all numbers"),
    fault.NO_WORD: ("has no word", "without a word"),
    fault.BROKEN_TEXT: ("has a word that is not UTF-8", "not UTF-8"),
    fault.NOT_FINITE: ("has a number that is not finite", "not finite"),
    fault.ZERO: ("is all zeros, which have no direction", "all zeros"),
    fault.DUPLICATE: ("repeats the word of {first}", "repeated"),
}
_ADVICE = {
    fault.BROKEN_TEXT: "--skip-invalid leaves such rows out, --encoding-errors replace mends them"
}


class VectorWriter:
    """Takes the rows of one file; ``skips`` those with faults, or raises InputError at the first.

    ``replaces``: bytes of words that are not UTF-8 become U+FFFD. Its files lie in ``folder``.
    """

    def __init__(
        self, folder: Path, name: str, read: ForeignVectors, skips: bool, replaces: bool
    ) -> None:
        self._name, self._read, self._skips, self._replaces = name, read, skips, replaces
        self._vectors = VectorFile(folder / "imported-vectors.npy", read.dim)
        self._norms: list[Floats] = []
        self._numbers: list[npt.NDArray[np.int64]] = []
        self._text = bytearray()
        self._ends: list[npt.NDArray[np.uint64]] = [np.zeros(1, np.uint64)]
        self.left_out: Counter[int] = Counter()
        self.first_left_out = ""
        self.n_rows = 0  # read so far, sound or not

    def add(self, rows: Rows) -> None:
        """Take some rows."""
        faults = self._judged(rows)
        bad = np.flatnonzero(faults)
        self.n_rows += int(np.count_nonzero(faults != fault.BLANK))
        for row in bad.tolist():
            if faults[row] != fault.BLANK:
                self._refuse(int(faults[row]), rows.first + row, rows.words[row])
        words, vectors = rows.words, rows.vectors
        numbers = np.arange(rows.first, rows.first + len(words))
        if len(bad):
            good = np.flatnonzero(faults == fault.SOUND)
            words = [words[row] for row in good.tolist()]
            vectors, numbers = vectors[good], numbers[good]
        if len(words):
            self._keep(words, vectors)
            self._numbers.append(numbers)

    def finish(self) -> tuple[dict[str, ArrayFile | npt.NDArray[Any]], dict[str, Strings]]:
        """Return the arrays and strings of an artefact of what was taken, repeated words judged.

        Raises InputError where nothing is left.
        """
        text = np.frombuffer(bytes(self._text), np.uint8)
        words = Strings.of_lines(text, np.concatenate(self._ends))
        norms = np.concatenate([np.zeros(0, np.float32), *self._norms])
        repeated = words.repeated()
        if repeated:
            numbers = np.concatenate(self._numbers)
            for row, first in repeated:
                where = (
                    f"line {numbers[first]}"
                    if ":" in self._read.places
                    else f"row {numbers[first]}"
                )
                self._refuse(fault.DUPLICATE, int(numbers[row]), words[row].encode(), where)
            kept = np.delete(np.arange(len(words)), [row for row, _ in repeated])
            self._vectors.keep(kept)
            words, norms = words.taken(kept), norms[kept]
        if not len(words):
            raise InputError(f"{self._name}: no vectors in it")
        return {"vectors": self._vectors.finish(), "norms": norms}, {"vocabulary": words}

    def close(self) -> None:
        """Leave the files as they are."""
        self._vectors.close()

    def report(self) -> str:
        """Return what was left out, as a note has it; empty where nothing was."""
        if not self.left_out:
            return ""
        kinds = ", ".join(f"{n:,} {_SAID[kind][1]}" for kind, n in self.left_out.most_common())
        total = counted(sum(self.left_out.values()), "row")
        return f"left out {total}: {kinds} (the first: {self.first_left_out})"

    def _judged(self, rows: Rows) -> npt.NDArray[np.uint8]:
        faults = np.zeros(len(rows.words), np.uint8)
        with np.errstate(invalid="ignore", over="ignore"):
            faults[~rows.vectors.any(axis=1)] = fault.ZERO
            faults[~np.isfinite(rows.vectors).all(axis=1)] = fault.NOT_FINITE
        for row, word in enumerate(rows.words):
            if not word:
                faults[row] = fault.NO_WORD
        if not self._replaces and not _is_utf8(b"\n".join(rows.words)):
            broken = [row for row, word in enumerate(rows.words) if not _is_utf8(word)]
            faults[broken] = fault.BROKEN_TEXT
        if rows.faults is not None:
            faults = np.where(rows.faults, rows.faults, faults)
        return faults

    def _keep(self, words: Any, vectors: Floats) -> None:
        text = b"\n".join(words)
        if self._replaces and not _is_utf8(text):
            words = [word.decode("utf-8", "replace").encode() for word in words]
            text = b"\n".join(words)
        if b"\\" in text or b"\r" in text or text.count(b"\n") >= len(words):
            words = [escaped(word.decode()) for word in words]
            text = b"\n".join(words)
        sizes = np.fromiter((len(word) + 1 for word in words), np.uint64, len(words))
        self._ends.append(np.cumsum(sizes) + self._ends[-1][-1])
        self._text += text + b"\n"
        self._vectors.append(vectors)
        self._norms.append(lengths(np.ascontiguousarray(vectors)))

    def _refuse(self, kind: int, number: int, word: bytes, first: str = "") -> None:
        """Count a row that is left out; raise InputError where none may be."""
        place = self._read.places.format(name=self._name, number=number)
        if not self._skips:
            shown = quoted([word.decode("utf-8", "replace")])
            said = _SAID[kind][0].format(dim=self._read.dim, first=first)
            raise InputError(
                f"{place}: {shown} {said}",
                _ADVICE.get(kind, "'latent import FILE --skip-invalid' leaves such rows out"),
            )
        self.left_out[kind] += 1
        self.first_left_out = self.first_left_out or place


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True
