from collections.abc import Sequence
from typing import Any

# Arrays: NumPy's, or whatever has such a buffer.
Floats = Any
Doubles = Any
Bytes = Any

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
