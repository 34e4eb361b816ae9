"""The learned detectors second by second: how well their figures tell damaged seconds from whole ones.

Area under the curve for corrupt blocks and tears beside stock filters on the same files, balanced accuracy of the
five classes of sound. Everything on clips and recordings that nothing learned from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.inspection.ffmpeg_baselines import BLOCKS, CHANGE, read_notes
from bench.inspection.made_cases import SPEECH, Case, sentences, short_clip
from vivavoce.audio import read_audio
from vivavoce.inspection import Baseline, Detector
from vivavoce.inspection.decode import open_media
from vivavoce.inspection.defects.audio_artifacts.detect import CLASSES, AudioArtifacts
from vivavoce.inspection.defects.audio_artifacts.features import is_quiet
from vivavoce.inspection.defects.block_corruption.detect import PAIRS, BlockCorruption
from vivavoce.inspection.defects.tearing.detect import Tearing
from vivavoce.inspection.defects.tearing.features import BURST
from vivavoce.inspection.detector import Sampler, Sampling
from vivavoce.inspection.media import SAMPLE_RATE_HZ, MediaInfo, Samples, VideoFrame
from vivavoce.inspection.simulation import Clip, Truth, simulate, transcode_audio
from vivavoce.training.inspection.metrics import auc

MEANT = 0.07
"""Mean share of corrupt blocks from which a second counts as corrupt; with less, but some, it does not count."""
CODECS = (("aac", 128_000), ("libopus", 96_000))
PIECE_S, PIECES = 2.4, 40

Scores = dict[int, float]
"""The highest score in each second of a file."""


@dataclass(slots=True)
class Ranked:
    """Seconds of many files with what each system thinks of them."""

    truth: list[bool]
    scores: dict[str, list[float]]

    def curve(self, system: str) -> float:
        """Area under the curve."""
        return auc(np.array(self.scores[system]), np.array(self.truth))

    def as_json(self) -> dict[str, float]:
        """Areas, and how many seconds there were of each kind."""
        areas = {system: round(self.curve(system), 4) for system in self.scores}
        return {**areas, "damaged": sum(self.truth), "whole": len(self.truth) - sum(self.truth)}


def corruption(cases: Sequence[Case]) -> Ranked:
    """Seconds with 7 % of blocks corrupt against those with none."""
    systems = {
        "map and decision": lambda path: _looked(path, BlockCorruption, _decision, PAIRS),
        "area of the map": lambda path: _looked(path, BlockCorruption, _area, PAIRS),
        BLOCKS.label: lambda path: _stock(path, BLOCKS, "lavfi.block"),
        CHANGE.label: lambda path: _stock(path, CHANGE, "lavfi.signalstats.YDIF"),
    }
    return _ranked(cases, systems, _corrupt)


def tearing(cases: Sequence[Case]) -> Ranked:
    """Seconds that are torn throughout against those that are not at all."""
    systems = {
        "rows": lambda path: _looked(path, Tearing, _torn),
        CHANGE.label: lambda path: _stock(path, CHANGE, "lavfi.signalstats.YDIF"),
        BLOCKS.label: lambda path: _stock(path, BLOCKS, "lavfi.block"),
    }
    return _ranked(cases, systems, _whole_second_torn)


def _ranked(
    cases: Sequence[Case], systems: Mapping[str, Callable[[Path], Scores]], told: Callable[[Truth, int], bool | None]
) -> Ranked:
    rank_magnitude = Ranked([], {system: [] for system in systems})
    for case in cases:
        scores = {system: score(case.path) for system, score in systems.items()}
        for second in sorted(set.intersection(*(set(of) for of in scores.values()))):
            truth = told(case.truths[0], second)
            if truth is not None:
                rank_magnitude.truth.append(truth)
                for system, of in scores.items():
                    rank_magnitude.scores[system].append(of[second])
    return rank_magnitude


def _corrupt(truth: Truth, second: int) -> bool | None:
    shares = truth.details["shares"]
    rate_hz = len(shares) / (truth.end_s - truth.start_s)
    first, last = (round((at - truth.start_s) * rate_hz) for at in (second, second + 1))
    share = sum(shares[max(0, first) : max(0, last)]) / rate_hz
    return True if share >= MEANT else False if share == 0.0 else None


def _whole_second_torn(truth: Truth, second: int) -> bool | None:
    if truth.start_s <= second and second + 1 <= truth.end_s:
        return True
    return False if second + 1 <= truth.start_s or truth.end_s <= second else None


def _looked(
    path: Path, kind: type[Detector], score: Callable[[Detector, list[VideoFrame]], float | None],
    sampling: Sampling | None = None,
) -> Scores:  # fmt: skip
    """The highest score in each second, at pictures that are sampled so, or that the detector is shown in a run."""
    scores: Scores = {}
    recent: list[VideoFrame] = []
    with open_media(path) as media:
        detector, sampler = kind(media.info), Sampler(sampling or kind.sampling)
        for part in media.parts():
            if isinstance(part, VideoFrame) and sampler.takes(part):
                recent = [*recent, part] if recent and recent[-1].number == part.number - 1 else [part]
                said = score(detector, recent)
                if said is not None:
                    scores[int(part.time_s)] = max(said, scores.get(int(part.time_s), 0.0))
    return scores


def _decision(detector: Detector, pictures: list[VideoFrame]) -> float | None:
    assert isinstance(detector, BlockCorruption)
    return detector.judge(pictures[-2].luma, pictures[-1].luma).probability if len(pictures) == 2 else None


def _area(detector: Detector, pictures: list[VideoFrame]) -> float | None:
    assert isinstance(detector, BlockCorruption)
    return detector.judge(pictures[-2].luma, pictures[-1].luma).area if len(pictures) == 2 else None


def _torn(detector: Detector, pictures: list[VideoFrame]) -> float | None:
    assert isinstance(detector, Tearing)
    return detector.judge([picture.luma for picture in pictures])[0] if len(pictures) == BURST else None


def _stock(path: Path, baseline: Baseline, key: str) -> Scores:
    scores: Scores = {}
    for time_s, note in read_notes(baseline, path):
        scores[int(time_s)] = max(float(note.get(key, 0.0)), scores.get(int(time_s), 0.0))
    return scores


def sounds(data: Path, names: Sequence[str], seed: int = 3) -> dict[str, float]:
    """Balanced accuracy over five classes, and the recall of each, of seconds that went through AAC or Opus."""
    detector, random = AudioArtifacts(MediaInfo("bench")), np.random.default_rng(seed)
    right: dict[str, list[bool]] = {name: [] for name in CLASSES}
    clean = list(_clean_pieces(data, names, random))
    for codec, bits in CODECS:
        for label, name in enumerate(CLASSES):
            pieces = [_damaged(piece, name, random) for piece in clean]
            heard = transcode_audio(np.concatenate(pieces)[None], codec, bits)[0]
            for number in range(len(pieces)):
                start = round((number * PIECE_S + 0.5 * (PIECE_S - 1.0)) * SAMPLE_RATE_HZ)
                second = heard[None, start : start + SAMPLE_RATE_HZ]
                if not is_quiet(second[0]):
                    right[name].append(int(detector.judge(second)[0].argmax()) == label)
    recalls = {name: float(np.mean(of)) for name, of in right.items()}
    return {"balanced_accuracy": float(np.mean(list(recalls.values()))), "seconds": sum(map(len, right.values()))} | {
        f"recall_{name}": recall for name, recall in recalls.items()
    }


def _clean_pieces(data: Path, names: Sequence[str], random: np.random.Generator) -> Iterator[Samples]:
    """Stretches of held-out recordings and of the sound of held-out clips, as many of each corpus."""
    clips = (short_clip(data / "video" / name).sound for name in names)
    groups = [[sound.mean(axis=0) for sound in clips if sound is not None]]
    for corpus in SPEECH:
        folder = data / "speech" / corpus
        if folder.is_dir():
            paths = [p for row in sentences(folder)[:PIECES] for p in (folder / "audio").glob(f"{row['id']}.*")]
            groups.append([read_audio(path, SAMPLE_RATE_HZ).samples for path in paths])
    length = round(PIECE_S * SAMPLE_RATE_HZ)
    for group in groups:
        loud = [sound for sound in group if len(sound) >= length and not is_quiet(sound)]
        for number in range(PIECES):
            sound = loud[number % len(loud)]
            start = int(random.integers(len(sound) - length + 1))
            piece = sound[start : start + length]
            yield (piece * random.uniform(0.2, 0.9) / (np.abs(piece).max() + 1e-9)).astype(np.float32)


def _damaged(piece: Samples, defect: str, random: np.random.Generator) -> Samples:
    if defect == CLASSES[0]:
        return piece
    strength, seed = float(random.choice([0.3, 0.8])), int(random.integers(1 << 31))
    made, _ = simulate(defect, Clip(sound=piece[None]), 0.0, PIECE_S, strength, seed)
    return made.heard[0]
