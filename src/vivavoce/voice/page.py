"""One self-contained page that shows what was said: a player, the waveform, the spectrogram with words and pitch."""

from __future__ import annotations

import base64
import html
import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

import numpy as np

from vivavoce.audio import Audio
from vivavoce.data_url import sound_url
from vivavoce.features import RATE_HZ, mel_spectrogram, pitch
from vivavoce.voice.timing import SpeechMark

COLUMNS = 1400


@dataclass(frozen=True, slots=True)
class Take:
    """One thing said."""

    title: str
    audio: Audio
    marks: tuple[SpeechMark, ...]


def speech_page(heading: str, takes: Sequence[Take]) -> str:
    """The page as HTML; sound, pictures and script are inside it."""
    template = files("vivavoce.voice").joinpath("page.html").read_text(encoding="utf-8")
    sections = "\n".join(_section(number, take) for number, take in enumerate(takes))
    data = json.dumps([_drawing(take) for take in takes]).replace("</", "<\\/")
    filled = template.replace("{{heading}}", html.escape(heading))
    return filled.replace("{{sections}}", sections).replace("{{data}}", data)


def _section(number: int, take: Take) -> str:
    return (
        f"<section><h2>{html.escape(take.title)}</h2>"
        f'<audio controls preload="auto" src="{sound_url(take.audio)}"></audio>'
        f'<div class="take"><canvas data-take="{number}" role="img" '
        'aria-label="Waveform, spectrogram, words, pitch"></canvas></div></section>'
    )


def _drawing(take: Take) -> dict[str, object]:
    """What the script paints: the sound, and words with their start and end in seconds."""
    words = [[mark.time_s, mark.end_s, mark.value] for mark in take.marks if mark.type == "word"]
    return {**draw_sound(take.audio, COLUMNS), "words": words}


def draw_sound(audio: Audio, most_columns: int) -> dict[str, object]:
    """A sound for a page's script: bytes of the mel spectrogram, pitch in Hz, the wave's envelope in at most
    `most_columns` values, the length in seconds."""
    audio = audio.resampled(RATE_HZ)
    mel = mel_spectrogram(audio.samples)
    picture = np.clip((mel + 9.0) / 11.0, 0.0, 1.0) * 255
    columns = min(most_columns, max(1, len(audio.samples)))
    edges = np.linspace(0, len(audio.samples), columns + 1).astype(int)
    envelope = [float(np.abs(audio.samples[a:b]).max(initial=0.0)) for a, b in itertools.pairwise(edges)]
    return {
        "duration_s": audio.duration_s,
        "frames": len(mel),
        "bands": mel.shape[1],
        "mel": base64.b64encode(picture.astype(np.uint8).tobytes()).decode(),
        "f0": [round(float(f0), 1) for f0 in pitch(audio)],
        "envelope": [round(value, 3) for value in envelope],
    }
