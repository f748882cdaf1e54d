"""Writing artefacts; ``artefact`` reads them and says what they are."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from latentcli import __version__
from latentcli.corpus.strings import Strings
from latentcli.formats.artefact import (
    FORMAT,
    FORMAT_VERSION,
    MANIFEST,
    NOT_IN_ID,
    Manifest,
    digest_of,
    npy_header,
    spelled,
)

_COPY_BYTES = 1 << 24

Array = npt.NDArray[Any]


class ArrayFile(NamedTuple):
    """An array that is a whole ``.npy`` file already, as ``npy_header`` begins it; it is moved."""

    path: Path
    dtype: str
    shape: tuple[int, ...]


def write_artefact(
    folder: Path,
    description: Mapping[str, Any],
    invocation: Mapping[str, Any],
    arrays: Mapping[str, Array | ArrayFile],
    strings: Mapping[str, Strings],
) -> Manifest:
    """Write an artefact into the empty directory ``folder`` and return its manifest.

    Every file is flushed to the disk; an ArrayFile becomes one of them. Publishing it (renaming the
    folder) is the store's part.
    """
    (folder / "arrays").mkdir()
    files: dict[str, Any] = {}
    for name, sequence in strings.items():
        files[f"{name}.txt"] = _write_file(folder / f"{name}.txt", b"", np.asarray(sequence.text))
        for part in ("offsets", "hashes", "rows"):
            path = f"arrays/{name}_{part}.npy"
            files[path] = _write_array(folder / path, np.asarray(getattr(sequence, part)))
    for name, array in arrays.items():
        path = f"arrays/{name}.npy"
        files[path] = _write_array(folder / path, array)
    manifest: Manifest = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "written_by": f"latent {__version__}",
        **description,
        "files": files,
    }
    manifest["id"] = digest_of(manifest, NOT_IN_ID)
    manifest["invocation"] = dict(invocation)
    manifest["checksum"] = digest_of(manifest, ("checksum",))
    _write_file(folder / MANIFEST, spelled(manifest), None)
    for directory in (folder / "arrays", folder):
        handle = os.open(directory, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)
    return manifest


def _write_array(path: Path, array: Array | ArrayFile) -> dict[str, Any]:
    if isinstance(array, ArrayFile):
        return _move_array(path, array)
    dtype = array.dtype.newbyteorder("<").str if array.dtype.itemsize > 1 else array.dtype.str
    header = npy_header(dtype, array.shape)
    entry = _write_file(path, header, array)
    return {"dtype": dtype, "shape": list(array.shape), "offset": len(header), **entry}


def _move_array(path: Path, array: ArrayFile) -> dict[str, Any]:
    os.rename(array.path, path)
    with open(path, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
        size = os.fstat(file.fileno()).st_size
    offset = len(npy_header(array.dtype, array.shape))
    entry = {"bytes": size, "sha256": digest}
    return {"dtype": array.dtype, "shape": list(array.shape), "offset": offset, **entry}


def _write_file(path: Path, head: bytes, array: Array | None) -> dict[str, Any]:
    digest = hashlib.sha256(head)
    size = len(head)
    with open(path, "xb") as out:
        out.write(head)
        if array is not None and array.size:
            little = array.dtype.newbyteorder("<")
            rows = max(1, _COPY_BYTES // max(1, array[:1].nbytes))
            for start in range(0, len(array), rows):
                block = np.ascontiguousarray(array[start : start + rows], little).reshape(-1)
                data = block.view(np.uint8).data
                out.write(data)
                digest.update(data)
                size += len(data)
        out.flush()
        os.fsync(out.fileno())
    return {"bytes": size, "sha256": digest.hexdigest()}
