"""The cache directory: where it is, and what lies where in it.

runs/ID/            artefacts: corpora, embeddings, topic models; written once
requests/HASH       the id of the run that answers a request
names/NAME          the id of the run that a person named
latest/KIND         the id of the run of that kind that was last asked for
reports/            pages made from runs
derived/ID/         what can be made again from a run
tmp/                runs being built, each with a lock that its builder holds
locks/              held while a request is being trained, to save double work
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import NamedTuple

from latentcli.errors import MachineError, RequestError

_VERSION = "1\n"
_TAG = (
    "Signature: 8a477f597d28d172789f06886806bc55\n"
    "# This directory is a cache of latent: encoded corpora and trained models.\n"
    "# It follows the Cache Directory Tagging Specification, so that backups may skip it.\n"
)
_FOLDERS = ("runs", "requests", "names", "latest", "reports", "derived", "tmp", "locks")


def cache_root(option: str | None) -> Path:
    """Return the cache directory: ``option``, else LATENT_CACHE_DIR, else the platform's own.

    Raises RequestError for an empty option; an empty variable counts as unset.
    """
    if option is not None and not option.strip():
        raise RequestError("--cache-dir is empty", "name a directory")
    chosen = option or os.environ.get("LATENT_CACHE_DIR", "").strip()
    if chosen:
        return Path(os.path.abspath(os.path.expanduser(chosen)))
    if (
        os.uname().sysname == "Linux"
    ):  # as platformdirs has it, whose loading a cold query would feel
        base = os.environ.get("XDG_CACHE_HOME", "")
        return Path(base if os.path.isabs(base) else os.path.expanduser("~/.cache"), "latent")
    import platformdirs

    return Path(platformdirs.user_cache_dir("latent", appauthor=False))


class Cache(NamedTuple):
    """A cache directory; nothing is made there before ``ensure`` is called."""

    root: Path

    @property
    def runs(self) -> Path:
        """Where published runs lie."""
        return self.root / "runs"

    @property
    def tmp(self) -> Path:
        """Where runs are built, on the same file system."""
        return self.root / "tmp"

    @property
    def reports(self) -> Path:
        """Where reports lie."""
        return self.root / "reports"

    def exposure(self) -> str:
        """Return how others could change what is here: in words, or empty where they could not."""
        try:
            found = self.root.stat()
        except OSError:
            return ""
        if found.st_mode & stat.S_IWOTH:
            return "anyone may write there (chmod o-w closes it)"
        if found.st_uid not in (os.geteuid(), 0) and os.geteuid() != 0:
            return "it belongs to another user"
        return ""

    def ensure(self) -> None:
        """Make the cache directory if need be, readable by its owner alone.

        Raises MachineError where it cannot be made or written, or is of a newer version.
        """
        advice = "choose another with --cache-dir or LATENT_CACHE_DIR"
        try:
            if not self.root.is_dir():
                self.root.parent.mkdir(parents=True, exist_ok=True)
                self.root.mkdir(mode=0o700, exist_ok=True)
            for folder in _FOLDERS:
                (self.root / folder).mkdir(mode=0o700, exist_ok=True)
            self._write_once("CACHEDIR.TAG", _TAG)
            self._write_once("VERSION", _VERSION)
            version = (self.root / "VERSION").read_text()
        except (FileExistsError, NotADirectoryError):
            raise MachineError(f"cache {self.root}: is in the way of a directory", advice) from None
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise MachineError(f"cache {self.root}: {reason}", advice) from None
        if version.strip() not in ("", _VERSION.strip()):
            raise MachineError(f"cache {self.root}: is of a newer version of latent", advice)
        if not os.access(self.tmp, os.W_OK | os.X_OK):
            raise MachineError(f"cache {self.root}: is read-only", advice)

    def check_readable(self) -> None:
        """Raise MachineError where runs cannot be looked at, so that none is taken for missing."""
        try:
            with os.scandir(self.runs) as entries:
                for entry in entries:
                    entry.stat(follow_symlinks=False)
                    break
        except (FileNotFoundError, NotADirectoryError):
            pass
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise MachineError(
                f"{self.runs}: {reason}", "let yourself read the folder and enter it (chmod u+rx)"
            ) from None

    def _write_once(self, name: str, text: str) -> None:
        path = self.root / name
        if not path.exists():
            temporary = self.root / f".{name}.{os.getpid()}.tmp"
            try:
                temporary.write_text(text)
                os.replace(temporary, path)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
