"""A server that stays for months as large as what it does: what a crowd needed goes back to the system after it."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import sys
from collections.abc import Callable
from typing import Any

from vivavoce.blocks.session import Session

EVERY_S = 30.0
_MMAP_THRESHOLD = -3
"""glibc's `M_MMAP_THRESHOLD`."""
_LARGE_BYTES = 2 << 20


def keep_no_free_memory() -> None:
    """Before voices are loaded: let what is freed leave the process where it is large.

    onnxruntime's arena never shrinks, and takes twice as much each time it is too small. Of glibc's allocations those
    above a threshold leave at once, but it grows to what was freed before, up to 32 MB; below it sound and activations
    of every length lie between what lives long.
    """
    Session.keeps_memory = False
    if set_option := _glibc("mallopt"):
        set_option(_MMAP_THRESHOLD, _LARGE_BYTES)


def keep_what_is_there() -> None:
    """After voices are loaded and warm: garbage is no longer looked for in what stays for good, so that to look for it
    takes a millisecond and stops no sound."""
    gc.collect()
    gc.freeze()


async def give_back_free_memory() -> None:
    """Garbage and what is free between what is not, at intervals, until cancelled; with another C library than glibc,
    garbage alone.

    A peer connection refers to itself in circles, and would be kept until as much else had been made.
    """
    trim = _glibc("malloc_trim")
    while True:
        await asyncio.sleep(EVERY_S)
        gc.collect()
        if trim:
            await asyncio.to_thread(trim, 0)


def _glibc(name: str) -> Callable[..., Any] | None:
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
