"""latent's own format: a directory of a manifest, texts and arrays, written once.

    manifest.json            what it is, how it was made, and every file's size and sha256
    vocabulary.txt ...       strings, one a line: backslash, LF and CR escaped, UTF-8
    arrays/NAME.npy          NumPy arrays, data at a multiple of 64 bytes, never object dtype

The id is the sha256 of the manifest without ``id``, ``checksum`` and ``invocation`` (who called
it, when, how long it took), so the same content has the same id. ``checksum`` covers the whole
manifest. docs/format.md describes the format in full.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from latentcli import __version__
from latentcli.corpus.strings import Strings
from latentcli.errors import DamagedArtefact, MachineError

FORMAT = "latent-artefact"
FORMAT_VERSION = 1
MANIFEST = "manifest.json"
_NOT_IN_ID = ("id", "checksum", "invocation")
_MAX_MANIFEST_BYTES = 1 << 24
_COPY_BYTES = 1 << 24
_DTYPES = ("<f4", "<f8", "<i4", "<i8", "<u4", "<u8", "|u1")

Manifest = dict[str, Any]
Array = npt.NDArray[Any]


def write_artefact(
    folder: Path,
    description: Mapping[str, Any],
    invocation: Mapping[str, Any],
    arrays: Mapping[str, Array],
    strings: Mapping[str, Strings],
) -> Manifest:
    """Write an artefact into the empty directory ``folder`` and return its manifest.

    Every file is flushed to the disk. Publishing it (renaming the folder) is the store's part.
    """
    (folder / "arrays").mkdir()
    files: dict[str, Any] = {}
    for name, sequence in strings.items():
        files[f"{name}.txt"] = _write_file(folder / f"{name}.txt", b"", sequence.text)
        for part in ("offsets", "hashes", "rows"):
            path = f"arrays/{name}_{part}.npy"
            files[path] = _write_array(folder / path, getattr(sequence, part))
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
    manifest["id"] = _digest(manifest, _NOT_IN_ID)
    manifest["invocation"] = dict(invocation)
    manifest["checksum"] = _digest(manifest, ("checksum",))
    _write_file(folder / MANIFEST, _spelled(manifest), None)
    for directory in (folder / "arrays", folder):
        handle = os.open(directory, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)
    return manifest


def canonical_json(value: Any) -> bytes:
    """Return the one spelling of a JSON value that digests are taken of."""
    return json.dumps(
        value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    ).encode("utf-8", "surrogatepass")


def _spelled(manifest: Manifest) -> bytes:
    text = json.dumps(manifest, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    return text.encode("utf-8", "surrogatepass")


def _digest(manifest: Manifest, without: tuple[str, ...]) -> str:
    kept = {key: value for key, value in manifest.items() if key not in without}
    return hashlib.sha256(canonical_json(kept)).hexdigest()


def _npy_header(array_dtype: str, shape: tuple[int, ...]) -> bytes:
    header = BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": array_dtype, "fortran_order": False, "shape": shape}
    )
    return header.getvalue()


def _write_array(path: Path, array: Array) -> dict[str, Any]:
    dtype = array.dtype.newbyteorder("<").str if array.dtype.itemsize > 1 else array.dtype.str
    header = _npy_header(dtype, array.shape)
    entry = _write_file(path, header, array)
    return {"dtype": dtype, "shape": list(array.shape), "offset": len(header), **entry}


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


class Artefact:
    """An open artefact: its manifest, and arrays and strings mapped when asked for.

    Opening reads the manifest and checks it, the files' sizes and the arrays' headers; it does
    not read the data (``problems`` does). Raises DamagedArtefact where they do not agree, and
    MachineError where a newer version wrote it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = read_manifest(folder)
        self._check_files()

    @property
    def id(self) -> str:
        """The artefact's id: 64 hexadecimal digits."""
        return str(self.manifest["id"])

    @property
    def kind(self) -> str:
        """What it is: ``corpus``, ``embedding`` or ``topic-model``."""
        return str(self.manifest.get("kind", ""))

    @property
    def bytes(self) -> int:
        """The size of all its files."""
        return sum(int(entry["bytes"]) for entry in self.manifest["files"].values())

    def has(self, name: str) -> bool:
        """Tell whether there is an array of that name."""
        return f"arrays/{name}.npy" in self.manifest["files"]

    def array(self, name: str) -> Array:
        """Map an array, read-only; raise DamagedArtefact if it is not there."""
        path = f"arrays/{name}.npy"
        entry = self.manifest["files"].get(path)
        if entry is None:
            raise _damaged(self.folder, f"it lacks {path}")
        shape = tuple(entry["shape"])
        if 0 in shape:
            return np.zeros(shape, entry["dtype"])
        mapped = np.memmap(
            self.folder / path, entry["dtype"], "r", offset=entry["offset"], shape=shape
        )
        return mapped.view(np.ndarray)

    def strings(self, name: str) -> Strings:
        """Map a sequence of strings."""
        entry = self.manifest["files"].get(f"{name}.txt")
        if entry is None:
            raise _damaged(self.folder, f"it lacks {name}.txt")
        text = (
            np.memmap(self.folder / f"{name}.txt", np.uint8, "r").view(np.ndarray)
            if entry["bytes"]
            else np.zeros(0, np.uint8)
        )
        return Strings(
            text, *(self.array(f"{name}_{part}") for part in ("offsets", "hashes", "rows"))
        )

    def _check_files(self) -> None:
        if (self.folder / "arrays").is_symlink():
            raise _damaged(self.folder, "'arrays' is a symbolic link")
        for path, entry in self.manifest["files"].items():
            try:
                self._check_file(path, entry)
            except (KeyError, TypeError, ValueError, AttributeError):
                raise _damaged(self.folder, f"the manifest's entry for {path!r}") from None
            except OSError as error:
                if isinstance(error, PermissionError):
                    raise MachineError(f"{self.folder / path}: no permission to read it") from None
                raise _damaged(self.folder, f"{path}: {error.strerror or error}") from None

    def _check_file(self, path: str, entry: Mapping[str, Any]) -> None:
        full = self.folder / path
        status = full.lstat()
        if path.startswith("/") or ".." in path.split("/") or not stat.S_ISREG(status.st_mode):
            raise _damaged(self.folder, f"{path!r} is not a file of its own")
        size = status.st_size
        if size != entry["bytes"]:
            raise _damaged(
                self.folder,
                f"{path}: expected {entry['bytes']} bytes with sha256 {entry['sha256'][:12]}..., "
                f"found {size} bytes",
            )
        if path.endswith(".npy"):
            if entry["dtype"] not in _DTYPES:
                raise _damaged(self.folder, f"{path}: dtype {entry['dtype']!r} is not allowed")
            shape = tuple(int(n) for n in entry["shape"])
            header = _npy_header(entry["dtype"], shape)
            items = int(np.prod(shape, dtype=object)) if shape else 1
            with open(full, "rb") as file:
                same = file.read(len(header)) == header and entry["offset"] == len(header)
            if not same or size != len(header) + items * np.dtype(entry["dtype"]).itemsize:
                raise _damaged(self.folder, f"{path}: the header differs from the manifest")

    def problems(self) -> list[str]:
        """Read every byte and return what is wrong: checksums, files missing or too many."""
        found = []
        if (self.folder / MANIFEST).read_bytes() != _spelled(self.manifest):
            found.append(f"{MANIFEST}: its bytes changed")
        listed = set(self.manifest["files"])
        for path in sorted(listed):
            digest = hashlib.sha256()
            with open(self.folder / path, "rb") as file:
                while block := file.read(_COPY_BYTES):
                    digest.update(block)
            if digest.hexdigest() != self.manifest["files"][path]["sha256"]:
                found.append(f"{path}: its bytes changed (sha256 differs)")
        there = {
            str(path.relative_to(self.folder))
            for path in self.folder.rglob("*")
            if path.is_symlink() or not path.is_dir()
        }
        found += [f"{path}: does not belong here" for path in sorted(there - listed - {MANIFEST})]
        return found


