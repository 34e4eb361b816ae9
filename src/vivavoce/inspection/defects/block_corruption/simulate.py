"""Real bitstreams, really damaged, decoded by a real decoder that conceals what it can."""

# pyright: reportUnknownMemberType=false
# (PyAV's stubs leave the parameter of `Packet` open)

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import av
import av.error
import numpy as np
import numpy.typing as npt
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext

from vivavoce.inspection.errors import MediaError
from vivavoce.inspection.media import plane_of
from vivavoce.inspection.simulation.clip import Clip, Truth, Yuv
from vivavoce.inspection.simulation.codec import frame_of
from vivavoce.inspection.simulation.injection import Injection

BLOCK = 16
CHANGED = 8
"""A block counts as corrupt when its luma differs from the clean decode by this much on average."""

ENCODERS = {
    "libx264": {"preset": "veryfast", "crf": "23", "bf": "1", "threads": "1", "x264-params": "slices=4"},
    "mpeg2video": {"qmin": "3", "qmax": "8", "threads": "1"},
    "mpeg4": {"qmin": "3", "qmax": "8", "threads": "1"},
    "libx265": {"preset": "ultrafast", "crf": "23", "x265-params": "log-level=none:pools=1"},
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8", "threads": "1"},
}
DECODERS = {"libx264": "h264", "libx265": "hevc", "libvpx-vp9": "vp9"}
"""Where they have another name."""

CODECS = ("libx264", "mpeg2video", "mpeg4")
"""Those that a defect is made with; training damages streams of the others too."""

HEADER_BYTES = 24
MPEG2_RATES_HZ = (Fraction(24_000, 1001), 24, 25, Fraction(30_000, 1001), 30, 50, Fraction(60_000, 1001), 60)
"""MPEG-2 knows no others; only the share of bits of a picture depends on it here."""


@dataclass(frozen=True, slots=True, eq=False)
class Corruption:
    """Decoded pictures and, for each, which blocks of 16 x 16 are wrong: (pictures, rows, columns)."""

    frames: tuple[Yuv, ...]
    clean: tuple[Yuv, ...]
    blocks: npt.NDArray[np.bool_]

    @property
    def share(self) -> npt.NDArray[np.float64]:
        """Part of each picture that is corrupt, (pictures,)."""
        return self.blocks.mean(axis=(1, 2))


def simulate(clip: Clip, at: Injection) -> tuple[Clip, Truth]:
    """Damage the coded packets of the stretch. The truth spans what is visibly wrong, up to the next intra picture.

    The same seed breaks the same bytes; what a decoder puts where it has nothing may differ from run to run. Raises
    `MediaError` when the damage did not show; another seed will.
    """
    span = clip.picture_span(at.start_s, at.seconds)
    for _ in range(8):
        result = corrupt_frames(clip.frames, clip.rate_hz, span, at.strength, at.random)
        wrong = np.flatnonzero(result.share > 0.01)
        if len(wrong):
            break
    else:
        raise MediaError("the damage left no visible trace, use another seed or more strength")
    first, last = int(wrong[0]), int(wrong[-1]) + 1
    shares = [round(float(share), 4) for share in result.share[first:last]]
    truth = Truth("block_corruption", first / clip.rate_hz, last / clip.rate_hz, at.strength, {"shares": shares})
    return replace(clip, frames=result.frames), truth


def corrupt_frames(
    frames: tuple[Yuv, ...], rate_hz: float, span: range, strength: float, random: np.random.Generator,
    codecs: Sequence[str] = CODECS, lost: float = 0.0,
) -> Corruption:  # fmt: skip
    """Encode, damage the packets of the pictures in `span`, or lose that share of them whole, decode both, compare."""
    codec = codecs[int(random.integers(len(codecs)))]
    packets = _encode(frames, rate_hz, codec, max(8, len(span)))
    clean = _decode(packets, codec, len(frames))
    stamps = set(span)
    hit = [
        _corrupt(p, random, strength) if p[1] in stamps and random.random() < 0.35 + 0.6 * strength else p
        for p in packets
    ]
    if lost:
        hit = [p for number, p in enumerate(hit) if p is packets[number] or random.random() >= lost]
    wrong = _decode(hit, codec, len(frames))
    return Corruption(
        wrong, clean, np.stack([_changed_blocks(one, two) for one, two in zip(clean, wrong, strict=True)])
    )


