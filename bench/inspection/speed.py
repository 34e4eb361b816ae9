"""What inspection costs: processor time of each detector by picture size, memory, growth with workers and with time.

`python -m bench.inspection.speed` prints a table; `--film MINUTES` pours film through a pipe and follows memory.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from bench.shared.machine import this_machine
from bench.speech.peer_process import peak_memory_mb
from vivavoce.inspection import Detector, InspectionJob, InspectionSession, inspect_events, inspect_files
from vivavoce.inspection.decode import open_media
from vivavoce.inspection.detector import Sampler
from vivavoce.inspection.live import LiveSource
from vivavoce.inspection.media import SAMPLE_RATE_HZ, AudioBlock, VideoFrame
from vivavoce.inspection.registry import defect_names, find_defect
from vivavoce.inspection.simulation import Clip, Yuv, write_clip

SIZES = {"360p": (360, 640), "720p": (720, 1280), "1080p": (1080, 1920)}
SECONDS, RATE_HZ = 6.0, 25.0
LOOP_SIZE, PAGE_BYTES = (180, 320), os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Timing:
    """One clip through all detectors. `real_time` is seconds of film in a second of processor."""

    label: str
    real_time: float
    peak_memory_mb: float
    milliseconds: dict[str, float]
    """Processor time for a second of film: decoding with what all share, and each detector."""


def speeds(folder: Path, names: Sequence[str]) -> list[Timing]:
    """Each size in a process of its own."""
    timings = []
    for label, (height, width) in SIZES.items():
        path = folder / f"speed-{label}.mp4"
        if not path.exists():
            write_clip(path, drifting(height, width))
        line = [sys.executable, "-m", "bench.inspection.speed", "--one", str(path), "--only", ",".join(names)]
        done = subprocess.run(line, capture_output=True, text=True, check=True, timeout=3600)
        timings.append(Timing(**{**json.loads(done.stdout), "label": label}))
    return timings


def drifting(height: int, width: int, seconds: float = SECONDS) -> Clip:
    """A detailed scene that pans, with noise as sound."""
    random = np.random.default_rng(0)
    count = round(seconds * RATE_HZ)
    coarse = np.kron(random.uniform(40, 200, (height // 20, (width + 4 * count) // 40 + 1)), np.ones((20, 40)))
    scene = np.clip(coarse + random.normal(0, 8, coarse.shape), 16, 235).astype(np.uint8)
    grey = np.full((height // 2, width // 2), 120, np.uint8)
    frames = [Yuv(np.ascontiguousarray(scene[:height, 4 * n : 4 * n + width]), grey, grey) for n in range(count)]
    sound = random.normal(0, 0.05, (2, round(seconds * SAMPLE_RATE_HZ))).astype(np.float32)
    return Clip(tuple(frames), RATE_HZ, sound)


def timed(path: Path, names: Sequence[str]) -> Timing:
    """One pass in this process, one detector after the other, as the runner does it."""
    kinds = list(dict.fromkeys(find_defect(name).detector for name in names))
    spent = dict.fromkeys(("decoding", *(kind.names[0] for kind in kinds)), 0.0)

    def charge(name: str, work: Callable[[], object]) -> None:
        start_s = time.process_time()
        work()
        spent[name] += time.process_time() - start_s

    with open_media(path) as media:
        working: list[tuple[Detector, Sampler]] = [(kind(media.info), Sampler(kind.sampling)) for kind in kinds]
        begun_s, parts = time.process_time(), media.parts()
        end_s = 0.0
        while (part := next(parts, None)) is not None:
            if isinstance(part, VideoFrame):
                _ = part.small, part.small_chroma
                end_s = max(end_s, part.time_s + part.seconds)
            spent["decoding"] += time.process_time() - begun_s
            for detector, sampler in working:
                if isinstance(part, VideoFrame) and sampler.takes(part):
                    charge(detector.names[0], lambda one=detector, what=part: list(one.on_frame(what)))
                elif isinstance(part, AudioBlock):
                    charge(detector.names[0], lambda one=detector, what=part: list(one.on_audio(what)))
            begun_s = time.process_time()
        for detector, _ in working:
            charge(detector.names[0], lambda one=detector: list(one.finish(end_s)))
    each = {name: round(1000 * seconds / end_s, 1) for name, seconds in spent.items()}
    return Timing("", end_s / sum(spent.values()), peak_memory_mb(), each)


def by_workers(path: Path, most: int = 2) -> dict[int, float]:
    """Wall-clock seconds for four copies of a file, by workers, their start included."""
    taken = {}
    for workers in range(1, most + 1):
        copies = [path.with_name(f"copy-{number}{path.suffix}") for number in range(4)]
        for copy in copies:
            copy.write_bytes(path.read_bytes())
        start_s = time.monotonic()
        list(inspect_files(copies, InspectionJob(defect_names(), stall_s=600.0), workers))
        taken[workers] = time.monotonic() - start_s
    return taken


def memory_over(minutes: float, folder: Path) -> list[float]:
    """Resident megabytes after each minute of film that comes through a pipe, all detectors at work."""
    loop, pipe, seen = folder / "loop.ts", folder / "pipe", []
    write_clip(loop, drifting(*LOOP_SIZE))
    os.mkfifo(pipe)
    times = round(60 * minutes / SECONDS)
    threading.Thread(target=_pour, args=(pipe, loop.read_bytes(), times), daemon=True).start()
    source = LiveSource(pipe, idle_s=60.0)
    with open_media(source) as media:
        work = InspectionSession(media.info, defect_names())

        def told(done_s: float, all_s: float | None) -> None:
            del all_s
            if done_s >= 60 * (len(seen) + 1):
                pages = int(Path("/proc/self/statm").read_text().split()[1])
                seen.append(round(pages * PAGE_BYTES / 1e6, 1))
                print(f"{len(seen)} min: {seen[-1]} MB", file=sys.stderr, flush=True)

        for _ in inspect_events(media, work, progress=told):
            pass
    source.close()
    return seen


def _pour(pipe: Path, data: bytes, times: int) -> None:
    with open(pipe, "wb") as file:
        for _ in range(times):
            file.write(data)


def main() -> int:
    """Entry point of the script, and of its child that times one file and prints JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--film", type=float, metavar="MINUTES", help="follow memory over so much film")
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--only", default=",".join(defect_names()), help="some detectors")
    arguments = parser.parse_args()
    names = tuple(arguments.only.split(","))
    if arguments.one:
        print(json.dumps(asdict(timed(arguments.one, names))))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        if arguments.film:
            print(memory_over(arguments.film, Path(folder)))
        else:
            for timing in speeds(Path(folder), names):
                print(f"{timing.label}: {timing.real_time:.2f} x real time on one core, {timing.peak_memory_mb:.0f} MB")
                print(f"  milliseconds for a second of film: {timing.milliseconds}")
            print(f"four files by workers, s: {by_workers(Path(folder) / 'speed-360p.mp4')}")
    print(this_machine())
    return 0


if __name__ == "__main__":
    sys.exit(main())