def read_manifest(folder: Path) -> Manifest:
    """Read and check a manifest; raise DamagedArtefact or MachineError as Artefact does."""
    path = folder / MANIFEST
    try:
        if path.is_symlink():
            raise _damaged(folder, f"{MANIFEST} is a symbolic link")
        if path.stat().st_size > _MAX_MANIFEST_BYTES:
            raise _damaged(folder, f"{MANIFEST} is far too large")
        text = path.read_bytes().decode("utf-8", "surrogatepass")
        manifest = json.loads(text, object_pairs_hook=_no_duplicates, parse_constant=_no_constant)
    except FileNotFoundError:
        raise _damaged(folder, f"it lacks {MANIFEST}") from None
    except PermissionError:
        raise MachineError(f"{path}: no permission to read it") from None
    except OSError as error:
        raise _damaged(folder, f"{MANIFEST}: {error.strerror or error}") from None
    except (ValueError, RecursionError):
        raise _damaged(folder, f"{MANIFEST} is not valid JSON") from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise _damaged(folder, f"{MANIFEST} does not describe a {FORMAT}")
    version = manifest.get("format_version")
    if isinstance(version, int) and version > FORMAT_VERSION:
        raise MachineError(
            f"{folder.name[:12]}: written by {manifest.get('written_by', 'a newer latent')} in "
            f"format {version}; this is latent {__version__}, which reads format {FORMAT_VERSION}",
            "install a newer latent",
        )
    try:
        sound = (
            version == FORMAT_VERSION
            and isinstance(manifest["files"], dict)
            and isinstance(manifest["invocation"], dict)
            and manifest["checksum"] == _digest(manifest, ("checksum",))
            and manifest["id"] == _digest(manifest, _NOT_IN_ID)
        )
    except (KeyError, ValueError, RecursionError):
        sound = False
    if not sound:
        raise _damaged(folder, f"{MANIFEST} was changed (its checksum differs)")
    return manifest


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate keys")
    return found


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _damaged(folder: Path, what: str) -> DamagedArtefact:
    return DamagedArtefact(
        f"corrupt run {folder.name[:12]}: {what}",
        f"run 'latent remove {folder.name[:12]}' and make it again",
    )
