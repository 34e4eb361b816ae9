"""Which streams of a file are looked at, and what its container says of them."""

from __future__ import annotations

from typing import Any

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition
from av.subtitles.stream import SubtitleStream
from av.video.stream import VideoStream

from vivavoce.inspection.errors import MediaError
from vivavoce.inspection.limits import Limits
from vivavoce.inspection.media import AudioInfo, MediaInfo, VideoInfo

ENCRYPTED_TAGS = ("encv", "enca", "drmi", "drms")


def choose_streams(
    container: InputContainer, name: str, limits: Limits
) -> tuple[VideoStream | None, list[AudioStream], list[SubtitleStream]]:
    """The first moving picture, and the sounds and captions up to the limits, set to be decoded on one thread.

    Raises `MediaError` for more streams than the limit, and where one is encrypted.
    """
    if len(container.streams) > limits.streams:
        raise MediaError(f"{name}: {len(container.streams)} streams, over the limit of {limits.streams}")
    for stream in container.streams:
        if _tag(stream) in ENCRYPTED_TAGS:
            raise MediaError(f"{name}: encrypted, decrypt it first")
    moving = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic and s.codec_context]
    sounds = [s for s in container.streams.audio if s.codec_context]
    captions = [s for s in container.streams.subtitles if s.codec_context]
    video = moving[0] if moving else None
    if video:
        tier = limits.tier
        video.codec_context.options = {"max_pixels": str(limits.pixels), "skip_loop_filter": tier.loop_filter}
        video.codec_context.skip_frame = tier.frames
    for stream in (*moving[:1], *sounds):
        stream.codec_context.thread_count = 1
    return video, sounds[: limits.sound_streams], captions[: limits.caption_streams]


def left_out(container: InputContainer, limits: Limits) -> list[str]:
    """A sentence for each kind of track of which there are more than the limit."""
    kinds = (("sound", container.streams.audio, limits.sound_streams),)
    kinds += (("caption", container.streams.subtitles, limits.caption_streams),)
    return [
        f"{len(streams) - most} of {len(streams)} {name} tracks are not looked at, over the limit of {most}"
        for name, streams, most in kinds
        if len(streams) > most
    ]


def describe(
    container: InputContainer,
    name: str,
    video: VideoStream | None,
    sounds: list[AudioStream],
    captions: list[SubtitleStream],
) -> MediaInfo:
    """What is known of a file before anything is decoded."""
    rate = video and (video.average_rate or video.guessed_rate)
    pictures = video and VideoInfo(
        video.codec_context.name, video.width, video.height, float(rate or 0), video.codec_context.pix_fmt or "unknown"
    )
    return MediaInfo(
        name=name,
        container=container.format.name,
        seconds=container.duration / av.time_base if container.duration and container.duration > 0 else None,
        bit_rate_bps=max(0, container.bit_rate or 0),
        video=pictures,
        sounds=tuple(AudioInfo(s.codec_context.name, s.rate or 0, s.channels or 0, s.language or "") for s in sounds),
        captions=tuple(s.language or f"track {number}" for number, s in enumerate(captions, 1)),
    )


def _tag(stream: Any) -> str:
    try:
        return str(getattr(stream.codec_context, "codec_tag", "") or "").lower()
    except UnicodeDecodeError:  # four bytes that are no text
        return ""
