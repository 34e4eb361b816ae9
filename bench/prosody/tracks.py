"""Pitch tracks of questions over their words, ours beside the recording's, on one page to look at."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bench.prosody.held_out import Held, Predictor, sentence_of
from bench.prosody.melody import semitones_of, sung_frames
from vivavoce.features import Array
from vivavoce.prosody import load_prosody
from vivavoce.voice.contour import token_of_frame

SHOWN = ("yes_no", "or", "wh", "list")
_FRAME_PIXELS, _SEMITONE_PIXELS, _SPAN, _WORDS_PIXELS = 2.0, 4.0, 12.0, 16
_COLOURS = {"recording": "#222", "kathaka": "#d55e00", "camp": "#0072b2", "none": "#999"}
_STYLE = (
    "body{font:13px sans-serif;margin:12px}figure{display:inline-block;margin:4px 10px}svg{background:#f7f7f7}"
    "rect{fill:none;stroke:#ddd}polyline{fill:none;stroke-width:1.6}text{font-size:10px;fill:#555}"
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """One sentence: pitch in semitones about its own median, (frames,), NaN where nothing is sung, by name."""

    title: str
    words: tuple[tuple[str, int, int], ...]
    """Word, first frame, frame after the last."""
    tracks: dict[str, Array]


def drawn(held: Sequence[Held], systems: Sequence[str], each: int) -> Iterator[Drawn]:
    """`each` test questions of every kind, all speakers in turn. Our pitch is drawn over the recording's durations."""
    models, voice = {name: load_prosody(name) for name in systems}, Predictor()
    for kind in SHOWN:
        own = [h for h in held if h.kind == kind]
        for h in own[:: max(1, len(own) // each)][:each]:
            knots = {"recording": h.spoken.prosody.knots}
            for name, model in models.items():
                embedding = model.embed(h.text, h.spoken.speaker) if model else None
                knots[name] = voice(sentence_of(h), h.spoken.speaker, embedding).knots
            yield _drawn(h, knots)


def _drawn(held: Held, knots: dict[str, Array]) -> Drawn:
    durations, tokens = held.spoken.prosody.durations, held.spoken.tokens
    sung = sung_frames(durations, tokens)
    tracks = {}
    for name, points in knots.items():
        track = semitones_of(points, durations)
        tracks[name] = np.where(sung, track - np.median(track[sung]), np.nan).astype(np.float32)
    owner = tokens.words[token_of_frame(durations)]
    words = [(word, np.flatnonzero(owner == number)) for number, word in enumerate(held.spoken.text.split())]
    places = tuple((word, int(at[0]), int(at[-1]) + 1) for word, at in words if len(at))
    return Drawn(f"{held.kind}, {held.spoken.speaker}: {held.spoken.text}", places, tracks)


def page(pictures: Sequence[Drawn]) -> str:
    """One HTML page with a drawing for each sentence."""
    key = " ".join(f'<b style="color:{colour}">{name}</b>' for name, colour in _COLOURS.items())
    figures = "\n".join(
        f"<figure>{_svg(picture)}<figcaption>{html.escape(picture.title)}</figcaption></figure>" for picture in pictures
    )
    return (
        f'<!doctype html><meta charset="utf-8"><title>Pitch of questions</title><style>{_STYLE}</style>'
        f"<p>{key}, semitones about each one's median, ±{_SPAN:g}</p>\n{figures}\n"
    )


def _svg(picture: Drawn) -> str:
    frames = len(next(iter(picture.tracks.values())))
    width, height = frames * _FRAME_PIXELS, 2 * _SPAN * _SEMITONE_PIXELS + _WORDS_PIXELS
    parts = [f'<svg width="{width:.0f}" height="{height:.0f}">']
    for word, start, end in picture.words:
        x = start * _FRAME_PIXELS
        parts.append(f'<rect x="{x}" y="0" width="{(end - start) * _FRAME_PIXELS}" height="{height}"/>')
        parts.append(f'<text x="{x + 2}" y="11">{html.escape(word)}</text>')
    middle = _WORDS_PIXELS + _SPAN * _SEMITONE_PIXELS
    for name, track in picture.tracks.items():
        y = middle - np.clip(track, -_SPAN, _SPAN) * _SEMITONE_PIXELS
        for piece in np.split(np.arange(frames), np.flatnonzero(np.diff(np.isnan(y))) + 1):
            if not np.isnan(y[piece[0]]):
                points = " ".join(f"{i * _FRAME_PIXELS:.0f},{y[i]:.1f}" for i in piece)
                parts.append(f'<polyline stroke="{_COLOURS.get(name, "#090")}" points="{points}"/>')
    return "".join([*parts, "</svg>"])
