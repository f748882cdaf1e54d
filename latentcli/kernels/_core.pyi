import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

def instruction_sets() -> list[str]: ...

class SparseMatrix:
    """A sparse matrix in compressed rows, checked once: its arrays must not be changed after."""

    def __init__(
        self,
        starts: npt.NDArray[np.int64],
        columns: npt.NDArray[np.int32],
        values: Floats,
        n_columns: int,
    ) -> None: ...
    def multiply(
        self, dense: Floats, first_row: int, out: Floats, threads: int = 1, isa: str = ""
    ) -> None: ...
    def transpose(
        self, starts: npt.NDArray[np.int64], columns: npt.NDArray[np.int32], values: Floats
    ) -> None: ...
    @property
    def n_rows(self) -> int: ...
    @property
    def n_columns(self) -> int: ...
    @property
    def n_pairs(self) -> int: ...
