"""Bars, slates, borders and tones are named, with their times."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest

from tests.inspection.material import babble, info, moving, pictures, sounds
from vivavoce.inspection.content import is_chart
from vivavoce.inspection.measurements import Meters
from vivavoce.inspection.measurements.content import find_tone
from vivavoce.inspection.media import SAMPLE_RATE_HZ, VideoFrame

HEIGHT, WIDTH = 180, 320
CLIP = moving(4.0, HEIGHT, WIDTH)
BARS = ((180, 128, 128), (168, 44, 136), (145, 147, 44), (133, 63, 52), (63, 193, 204), (51, 109, 212), (28, 212, 120))
"""Luma, Cb and Cr of 75 % colour bars."""


def bars() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    wide = [np.repeat([bar[index] for bar in BARS], WIDTH // 7 + 1)[:WIDTH].astype(np.uint8) for index in range(3)]
    luma, blue, red = (np.tile(row, (HEIGHT, 1)) for row in wide)
    return luma, blue[::2, ::2].copy(), red[::2, ::2].copy()


def slate() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    luma = np.full((HEIGHT, WIDTH), 16, np.uint8)
    random = np.random.default_rng(3)
    for row in range(20, 160, 24):
        text = random.random((8, 40)) > 0.5
        luma[row : row + 16, 40:280] = np.where(np.kron(text, np.ones((2, 6))) > 0, 220, 16)
    grey = np.full((HEIGHT // 2, WIDTH // 2), 128, np.uint8)
    return luma, grey, grey


def boxed(rows: int = 0, columns: int = 0) -> list[VideoFrame]:
    made = []
    for frame in pictures(CLIP):
        luma = frame.luma.copy()
        luma[:rows], luma[HEIGHT - rows :], luma[:, :columns], luma[:, WIDTH - columns :] = 16, 16, 16, 16
        made.append(VideoFrame(frame.number, frame.time_s, frame.seconds, luma, frame.blue, frame.red))
    return made


def held(planes: tuple[np.ndarray, np.ndarray, np.ndarray], seconds: float, start_s: float = 0.0) -> list[VideoFrame]:
    return [VideoFrame(n, start_s + n / 25, 0.04, *planes) for n in range(round(25 * seconds))]


def content(frames: Iterable[VideoFrame]) -> list[dict[str, Any]]:
    meters = Meters(info(CLIP))
    for frame in frames:
        meters.on_frame(frame)
    return meters.readings()["content"]


def test_a_scene_is_no_content_of_its_own() -> None:
    assert content(pictures(CLIP)) == []


def test_bars_before_a_programme_have_their_times() -> None:
    scene = [VideoFrame(n, 3.0 + f.time_s, f.seconds, f.luma, f.blue, f.red) for n, f in enumerate(pictures(CLIP))]
    (span,) = content([*held(bars(), 3.0), *scene])
    assert (span["kind"], span["start_s"]) == ("bars", 0.0)
    assert span["end_s"] == pytest.approx(3.0, abs=0.5)


def test_a_slate_is_a_still_page_of_text_in_the_beginning() -> None:
    (span,) = content(held(slate(), 4.0))
    assert span["kind"] == "slate"
    assert content(held(slate(), 4.0, start_s=500.0)) == []


@pytest.mark.parametrize(
    ("rows", "columns", "kind", "share"),
    [(20, 0, "letterbox", 0.111), (0, 40, "pillarbox", 0.125), (20, 40, "windowbox", 0.125)],
)
def test_borders(rows: int, columns: int, kind: str, share: float) -> None:
    (span,) = content(boxed(rows, columns))
    assert (span["kind"], span["border_share"]) == (kind, pytest.approx(share, abs=0.01))
    assert (span["start_s"], span["end_s"]) == (0.0, pytest.approx(4.0, abs=0.5))


def test_a_line_up_tone_has_its_pitch_and_level() -> None:
    time_s = np.arange(3 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    tone = (10 ** (-18 / 20) * np.sin(2 * np.pi * 1000 * time_s)).astype(np.float32)
    sound = np.concatenate([babble(1.0), np.stack([tone, tone]), babble(1.0)], axis=1)
    meters = Meters(info(CLIP))
    for block in sounds(sound):
        meters.on_audio(block)
    (span,) = meters.readings()["content"]
    assert span == {"kind": "tone", "start_s": 1.0, "end_s": 4.0, "hertz": 1000.0, "level_dbfs": -18.0, "stream": 0}


def test_speech_noise_and_silence_are_no_tone() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, SAMPLE_RATE_HZ).astype(np.float32)
    for sound in (babble(1.0, 1)[0], noise, np.zeros(SAMPLE_RATE_HZ, np.float32)):
        assert find_tone(sound, SAMPLE_RATE_HZ) is None


def test_a_page_with_little_print_is_a_page_and_snow_is_none() -> None:
    random = np.random.default_rng(5)
    page = np.full((HEIGHT, WIDTH), 235, np.uint8)
    page[40:70, 40:120] = np.where(random.random((30, 80)) > 0.6, 120, 235)
    snow = np.clip(random.normal(235.0, 4.0, (HEIGHT, WIDTH)), 0, 255).astype(np.uint8)
    snow[40:50, 40:120] = 120
    assert float(page.std()) < 20
    assert is_chart(page)
    assert not is_chart(snow)
