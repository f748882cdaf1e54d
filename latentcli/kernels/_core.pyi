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
    def know(self, text: npt.NDArray[np.uint8], offsets: npt.NDArray[np.uint64]) -> None: ...
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
    def take_places(
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
    def line_start(self) -> int: ...
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
    subword_starts: npt.NDArray[np.int64] | None = None,
    subword_rows: npt.NDArray[np.uint32] | None = None,
    threads: int = 1,
    isa: str = "",
) -> None: ...
def alias_table(weights: npt.NDArray[np.float64]) -> npt.NDArray[np.uint32]: ...
def subword_hashes(
    text: npt.NDArray[np.uint8], offsets: npt.NDArray[np.uint64], min_n: int, max_n: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint32]]: ...
def compose_vectors(
    own: npt.NDArray[np.uint8],
    table: npt.NDArray[np.uint8],
    starts: npt.NDArray[np.int64],
    rows: npt.NDArray[np.uint32],
    out: npt.NDArray[np.float32],
    threads: int = 1,
) -> None: ...
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

def lda_bin(n: int) -> int:
    """Return the bin of a number of tokens: exact up to 255, then 128 to each power of two."""

def lda_sample(
    words: npt.NDArray[np.uint32],
    topics: npt.NDArray[np.uint16],
    starts: npt.NDArray[np.int64],
    word_topic: npt.NDArray[np.int32],
    topic_totals: npt.NDArray[np.int64],
    alpha: npt.NDArray[np.float64],
    beta: float,
    seed: int,
    sweep: int,
    first_token: int,
    log_likelihood: npt.NDArray[np.float64],
    histograms: npt.NDArray[np.int64],
    threads: int = 1,
    isa: str = "",
) -> None:
    """Draw a new topic for each token of a block of documents (collapsed Gibbs sampling).

    ``words`` (n_tokens,), ``topics`` (n_tokens,), 0xFFFF: none yet; document d has the tokens
    ``starts[d]:starts[d + 1]``. ``word_topic``, a topic_table (n_terms, n_topics), and
    ``topic_totals`` (n_topics,) count all tokens that have topics; they are fixed while the block
    is sampled, and then brought up to date. ``first_token`` is the block's place in the corpus.
    ``log_likelihood`` (n_docs,) gets the sum of the logarithms of the draws' normalisers, which
    want the documents' own, n_d - 1 + sum of alpha, taken off; ``histograms`` (n_topics, n_bins)
    has the documents added by lda_bin of their tokens in each topic, if there are any. The result
    does not depend on ``threads``. Raises ValueError where these do not fit together.
    """

def lda_infer(
    starts: npt.NDArray[np.int64],
    terms: npt.NDArray[np.int32],
    counts: npt.NDArray[np.int32],
    word_topic: npt.NDArray[np.float32],
    smoothing: float,
    scales: npt.NDArray[np.float64],
    alpha: npt.NDArray[np.float64],
    tolerance: float,
    max_sweeps: int,
    weights: npt.NDArray[np.float32],
    sweeps: npt.NDArray[np.int32],
    threads: int = 1,
    isa: str = "",
) -> None:
    """Find the topics of documents under fixed topics, by EM.

    ``word_topic`` is a topic_table (n_terms, n_topics); p(term w | topic k) is, up to a factor,
    ``scales[k] * (word_topic[w, k] + smoothing)``. ``weights``, a topic_table (n_docs, n_topics),
    gets alpha and the expected tokens of each topic; ``sweeps`` (n_docs,) the steps until their
    mean change by topic was below ``tolerance`` tokens (times length / 100 in documents of more
    than 100 tokens), or max_sweeps + 1 if it never was.
    """

def lda_learn(
    starts: npt.NDArray[np.int64],
    terms: npt.NDArray[np.int32],
    counts: npt.NDArray[np.int32],
    word_topic: npt.NDArray[np.float32],
    smoothing: float,
    scales: npt.NDArray[np.float64],
    weights: npt.NDArray[np.float32],
    factor: float,
    threads: int = 1,
    isa: str = "",
) -> None:
    """Add to ``word_topic``, ``factor`` times, each term's expected tokens in each topic.

    ``weights`` are the documents' as lda_infer leaves them, the rest is as there. Documents are
    taken one after the other, and see what was added before; ``threads`` change nothing.
    """

def count_windows(
    tokens: npt.NDArray[np.uint32],
    starts: npt.NDArray[np.int64],
    places: npt.NDArray[np.int32],
    window: int,
    together: npt.NDArray[np.int64],
    threads: int = 1,
) -> None:
    """Count the sliding windows over documents that hold each word of interest, and each pair.

    ``tokens`` (n_tokens,); document d has ``starts[d]:starts[d + 1]``. ``places`` (n_terms,): each
    term's place among the words of interest, or -1. Adds to ``together`` (n_words, n_words), on and
    above the diagonal. A document shorter than the ``window`` is one window. A word leaves with its
    first occurrence in the window, though it may have another there, until it next enters. The
    result does not depend on ``threads``. Raises ValueError where these do not fit together.
    """

