"""Stretches of real video as simulators take them: any part, any size, mirrored, brighter or darker."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np

from vivavoce.inspection.decode import open_media
from vivavoce.inspection.errors import MediaError
from vivavoce.inspection.media import Plane, VideoFrame
from vivavoce.inspection.simulation import Clip, Yuv
from vivavoce.inspection.simulation.codec import yuv_of
from vivavoce.inspection.simulation.filters import resize_plane

LONGEST_SIDE = 1280
SMALLEST_SCALE = 0.35
LATEST_S = 12.0
"""Of long films the beginning is enough: all that lies before a stretch is decoded."""


PLACES = 4
"""From how many places of a clip stretches begin. Few, so that one that was decoded may be drawn from again."""


def draw_window(videos: tuple[Path, ...], random: np.random.Generator, frames: int, size: tuple[int, int]) -> Clip:
    """`frames` pictures in a row of one video, a region of (height, width) at a random scale, changed at random."""
    path = videos[random.integers(len(videos))]
    pictures, rate_hz = _stretch(path, int(random.integers(PLACES)), max(frames, 24))
    first = int(random.integers(max(1, len(pictures) - frames + 1)))
    chosen = pictures[first : first + frames]
    if not chosen:
        raise MediaError(f"{path}: no pictures")
    height, width = chosen[0].luma.shape
    smallest = max(size[0] / height, size[1] / width, SMALLEST_SCALE)
    scale = float(np.exp(random.uniform(np.log(smallest), np.log(max(smallest, 1.0)))))
    full = max(size[0], round(height * scale / 2) * 2), max(size[1], round(width * scale / 2) * 2)
    place = tuple(2 * int(random.integers(1 + (have - want) // 2)) for have, want in zip(full, size, strict=True))
    mirrored, gain = bool(random.integers(2)), random.uniform(0.75, 1.15)
    shift = random.uniform(-12, 12)
    return Clip(tuple(_part(yuv, full, place, size, mirrored, gain, shift) for yuv in chosen), rate_hz)


def draw_untouched(videos: tuple[Path, ...], random: np.random.Generator, frames: int) -> tuple[Yuv, ...]:
    """Consecutive frames of one video, a number of `frames`, whole and as they are."""
    pictures, _ = _stretch(videos[random.integers(len(videos))], int(random.integers(PLACES)), max(frames, 24))
    first = int(random.integers(max(1, len(pictures) - frames + 1)))
    return pictures[first : first + frames]


def _part(
    yuv: Yuv,
    full: tuple[int, int],
    place: tuple[int, ...],
    size: tuple[int, int],
    mirrored: bool,
    gain: float,
    shift: float,
) -> Yuv:
    planes = []
    for plane, part in ((yuv.luma, 1), (yuv.blue, 2), (yuv.red, 2)):
        top, left, height, width = (value // part for value in (*place, *size))
        whole = _fit_size(plane, full[0] // part, full[1] // part)
        cut = whole[top : top + height, left : left + width]
        planes.append(np.ascontiguousarray(cut[:, ::-1] if mirrored else cut))
    luma = np.clip((planes[0].astype(np.float32) - 16.0) * gain + 16.0 + shift, 16, 235).astype(np.uint8)
    return Yuv(luma, planes[1], planes[2])


def _fit_size(plane: Plane, height: int, width: int) -> Plane:
    return plane if plane.shape == (height, width) else resize_plane(plane, height, width)


@lru_cache(maxsize=32)
def _stretch(path: Path, place: int, least: int) -> tuple[tuple[Yuv, ...], float]:
    """Some pictures in a row from one of the places of a file on, and its rate."""
    kept: list[Yuv] = []
    with open_media(path) as media:
        seconds, rate_hz = media.info.seconds or 4.0, media.info.video.rate_hz if media.info.video else 25.0
        start_s = min(LATEST_S, max(0.0, seconds - 1.2 * least / rate_hz)) * place / PLACES
        for part in media.parts():
            if isinstance(part, VideoFrame) and part.time_s >= start_s:
                kept.append(_limit_size(yuv_of(part)))
                if len(kept) >= least:
                    break
    if len(kept) < least and place:  # a file may end before it says
        return _stretch(path, 0, least)
    return tuple(kept), rate_hz


def _limit_size(yuv: Yuv) -> Yuv:
    """No larger than is useful: a 1080p source is halved."""
    height, width = yuv.luma.shape
    if max(height, width) <= LONGEST_SIDE:
        return yuv
    return Yuv(yuv.luma[::2, ::2].copy(), yuv.blue[::2, ::2].copy(), yuv.red[::2, ::2].copy())
