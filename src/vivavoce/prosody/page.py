"""One self-contained page that sets prosody systems side by side: players, tracks over the words, durations."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile

from vivavoce.features import FRAME_S, RATE_HZ, Array, energy, mel_spectrogram, pitch
from vivavoce.voice.page import Take
from vivavoce.voice.timing import SpeechMark

MAX_SECONDS = 120
_PIXELS_A_SECOND = 220
_PITCH_HEIGHT, _ENERGY_HEIGHT, _WORDS_HEIGHT = 110, 46, 22
_SPAN_SEMITONES = 12.0
"""The pitch track shows as much above and below the median of all takes."""
_ENERGY_LOW, _ENERGY_HIGH = -7.0, 2.0


def comparison_page(heading: str, takes: Sequence[Take]) -> str:
    """The page as HTML; sound and drawings are inside it."""
    tracks = [pitch(take.audio.resampled(RATE_HZ)) for take in takes]
    voiced = np.concatenate([track[track > 0] for track in tracks] or [np.zeros(0)])
    median = float(np.median(voiced)) if len(voiced) else 100.0
    sections = "\n".join(_section(take, track, median) for take, track in zip(takes, tracks, strict=True))
    template = files("vivavoce.prosody").joinpath("page.html").read_text(encoding="utf-8")
    filled = template.replace("{{heading}}", html.escape(heading)).replace("{{median}}", f"{median:.0f}")
    return filled.replace("{{sections}}", sections).replace("{{durations}}", _durations(takes))


def _section(take: Take, track: Array, median: float) -> str:
    audio = take.audio.resampled(RATE_HZ)
    sound = io.BytesIO()
    soundfile.write(sound, np.clip(audio.samples, -1, 1), RATE_HZ, format="OGG", subtype="OPUS")
    source = base64.b64encode(sound.getvalue()).decode()
    return (
        f"<section><h2>{html.escape(take.title)} <small>{audio.duration_s:.2f} s</small></h2>"
        f'<audio controls src="data:audio/ogg;base64,{source}"></audio>'
        f'<div class="track">{_drawing(take, track, energy(mel_spectrogram(audio.samples)), median)}</div></section>'
    )


def _drawing(take: Take, track: Array, loudness: Array, median: float) -> str:
    """Pitch in semitones about the common median, energy below it, words between lines where they begin and end."""
    width = round(take.audio.duration_s * _PIXELS_A_SECOND) + 1
    height = _WORDS_HEIGHT + _PITCH_HEIGHT + _ENERGY_HEIGHT
    parts = [f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">']
    parts += [_word(mark, height) for mark in _words(take)]
    middle = _WORDS_HEIGHT + _PITCH_HEIGHT / 2
    parts.append(f'<line class="median" x1="0" x2="{width}" y1="{middle}" y2="{middle}"/>')
    semitones = 12 * np.log2(np.where(track > 0, track, median) / median)
    y = middle - np.clip(semitones / _SPAN_SEMITONES, -1, 1) * _PITCH_HEIGHT / 2
    for start, stop in _runs(track > 0):
        parts.append(_line("pitch", y, start, stop))
    share = np.clip((loudness - _ENERGY_LOW) / (_ENERGY_HIGH - _ENERGY_LOW), 0, 1)
    parts.append(_line("energy", height - share * _ENERGY_HEIGHT, 0, len(share)))
    return "".join([*parts, "</svg>"])


def _word(mark: SpeechMark, height: int) -> str:
    start, end = mark.time_s * _PIXELS_A_SECOND, mark.end_s * _PIXELS_A_SECOND
    return (
        f'<rect x="{start:.1f}" y="0" width="{max(end - start, 0):.1f}" height="{height}"/>'
        f'<text x="{start + 3:.1f}" y="15">{html.escape(mark.value)}</text>'
    )


def _line(kind: str, y: npt.NDArray[np.floating[Any]], start: int, stop: int) -> str:
    points = " ".join(f"{(i + 0.5) * FRAME_S * _PIXELS_A_SECOND:.1f},{y[i]:.1f}" for i in range(start, stop))
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
