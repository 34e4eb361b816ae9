"""Low thresholds without false positives on clean material.

Clean are the clips that may be tuned on, and what is made up to be taken for a defect: titles that roll, slides, poor
coding, loud and dense sound.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import numpy as np

from vivavoce.inspection.decode import open_media
from vivavoce.inspection.detector import Detector, Sampler
from vivavoce.inspection.errors import MediaError
from vivavoce.inspection.event_grouper import EventGrouper
from vivavoce.inspection.media import SAMPLE_RATE_HZ, Plane, VideoFrame
from vivavoce.inspection.simulation import Clip, write_clip
from vivavoce.training.core.product import Workspace
from vivavoce.training.inspection.hard_negatives.scenes import draw_scene
from vivavoce.training.inspection.hard_negatives.sounds import apply_random_effects, crowd, mix, music
from vivavoce.training.inspection.sources import Sources, sources

STEPS = (
    0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75,
    0.8, 0.84, 0.87, 0.9, 0.92, 0.94, 0.95, 0.96, 0.97, 0.98,
)  # fmt: skip
MARGIN = 2
"""Steps above the lowest threshold without a false positive: an hour holds more than what is heard here."""
CLIPS, CLIP_S, CLIP_SIZE, CLIP_CRF = 24, 4.0, (360, 640), 24
"""Made-up clips, how long and large they are, and how they are coded."""

FalsePositives = Callable[[float], int]
"""How many events a threshold leaves."""


class Calibration(Protocol):
    """How a detector's thresholds are found."""

    @property
    def floors(self) -> Mapping[str, float]:
        """By the names of `details`, what a threshold is not to go below."""
        ...

    def false_positives(self, path: Path) -> dict[str, FalsePositives]:
        """Decode a clean file once, for every threshold, named as in `details`."""
        ...


@dataclass(frozen=True)
class FrameCalibration:
    """Of a detector that groups observations of frames: `least` over the threshold, gaps within `gap_s`."""

    kind: type[Detector]
    likelihood: Callable[[Detector, Sequence[Plane]], float]
    """Of the luma planes, (height, width) each, of as many frames in a row as the detector samples."""
    gap_s: float
    exit_ratio: float
    least: int
    floors: Mapping[str, float] = field(default_factory=dict)

    def false_positives(self, path: Path) -> dict[str, FalsePositives]:
        observations: list[tuple[float, float, float]] = []
        recent: list[VideoFrame] = []
        with open_media(path) as media:
            detector, sampler = self.kind(media.info), Sampler(self.kind.sampling)
            for part in media.parts():
                if isinstance(part, VideoFrame) and sampler.takes(part):
                    follows = bool(recent) and part.number == recent[-1].number + 1
                    recent = [*recent, part] if follows else [part]
                    if len(recent) == self.kind.sampling.burst:
                        likely = self.likelihood(detector, [frame.luma for frame in recent])
                        observations.append((part.time_s - part.seconds, part.time_s + part.seconds, likely))
                        recent = []
        return {"threshold": partial(self.count, observations)}

    def count(self, observations: Sequence[tuple[float, float, float]], threshold: float) -> int:
        """Events of observations (start_s, end_s, likelihood)."""
        grouper = EventGrouper(self.gap_s, exit_ratio=self.exit_ratio)
        found = chain.from_iterable(grouper.add(start, end, likely / threshold) for start, end, likely in observations)
        over = [start_s for start_s, _, likely in observations if likely >= threshold]
        spans = list(chain(found, grouper.finish()))
        return sum(sum(span.start_s <= at <= span.end_s for at in over) >= self.least for span in spans)


def find_thresholds(calibration: Calibration, workspace: Workspace) -> tuple[dict[str, float], int]:
    """Thresholds by their names in `details`, and from how many clean files they are."""
    development, training = sources(workspace, "development"), sources(workspace, "train")
    with TemporaryDirectory() as folder:
        clips = [*development.videos, *training.videos, *make_clips(development, Path(folder))]
        return thresholds_of(calibration, clips), len(clips)


def thresholds_of(calibration: Calibration, paths: Sequence[Path]) -> dict[str, float]:
    """Thresholds found on clean files. Those that cannot be read are named and left out."""
    by_name: dict[str, list[FalsePositives]] = {}
    for path in paths:
        try:
            found = calibration.false_positives(path)
        except MediaError as error:
            print(error)
            continue
        for name, count in found.items():
            by_name.setdefault(name, []).append(count)
    return {name: max(quiet_threshold(counts), calibration.floors.get(name, 0.0)) for name, counts in by_name.items()}


def quiet_threshold(counts: Sequence[FalsePositives]) -> float:
    """`MARGIN` steps above the lowest threshold at which no file has an event; the highest step where all have."""
    quiet = [not any(count(step) for count in counts) for step in STEPS]
    lowest = next((place for place in range(len(STEPS)) if all(quiet[place:])), len(STEPS) - 1)
    return STEPS[min(lowest + MARGIN, len(STEPS) - 1)]


def make_clips(chosen: Sources, folder: Path, seed: int = 11) -> Iterator[Path]:
    """Clean clips made up on the spot, with frames and sound, coded as films are."""
    for number in range(CLIPS):
        random = np.random.default_rng([seed, number])
        length = round(CLIP_S * SAMPLE_RATE_HZ)
        sound = mix(music(length, random), crowd(length, random), random.uniform(-20, 10))
        gain = np.float32(random.uniform(0.2, 0.9) / (np.abs(sound).max() + 1e-9))
        sound = apply_random_effects(sound * gain, random)
        clip = draw_scene(chosen.videos, random, round(CLIP_S * 25), CLIP_SIZE)
        path = folder / f"{number:03d}.mkv"
        write_clip(path, Clip(clip.frames, clip.rate_hz, sound[None]), CLIP_CRF)
        yield path
