"""A whole speech as a value that a notebook plays, with its words and its pitch."""

from __future__ import annotations

import base64
import html
import io
import wave
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from vivavoce.client import SpokenChunk, SpokenWord

_PIXELS_A_SECOND, _HEIGHT, _MARGIN = 160, 90, 18
_SPAN_SEMITONES = 12.0
_FRAME_S = 0.01


@dataclass(frozen=True)
class Speech:
    """Sound (samples,) in [-1, 1] at `rate_hz`, its words and its sentences."""

    samples: npt.NDArray[np.float32]
    rate_hz: int
    words: tuple[SpokenWord, ...] = ()
    sentences: tuple[SpokenWord, ...] = ()

    @classmethod
    def of(cls, chunks: Iterable[SpokenChunk]) -> Speech:
        """All chunks as one."""
        kept = list(chunks)
        samples = np.concatenate([chunk.samples for chunk in kept]) if kept else np.zeros(0, np.float32)
        words = tuple(word for chunk in kept for word in chunk.words)
        sentences = tuple(sentence for chunk in kept for sentence in chunk.sentences)
        return cls(samples, kept[0].rate_hz if kept else 24_000, words, sentences)

    @property
    def duration_s(self) -> float:
        return len(self.samples) / self.rate_hz

    @cached_property
    def pitch(self) -> npt.NDArray[np.float32]:
        """Hertz in frames of 10 ms, 0 where there is no voice: (frames,)."""
        from vivavoce.audio import Audio
        from vivavoce.features import RATE_HZ, pitch

        return pitch(Audio(self.samples, self.rate_hz).resampled(RATE_HZ))

    def wav(self) -> bytes:
        """The sound as a 16-bit WAV file."""
        data = io.BytesIO()
        with wave.open(data, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(self.rate_hz)
            file.writeframes((np.clip(self.samples, -1, 1) * 32767).astype("<i2").tobytes())
        return data.getvalue()

    def _repr_html_(self) -> str:
        """What Jupyter shows."""
        source = base64.b64encode(self.wav()).decode()
        return f'<audio controls src="data:audio/wav;base64,{source}"></audio><div>{self._drawing()}</div>'

    def _drawing(self) -> str:
        width = max(1, round(self.duration_s * _PIXELS_A_SECOND))
        track = self.pitch
        voiced = track[track > 0]
        median_hz = float(np.median(voiced)) if len(voiced) else 100.0
        label = f"Pitch about {median_hz:.0f} hertz, an octave up and down"
        words = "".join(
            f'<text x="{word.start * _PIXELS_A_SECOND:.0f}" y="{_HEIGHT - 4}">{html.escape(word.text)}</text>'
            for word in self.words
        )
        return (
            f'<svg role="img" aria-label="{label}" width="{width}" height="{_HEIGHT}" font-size="11"'
            f' font-family="sans-serif" fill="currentColor">{words}'
            f'<path d="{self._path(track, median_hz)}" fill="none" stroke="#0b6e69" stroke-width="2"/></svg>'
        )

    def _path(self, track: npt.NDArray[np.float32], median_hz: float) -> str:
        parts: list[str] = []
        middle = (_HEIGHT - _MARGIN) / 2
        for index in np.flatnonzero(track > 0):
            semitones = float(np.clip(12 * np.log2(track[index] / median_hz), -_SPAN_SEMITONES, _SPAN_SEMITONES))
            stroke = "L" if index and track[index - 1] > 0 else "M"
            y = middle - semitones / _SPAN_SEMITONES * (middle - 2)
            parts.append(f"{stroke}{index * _FRAME_S * _PIXELS_A_SECOND:.1f} {y:.1f}")
        return "".join(parts)
