"""Mutated files for the importers of word vectors: each is read, or refused by an error of ours.

Small files of every kind are made on the spot and then spoiled: bytes changed, cut, repeated, sizes
replaced by large ones. Anything that is raised but a LatentError is a finding, and so is asking for
much memory, which fails here; the file is then kept, and the program ends with 1.

Run: python fuzz/fuzz_importers.py SECONDS [FOUND_FOLDER] [--seed N]
"""

from __future__ import annotations

import argparse
import bz2
import contextlib
import gzip
import io
import json
import random
import resource
import sys
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from contextlib import closing
from importlib import import_module, util
from pathlib import Path

import numpy as np

from latentcli.errors import LatentError
from latentcli.formats.foreign import READERS, ForeignFile, kind_of
from latentcli.formats.vector_writer import VectorWriter

_ROOM = 1 << 29  # more memory than the imports themselves, for files of a few kilobytes
_LARGE = (0, 1, 0x7F, 0xFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 1 << 40, (1 << 63) - 1, (1 << 64) - 1)
_WORDS = [b"king", b"queen", b"caf\xc3\xa9", b"x"]
_ROWS = np.array([[1, 2, 3, 4], [0.5, -1, 2, 8], [1e-3, 1, 1, 7], [-5, 6, 7, 8]], np.float32)


def seeds() -> dict[str, bytes]:
    """Return a sound file of each kind, by the kind's name and what else it is."""
    lines = [
        word + b" " + " ".join(map(str, row)).encode() + b"\n"
        for word, row in zip(_WORDS, _ROWS.tolist(), strict=True)
    ]
    binary = b"".join(
        word + b" " + row.tobytes() + b"\n" for word, row in zip(_WORDS, _ROWS, strict=True)
    )
    glove = b"".join(lines)
    array = io.BytesIO()
    np.save(array, _ROWS)
    header = json.dumps({"t": {"dtype": "F32", "shape": [4, 4], "data_offsets": [0, 64]}}).encode()
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("v.txt", glove)
    return {
        "glove": glove,
        "word2vec": b"4 4\n" + glove,
        "word2vec-bin": b"4 4\n" + binary,
        "word2vec-bin gz": gzip.compress(b"4 4\n" + binary),
        "glove gz": gzip.compress(glove),
        "glove bz2": bz2.compress(glove),
        "glove zip": zipped.getvalue(),
        "glove-bin": np.concatenate([_ROWS, _ROWS]).astype("<f8").tobytes(),
        "npy": array.getvalue(),
        "safetensors": len(header).to_bytes(8, "little") + header + _ROWS.tobytes(),
        "finalfusion": finalfusion(1, 2),
        "finalfusion subwords": finalfusion(3, 2),
        "finalfusion quantised": finalfusion(8, 4),
    }


def finalfusion(words: int, vectors: int) -> bytes:
    """Return a file with chunks of these kinds, of words and of vectors."""
    out = b"FiFu" + _numbers(0, 3, words, vectors, 6)
    text = b"".join(_numbers(len(word)) + word for word in _WORDS)
    n_grams = b"" if words != 8 else bytes(8)
    before = _long(4) + n_grams + (b"" if words == 1 else _numbers(3, 6)) + (
        _numbers(5) if words in (3, 7) else b""
    )  # fmt: skip
    out += _numbers(words) + _long(len(before + text)) + before + text
    if vectors == 2:
        head, data = _long(4) + _numbers(4, 10), _ROWS.tobytes()
    else:
        head = _numbers(1, 1, 2, 4, 2) + _long(4) + _numbers(1, 10)
        projection, centroids = np.eye(4, dtype="<f4"), np.arange(8, dtype="<f4")
        lengths = np.ones(4, "<f4")
        data = b"".join(x.tobytes() for x in (projection, centroids, lengths)) + bytes([0, 1] * 4)
    out += _chunk(out, vectors, head, data)
    return out + _chunk(out, 6, _long(4) + _numbers(10), np.ones(4, "<f4").tobytes())


def _chunk(before: bytes, kind: int, head: bytes, data: bytes) -> bytes:
    padding = bytes(4 - (len(before) + 12 + len(head)) % 4)
    return _numbers(kind) + _long(len(head + padding + data)) + head + padding + data


