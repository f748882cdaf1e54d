from __future__ import annotations

import platform
from pathlib import Path

import pytest

from latentcli import kernels


def test_the_baseline_is_always_there() -> None:
    assert kernels.instruction_sets()[0] == "baseline"


@pytest.mark.skipif(not Path("/proc/cpuinfo").exists(), reason="no /proc/cpuinfo to compare with")
def test_wide_instructions_are_found_where_the_processor_has_them() -> None:
    if platform.machine() != "x86_64":
        assert kernels.instruction_sets() == ["baseline"]
        return
    flags = Path("/proc/cpuinfo").read_text().split("flags", 1)[1].split("\n", 1)[0].split()
    expected = ["baseline"]
    if {"avx2", "fma"} <= set(flags):
        expected.append("avx2")
        if {"avx512f", "avx512bw", "avx512vl", "avx512dq"} <= set(flags):
            expected.append("avx512")
    assert kernels.instruction_sets() == expected


def test_no_more_threads_are_used_than_there_are_cores() -> None:
    cores = kernels.usable_cores()
    assert kernels.usable_threads(None) == kernels.usable_threads(cores + 62) == cores
    assert kernels.usable_threads(1) == 1
