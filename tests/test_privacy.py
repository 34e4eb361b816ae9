"""Nothing is told to anybody, not by the libraries below us either."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SPEAK = "import vivavoce; next(iter(vivavoce.speak('Hi.')))"


def test_speaking_leaves_nothing_behind(tmp_path: Path) -> None:
    """onnxruntime keeps what it is going to tell its maker in the user's cache."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "ORT_"))}
    subprocess.run([sys.executable, "-c", SPEAK], env={**kept, "HOME": str(tmp_path)}, check=True, timeout=120)
    assert list(tmp_path.iterdir()) == []
