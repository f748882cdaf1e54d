from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

class Encoder:
    def __init__(
        self,
        properties: npt.NDArray[np.uint8],
        lower: npt.NDArray[np.uint32],
        ask: Callable[[bytes], list[bytes]],
        *,
        pieces: str,
        keep_case: bool,
        keep_numbers: bool,
        n_threads: int,
        seed: int,
        piece_characters: int = ...,
        remembered_runs: int = ...,
        worth_a_thread: int = ...,
    ) -> None: ...
    def begin(self, form: str, may_have_mark: bool = False) -> None: ...
    def feed(self, chunks: list[bytes], last: bool) -> tuple[int, int] | None: ...
    def texts(
        self, text: bytes, starts: npt.NDArray[np.uint64], hard_wrapped: npt.NDArray[np.uint8]
    ) -> None: ...
    def end(self) -> None: ...
    def take_tokens(self) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint64]]: ...
    def take_layout(
        self,
    ) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64], npt.NDArray[np.uint64]]: ...
    def vocabulary(
        self,
    ) -> tuple[
        npt.NDArray[np.uint8],
        npt.NDArray[np.uint64],
        npt.NDArray[np.uint64],
        list[npt.NDArray[np.uint32]],
    ]: ...
    @property
    def n_waiting(self) -> int: ...
    @property
    def n_tokens(self) -> int: ...
    @property
    def overlong(self) -> int: ...

class Renumbering:
    def __init__(self, rows: list[npt.NDArray[np.uint32]], n_terms: int) -> None: ...
    def renumber(
        self,
        tokens: npt.NDArray[np.uint32],
        first: int,
        stretches: npt.NDArray[np.uint64],
        starts: npt.NDArray[np.uint64],
    ) -> None: ...
    def document_counts(self) -> npt.NDArray[np.uint64]: ...

def index_lines(
    text: npt.NDArray[np.uint8], offsets: npt.NDArray[np.uint64]
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]]: ...
def number_lines(
    prefix: bytes, numbers: npt.NDArray[np.uint64]
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint64]]: ...

# Arrays: NumPy's, or whatever has such a buffer.
Floats = Any
Doubles = Any
Bytes = Any

def train_word2vec(
    input: npt.NDArray[np.float32],
    output: npt.NDArray[np.float32],
    tokens: npt.NDArray[np.uint32],
    starts: npt.NDArray[np.int64],
    keep: npt.NDArray[np.uint32],
    alias: npt.NDArray[np.uint32],
    *,
    window: int,
    negative: int,
    cbow: bool,
    first_rate: float,
    last_rate: float,
    position: int,
    total: int,
    seed: int,
    threads: int = 1,
    isa: str = "",
) -> None: ...
def alias_table(weights: npt.NDArray[np.float64]) -> npt.NDArray[np.uint32]: ...
def instruction_sets() -> list[str]: ...
def index_bytes(n_rows: int, dim: int) -> int: ...
def quantize(vectors: Floats, first_row: int, blocks: Bytes, threads: int = 1) -> None: ...
def nearest(
    vectors: Floats,
    targets: Doubles,
    n: int,
    metric: str = "cosine",
    index: Bytes | None = None,
    threads: int = 1,
    isa: str = "",
) -> list[list[tuple[int, float]]]: ...
def contenders(
    vectors: Floats,
    targets: Doubles,
    n: int,
    metric: str = "cosine",
    *,
    index: Bytes,
    threads: int = 1,
    isa: str = "",
) -> Sequence[list[int]]: ...
def cosine(a: Floats, b: Doubles) -> float: ...

class SparseMatrix:
    """A sparse matrix in compressed rows, checked once: its arrays must not be changed after."""

    def __init__(
        self,
        starts: npt.NDArray[np.int64],
        columns: npt.NDArray[np.int32],
        values: npt.NDArray[np.float32],
        n_columns: int,
    ) -> None: ...
    def multiply(
        self,
        dense: npt.NDArray[np.float32],
        first_row: int,
        out: npt.NDArray[np.float32],
        threads: int = 1,
        isa: str = "",
    ) -> None: ...
    def transpose(
        self,
        starts: npt.NDArray[np.int64],
        columns: npt.NDArray[np.int32],
        values: npt.NDArray[np.float32],
    ) -> None: ...
    @property
    def n_rows(self) -> int: ...
    @property
    def n_columns(self) -> int: ...
    @property
    def n_pairs(self) -> int: ...
