"""Arrays by name in one `.npz` file, without pickle."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from vivavoce.files import whole_file


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray | np.generic]) -> None:
    """Write arrays to a file that appears whole or not at all; its folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # into an open file, because numpy would append a suffix to the name
    with whole_file(path) as temporary, open(temporary, "wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
