"""The native core: the few hot loops, in C++20, on plain arrays.

Each kernel is a pair of files, ``NAME.hpp`` and ``NAME.cpp``, that know nothing of Python, and a
``bind_NAME.cpp`` that checks what comes from Python. ``NAME_loops.cpp`` is compiled once for each
instruction set; which of them runs is decided at run time, or by a kernel's ``isa`` argument.
"""

from latentcli.kernels._core import Encoder as Encoder
from latentcli.kernels._core import Renumbering as Renumbering
from latentcli.kernels._core import alias_table as alias_table
from latentcli.kernels._core import index_lines as index_lines
from latentcli.kernels._core import instruction_sets as instruction_sets
from latentcli.kernels._core import number_lines as number_lines
from latentcli.kernels._core import train_word2vec as train_word2vec
