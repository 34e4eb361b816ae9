"""How fast all detectors run on one core, and how much memory they take."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from trial import peak_memory_mb
from vivavoce.inspection import inspect_file
from vivavoce.inspection.media import SOUND_RATE_HZ
from vivavoce.inspection.simulate import Clip, Yuv, write_clip

SIZES = {"360p": (360, 640), "720p": (720, 1280), "1080p": (1080, 1920)}
SECONDS, RATE_HZ = 8.0, 25.0


@dataclass(frozen=True, slots=True)
class Timing:
    """One clip through all detectors. `real_time` is seconds of film in a second of processor."""

    label: str
    real_time: float
    peak_memory_mb: float


def speeds(folder: Path, names: Sequence[str]) -> list[Timing]:
    """Each size in a process of its own."""
    timings = []
    for label, (height, width) in SIZES.items():
        path = folder / f"speed-{label}.mp4"
        if not path.exists():
            write_clip(path, drifting(height, width))
        line = [sys.executable, __file__, str(path), ",".join(names)]
        done = subprocess.run(line, capture_output=True, text=True, check=True, timeout=1200)
        timings.append(Timing(**{**json.loads(done.stdout), "label": label}))
    return timings


def drifting(height: int, width: int) -> Clip:
    """A detailed scene that pans, with noise as sound."""
    random = np.random.default_rng(0)
    count = round(SECONDS * RATE_HZ)
    coarse = np.kron(random.uniform(40, 200, (height // 40, (width + 4 * count) // 40 + 1)), np.ones((40, 40)))
    scene = np.clip(coarse + random.normal(0, 8, coarse.shape), 16, 235).astype(np.uint8)
    grey = np.full((height // 2, width // 2), 120, np.uint8)
    frames = [Yuv(np.ascontiguousarray(scene[:height, 4 * n : 4 * n + width]), grey, grey) for n in range(count)]
    sound = random.normal(0, 0.05, (2, round(SECONDS * SOUND_RATE_HZ))).astype(np.float32)
    return Clip(tuple(frames), RATE_HZ, sound)


def main() -> int:
    """Entry point of the child: times one file and prints JSON."""
    path, names = Path(sys.argv[1]), tuple(sys.argv[2].split(","))
    inspect_file(path, names)
    start = time.process_time()
    result = inspect_file(path, names)
    spent = time.process_time() - start
    print(json.dumps(asdict(Timing("", result.seconds / spent, peak_memory_mb()))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
