"""gensim's native files: pickles, which can run any program, so only where a person trusts one."""

from __future__ import annotations

import pickle
from collections.abc import Generator

import numpy as np
from gensim.models import KeyedVectors
from gensim.utils import SaveLoad

from latentcli.errors import InputError
from latentcli.formats.foreign import ForeignFile
from latentcli.formats.foreign_rows import ForeignVectors, Rows, batches


def read(file: ForeignFile) -> ForeignVectors:
    """Return the vectors of KeyedVectors, or of a model that has some (Word2Vec, FastText ...).

    Whatever the pickle says is done: the caller has asked the person. Raises InputError where it
    cannot be loaded or is of another kind.
    """
    try:
        found = SaveLoad.load(str(file.path), mmap="r")
    except (
        pickle.UnpicklingError, OSError, EOFError, ValueError, TypeError, KeyError, AttributeError,
        ImportError, IndexError, UnicodeDecodeError,
    ) as error:  # fmt: skip
        raise InputError(f"{file.name}: gensim cannot load it ({error})") from None
    vectors = getattr(found, "wv", found)
    if not isinstance(vectors, KeyedVectors):
        raise InputError(
            f"{file.name}: a {type(found).__name__}, not vectors of words",
            "KeyedVectors, Word2Vec, FastText and Doc2Vec have some",
        )
    return ForeignVectors(int(vectors.vector_size), _rows(vectors))


def _rows(vectors: KeyedVectors) -> Generator[Rows, None, None]:
    words = [str(word).encode("utf-8", "surrogatepass") for word in vectors.index_to_key]
    for rows in batches(len(words), int(vectors.vector_size)):
        part = slice(rows.start, rows.stop)
        yield Rows(rows.start + 1, words[part], np.asarray(vectors.vectors[part], np.float32))
