"""What the shell may complete: formats, models, words."""

from __future__ import annotations

import re

_MOST = 30


def complete_formats(incomplete: str) -> list[str]:
    """Return the input formats that begin so."""
    from latentcli.corpus.readers import FORMATS

    return [name for name in FORMATS if name.startswith(incomplete)]


def complete_models(incomplete: str) -> list[tuple[str, str]]:
    """Return the names and ids of runs that begin so, with what they are."""
    from latentcli.store.cache import Cache, cache_root
    from latentcli.store.runs import list_runs

    found = []
    for row in list_runs(Cache(cache_root(None))):
        what = f"{row.kind} {row.algorithm} {row.corpus}"
        found += [(name, what) for name in [*row.name.split(","), row.id[:12]] if name]
    return [pair for pair in found if pair[0].startswith(incomplete)]


def complete_words(incomplete: str) -> list[str]:
    """Return words of the latest embedding that begin so, the most frequent first."""
    from latentcli.errors import LatentError
    from latentcli.formats.word_vectors import EMBEDDING
    from latentcli.store.cache import Cache, cache_root
    from latentcli.store.runs import find

    if not incomplete:
        return []
    try:
        words = find(Cache(cache_root(None)), "latest", EMBEDDING).strings("vocabulary")
    except LatentError:
        return []
    pattern = re.compile(rb"^" + re.escape(incomplete.encode()) + rb"[^\n\\]*$", re.MULTILINE)
    text = words.text[: 1 << 23].tobytes()
    return [m[0].decode() for m, _ in zip(pattern.finditer(text), range(_MOST), strict=False)]
