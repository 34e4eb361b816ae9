"""Lip sync on talking faces whose sound was moved: verdicts and offsets, against how late each clip is by its lips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.inspection.lips import own_late_ms
from bench.inspection.made_cases import STILL
from vivavoce.inspection.defects.av_sync.detect import AvSync
from vivavoce.inspection.lip_sync.tracks import TICK_S
from vivavoce.inspection.lip_sync.verdict import Verdict
from vivavoce.inspection.media import SAMPLE_RATE_HZ, AudioBlock, AudioInfo, MediaInfo, VideoFrame, VideoInfo
from vivavoce.inspection.simulation import Clip, read_clip

OFFSETS = (-12, -8, -5, 0, 0, 0, 5, 8, 12)
"""Pictures of 40 ms by which sound is moved; as often not at all as early or late."""
NEAR = 1


@dataclass(frozen=True, slots=True)
class Answer:
    """One fragment of one clip: what was said, and what is so."""

    verdict: Verdict
    moved: int
    own: Verdict
    """Of the same fragment where nothing was moved."""
    late: float
    """In pictures: how late the clip's sound is as it is, by its lips."""

    @property
    def conclusive(self) -> bool:
        return self.verdict.answer != "inconclusive"

    @property
    def right(self) -> bool:
        return self.verdict.answer == ("out of sync" if self.moved else "in sync")

    @property
    def error(self) -> float:
        """Of the offset, in pictures."""
        return self.verdict.offset_frames - self.moved - self.late


def lip_sync(data: Path, names: Sequence[str]) -> dict[str, float]:
    """Verdicts on real talking faces whose sound was moved, and on faces that do not talk (inconclusive is right)."""
    talking = [name for name in names if name.startswith("talking/") and "generated" not in name]
    late_ms = own_late_ms()
    answers: list[Answer] = []
    for name in talking:
        clip, late = read_clip(data / "video" / name), late_ms.get(Path(name).stem, 0.0) / (1000 * TICK_S)
        said = {moved: verdicts(clip, moved) for moved in set(OFFSETS)}
        for moved in OFFSETS:
            pairs = zip(said[moved], said[0], strict=True)
            answers += [Answer(verdict, moved, before, late) for verdict, before in pairs]
    still = [
        said.answer == "inconclusive"
        for name in names
        if name.startswith("still") and name not in STILL
        for said in verdicts(read_clip(data / "video" / name), 0)
    ]
    told = [answer for answer in answers if answer.conclusive]
    return {
        "clips": len(talking),
        "fragments": len(answers),
        "verdict_right": _share([answer.right for answer in answers]),
        "conclusive": _share([answer.conclusive for answer in answers]),
        "verdict_right_where_conclusive": _share([answer.right for answer in told]),
        "offset_within_a_frame": _share([round(abs(answer.error)) <= NEAR for answer in told]),
        "offset_within_40_ms": _share([abs(answer.error) <= NEAR for answer in told]),
        "offset_error_frames": round(float(np.mean([abs(answer.error) for answer in told])), 2),
        "offset_within_a_frame_as_if_in_sync": _share([abs(answer.error + answer.late) <= NEAR for answer in told]),
        "change_of_offset_within_a_frame": _share(
            [abs(a.verdict.offset_frames - a.own.offset_frames - a.moved) <= NEAR for a in told if a.moved]
        ),
        "still_faces_inconclusive": _share(still),
    }


def verdicts(clip: Clip, offset: int) -> list[Verdict]:
    """What the detector says of a clip whose sound was moved by `offset` pictures of 40 ms."""
    if clip.sound is None or not clip.frames:
        return []
    height, width = clip.frames[0].luma.shape
    shift = round(offset * TICK_S * SAMPLE_RATE_HZ)
    silence = np.zeros((len(clip.sound), abs(shift)), np.float32)
    parts = (silence, clip.sound) if shift > 0 else (clip.sound[:, -shift:], silence)
    moved = np.concatenate(parts, axis=1)
    step_s = 1.0 / clip.rate_hz
    video, heard = VideoInfo("h264", width, height, clip.rate_hz, "yuv420p"), AudioInfo("aac", SAMPLE_RATE_HZ, 1)
    detector = AvSync(MediaInfo("bench", seconds=clip.seconds, video=video, sounds=(heard,)))
    for start in range(0, moved.shape[1], SAMPLE_RATE_HZ):
        list(detector.on_audio(AudioBlock(start / SAMPLE_RATE_HZ, moved[:, start : start + SAMPLE_RATE_HZ], 0)))
    for number, yuv in enumerate(clip.frames):
        list(detector.on_frame(VideoFrame(number, number * step_s, step_s, yuv.luma, yuv.blue, yuv.red)))
    list(detector.finish(clip.seconds))
    return list(detector.verdicts)


def _share(of: Sequence[bool]) -> float:
    return round(float(np.mean(of)), 4) if of else float("nan")
