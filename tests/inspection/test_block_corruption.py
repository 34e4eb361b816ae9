"""Block corruption with the network that ships, on streams that were damaged here: what it finds and leaves alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vivavoce.inspection.defects.block_corruption.detect import BlockCorruption
from vivavoce.inspection.defects.block_corruption.simulate import corrupt_frames
from vivavoce.inspection.event import Event
from vivavoce.inspection.media import MediaInfo, VideoFrame, VideoInfo
from vivavoce.inspection.simulation import Yuv
from vivavoce.inspection.simulation.filters import resize_plane

HEIGHT, WIDTH, RATE_HZ, COUNT = 288, 352, 25.0, 75
INFO = MediaInfo("x", video=VideoInfo("mpeg4", WIDTH, HEIGHT, RATE_HZ, "yuv420p"))


@pytest.fixture(scope="module")
def film() -> tuple[Yuv, ...]:
    """A camera that pans over soft clouds, and something darker that crosses it."""
    random = np.random.default_rng(11)
    coarse = random.integers(60, 200, (HEIGHT // 24 + 2, (WIDTH + 4 * COUNT) // 24 + 2)).astype(np.uint8)
    ground = resize_plane(coarse, HEIGHT, WIDTH + 4 * COUNT).astype(np.float32)
    ground += random.normal(0.0, 3.0, ground.shape)
    grey = np.full((HEIGHT // 2, WIDTH // 2), 128, np.uint8)
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    pictures = []
    for number in range(COUNT):
        picture = ground[:, 4 * number : 4 * number + WIDTH].copy()
        picture[(rows - 150) ** 2 + (columns - 340 + 4 * number) ** 2 < 50**2] -= 40.0
        pictures.append(Yuv(np.clip(picture, 16, 235).astype(np.uint8), grey, grey))
    return tuple(pictures)


def _found(pictures: tuple[Yuv, ...]) -> list[Event]:
    detector = BlockCorruption(INFO)
    frames = [
        VideoFrame(number, number / RATE_HZ, 1 / RATE_HZ, yuv.luma, yuv.blue, yuv.red)
        for number, yuv in enumerate(pictures)
    ]
    events = [event for frame in frames for event in detector.on_frame(frame)]
    return [*events, *detector.finish(len(frames) / RATE_HZ)]


@pytest.mark.parametrize("codec", ["mpeg4", "mpeg2video", "libx264"])
def test_a_damaged_stream_is_found_where_it_is_damaged(codec: str, film: tuple[Yuv, ...]) -> None:
    made = corrupt_frames(film, RATE_HZ, range(25, 55), 0.9, np.random.default_rng(3), (codec,))
    assert made.share[25:55].max() > 0.07
    (event, *others) = _found(made.frames)
    assert others == []
    assert 0.8 < event.start_s < 2.0
    assert event.end_s < 2.9
    assert event.score >= 0.5


def test_a_stream_that_is_whole_is_not(film: tuple[Yuv, ...]) -> None:
    assert _found(corrupt_frames(film, RATE_HZ, range(0), 0.9, np.random.default_rng(3), ("mpeg4",)).frames) == []


def test_a_garbled_picture_that_is_held_is_found_to_its_end(film: tuple[Yuv, ...]) -> None:
    made = corrupt_frames(film, RATE_HZ, range(25, 55), 0.9, np.random.default_rng(3), ("mpeg4",))
    worst = int(made.share.argmax())
    held = made.frames[worst]
    pictures = (*film[:25], *(replace(held) for _ in range(35)), *film[60:])
    (event, *others) = _found(pictures)
    assert others == []
    assert (event.start_s, event.end_s) == (pytest.approx(1.0, abs=0.3), pytest.approx(2.4, abs=0.3))