def plsa_step(
    starts: npt.NDArray[np.int64],
    columns: npt.NDArray[np.int32],
    counts: npt.NDArray[np.float32],
    table: npt.NDArray[np.float32],
    weights: npt.NDArray[np.float32],
    next: npt.NDArray[np.float32],
    log_likelihood: npt.NDArray[np.float64],
    threads: int = 1,
    isa: str = "",
) -> None:
    """Make a step of EM for the rows of a matrix of counts, the columns' topics being fixed.

    ``table``, a padded_table (n_columns, n_topics), and ``weights`` (n_rows, n_topics) explain the
    counts by p = sum over topics of weights times table. ``next`` (n_rows, n_topics) gets the
    tokens of each row that are expected in each topic, ``log_likelihood`` (n_rows,) the sums of
    count times log p before the step. Padding must be 0. ``threads`` change nothing.
    """

def nonnegative(
    gram: npt.NDArray[np.float64],
    products: npt.NDArray[np.float64],
    tolerance: float,
    max_sweeps: int,
    weights: npt.NDArray[np.float64],
    sweeps: npt.NDArray[np.int32],
    threads: int = 1,
    go_on: bool = False,
) -> None:
    """Solve many problems of non-negative least squares that share their matrix A.

    ``gram``, A'A, is (n, n); row r of ``products`` (n_rows, n) is A'b of a problem, and of
    ``weights`` (n_rows, n) its answer. ``sweeps`` (n_rows,) are the sweeps over the coordinates
    until none changed the sum of squares by more than ``tolerance`` squared times that explained;
    max_sweeps + 1 if that never was. They begin at 0, or where ``go_on`` at what ``weights`` hold.
    ``threads`` change nothing.
    """

def parse_vectors(
    text: bytes,
    start: int,
    vectors: npt.NDArray[np.float32],
    words: npt.NDArray[np.uint64],
    faults: npt.NDArray[np.uint8],
    threads: int = 1,
) -> tuple[int, int]:
    """Parse lines of a word and its numbers, each ended by LF, from byte ``start`` of a text on.

    Fills rows of ``vectors`` (room, dim), ``words`` (room, 2), the bytes between which the word
    stands, and ``faults`` (room,): 0 sound, 1 a blank line, 2 too few numbers, 3 too many, 4 what
    should be a number is none. Returns how many rows those are, and where the next line begins. The
    numbers are a line's last ``dim`` fields; the word may have spaces. ``threads`` change nothing.
    """

class LineScanner:
    """Looks for faults in the lines of a corpus (kernels/line_scanner.hpp)."""

    def __init__(self, n_places: int, most_lines: int = ...) -> None: ...
    def begin(self, form: str) -> None: ...
    def feed(self, bytes: bytes, last: bool) -> None: ...
    def texts(
        self,
        text: bytes,
        starts: npt.NDArray[np.uint64],
        files: npt.NDArray[np.uint32],
        lines: npt.NDArray[np.uint64],
    ) -> None: ...
    def end(self) -> None: ...
    def seen(self) -> list[tuple[int, int, list[tuple[int, int, bytes]]]]:
        """Return, for each sight in order, its lines, documents, and first (file, line, text)."""

    def repeated(self, documents: int) -> list[tuple[int, int, int, int, bytes]]:
        """Return lines in at least so many documents: documents, count, file, line, text."""

    @property
    def n_lines(self) -> int: ...
    @property
    def n_characters(self) -> int: ...
    @property
    def floor(self) -> int: ...

def minhash(
    tokens: npt.NDArray[np.uint32],
    starts: npt.NDArray[np.int64],
    shingle: int,
    seed: int,
    signatures: npt.NDArray[np.uint32],
    hashes: npt.NDArray[np.uint64],
    threads: int = 1,
) -> None:
    """Fill in ``signatures`` (n_docs, n_bins) and ``hashes`` of whole documents (n_docs,)."""

def jaccard(
    tokens: npt.NDArray[np.uint32],
    starts: npt.NDArray[np.int64],
    shingle: int,
    pairs: npt.NDArray[np.int64],
    indices: npt.NDArray[np.float64],
    threads: int = 1,
) -> None:
    """Fill in ``indices`` (n_pairs,): the Jaccard index of each of the ``pairs`` (n_pairs, 2)."""

def count_votes(
    tokens: npt.NDArray[np.uint32],
    starts: npt.NDArray[np.int64],
    lists: npt.NDArray[np.uint64],
    usual: int,
    language: npt.NDArray[np.uint8],
    votes: npt.NDArray[np.uint32],
    usual_votes: npt.NDArray[np.uint32],
    threads: int = 1,
) -> None:
    """Fill in each document's ``language``, 255: none (kernels/stop_word_votes.hpp)."""
