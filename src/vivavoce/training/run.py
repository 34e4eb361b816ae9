"""One training run: resumes where it stopped, stops on time, writes its curve."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from torch import nn


class Run:
    """A folder with `checkpoint.pt` and `curve.jsonl`, and the clock that ends the run.

    `parts` are the networks and optimisers that a checkpoint holds, by name: whatever has `state_dict`.
    """

    def __init__(self, folder: Path, parts: Mapping[str, Any], minutes: float, save_every_s: float = 180.0) -> None:
        self.folder, self.parts = folder, parts
        self.deadline = time.monotonic() + 60.0 * minutes
        self.save_every_s = save_every_s
        self.step, self.trained_s = 0, 0.0
        self.console = Console(stderr=True)
        self._sums: dict[str, float] = {}
        self._counts: dict[str, int] = {}
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / "checkpoint.pt").exists():
            self._resume()

    def steps(self, log_every: int = 50) -> Iterator[int]:
        """Step numbers until the time is up or a signal asks to stop; saves on the way and at the end."""
        stopping: list[int] = []
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda received, _: stopping.append(received))
        began = saved = time.monotonic()
        before = self.trained_s
        while time.monotonic() < self.deadline and not stopping:
            yield self.step
            self.step += 1
            self.trained_s = before + time.monotonic() - began
            if self.step % log_every == 0:
                self._write_curve()
            if time.monotonic() - saved > self.save_every_s:
                self.save()
                saved = time.monotonic()
        self.save()

    def log(self, **values: float | torch.Tensor) -> None:
        """Add this step's losses to the means of the curve's next line."""
        for name, value in values.items():
            number = float(value.detach() if isinstance(value, torch.Tensor) else value)
            self._sums[name] = self._sums.get(name, 0.0) + number
            self._counts[name] = self._counts.get(name, 0) + 1

    def save(self) -> None:
        state = {name: part.state_dict() for name, part in self.parts.items()}
        temporary = self.folder / "checkpoint.tmp"
        torch.save({"step": self.step, "trained_s": self.trained_s, "parts": state}, temporary)
        os.replace(temporary, self.folder / "checkpoint.pt")

    def _resume(self) -> None:
        state = torch.load(self.folder / "checkpoint.pt", map_location="cpu", weights_only=True)
        self.step, self.trained_s = state["step"], state["trained_s"]
        for name, part in self.parts.items():
            if name in state["parts"]:
                part.load_state_dict(state["parts"][name])
        self.console.print(f"{self.folder}: going on from step {self.step}")

    def _write_curve(self) -> None:
        means = {name: round(total / self._counts[name], 5) for name, total in self._sums.items()}
        line = {"step": self.step, "minutes": round(self.trained_s / 60, 2), **means}
        with open(self.folder / "curve.jsonl", "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        self.console.print(" ".join(f"{name} {value}" for name, value in line.items()))
        self._sums, self._counts = {}, {}


def load_average(folder: Path, network: nn.Module, part: str = "average") -> dict[str, Any]:
    """Put a run's averaged weights into `network`; returns the step and the minutes trained."""
    state = torch.load(folder / "checkpoint.pt", map_location="cpu", weights_only=True)
    average = state["parts"][part]
    weights = {n.removeprefix("module."): value for n, value in average.items() if n.startswith("module.")}
    network.load_state_dict(weights)
    network.eval()
    return {"step": state["step"], "minutes": state["trained_s"] / 60}
