"""Small text files of other people's: their lines with numbers, and the cells of a line."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator

from latentcli.corpus.decoding import UTF_8, Encoding, decoded_chunks
from latentcli.corpus.sources import decompressed, printable_path
from latentcli.errors import InputError


def numbered_lines(path: str, encoding: Encoding = UTF_8) -> Iterator[tuple[int, str]]:
    """Yield the lines that are neither blank nor comments (``#``), with their numbers, from 1.

    With or without a byte order mark; lines end at LF, CRLF or CR; compression is undone.
    Raises InputError for a file that cannot be read or is not text.
    """
    name = printable_path(path)
    try:
        with open(path, "rb") as raw, decompressed(raw, name) as stream:
            rest, number = "", itertools.count(1)
            for text in itertools.chain(decoded_chunks(stream, name, encoding), ["\n"]):
                *lines, rest = (rest + text).split("\n")
                for line in lines:
                    line, place = line.strip(), next(number)
                    if line and not line.startswith("#"):
                        yield place, line
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise InputError(f"{name}: {reason[:1].lower()}{reason[1:]}", "check the path") from None


def cells(line: str) -> list[str]:
    """Return what stands between tabs; if there are none, between commas, or white space.

    A line too long to be a row of a table is one cell.
    """
    if "\t" in line:
        return [cell.strip() for cell in line.split("\t")]
    if "," in line:
        try:
            return [cell.strip() for cell in next(csv.reader([line], skipinitialspace=True))]
        except csv.Error:
            return [line]
    return line.split()
