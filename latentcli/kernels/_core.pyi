from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

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
