import numpy as np
import numpy.typing as npt

def instruction_sets() -> list[str]: ...
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
