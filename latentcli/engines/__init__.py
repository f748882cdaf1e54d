"""Engines: one file for each way of training, imported when something is to be trained."""

from __future__ import annotations

from importlib import import_module, metadata
from types import ModuleType
from typing import NamedTuple

from latentcli.errors import RequestError


class Engine(NamedTuple):
    """What is known of an engine without importing it.

    ``revision`` is raised when its results change; ``package`` does the training; where
    ``depends_on_threads``, the bytes of a result are reproducible on one thread only.
    """

    module: str
    revision: int
    package: str
    depends_on_threads: bool

    def load(self) -> ModuleType:
        """Import the engine; its ``train`` does the work."""
        return import_module(self.module)

    def full_revision(self) -> str:
        """Return the engine's revision with the version of the package that it stands on."""
        return f"{self.revision}-{self.package}{metadata.version(self.package)}"


_ENGINES = {
    ("word2vec", "gensim"): Engine("latentcli.engines.word2vec_gensim", 1, "gensim", True),
    ("lda", "gensim"): Engine("latentcli.engines.lda_gensim", 1, "gensim", False),
    ("lsi", "gensim"): Engine("latentcli.engines.lsi_gensim", 1, "gensim", False),
}

EMBEDDING_ALGORITHMS = ("word2vec",)
TOPIC_ALGORITHMS = ("lda", "lsi")


def find_engine(algorithm: str, engine: str) -> Engine:
    """Return an engine; raise RequestError, with what there is, where there is none."""
    if (algorithm, engine) not in _ENGINES:
        names = sorted(name for known, name in _ENGINES if known == algorithm)
        raise RequestError(
            f"no engine '{engine}' for '{algorithm}'",
            f"there is {', '.join(names)}" if names else "",
        )
    return _ENGINES[algorithm, engine]