_Coded = tuple[bytes, int, int, bool]
"""Bytes, presentation and decoding number, and whether it is an intra picture."""


def _encode(frames: tuple[Yuv, ...], rate_hz: float, codec: str, intra_every: int) -> list[_Coded]:
    rate = Fraction(rate_hz).limit_denominator(1001)
    if codec == "mpeg2video":
        rate = Fraction(min(MPEG2_RATES_HZ, key=lambda known: abs(float(known) - rate_hz)))
    context = av.CodecContext.create(codec, "w")
    assert isinstance(context, VideoCodecContext)
    height, width = (side & ~1 for side in frames[0].luma.shape)
    context.width, context.height, context.pix_fmt = width, height, "yuv420p"
    context.time_base, context.framerate = 1 / rate, rate
    context.gop_size, context.bit_rate = max(intra_every, 12), width * height * 6
    context.options = ENCODERS[codec]
    packets: list[Packet[Any]] = []
    for number, yuv in enumerate(frames):
        frame = frame_of(yuv)
        frame.pts, frame.time_base = number, 1 / rate
        packets += context.encode(frame)
    packets += context.encode(None)
    return [(bytes(p), int(p.pts or 0), int(p.dts or 0), p.is_keyframe) for p in packets]


def _corrupt(packet: _Coded, random: np.random.Generator, strength: float) -> _Coded:
    """Bytes after the headers flipped, lost in a run, or cut off, as lost transport packets do."""
    data, pts, dts, is_intra = packet
    body = len(data) - HEADER_BYTES
    if body < 8:
        return packet
    raw = bytearray(data)
    for _ in range(1 + int(random.integers(0, 1 + round(3 * strength)))):
        place = HEADER_BYTES + int(random.integers(body))
        length = min(len(raw) - place, 1 + int(random.integers(0, max(2, round(body * 0.2 * strength)))))
        raw[place : place + length] = random.integers(0, 256, length, dtype=np.uint8).tobytes()
    return bytes(raw), pts, dts, is_intra


def _decode(packets: list[_Coded], codec: str, count: int) -> tuple[Yuv, ...]:
    """One picture for each number; what the decoder withheld repeats the one before."""
    context = av.CodecContext.create(DECODERS.get(codec, codec), "r")
    assert isinstance(context, VideoCodecContext)
    context.thread_count = 1
    shown: dict[int, Yuv] = {}
    for frame in _frames(context, packets):
        if frame.pts is not None and 0 <= frame.pts < count:
            planes = (plane_of(frame, index, p.height, p.width).copy() for index, p in enumerate(frame.planes))
            shown[frame.pts] = Yuv(*planes)
    if not shown:
        raise MediaError("nothing could be decoded after the damage, use another seed")
    frames: list[Yuv] = []
    last = shown[min(shown)]
    for number in range(count):
        last = shown.get(number, last)
        frames.append(last)
    return tuple(frames)


def _frames(context: VideoCodecContext, packets: list[_Coded]) -> Iterator[av.VideoFrame]:
    for data, pts, dts, _ in packets:
        packet = Packet(len(data))  # not of the bytes themselves: MPEG-4 is read beyond its end, where zeros must be
        packet.update(data)
        packet.pts, packet.dts = pts, dts
        try:
            yield from context.decode(packet)
        except av.error.FFmpegError:
            continue
    try:
        yield from context.decode(None)
    except av.error.FFmpegError:
        return


def _changed_blocks(clean: Yuv, wrong: Yuv) -> npt.NDArray[np.bool_]:
    rows, columns = (max(1, side // BLOCK) for side in clean.luma.shape)
    if clean.luma.shape != wrong.luma.shape:
        return np.ones((rows, columns), bool)
    difference = np.abs(clean.luma.astype(np.int16) - wrong.luma)[: rows * BLOCK, : columns * BLOCK]
    tall, wide = difference.shape[0] // rows, difference.shape[1] // columns
    return difference[: rows * tall, : columns * wide].reshape(rows, tall, columns, wide).mean(axis=(1, 3)) > CHANGED
