"""The curve of a run: means of losses to `curve.jsonl`, and a line with speed and estimated end to the terminal."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from rich.console import Console
from torch import Tensor


class Curve:
    """Collects the values of steps and writes their means."""

    def __init__(self, folder: Path, steps: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path, self.steps = folder / "curve.jsonl", steps
        self.console = Console(stderr=True, highlight=False, soft_wrap=True)
        self._sums: dict[str, float] = {}
        self._counts: dict[str, int] = {}
        self._last = time.monotonic()
        self._since_last = 0

    def add(self, values: Mapping[str, Tensor | float]) -> None:
        """Take in the values of one step."""
        for name, value in values.items():
            self._sums[name] = self._sums.get(name, 0.0) + float(value.detach() if isinstance(value, Tensor) else value)
            self._counts[name] = self._counts.get(name, 0) + 1
        self._since_last += 1

    def write_means(self, step: int, seconds: float) -> None:
        """Write the means since the last call; `seconds` is how long the run has trained."""
        means = {name: round(total / self._counts[name], 5) for name, total in self._sums.items()}
        self._write({"step": step, "minutes": round(seconds / 60, 2), **means})
        now = time.monotonic()
        per_second = self._since_last / max(1e-6, now - self._last)
        end = datetime.now() + timedelta(seconds=(self.steps - step) / max(1e-9, per_second))
        losses = " ".join(f"{name} {value:.4g}" for name, value in means.items())
        self.console.print(f"{step}/{self.steps}  {per_second:.2f} steps/s  ends {end:%a %H:%M}  {losses}")
        self._sums, self._counts, self._last, self._since_last = {}, {}, now, 0

    def write_validation(self, step: int, metrics: Mapping[str, float]) -> None:
        """Add the metrics of one validation, measured on development data, to the curve."""
        self._write({"step": step, "validation": {name: round(value, 5) for name, value in metrics.items()}})
        self.console.print(f"{step}  validation  " + " ".join(f"{n} {value:.4g}" for n, value in metrics.items()))

    def _write(self, line: Mapping[str, object]) -> None:
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
