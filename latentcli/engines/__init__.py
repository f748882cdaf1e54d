"""Engines: one file for each way of training, imported when something is to be trained."""

from __future__ import annotations

from importlib import import_module, metadata
from types import ModuleType
from typing import NamedTuple

from latentcli.errors import RequestError
from latentcli.wording import there_are


class Engine(NamedTuple):
    """What is known of an engine without importing it.

    ``revision`` is raised when its results change; ``packages`` are those that its results come
    from; where ``depends_on_threads``, the bytes of a result are reproducible on one thread only.
    One that ``resumes`` has a function of that name, which trains a model further.
    """

    name: str
    module: str
    revision: int
    packages: tuple[str, ...]
    depends_on_threads: bool
    resumes: bool = False

    def load(self) -> ModuleType:
        """Import the engine; its ``train`` does the work."""
        return import_module(self.module)

    def full_revision(self) -> str:
        """Return the engine's revision with the versions of the packages that it stands on."""
        return "-".join([str(self.revision), *(p + metadata.version(p) for p in self.packages)])


# The engines of each algorithm, the default first.
_ENGINES = {
    "word2vec": (
        Engine("native", "latentcli.engines.word2vec_native", 2, (), True, True),
        Engine("gensim", "latentcli.engines.word2vec_gensim", 1, ("gensim",), True),
    ),
    "fasttext": (Engine("native", "latentcli.engines.fasttext_native", 1, (), True, True),),
    "lda": (
        Engine("native", "latentcli.engines.lda_native", 5, ("numpy",), False, True),
        Engine("gensim", "latentcli.engines.lda_gensim", 3, ("gensim",), False, True),
    ),
    "lsi": (
        Engine("native", "latentcli.engines.lsi_native", 3, ("numpy",), False),
        Engine("gensim", "latentcli.engines.lsi_gensim", 3, ("gensim",), False),
    ),
    "plsa": (Engine("native", "latentcli.engines.plsa_native", 5, ("numpy",), False, True),),
    "nmf": (
        Engine("native", "latentcli.engines.nmf_native", 2, ("numpy",), False, True),
        Engine("sklearn", "latentcli.engines.nmf_sklearn", 2, ("scikit-learn",), False),
    ),
    "hdp": (Engine("gensim", "latentcli.engines.hdp_gensim", 1, ("gensim",), False),),
}

EMBEDDING_ALGORITHMS = ("word2vec", "fasttext")
TOPIC_ALGORITHMS = ("lda", "lsi", "plsa", "nmf", "hdp")


def find_engine(algorithm: str, name: str | None = None) -> Engine:
    """Return an algorithm's engine of that name, or its default.

    Raises RequestError, with what there is, where there is none.
    """
    engines = _ENGINES.get(algorithm, ())
    found = next((engine for engine in engines if name in (None, engine.name)), None)
    if found is None:
        names = [engine.name for engine in engines]
        raise RequestError(
            f"no engine '{name}' for '{algorithm}'", there_are(names) if names else ""
        )
    return found


def resuming() -> list[str]:
    """Return what can be trained further, as ``lda by native``."""
    return [
        f"{algorithm} by {engine.name}"
        for algorithm, engines in _ENGINES.items()
        for engine in engines
        if engine.resumes
    ]
