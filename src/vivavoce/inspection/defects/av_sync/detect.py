"""Lip sync: what the lips do against what is heard."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

import numpy as np

from vivavoce.inspection.addon import load_learned
from vivavoce.inspection.detector import Detector
from vivavoce.inspection.event import Event
from vivavoce.inspection.lip_sync.offsets import REACH, Array, SyncNetworks, around
from vivavoce.inspection.lip_sync.speech import PER_TICK, speech_bands
from vivavoce.inspection.lip_sync.tracks import TICK_S, FaceTrack, FaceTracks
from vivavoce.inspection.lip_sync.verdict import Agreement, Verdict, verdict
from vivavoce.inspection.media import SAMPLE_RATE_HZ, AudioBlock, MediaInfo, Samples, VideoFrame

FRAGMENT_TICKS, LEAST_TICKS = 100, 75
MEMORY = 0.6
"""How much of a face's evidence counts in its next fragment: an offset seldom changes within a shot."""
CAUTION = 0.5
"""Nats that are added to the evidence for no offset at all: the networks are too sure of speakers they never heard."""
LEAST_CHANGE, LIVELY_SHARE, LEAST_KNOWN = 2.0, 0.1, 10
"""A face is still where less than this share of its mouths differ from those before by so many levels or more, told
from so many known differences at least."""
LEAST_MEDIAN = 0.5
"""Levels by which half of the differences must lie apart at least: drawn mouths are held for two or three pictures,
and then change at once; of filmed faces half change by 1.4 and more."""
QUIET = 1e-3
SLOWEST_HZ = 15.0
WAIT_S = 20.0
MOST_VERDICTS = 5000
"""Of the last five hours."""


class AvSync(Detector):
    """Sound that comes too early for the lips, by over 80 ms, or too late, by over 120 ms, and up to 1 s.

    Every fragment of four seconds: shots are cut apart, faces found (YuNet) and followed, mouths cut out upright at
    25 a second, and a network trained on talking faces compares them with the sound at 55 offsets from 27 pictures
    early to 27 late. Each face that moves and is there for three seconds or more votes; the verdict is in sync, out of
    sync, or inconclusive (no such face, silence, no vote, or a tie). Fragments out of sync make events with the offset
    in pictures of 40 ms, positive where the sound is late. An offset seldom comes for four seconds and goes: one
    fragment is believed when it is very sure, when the next agrees with it, or when there is no other. `verdicts` keeps
    the last five thousand.

    Limits: faces from a twentieth of the picture's width on, seen from the front, in files of 15 pictures a second and
    more; the first sound stream; offsets past 1.1 s are inconclusive at best. Trained on few speakers.
    Fails on: dubbed films, voice-over on a talking face, singers who mime (out of sync, and rightly so); faces that
    chew; cartoons; two who talk at once.
    """

    names: ClassVar[tuple[str, ...]] = ("av_sync",)
    restarts_on_resize: ClassVar[bool] = False
    """Another frame size begins a new shot, and the sound that was heard still counts."""

    def __init__(self, media: MediaInfo, thresholds: Any = None) -> None:
        super().__init__(media, thresholds)
        self._tracks = FaceTracks(load_learned("faces", "faces").networks["faces"])
        learned = load_learned("av_sync", "mouth", "speech")
        figures = learned.figure("sharpness"), learned.figure("none")
        self._sync = SyncNetworks(learned.networks["mouth"], learned.networks["speech"], *figures)
        self._sounds = _Sounds()
        self._memory: dict[int, Array] = {}
        self._start = 0
        self._able = bool(media.video and media.sounds and not 0.0 < media.video.rate_hz < SLOWEST_HZ)
        self.verdicts: deque[Verdict] = deque(maxlen=MOST_VERDICTS)
        self._agreement = Agreement()

    def on_frame(self, frame: VideoFrame) -> Iterator[Event]:
        if self._able:
            self._tracks.on_frame(frame)
            yield from self._judge()

    def on_audio(self, block: AudioBlock) -> Iterator[Event]:
        if self._able and block.stream == 0:
            self._sounds.add(block)
            yield from self._judge()

    def finish(self, end_s: float) -> Iterator[Event]:
        if not self._able:
            return
        end = self._tracks.tick
        if end - self._start >= LEAST_TICKS or (not self.verdicts and end > 0):
            yield from self._fragment(self._start, end)
        yield from map(_event, self._agreement.finish())

    def _judge(self) -> Iterator[Event]:
        """Judge fragments of which both pictures and sound are there, or of which the sound is long overdue."""
        while self._tracks.tick >= self._start + FRAGMENT_TICKS:
            end = self._start + FRAGMENT_TICKS
            late = self._tracks.tick * TICK_S > end * TICK_S + WAIT_S
            if self._sounds.end_tick < end + REACH and not late:
                return
            yield from self._fragment(self._start, end)
            self._start = end
            self._tracks.forget(end - LEAST_TICKS)
            self._sounds.forget(end - LEAST_TICKS - REACH)

    def _fragment(self, start: int, end: int) -> Iterator[Event]:
        evidence = [one for track in self._tracks.tracks if (one := self._evidence(track, start, end)) is not None]
        said = verdict(start * TICK_S, end * TICK_S, evidence)
        self.verdicts.append(said)
        yield from map(_event, self._agreement.take(said))

    def _evidence(self, track: FaceTrack, start: int, end: int) -> Array | None:
        """One face's evidence in a fragment, or None where there is too little of it to see or hear."""
        first, last = max(start, track.first), min(end, track.end)
        if last - first < LEAST_TICKS:
            return None
        block = self._sounds.between(first, last)
        if block.size == 0 or float(np.sqrt(np.mean(np.square(block)))) < QUIET:
            return None
        if is_still(track.changes[first - track.first : last - track.first]):
            return None
        mouths = np.stack(track.mouths[first - track.first : last - track.first])
        heard = self._sounds.bands(first - REACH, last + REACH)
        bands = around(heard, first, last - first, self._sounds.origin(first - REACH))
        now = self._sync.evidence(mouths, bands)
        now[-1] += CAUTION
        if track.number in self._memory:
            now += np.float32(MEMORY) * self._memory[track.number]
        living = {other.number for other in self._tracks.tracks}
        self._memory = {number: value for number, value in self._memory.items() if number in living}
        self._memory[track.number] = now
        return now


