"""The committed artefacts of format 1, and ways to damage a copy of one."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from latentcli.formats.artefact import Artefact
from latentcli.store.cache import Cache
from latentcli.store.runs import give_name, mark_latest

GOLDEN = Path(__file__).resolve().parents[1] / "data" / "golden-v1"
IDS = {
    "corpus": "7fce0fd3930720efd9a9fac713b3a34c627a909829f35497bbe63d2b9847dc5c",
    "fasttext": "f3f80ddadb7dc3f896cf6cf63d7329360328b5c7f98cfa1e8d78c1f07f2ad4fc",
    "embedding": "d0ce56220e5b340a39e707d3bf7356f5c87581be797908ce7018bd19c476e18a",
    "lda": "fd92963e836b6d0dd65ec9c51ee7b85086f257206bcc6f717e497d777ddf6980",
    "lsi": "16af53ab479d3496fc71c91e230e62c96c9d98175f3ab58d236a63958ad08e6e",
}


def golden_cache(root: Path) -> Cache:
    """A cache that holds the golden artefacts, each named after its kind, each once the latest."""
    cache = Cache(root)
    cache.ensure()
    for kind, run_id in IDS.items():
        shutil.copytree(GOLDEN / kind, cache.runs / run_id)
        mark_latest(cache, Artefact(cache.runs / run_id))
        give_name(cache, run_id, kind)
    return cache


def files_of(folder: Path) -> list[Path]:
    """Every file of an artefact, the manifest included."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def golden_files() -> list[str]:
    """Every file of every golden artefact, as KIND/PATH."""
    return [str(path.relative_to(GOLDEN)) for path in files_of(GOLDEN)]


def read_json(folder: Path) -> dict[str, Any]:
    """An artefact's manifest, unchecked."""
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_bytes())
    return manifest


def sign(folder: Path, manifest: dict[str, Any]) -> None:
    """Write a manifest with the id and checksum that docs/format.md prescribes, and the sizes and
    digests of the files that are there: what a forger would do."""
    for path, entry in manifest["files"].items():
        if (folder / path).is_file():
            data = (folder / path).read_bytes()
            entry |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    manifest["id"] = digest_without(manifest, "id", "checksum", "invocation")
    manifest["checksum"] = digest_without(manifest, "checksum")
    text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
    (folder / "manifest.json").write_text(text, "utf-8")


def digest_without(manifest: dict[str, Any], *keys: str) -> str:
    """The sha256 of the manifest's canonical JSON without some of its keys."""
    kept = {key: value for key, value in manifest.items() if key not in keys}
    text = json.dumps(kept, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def damaged(path: Path, versions: Iterator[bytes]) -> Iterator[bytes]:
    """Put one after another of the versions in a file's place, and the original back at the end."""
    original = path.read_bytes()
    try:
        for version in versions:
            path.write_bytes(version)
            yield version
    finally:
        path.write_bytes(original)
