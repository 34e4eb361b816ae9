"""Speech said again in less time at the same pitch, as it comes: WSOLA, waveform similarity overlap-add.

A voice cannot say a sound in less than a frame, so that twice the rate is hardly more than one and a half times as fast
and four times no more than twice. What is asked for beyond it is taken out of the finished sound.

W. Verhelst and M. Roelands, An overlap-add technique based on waveform similarity (WSOLA) for high quality time-scale
modification of speech, ICASSP 1993.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from vivavoce.features import Array
from vivavoce.voice.speech_chunk import SpeechChunk
from vivavoce.voice.timing import SpeechMark

HOP_S = 0.012
"""Of what is made: half a window, longer than the period of a low voice."""
SEARCH_S = 0.0065
"""So far before and behind its place the next piece is looked for: a period of a low voice in all."""


class TimeCompressor:
    """Mono sound in, `factor` times as fast out; `factor` is above 1. The sound never grows louder."""

    def __init__(self, factor: float, rate_hz: int) -> None:
        self._factor = factor
        self._hop, self._search = round(HOP_S * rate_hz), round(SEARCH_S * rate_hz)
        self._fade_in = np.linspace(0.0, 1.0, self._hop, dtype=np.float32)
        self._waiting = np.zeros(0, np.float32)
        self._begin = 0
        """Place of the first waiting sample in all that came."""
        self._next = 0
        """Place at which the sound would go on from the last piece."""
        self._pieces = 0

    def push(self, samples: Array) -> Array:
        """What can be made now that `samples` (samples,) have come."""
        self._waiting = np.concatenate([self._waiting, samples])
        made: list[Array] = []
        while self._place + self._search + 2 * self._hop <= self._end and self._next + self._hop <= self._end:
            made.append(self._piece())
        return np.concatenate(made) if made else np.zeros(0, np.float32)

    def finish(self) -> Array:
        """The rest, so that all that was made is as long as all that came over `factor`."""
        missing = round(self._end / self._factor) - self._pieces * self._hop
        if missing <= 0:
            return np.zeros(0, np.float32)
        padding = np.zeros(round(self._factor * (missing + self._hop)) + self._search + 3 * self._hop, np.float32)
        return self.push(padding)[:missing]

    @property
    def _place(self) -> int:
        """Where the next piece stands, were it only for the time."""
        return round(self._pieces * self._hop * self._factor)

    @property
    def _end(self) -> int:
        return self._begin + len(self._waiting)

    def _piece(self) -> Array:
        """One hop: from what would come next to the piece that resembles it most."""
        onward = self._at(self._next, self._hop)
        place = max(self._place - self._search, 0)
        around = self._at(place, min(2 * self._search, 2 * self._place) + self._hop)
        energy = np.convolve(around**2, np.ones(self._hop, np.float32), "valid")
        likeness = np.correlate(around, onward, "valid") / np.sqrt(energy + np.float32(1e-6))
        place += int(np.argmax(likeness)) if self._pieces else 0
        piece = (onward + self._fade_in * (self._at(place, self._hop) - onward)).astype(np.float32)
        self._pieces += 1
        self._next = place + self._hop
        unused = min(self._next, max(self._place - self._search, 0)) - self._begin
        self._waiting, self._begin = self._waiting[unused:], self._begin + unused
        return piece

    def _at(self, place: int, length: int) -> Array:
        return self._waiting[place - self._begin : place - self._begin + length]


def compress(chunks: Iterable[SpeechChunk], factor: float, rate_hz: int, begin_s: float) -> Iterator[SpeechChunk]:
    """Speech that begins at `begin_s`, `factor` times as fast from there on, with its marks."""
    compressor = TimeCompressor(factor, rate_hz)
    marks: list[SpeechMark] = []
    for chunk in chunks:
        marks += (mark.sooner(factor, begin_s) for mark in chunk.marks)
        samples = compressor.push(chunk.samples)
        if len(samples):
            yield SpeechChunk(samples, tuple(marks))
            marks.clear()
    rest = compressor.finish()
    if len(rest) or marks:
        yield SpeechChunk(rest, tuple(marks))
