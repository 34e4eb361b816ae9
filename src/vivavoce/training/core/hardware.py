"""What the machine can do: threads, bfloat16, its name for provenance."""

from __future__ import annotations

import os
from pathlib import Path

import torch


def use_all_cores() -> None:
    """Let torch use as many threads as there are cores, unless OMP_NUM_THREADS says otherwise."""
    if "OMP_NUM_THREADS" not in os.environ:
        torch.set_num_threads(core_count())


def core_count() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def has_fast_bf16(device: str) -> bool:
    """Whether bfloat16 is computed in hardware: on CUDA, and on processors with AMX or AVX512-BF16."""
    if device.startswith("cuda"):
        return torch.cuda.is_bf16_supported()
    return bool({"amx_bf16", "avx512_bf16"} & set(_cpu_info("flags").split()))


def hardware_name(device: str = "cpu") -> str:
    """The machine as provenance names it: "AMD EPYC, 2 cores" or the name of the GPU."""
    if device.startswith("cuda"):
        return torch.cuda.get_device_name()
    return f"{_cpu_info('model name') or 'CPU'}, {core_count()} cores"


def _cpu_info(key: str) -> str:
    """The first value of a key in /proc/cpuinfo, empty where there is none."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.partition(":")[0].strip() == key), "")
