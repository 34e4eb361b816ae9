"""Memory that the C library holds free is given back, so that a process stays for months as large as what it does."""

from __future__ import annotations

import asyncio
import ctypes
import sys
from collections.abc import Callable

EVERY_S = 30.0


async def give_back_free_memory() -> None:
    """Give it back at intervals, until cancelled; with another C library than glibc, nothing.

    glibc returns only what is free at the end of a heap. Sound and activations of every length lie between what lives
    long, so each crowd that was larger than any before would leave the process larger for good.
    """
    if trim := _trim():
        while True:
            await asyncio.sleep(EVERY_S)
            await asyncio.to_thread(trim, 0)


def _trim() -> Callable[[int], int] | None:
    return getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
