"""An embedding as a question sees it: words and the memory that holds their vectors, no NumPy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from latentcli.corpus.strings import Strings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeAlias

    from latentcli.corpus.tokenizers import TokenizerSettings
    from latentcli.models.embedding import Embedding
    from latentcli.models.subwords import SubwordVectors


class WordVectors(NamedTuple):
    """``vectors``: float32 (n_terms, dim), raw, in C order: what ``Embedding`` has as an array.

    ``tokenizer_record`` holds the fields of TokenizerSettings; ``subwords`` is what vectors of
    other words can be composed of; ``imported`` vectors are another program's.
    """

    words: Strings
    vectors: memoryview[float]
    tokenizer_record: Mapping[str, Any]
    subwords: SubwordVectors | None = None
    imported: bool = False

    @property
    def dim(self) -> int:
        """The number of dimensions."""
        return (self.vectors.shape or ())[1]

    @property
    def tokenizer(self) -> TokenizerSettings:
        """The rule that made the words; loading its module is only worth it where it is asked."""
        from latentcli.corpus.tokenizers import TokenizerSettings

        return TokenizerSettings(**self.tokenizer_record)


if TYPE_CHECKING:
    # What queries ask: of either they look at the words, vectors and tokenizer alone.
    Asked: TypeAlias = Embedding | WordVectors


class Space(NamedTuple):
    """An embedding to be searched, and the index that a search begins with, if there is one."""

    model: Asked
    scan_index: memoryview | None


def vector(model: Asked, row: int) -> memoryview[float]:
    """Return the vector of a row: float32 (dim,)."""
    vectors: Any = model.vectors
    size = 4 * model.dim
    return memoryview(vectors).cast("B")[row * size : (row + 1) * size].cast("f")
