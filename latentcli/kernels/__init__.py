"""The native core: the few hot loops, in C++20, on plain arrays.

Each kernel is a pair of files, ``NAME.hpp`` and ``NAME.cpp``, that know nothing of Python, and a
``bind_NAME.cpp`` that checks what comes from Python. ``NAME_loops.cpp`` is compiled once for each
instruction set; which of them runs is decided at run time, or by a kernel's ``isa`` argument.
"""

from __future__ import annotations

import os

from latentcli.kernels._core import Encoder as Encoder
from latentcli.kernels._core import LineScanner as LineScanner
from latentcli.kernels._core import Renumbering as Renumbering
from latentcli.kernels._core import SparseMatrix as SparseMatrix
from latentcli.kernels._core import alias_table as alias_table
from latentcli.kernels._core import compose_vectors as compose_vectors
from latentcli.kernels._core import contenders as contenders
from latentcli.kernels._core import cosine as cosine
from latentcli.kernels._core import count_votes as count_votes
from latentcli.kernels._core import count_windows as count_windows
from latentcli.kernels._core import index_bytes as index_bytes
from latentcli.kernels._core import index_lines as index_lines
from latentcli.kernels._core import instruction_sets as instruction_sets
from latentcli.kernels._core import jaccard as jaccard
from latentcli.kernels._core import lda_bin as lda_bin
from latentcli.kernels._core import lda_infer as lda_infer
from latentcli.kernels._core import lda_learn as lda_learn
from latentcli.kernels._core import lda_sample as lda_sample
from latentcli.kernels._core import minhash as minhash
from latentcli.kernels._core import nearest as nearest
from latentcli.kernels._core import nonnegative as nonnegative
from latentcli.kernels._core import number_lines as number_lines
from latentcli.kernels._core import parse_vectors as parse_vectors
from latentcli.kernels._core import plsa_step as plsa_step
from latentcli.kernels._core import quantize as quantize
from latentcli.kernels._core import subword_hashes as subword_hashes
from latentcli.kernels._core import train_word2vec as train_word2vec


def usable_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def usable_threads(wanted: int | None) -> int:
    """Return how many threads to use: as many as wanted, or all; no more than there are cores."""
    return min(wanted or usable_cores(), usable_cores())
