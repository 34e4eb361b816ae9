"""One kind of defect: how it is detected, simulated and labelled, and which stock filters find it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from vivavoce.inspection.detector import Detector
from vivavoce.inspection.labels.examples import Examples
from vivavoce.inspection.simulation.clip import Clip, Truth
from vivavoce.inspection.simulation.injection import Injection

Simulator = Callable[[Clip, Injection], tuple[Clip, Truth]]


@dataclass(frozen=True, slots=True)
class Baseline:
    """A chain of FFmpeg's own filters that reports the same defect: the figures to beat.

    `filters` are (name, options) pairs. Intervals are read from the frames' metadata: between the keys `start` and
    `end` (seconds), or where the value of `key` is above `threshold` (below it with `below`), `step_s` a frame.
    """

    label: str
    filters: tuple[tuple[str, str], ...]
    start: str = ""
    end: str = ""
    key: str = ""
    threshold: float = 0.0
    below: bool = False
    step_s: float = 0.04
    audio: bool = False
    """Whether the filters take sound."""


@dataclass(frozen=True, slots=True)
class Defect:
    """What a package registers under the entry point group `vivavoce.defects`, by the name of the defect.

    Only `name` and `detector` are needed. `simulator` puts the defect into clean clips (`vivavoce inject`, tests,
    training); `examples` finds moments that people may label (`vivavoce label`); `baselines` are what benches compare
    with; `audible` says that reports show the sound; `looks_dithered` that it looks like the dither of pictures with
    a palette (GIF, APNG), in which it is not looked for.
    """

    name: str
    detector: type[Detector]
    simulator: Simulator | None = None
    examples: Examples | None = None
    baselines: tuple[Baseline, ...] = ()
    audible: bool = False
    looks_dithered: bool = False
