"""Products of matrices in one thread."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

SMALL = 1 << 17
"""Multiplications for which OpenBLAS, NumPy's library, starts no threads. Those wait for more work by turning, which
takes a second core more time than the product."""


def multiply(rows: Array, matrix: Array) -> Array:
    """As `rows @ matrix`, (…, n, m) @ (m, k) -> (…, n, k), a few rows at once."""
    few = max(1, SMALL // matrix.size)
    parts = range(0, max(1, rows.shape[-2]), few)
    return np.concatenate([rows[..., first : first + few, :] @ matrix for first in parts], axis=-2)
