"""Pitch tracks of sentences over their words, in the sound and as the voice meant them, on one page to look at.

python -m bench.prosody.tracks --data DATA --speaker af_heart --part held -o af_heart.html
"""

from __future__ import annotations

import argparse
import html
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from bench.prosody.heard import PARTS, RISE_ST, Spoken, rise_st, sentences, speak
from vivavoce.features import FRAME_S, Array
from vivavoce.prosody import prosody_source
from vivavoce.voice import load_voice

_FRAME_PIXELS, _SEMITONE_PIXELS, _SPAN, _WORDS_PIXELS = 1.2, 3.0, 14.0, 16
_HEARD, _MEANT = "#d55e00", "#555"
_STYLE = (
    "body{font:12px sans-serif;margin:8px}figure{display:inline-block;margin:3px 6px}svg{background:#f7f7f7}"
    "rect{fill:none;stroke:#ddd}polyline{fill:none;stroke-width:1.6}text{font-size:9px;fill:#555}"
)


def page(speaker: str, said: Iterable[tuple[str, Spoken]]) -> str:
    """One HTML page with a drawing for each text and how it was spoken."""
    figures = "\n".join(_figure(text, spoken) for text, spoken in said)
    return (
        f'<!doctype html><meta charset="utf-8"><title>{speaker}</title><style>{_STYLE}</style><p>{speaker}: '
        f'<b style="color:{_HEARD}">heard</b>, <b style="color:{_MEANT}">meant</b>, semitones about the median, '
        f"±{_SPAN:g}; the last rise of each</p>\n{figures}\n"
    )


def _figure(text: str, spoken: Spoken) -> str:
    tracks = {_MEANT: spoken.meant_hz, _HEARD: spoken.heard_hz}
    median = float(np.median(spoken.heard_hz[spoken.heard_hz > 0]))
    rises = " ".join(f'<b style="color:{colour}">{rise_st(f0):+.1f}</b>' for colour, f0 in tracks.items())
    width, height = len(spoken.heard_hz) * _FRAME_PIXELS, 2 * _SPAN * _SEMITONE_PIXELS + _WORDS_PIXELS
    parts = [f'<svg width="{width:.0f}" height="{height:.0f}">']
    for word, start in zip(text.split(), spoken.starts_s, strict=False):
        x = start / FRAME_S * _FRAME_PIXELS
        parts.append(f'<rect x="{x:.0f}" y="0" width="{width - x:.0f}" height="{height}"/>')
        parts.append(f'<text x="{x + 2:.0f}" y="10">{html.escape(word)}</text>')
    parts += [_line(f0, colour, median) for colour, f0 in tracks.items()]
    return f"<figure>{''.join(parts)}</svg><figcaption>{html.escape(text)} {rises}</figcaption></figure>"


def _line(f0_hz: Array, colour: str, median_hz: float) -> str:
    """A track as lines, broken where it is unvoiced."""
    semitones = 12.0 * np.log2(np.maximum(f0_hz, 1.0) / median_hz)
    y = _WORDS_PIXELS + (_SPAN - np.clip(semitones, -_SPAN, _SPAN)) * _SEMITONE_PIXELS
    pieces = np.split(np.arange(len(y)), np.flatnonzero(np.diff(f0_hz > 0)) + 1)
    lines = (" ".join(f"{i * _FRAME_PIXELS:.0f},{y[i]:.1f}" for i in piece) for piece in pieces if f0_hz[piece[0]] > 0)
    return "".join(f'<polyline stroke="{colour}" points="{points}"/>' for points in lines)


def main() -> int:
    """Entry point of the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds text/")
    parser.add_argument("--part", choices=PARTS, default="held")
    parser.add_argument("--kind", action="append", help="only this kind of sentence")
    parser.add_argument("--speaker", default="kathleen")
    parser.add_argument("--sentences", type=int, default=10, help="of each kind (10)")
    parser.add_argument("--prosody", default="auto")
    parser.add_argument("-o", "--output", type=Path, required=True)
    arguments = parser.parse_args()
    voice, prosody = load_voice(), prosody_source(arguments.prosody)
    rows = sentences(arguments.data, arguments.part, arguments.sentences)
    texts = [text for kind, text in rows if not arguments.kind or kind in arguments.kind]
    said = [(text, speak(voice, text, arguments.speaker, prosody)[1]) for text in texts]
    arguments.output.write_text(page(arguments.speaker, said), encoding="utf-8")
    rising = sum(rise_st(spoken.heard_hz) >= RISE_ST for _, spoken in said)
    print(f"{arguments.output}: {len(said)} sentences, {rising} rise at the end")
    return 0


if __name__ == "__main__":
    sys.exit(main())
