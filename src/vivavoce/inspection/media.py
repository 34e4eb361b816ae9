"""What detectors are given: pictures, sounds and cues, decoded once, and what is known of the file."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import av
import numpy as np
import numpy.typing as npt
from av.video.reformatter import VideoReformatter

Plane = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.float32]
Blocks = npt.NDArray[np.float32]

SAMPLE_RATE_HZ = 48_000
SMALL_WIDTH, SMALL_HEIGHT = 320, 180
BLOCK = 8


@dataclass(frozen=True)
class VideoFrame:
    """One decoded picture: 8-bit planes as broadcast (luma 16-235), chroma at half size.

    `luma` is (height, width), `blue` and `red` (Cb and Cr) are (height / 2, width / 2), rounded up. The planes are
    views of the decoder's memory, which stays for as long as they are kept: read them, never write, and keep few.
    """

    number: int
    time_s: float
    seconds: float
    """Until the next picture is due."""
    luma: Plane
    blue: Plane
    red: Plane
    full_range: bool = False
    """Luma was 0-255 in the file and still is."""
    damaged: bool = False
    """The decoder said that it made up part of this picture."""
    interlaced: bool = False
    """The file says that it holds two fields of different moments, to be shown one after the other."""
    sparse: bool = False
    """Pictures shortly before it were left out by a tier."""
    full_luma: Plane | None = None
    """Luma in its own size, where a tier made `luma` smaller and left out no picture."""

    @cached_property
    def small(self) -> Plane:
        """Luma averaged down to at most 320 x 180 pixels' worth of area, or as it is when that is larger."""
        return shrink(self.luma, *small_size(*self.luma.shape))

    @cached_property
    def blocks(self) -> Blocks:
        """Means of the blocks of 8 x 8 pixels of `small`, (rows, columns), in levels."""
        return block_means(self.small)

    @cached_property
    def small_chroma(self) -> tuple[Plane, Plane]:
        """Cb and Cr, (rows, columns) each, at half the size of `small`, rounded up."""
        height, width = ((side + 1) // 2 for side in self.small.shape)
        return shrink(self.blue, height, width), shrink(self.red, height, width)


@dataclass(frozen=True)
class AudioBlock:
    """One second of one sound stream (the last one is shorter): (channels, samples) float32 at 48 kHz."""

    start_s: float
    samples: Samples
    stream: int = 0
    rate_hz: int = SAMPLE_RATE_HZ

    @property
    def end_s(self) -> float:
        return self.start_s + self.samples.shape[1] / self.rate_hz

    @cached_property
    def mono(self) -> Samples:
        """The mean of the channels, (samples,)."""
        return self.samples.mean(axis=0)


@dataclass(frozen=True, slots=True)
class Cue:
    """One caption: `lines` of plain text, without markup."""

    start_s: float
    end_s: float
    lines: tuple[str, ...]
    number: int = 0
    """Its place in the file, from 1."""
    position: str = ""
    """Where on the picture it stands, as the file says it; captions at two positions may be shown at once."""
    problem: str = ""
    """What is wrong with it in the file; one whose times cannot be read has no lines, and lies where it was found."""
    track: str = ""
    """Which of several tracks of captions it is of; those of two tracks are not shown together."""

    @property
    def text(self) -> str:
        return " ".join(self.lines)


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """The video stream as the container describes it; sizes in pixels, pictures a second."""

    codec: str
    width: int
    height: int
    rate_hz: float
    pixel_format: str


@dataclass(frozen=True, slots=True)
class AudioInfo:
    """One stream of sound as the container describes it."""

    codec: str
    rate_hz: int
    channels: int
    language: str = ""


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """What the container says. `seconds` is None where it does not say, as in a live stream."""

    name: str
    container: str = ""
    seconds: float | None = None
    bit_rate_bps: int = 0
    video: VideoInfo | None = None
    sounds: tuple[AudioInfo, ...] = ()
    captions: tuple[str, ...] = field(default=())
    """Language or file name of each caption track."""

    @property
    def picture_seconds(self) -> float:
        """How long a picture nominally lasts."""
        return 1.0 / self.video.rate_hz if self.video and self.video.rate_hz > 0 else 0.04


def small_size(height: int, width: int) -> tuple[int, int]:
    """Height and width of `VideoFrame.small` for a picture of this size."""
    scale = min(1.0, (SMALL_WIDTH * SMALL_HEIGHT / (height * width)) ** 0.5)
    return max(1, round(height * scale)), max(1, round(width * scale))


def apart(one: Plane, other: Plane) -> Plane:
    """How far two planes of one shape differ, in levels, as uint8: no wider numbers are needed on the way."""
    return np.maximum(one, other) - np.minimum(one, other)


def shrink(plane: Plane, height: int, width: int) -> Plane:
    """A plane averaged down by area to (height, width)."""
    if plane.shape == (height, width):
        return plane
    if plane.strides[1] != 1 or plane.strides[0] < plane.shape[1]:
        plane = np.ascontiguousarray(plane)
    source = av.VideoFrame.from_numpy_buffer(plane, "gray")
    scaled = _reformatter(plane.shape, height, width).reformat(
        source, width=width, height=height, format="gray", interpolation="AREA"
    )
    return plane_of(scaled, 0, height, width)


def block_means(plane: Plane, side: int = BLOCK) -> Blocks:
    """Means of blocks of `side` x `side` pixels; a remainder at the right or bottom edge is dropped."""
    side = min(side, *plane.shape)
    rows, columns = plane.shape[0] // side, plane.shape[1] // side
    cut = plane[: rows * side, : columns * side]
    lines = cut.reshape(rows, side, columns * side).sum(axis=1, dtype=np.uint16)
    return lines.reshape(rows, columns, side).sum(axis=2, dtype=np.uint32).astype(np.float32) / (side * side)


def plane_of(frame: av.VideoFrame, index: int, height: int, width: int) -> Plane:
    """A view of one 8-bit plane of a frame."""
    plane = frame.planes[index]
    return np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[:height, :width]


@lru_cache(maxsize=16)
def _reformatter(shape: tuple[int, ...], height: int, width: int) -> VideoReformatter:
    """One for each pair of sizes: it keeps its scaler, which takes longer to make than to use."""
    del shape, height, width
    return VideoReformatter()
