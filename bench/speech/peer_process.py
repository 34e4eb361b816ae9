"""One system in a process of its own: `trial.py SYSTEM request.json FOLDER` speaks, times, and prints JSON.

Kept apart from `speak.py` so that a system's peak memory holds no meter and no other system.
"""

from __future__ import annotations

import json
import os
import sys
import time
import wave
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from bench.shared.footprint import NotInstalled, size_mb
from bench.speech.peers import SYSTEMS, Samples, Speaker

NOT_INSTALLED = 3


@dataclass(frozen=True, slots=True)
class Timing:
    """Times of one text: to the first chunk and to the last."""

    first_chunk_s: float
    total_s: float
    processor_s: float
    """Time on processors of all threads; above `total_s`, a second thread was at work."""
    audio_s: float


@dataclass(frozen=True, slots=True)
class Trial:
    """All that the child process found out about a system."""

    load_s: float
    latency: dict[str, list[Timing]]
    sentences: list[Timing]
    peak_memory_mb: float
    memory_before_mb: float
    """Peak memory of Python and numpy before the system was loaded."""
    model_mb: float
    front_end_mb: float


@dataclass(frozen=True, slots=True)
class Request:
    """Texts to time, each `repeats` times, and sentences to time and keep."""

    latency: dict[str, list[str]]
    sentences: list[str]
    repeats: int


def run_trial(system: str, request: Request, folder: Path) -> Trial:
    """Load `system`, speak everything, leave `folder/0000.wav` and so on for the sentences."""
    before = peak_memory_mb()
    start = time.perf_counter()
    speaker = SYSTEMS[system].load()
    load_s = time.perf_counter() - start
    speak_timed(speaker, "This sentence warms up.")
    latency = {
        words: [speak_timed(speaker, text)[0] for _ in range(request.repeats) for text in texts]
        for words, texts in request.latency.items()
    }
    timings = []
    for number, text in enumerate(request.sentences):
        timing, samples = speak_timed(speaker, text)
        timings.append(timing)
        _write_wav(folder / f"{number:04d}.wav", samples, speaker.rate_hz)
    sizes = size_mb(speaker.model_files), size_mb(speaker.front_end_files)
    return Trial(load_s, latency, timings, peak_memory_mb(), before, *sizes)


def speak_timed(speaker: Speaker, text: str) -> tuple[Timing, Samples]:
    """Speak `text`; its timing and all of its samples."""
    chunks: list[Samples] = []
    arrivals: list[float] = []

    def hear(samples: Samples) -> None:
        if len(samples):
            arrivals.append(time.perf_counter())
            chunks.append(samples)

    processor_start, start = time.process_time(), time.perf_counter()
    speaker.speak(text, hear)
    end, processor_end = time.perf_counter(), time.process_time()
    samples = np.concatenate(chunks) if chunks else np.zeros(0, np.float32)
    first = (arrivals[0] if arrivals else end) - start
    return Timing(first, end - start, processor_end - processor_start, len(samples) / speaker.rate_hz), samples


def peak_memory_mb() -> float:
    """Largest resident memory of this process since it began (Linux).

    Not `ru_maxrss`, which a child inherits from the process that started it.
    """
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / 1e6
    return float("nan")


def _write_wav(path: Path, samples: Samples, rate_hz: int) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())


def main() -> int:
    """Entry point of the child; exit status `NOT_INSTALLED` says that the system is not installed."""
    system, request_path, folder = sys.argv[1:]
    request = Request(**json.loads(Path(request_path).read_text(encoding="utf-8")))
    report = os.dup(1)
    os.dup2(2, 1)  # what libraries print must not run into the report
    try:
        trial = run_trial(system, request, Path(folder))
    except (ImportError, NotInstalled) as error:
        print(error, file=sys.stderr)
        return NOT_INSTALLED
    with os.fdopen(report, "w", encoding="utf-8") as out:
        json.dump(asdict(trial), out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
