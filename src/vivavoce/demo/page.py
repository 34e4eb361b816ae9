"""The page of the demo: players and plots in the order of the journey, everything inside one file."""

from __future__ import annotations

import html
import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from vivavoce.audio import Audio
from vivavoce.data_url import data_url, sound_url
from vivavoce.voice.page import draw_sound

COLUMNS = 1000
"""Bars of a waveform."""


@dataclass(frozen=True, slots=True)
class Take:
    """One sound to hear and see."""

    title: str
    note: str
    audio: Audio
    words: tuple[tuple[float, float, str], ...] = ()
    """Start and end in seconds, and the word."""
    lost: tuple[tuple[float, float], ...] = ()
    """Stretches, in seconds, whose packets did not arrive."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A clip with a defect put in, and what inspection said of it."""

    clip: bytes
    """WebM."""
    duration_s: float
    defect: str
    start_s: float
    end_s: float
    """Where the defect was found, in seconds."""
    sentence: str


@dataclass(frozen=True, slots=True)
class Section:
    """A stage of the journey: what it shows, the commands that do the same, and what there is to hear."""

    title: str
    text: str
    commands: tuple[str, ...]
    takes: tuple[Take, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    finding: Finding | None = None


def demo_page(introduction: str, sections: Sequence[Section]) -> str:
    """The page as HTML."""
    numbers = itertools.count()
    takes = [take for section in sections for take in section.takes]
    finding = next((section.finding for section in sections if section.finding), None)
    timeline = finding and {name: getattr(finding, name) for name in ("duration_s", "start_s", "end_s")}
    parts = {
        "introduction": html.escape(introduction),
        "sections": "\n".join(_section(section, place, numbers) for place, section in enumerate(sections, 1)),
        "takes": json.dumps([_drawing(take) for take in takes]).replace("</", "<\\/"),
        "timeline": json.dumps(timeline),
    }
    page = files("vivavoce.demo").joinpath("page.html").read_text(encoding="utf-8")
    for name, value in parts.items():
        page = page.replace("{{" + name + "}}", value)
    return page


def _section(section: Section, place: int, numbers: itertools.count[int]) -> str:
    commands = "".join(f"<p><code>{html.escape(command)}</code></p>" for command in section.commands)
    facts = "".join(f"<div><dt>{html.escape(k)}</dt><dd>{html.escape(v)}</dd></div>" for k, v in section.facts)
    cards = "".join(_card(take, next(numbers)) for take in section.takes)
    found = _finding(section.finding) if section.finding else ""
    listed = f"<dl>{facts}</dl>" if facts else ""
    heading = f"<h2><span>{place}.</span> {html.escape(section.title)}</h2>"
    return f"<section>{heading}<p>{html.escape(section.text)}</p>{commands}{listed}{cards}{found}</section>"


def _card(take: Take, number: int) -> str:
    title, note = html.escape(take.title), html.escape(take.note)
    return (
        f'<article><h3>{title}</h3><p class="quiet">{note}</p>'
        f'<audio controls preload="auto" aria-label="{title}" src="{sound_url(take.audio)}"></audio>'
        f'<canvas data-take="{number}" role="img" aria-label="Waveform, spectrogram and pitch: {title}"></canvas>'
        "</article>"
    )


def _finding(finding: Finding) -> str:
    where = f"{finding.defect} from {finding.start_s:.2f} to {finding.end_s:.2f} s"
    return (
        f'<article><h3>Found: {html.escape(where)}</h3><p class="quiet">{html.escape(finding.sentence)}</p>'
        f'<video controls preload="auto" aria-label="The clip" src="{data_url(finding.clip, "video/webm")}"></video>'
        f'<canvas class="short" role="img" aria-label="Where in the clip: {html.escape(where)}"></canvas></article>'
    )


def _drawing(take: Take) -> dict[str, object]:
    """What the script paints: the sound, its words, and what of it was lost."""
    return {**draw_sound(take.audio, COLUMNS), "words": take.words, "lost": take.lost}
