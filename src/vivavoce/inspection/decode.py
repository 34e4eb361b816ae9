"""A media file, opened with limits and decoded once: pictures, sounds and cues in the order of the file."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import Any, Protocol

import av
import av.error
import av.logging
from av.audio.frame import AudioFrame
from av.container import InputContainer
from av.packet import Packet

from vivavoce.inspection.closer_look import CloserLook
from vivavoce.inspection.errors import MediaError
from vivavoce.inspection.formats import FORMATS, LIVE_FORMATS, LIVE_PROTOCOLS, other_kind, reason
from vivavoce.inspection.limits import DEFAULT_LIMITS, Limits
from vivavoce.inspection.media import AudioBlock, Cue, VideoFrame
from vivavoce.inspection.streams import choose_streams, describe, left_out
from vivavoce.inspection.timestamps import ContainerIssues, earliest_s
from vivavoce.inspection.tracks import AudioTrack, CueTrack, VideoTrack

Part = VideoFrame | AudioBlock | Cue


class Readable(Protocol):
    """A file object, as far as it is needed."""

    def read(self, size: int, /) -> bytes: ...


LATE_ORIGINS, REORDERED = ("rtsp",), 16
"""Formats whose start is taken from a packet that is not shown first, and after how many packets it has been."""

DAMAGE = (
    av.error.EOFError, av.error.InvalidDataError, av.error.PatchWelcomeError, av.error.MemoryError,
    av.error.ArgumentError, av.error.BugError, av.error.NotImplementedError, av.error.OverflowError,
)  # fmt: skip
"""How a demuxer ends on a file that is broken: sizes that no file has, and features that nobody writes."""

TRUNCATED_S = 1.0
MAX_UNREADABLE_PACKETS = 1000


class Media:
    """An open file: `info` at once, and `parts`, which can be gone through once."""

    def __init__(self, container: InputContainer, name: str, limits: Limits) -> None:
        self.name, self.issues = name, ContainerIssues()
        self.notices = left_out(container, limits)
        """What of the file is not looked at."""
        self._container, self._limits = container, limits
        self._shown_s = 0.0
        self._video, self._sounds, self._captions = choose_streams(container, name, limits)
        for stream in (*container.streams.video, *container.streams.audio):
            if not stream.codec_context:
                self.issues.add(f"{stream.type} of an unknown kind, or encrypted", 0.0, 0.9)
        self.info = describe(container, name, self._video, self._sounds, self._captions)
        self._check()

    def parts(self, start_s: float = 0.0) -> Iterator[Part]:
        """Decode everything from the key picture before `start_s` on.

        Raises `MediaError` when a limit is passed or nothing can be decoded.
        """
        streams = [*self._sounds, *self._captions, *([self._video] if self._video else [])]
        packets = self._packets([stream.index for stream in streams])
        early = list(islice(packets, REORDERED)) if self.info.container in LATE_ORIGINS else []
        origin_s = earliest_s((self._container.start_time or 0) / av.time_base, early)
        limits, issues = self._limits, self.issues
        tracks: dict[int, VideoTrack | AudioTrack | CueTrack] = {}
        for number, stream in enumerate(self._sounds):
            tracks[stream.index] = AudioTrack(number, stream, origin_s, limits, issues)
        for stream in self._captions:
            tracks[stream.index] = CueTrack(stream, origin_s, limits)
        packets = chain(early, packets)
        if self._video:
            closer = CloserLook(self._video, limits.tier) if limits.tier.closer else None
            packets = closer.packets(packets) if closer else packets
            tracks[self._video.index] = VideoTrack(self._video, origin_s, limits, issues, closer)
        if start_s > 0:
            self._container.seek(round((start_s + origin_s) * av.time_base))
        end_s = 0.0
        for part in self._decode_parts(tracks, packets):
            end_s = max(end_s, _end_s(part))
            if end_s > limits.seconds:
                raise MediaError(f"{self.name}: longer than {limits.seconds / 3600:g} hours, over the limit")
            yield part
        end_s = max(end_s, self._shown_s - origin_s) if end_s else end_s
        if end_s == 0.0:
            raise MediaError(f"{self.name}: nothing in it could be decoded (damaged, or encrypted)")
        if self.info.seconds and end_s < self.info.seconds - max(TRUNCATED_S, 0.02 * self.info.seconds):
            issues.add(f"ends after {end_s:.1f} s, the container promises {self.info.seconds:.1f} s", end_s, 0.9)

    def _decode_parts(
        self, tracks: dict[int, VideoTrack | AudioTrack | CueTrack], packets: Iterator[Packet[Any]]
    ) -> Iterator[Part]:
        now_s, unreadable = 0.0, 0
        for packet in packets:
            track = tracks.get(packet.stream_index)
            if (until_s := repeated_until_s(packet)) is not None:
                self._shown_s = max(self._shown_s, until_s)
                continue
            if self._limits.tier.frames != "DEFAULT" and isinstance(track, VideoTrack) and packet.pts is not None:
                # the last pictures may be among those that the tier leaves out
                self._shown_s = max(self._shown_s, float((packet.pts + (packet.duration or 0)) * packet.time_base))
            try:
                for part in _parts(track, packet):
                    now_s = max(now_s, part.start_s if isinstance(part, AudioBlock | Cue) else part.time_s)
                    yield part
            except MediaError as error:
                raise MediaError(f"{self.name}: {error}") from None
            except (av.error.FFmpegError, ValueError):
                self.issues.add("packets that cannot be decoded", now_s, 0.8)
                unreadable += 1
                if unreadable > MAX_UNREADABLE_PACKETS and now_s == 0.0:
                    return
        for track in tracks.values():
            if isinstance(track, AudioTrack | VideoTrack):
                yield from track.finish()

    def _packets(self, indices: list[int]) -> Iterator[Packet[Any]]:
        packets = self._container.demux([self._container.streams[index] for index in indices])
        while True:
            try:
                packet = next(packets, None)
            except DAMAGE:
                self.issues.add("the container breaks off", self.info.seconds or 0.0, 0.8)
                return
            except av.error.FFmpegError as error:
                raise MediaError(f"{self.name}: cannot be read any further ({reason(error)})") from error
            if packet is None:
                return
            yield packet

    def _check(self) -> None:
        info, limits, name = self.info, self._limits, self.name
        if info.video is None and not info.sounds and not info.captions:
            raise MediaError(f"{name}: neither pictures, sound nor captions in it")
        if info.seconds and info.seconds > limits.seconds:
            raise MediaError(f"{name}: longer than {limits.seconds / 3600:g} hours, over the limit")
        video = info.video
        if video and video.width * video.height > limits.pixels:
            raise MediaError(f"{name}: {video.width} x {video.height} pixels, over the limit of {limits.pixels}")


@contextmanager
def open_media(
    source: Path | str | Readable,
    limits: Limits = DEFAULT_LIMITS,
    url: bool = False,
    timeout_s: float | None = None,
    name: str = "",
) -> Generator[Media, None, None]:
    """Open a file, or anything with `read`, for one pass of decoding on one thread.

    `url` lets `source` be an address, which needs the caller's consent; it fails where nothing comes for `timeout_s`
    seconds. Raises `MediaError`, which names the file (or `name`, where it is given) and the reason, for what is not a
    media file, is encrypted, or is over a limit.
    """
    name = name or str(source) if isinstance(source, Path | str) else str(getattr(source, "name", "stream"))
    formats, protocols = (f"{FORMATS},{LIVE_FORMATS}", LIVE_PROTOCOLS) if url else (FORMATS, "file")
    options = {"format_whitelist": formats, "protocol_whitelist": protocols}
    av.logging.set_level(None)
    try:
        container = av.open(
            str(source) if isinstance(source, Path) else source, options=options, metadata_errors="replace",
            timeout=timeout_s,
        )  # fmt: skip
    except (av.error.FFmpegError, OSError, ValueError) as error:
        other = other_kind(source) if isinstance(source, Path) else ""
        raise MediaError(f"{name}: cannot be opened as media ({other or reason(error)})") from error
    assert isinstance(container, InputContainer)
    with container:
        yield Media(container, name, limits)


def repeated_until_s(packet: Packet[Any]) -> float | None:
    """Until when, in seconds, a packet says that the picture before is shown, and nothing else: Theora's may be empty.
    None for every other."""
    if packet.size or packet.pts is None or not packet.time_base or packet.stream.codec_context.name != "theora":
        return None
    return float((packet.pts + (packet.duration or 0)) * packet.time_base)


def _parts(track: VideoTrack | AudioTrack | CueTrack | None, packet: Packet[Any]) -> Iterator[Part]:
    if isinstance(track, CueTrack):
        yield from track.cues(packet)
        return
    for frame in packet.decode():
        if isinstance(track, VideoTrack) and isinstance(frame, av.VideoFrame):
            yield from track.frames(frame)
            yield from track.cues(frame)
        elif isinstance(track, AudioTrack) and isinstance(frame, AudioFrame):
            yield from track.sounds(frame)


def _end_s(part: Part) -> float:
    return part.time_s + part.seconds if isinstance(part, VideoFrame) else part.end_s
