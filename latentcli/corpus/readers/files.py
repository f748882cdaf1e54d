"""``files``: a document a file, of a directory, an archive, or a single text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from latentcli.corpus.documents import PIECE_CHARACTERS, Document
from latentcli.corpus.readers.lines import line_parts


def read_file(chunks: Iterable[str], path: str) -> Iterator[Document]:
    """Yield one document with the file's whole text; a long one in pieces cut at line ends."""
    held: list[str] = []
    size, continued = 0, False
    for _, text, ends in line_parts(chunks):
        held.append(text + "\n" if ends else text)
        size += len(text) + 1
        if size > PIECE_CHARACTERS:
            yield Document(path, "".join(held), None, continued)
            held, size, continued = [], 0, True
    if held or not continued:
        yield Document(path, "".join(held), None, continued)


def directory_labels(paths: Sequence[str]) -> list[str] | None:
    """Return each file's label, the first directory below those that all files share.

    None where no file has such a directory.

    >>> directory_labels(["news/arts/1", "news/arts/2", "news/trade/1"])
    ['arts', 'arts', 'trade']
    """
    parts = [path.split("/")[:-1] for path in paths]
    shared = 0
    while all(len(p) > shared and p[shared] == parts[0][shared] for p in parts):
        shared += 1
        if not parts or shared >= min(len(p) for p in parts):
            break
    labels = [p[shared] if len(p) > shared else "" for p in parts]
    return labels if any(labels) else None