def _numbers(*values: int) -> bytes:
    return b"".join(value.to_bytes(4, "little") for value in values)


def _long(value: int) -> bytes:
    return value.to_bytes(8, "little")


def spoiled(data: bytes, draw: random.Random) -> bytes:
    """Return a file with some bytes of it changed."""
    out = bytearray(data)
    for _ in range(draw.choice([1, 1, 1, 2, 4])):
        place = draw.randrange(len(out) + 1)
        match draw.randrange(6):
            case 0:
                out[place : place + 1] = bytes([draw.randrange(256)])
            case 1:
                del out[place:]
            case 2:
                del out[place : place + draw.randrange(9)]
            case 3:
                size = draw.choice([4, 8])
                large = draw.choice(_LARGE) % (1 << 8 * size)
                out[place : place + size] = large.to_bytes(size, "little")
            case 4:
                text = draw.choice(
                    [b"99999999999", b"-1", b"nan", b" ", b"\n", b"0", b"\xff", b"{"]
                )
                out[place : place + draw.randrange(3)] = text
            case _:
                out[place:place] = out[place : place + draw.randrange(64)]
    return bytes(out)


def read(path: Path, labels: Path | None, folder: Path, skips: bool) -> str:
    """Read a file as ``latent import`` does; return what became of it."""
    file = ForeignFile("file", path, labels)
    try:
        kind = kind_of(file)
        if kind == "gensim" or util.find_spec(f"latentcli.formats.{READERS[kind]}") is None:
            return "not tried"
        reader = import_module(f"latentcli.formats.{READERS[kind]}")
        if kind == "fasttext-bin":
            reader.read_fasttext_bin(path)
            return "read"
        if READERS[kind] == "vector_text":
            found = reader.read(file, kind)
        else:
            found = (reader.read_binary if kind == "word2vec-bin" else reader.read)(file)
        writer = VectorWriter(folder, "file", found, skips, draw_replaces(path))
        with closing(writer), closing(found.rows):
            for rows in found.rows:
                writer.add(rows)
            writer.finish()
        return "read"
    except LatentError as error:
        if not error.message or "\n" in error.message:
            raise AssertionError(f"not one line: {error.message!r}") from error
        return "refused"


def draw_replaces(path: Path) -> bool:
    """Return whether words are mended: for half of the files."""
    return path.stat().st_size % 2 == 0


def main() -> int:
    """Fuzz for some seconds; return 1 where something was found."""
    given = argparse.ArgumentParser()
    given.add_argument("seconds", type=float)
    given.add_argument("found", nargs="?", default="build/fuzz/found")
    given.add_argument("--seed", type=int, default=int(time.time()))
    options = given.parse_args()
    draw, whole, told = random.Random(options.seed), seeds(), Counter[str]()
    print(f"seed {options.seed}", flush=True)
    end = time.monotonic() + options.seconds
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        labels = folder / "labels"
        labels.write_bytes(b"".join(word + b"\n" for word in _WORDS))
        for name, data in whole.items():  # all must be sound
            assert once(data, name, folder, labels, told, skips=False), name
        assert told == {"read": len(whole)}, told
        _limit_memory()
        while time.monotonic() < end:
            name, data = draw.choice(list(whole.items()))
            if not once(spoiled(data, draw), name, folder, labels, told, draw.random() < 0.5):
                kept = Path(options.found) / f"importer-{name.replace(' ', '-')}"
                kept.parent.mkdir(parents=True, exist_ok=True)
                kept.write_bytes((folder / "file").read_bytes())
                print(f"found: {kept}")
                return 1
    print(", ".join(f"{n:,} {what}" for what, n in told.most_common()))
    return 0


def once(
    data: bytes, name: str, folder: Path, labels: Path, told: Counter[str], skips: bool
) -> bool:
    """Read one file; tell whether it was read or refused as it should be."""
    (folder / "file").write_bytes(data)
    (folder / "imported-vectors.npy").unlink(missing_ok=True)
    needs = name in ("glove-bin", "npy", "safetensors")
    try:
        told[read(folder / "file", labels if needs else None, folder, skips)] += 1
    except BaseException:
        traceback.print_exc()
        return False
    return True


def _limit_memory() -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + _ROOM
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


if __name__ == "__main__":
    sys.exit(main())