def _event(said: Verdict) -> Event:
    found = {"verdict": said.answer, "offset_frames": said.offset_frames, "votes": said.votes}
    return Event("av_sync", said.start_s, said.end_s, said.probability, found)


def is_still(changes: Sequence[float]) -> bool:
    """Whether a mouth hardly changes, as in a portrait, or is held from picture to picture, as drawn ones are:
    `changes` in levels, NaN where they are not known."""
    known = np.array([change for change in changes if np.isfinite(change)])
    if len(known) < LEAST_KNOWN:
        return False
    lively, usual = np.quantile(known, (1.0 - LIVELY_SHARE, 0.5))
    return bool(lively < LEAST_CHANGE or usual < LEAST_MEDIAN)


class _Sounds:
    """The last seconds of sound, by tick."""

    def __init__(self) -> None:
        self._parts: list[AudioBlock] = []

    @property
    def end_tick(self) -> int:
        return round(self._parts[-1].end_s / TICK_S) if self._parts else 0

    def add(self, block: AudioBlock) -> None:
        self._parts.append(AudioBlock(block.start_s, block.mono[None].copy(), block.stream))

    def forget(self, before: int) -> None:
        self._parts = [part for part in self._parts if part.end_s > before * TICK_S]

    def origin(self, first: int) -> int:
        """The tick at which the sound that is held from `first` on begins."""
        return max(first, round(self._parts[0].start_s / TICK_S)) if self._parts else first

    def between(self, first: int, last: int) -> Samples:
        """Samples of some ticks, as far as they are there."""
        if not self._parts:
            return np.zeros(0, np.float32)
        whole = np.concatenate([part.samples[0] for part in self._parts])
        start = round(self.origin(first) * TICK_S * SAMPLE_RATE_HZ) - round(self._parts[0].start_s * SAMPLE_RATE_HZ)
        length = round((last - self.origin(first)) * TICK_S * SAMPLE_RATE_HZ)
        return whole[max(0, start) : max(0, start + length)]

    def bands(self, first: int, last: int) -> Array:
        """Speech bands of some ticks, four each."""
        bands = speech_bands(self.between(first, last))
        return bands[: PER_TICK * (last - first)]
