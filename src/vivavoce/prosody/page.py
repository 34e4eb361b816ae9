"""One self-contained page that sets prosody systems side by side: players, tracks over the words, durations."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from vivavoce.data_url import sound_url
from vivavoce.features import FRAME_S, RATE_HZ, Array, energy, mel_spectrogram, pitch
from vivavoce.voice.page import Take
from vivavoce.voice.timing import SpeechMark

MAX_SECONDS = 120
_PAGE_WIDTH, _LEAST_PIXELS_A_SECOND = 956, 220
_PITCH_HEIGHT, _ENERGY_HEIGHT = 110, 46
_ROWS, _ROW_HEIGHT = 2, 17
"""Of words: what has no room beside the word before goes one row down."""
_WORDS_HEIGHT = _ROWS * _ROW_HEIGHT + 4
_LETTER_WIDTH = 7.0
_LEAST_SPAN_SEMITONES = 6.0
_ENERGY_LOW, _ENERGY_HIGH = -7.0, 2.0


@dataclass(frozen=True, slots=True)
class _Scale:
    """What all takes are drawn by, so that they can be compared."""

    pixels_a_second: float
    median_hz: float
    span_semitones: float
    """Shown above and below the median."""

    @classmethod
    def of(cls, takes: Sequence[Take], tracks: Sequence[Array]) -> _Scale:
        """The longest take as wide as the page, or wider; all of the pitch of all of them."""
        longest_s = max((take.audio.duration_s for take in takes), default=0.0)
        pixels = max(_PAGE_WIDTH / max(longest_s, 0.1), _LEAST_PIXELS_A_SECOND)
        voiced = np.concatenate([track[track > 0] for track in tracks] or [np.zeros(0)])
        median = float(np.median(voiced)) if len(voiced) else 100.0
        farthest = float(np.abs(12 * np.log2(voiced / median)).max(initial=0.0))
        return cls(pixels, median, max(_LEAST_SPAN_SEMITONES, np.ceil(farthest)))


def comparison_page(heading: str, takes: Sequence[Take]) -> str:
    """The page as HTML; sound and drawings are inside it."""
    tracks = [pitch(take.audio.resampled(RATE_HZ)) for take in takes]
    scale = _Scale.of(takes, tracks)
    sections = "\n".join(_section(take, track, scale) for take, track in zip(takes, tracks, strict=True))
    template = files("vivavoce.prosody").joinpath("page.html").read_text(encoding="utf-8")
    filled = template.replace("{{heading}}", html.escape(heading)).replace("{{median}}", f"{scale.median_hz:.0f}")
    filled = filled.replace("{{span}}", f"{scale.span_semitones:.0f}")
    return filled.replace("{{sections}}", sections).replace("{{durations}}", _durations(takes))


def _section(take: Take, track: Array, scale: _Scale) -> str:
    audio = take.audio.resampled(RATE_HZ)
    return (
        f"<section><h2>{html.escape(take.title)} <small>{audio.duration_s:.2f} s</small></h2>"
        f'<audio controls src="{sound_url(audio)}"></audio>'
        f'<div class="track">{_drawing(take, track, energy(mel_spectrogram(audio.samples)), scale)}</div></section>'
    )


def _drawing(take: Take, track: Array, loudness: Array, scale: _Scale) -> str:
    """Pitch in semitones about the common median, energy below it, words between lines where they begin and end."""
    width = round(take.audio.duration_s * scale.pixels_a_second) + 1
    height = _WORDS_HEIGHT + _PITCH_HEIGHT + _ENERGY_HEIGHT
    parts = [f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">']
    parts += _labels(_words(take), height, scale)
    middle = _WORDS_HEIGHT + _PITCH_HEIGHT / 2
    parts.append(f'<line class="median" x1="0" x2="{width}" y1="{middle}" y2="{middle}"/>')
    semitones = 12 * np.log2(np.where(track > 0, track, scale.median_hz) / scale.median_hz)
    y = middle - semitones / scale.span_semitones * _PITCH_HEIGHT / 2
    for start, stop in _runs(track > 0):
        parts.append(_line("pitch", y, start, stop, scale))
    share = np.clip((loudness - _ENERGY_LOW) / (_ENERGY_HIGH - _ENERGY_LOW), 0, 1)
    parts.append(_line("energy", height - share * _ENERGY_HEIGHT, 0, len(share), scale))
    return "".join([*parts, "</svg>"])


def _labels(marks: Sequence[SpeechMark], height: int, scale: _Scale) -> Iterator[str]:
    """A field for each word, and its text in the first row where there is room for it, or else in the emptiest."""
    ends = [0.0] * _ROWS
    for mark in marks:
        start, end = mark.time_s * scale.pixels_a_second, mark.end_s * scale.pixels_a_second
        yield f'<rect x="{start:.1f}" y="0" width="{max(end - start, 0):.1f}" height="{height}"/>'
        row = next((row for row, taken in enumerate(ends) if taken <= start), ends.index(min(ends)))
        left = max(start, ends[row])
        ends[row] = left + _LETTER_WIDTH * len(mark.value) + 6
        yield f'<text x="{left + 3:.1f}" y="{15 + row * _ROW_HEIGHT}">{html.escape(mark.value)}</text>'


def _line(kind: str, y: npt.NDArray[np.floating[Any]], start: int, stop: int, scale: _Scale) -> str:
    points = " ".join(f"{(i + 0.5) * FRAME_S * scale.pixels_a_second:.1f},{y[i]:.1f}" for i in range(start, stop))
    return f'<polyline class="{kind}" points="{points}"/>'


def _runs(mask: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Where the mask is true, as (start, stop)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _durations(takes: Sequence[Take]) -> str:
    """A table: words down, systems across, milliseconds."""
    columns = [_words(take) for take in takes]
    header = "".join(f"<th>{html.escape(take.title)}</th>" for take in takes)
    rows = [f"<tr><th>word</th>{header}</tr>"]
    for marks in zip(*columns, strict=True):
        cells = "".join(f"<td>{1000 * (mark.end_s - mark.time_s):.0f}</td>" for mark in marks)
        rows.append(f"<tr><td>{html.escape(marks[0].value)}</td>{cells}</tr>")
    return f"<table>{''.join(rows)}</table>"


def _words(take: Take) -> list[SpeechMark]:
    return [mark for mark in take.marks if mark.type == "word"]
