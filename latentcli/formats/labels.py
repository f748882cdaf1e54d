"""Lists of labels, one a line: the words of vectors that come without."""

from __future__ import annotations

from pathlib import Path

from latentcli.corpus.sources import decompressed, printable_path
from latentcli.errors import InputError

_MOST_BYTES = 1 << 31
_BLOCK = 1 << 24


def read_labels(path: Path) -> list[bytes]:
    """Return the lines of a file, without their ends (LF or CRLF); compression is undone.

    Raises InputError where it cannot be read.
    """
    name = printable_path(path)
    text = bytearray()
    try:
        with open(path, "rb") as raw, decompressed(raw, name) as stream:
            while block := stream.read(_BLOCK):
                text += block
                if len(text) > _MOST_BYTES:
                    raise InputError(f"{name}: too long for a list of labels")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"{name}: {reason}", "check the path of the labels") from None
    lines = bytes(text).removeprefix(b"\xef\xbb\xbf").split(b"\n")
    if not lines[-1]:
        lines.pop()
    return [line.removesuffix(b"\r") for line in lines]


def labels_for(name: str, path: Path | None, n_rows: int) -> list[bytes]:
    """Return the labels of ``n_rows`` rows; InputError where there are more, fewer, or none."""
    if path is None:
        raise InputError(
            f"{name}: has vectors, but no words", "--labels FILE gives them, one a line"
        )
    labels = read_labels(path)
    if len(labels) != n_rows:
        raise InputError(
            f"{name}: {n_rows:,} rows, but {len(labels):,} labels in {printable_path(path)}",
            "a label a line, in the order of the rows",
        )
    return labels
