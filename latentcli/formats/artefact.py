"""latent's own format: a directory of a manifest, texts and arrays, written once.

    manifest.json            what it is, how it was made, and every file's size and sha256
    vocabulary.txt ...       strings, one a line: backslash, LF and CR escaped, UTF-8
    arrays/NAME.npy          NumPy arrays, data at a multiple of 64 bytes, never object dtype

The id is the sha256 of the manifest without ``id``, ``checksum`` and ``invocation`` (who called
it, when, how long it took), so the same content has the same id. ``checksum`` covers the whole
manifest. docs/format.md describes the format in full.

This is the reading half, which asks for NumPy only where an array is wanted as one; ``writing``
is the other.
"""

from __future__ import annotations

import json
import math
import mmap
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from latentcli import __version__
from latentcli.corpus.strings import Strings
from latentcli.errors import DamagedArtefact, MachineError
from latentcli.formats.digest import sha256

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[Any]

FORMAT = "latent-artefact"
FORMAT_VERSION = 1
MANIFEST = "manifest.json"
NOT_IN_ID = ("id", "checksum", "invocation")
_MAX_MANIFEST_BYTES = 1 << 24
_COPY_BYTES = 1 << 24
# The dtypes of arrays, with Python's letters for them.
_FORMATS = {
    "<f4": "f", "<f8": "d", "<i4": "i", "<i8": "q", "<u2": "H", "<u4": "I", "<u8": "Q", "|u1": "B",
}  # fmt: skip
_HEADER_ALIGNMENT = 64
_GROWTH_DIGITS = 21  # for which NumPy leaves room, so that the first axis may grow in place

Manifest = dict[str, Any]


def canonical_json(value: Any) -> bytes:
    """Return the one spelling of a JSON value that digests are taken of."""
    return json.dumps(
        value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    ).encode("utf-8", "surrogatepass")


def spelled(manifest: Manifest) -> bytes:
    """Return the bytes of a manifest's file."""
    text = json.dumps(manifest, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    return text.encode("utf-8", "surrogatepass")


def digest_of(manifest: Manifest, without: tuple[str, ...]) -> str:
    """Return the sha256 of a manifest's canonical JSON without some of its keys."""
    kept = {key: value for key, value in manifest.items() if key not in without}
    return sha256(canonical_json(kept)).hexdigest()


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

    def has_strings(self, name: str) -> bool:
        """Tell whether there is a sequence of strings of that name."""
        return f"{name}.txt" in self.manifest["files"]

    def buffer(self, name: str) -> memoryview[Any]:
        """Map an array, read-only, as typed memory of its shape (flat, where it is empty).

        Raises DamagedArtefact if it is not there.
        """
        path = f"arrays/{name}.npy"
        entry = self.manifest["files"].get(path)
        if entry is None:
            raise _damaged(self.folder, f"it lacks {path}")
        shape: list[int] = entry["shape"]
        letter: Any = _FORMATS[entry["dtype"]]
        if not math.prod(shape):
            return memoryview(b"").cast(letter)
        data = self._mapped(path)[entry["offset"] :]
        return data.cast(letter, shape)

    def array(self, name: str) -> Array:
        """Map an array, read-only, for NumPy; raise DamagedArtefact if it is not there."""
        import numpy as np

        data = self.buffer(name)
        entry = self.manifest["files"][f"arrays/{name}.npy"]
        return np.frombuffer(data, entry["dtype"]).reshape(entry["shape"])

    def strings(self, name: str) -> Strings:
        """Map a sequence of strings."""
        entry = self.manifest["files"].get(f"{name}.txt")
        if entry is None:
            raise _damaged(self.folder, f"it lacks {name}.txt")
        text = self._mapped(f"{name}.txt") if entry["bytes"] else memoryview(b"")
        return Strings(
            text, *(self.buffer(f"{name}_{part}") for part in ("offsets", "hashes", "rows"))
        )

    def _mapped(self, path: str) -> memoryview:
        with open(self.folder / path, "rb") as file:
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))

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
            if entry["dtype"] not in _FORMATS:
                raise _damaged(self.folder, f"{path}: dtype {entry['dtype']!r} is not allowed")
            shape = tuple(int(n) for n in entry["shape"])
            header = npy_header(entry["dtype"], shape)
            with open(full, "rb") as file:
                same = file.read(len(header)) == header and entry["offset"] == len(header)
            if not same or size != len(header) + math.prod(shape) * int(entry["dtype"][-1]):
                raise _damaged(self.folder, f"{path}: the header differs from the manifest")

    def problems(self) -> list[str]:
        """Read every byte and return what is wrong: checksums, files missing or too many."""
        import hashlib  # OpenSSL's is the fast one for large files

        found = []
        if (self.folder / MANIFEST).read_bytes() != spelled(self.manifest):
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
            and manifest["checksum"] == digest_of(manifest, ("checksum",))
            and manifest["id"] == digest_of(manifest, NOT_IN_ID)
        )
    except (KeyError, ValueError, RecursionError):
        sound = False
    if not sound:
        raise _damaged(folder, f"{MANIFEST} was changed (its checksum differs)")
    return manifest


def npy_header(dtype: str, shape: tuple[int, ...]) -> bytes:
    """Return the header of an ``.npy`` file in C order, format 1.0, byte for byte as NumPy's.

    Its length is a multiple of 64.
    """
    text = f"{{'descr': {dtype!r}, 'fortran_order': False, 'shape': {shape!r}, }}"
    if shape:
        text += " " * (_GROWTH_DIGITS - len(repr(shape[0])))
    before = b"\x93NUMPY\x01\x00"
    padding = -(len(before) + 2 + len(text) + 1) % _HEADER_ALIGNMENT
    line = text.encode("latin-1") + b" " * padding + b"\n"
    return before + len(line).to_bytes(2, "little") + line


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
