"""What was found in a file, over its time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vivavoce.inspection.report.figures import CONTENT
from vivavoce.inspection.report.words import as_clock, as_text
from vivavoce.inspection.session import Inspection

ROW, LABELS, WIDTH = 22, 130, 900


def timeline(number: int, result: Inspection) -> str:
    """One row for each detector that found something, one bar an event, and a row for bars, tones and borders."""
    content = result.measurements.get("content", ())
    names = list(dict.fromkeys((*(event.defect for event in result.events), *(("content",) if content else ()))))
    if not names or result.seconds <= 0:
        return ""
    height, scale = ROW * len(names) + 22, (WIDTH - LABELS) / result.seconds
    box = f'viewBox="0 0 {WIDTH} {height}" role="img" aria-label="Events over time"'
    parts = [f'<div class="scroll"><svg class="timeline" {box}>']
    for row, name in enumerate(names):
        y = row * ROW
        parts.append(f'<text x="0" y="{y + 15}">{as_text(name)}</text>')
        parts.append(f'<rect class="lane" x="{LABELS}" y="{y + 3}" width="{WIDTH - LABELS}" height="{ROW - 6}"/>')
    for index, event in enumerate(result.events):
        severity = event.severity.name.lower()
        title = f"{event.defect} {event.start_s:.2f}-{event.end_s:.2f} s, {severity}"
        bar = _bar(event.start_s, event.seconds, scale, names.index(event.defect), severity, title)
        parts.append(f'<a href="#event{number}-{index}">{bar}</a>')
    parts += [
        _bar(span["start_s"], span["end_s"] - span["start_s"], scale, len(names) - 1, "content", describe_content(span))
        for span in content
    ]
    for tick in range(6):
        x, time_s = LABELS + tick * (WIDTH - LABELS) / 5, tick * result.seconds / 5
        anchor = "end" if tick == 5 else "middle" if tick else "start"
        parts.append(
            f'<text class="tick" x="{x:.0f}" y="{height - 4}" text-anchor="{anchor}">{as_clock(time_s)}</text>'
        )
    return "".join((*parts, "</svg></div>"))


def describe_content(span: Mapping[str, Any]) -> str:
    """A stretch that is not programme, in words."""
    what = CONTENT.get(span["kind"], span["kind"])
    if span["kind"] == "tone":
        what = f"{what} of {span['hertz']:g} Hz at {span['level_dbfs']:g} dBFS"
    if "border_share" in span:
        what = f"{what}, {100 * span['border_share']:.0f} % of the picture each"
    return f"{what}, {as_clock(span['start_s'])} – {as_clock(span['end_s'])}"


def list_content(content: Sequence[Mapping[str, Any]]) -> str:
    """All of them as one paragraph, empty where there are none."""
    said = "; ".join(map(describe_content, content))
    return f'<p class="quiet">No programme: {as_text(said)}.</p>' if said else ""


def _bar(start_s: float, seconds: float, scale: float, row: int, kind: str, title: str) -> str:
    x, width = LABELS + start_s * scale, max(3.0, seconds * scale)
    return (
        f'<rect class="{kind}" x="{min(x, WIDTH - 3):.1f}" y="{row * ROW + 3}" width="{width:.1f}" '
        f'height="{ROW - 6}"><title>{as_text(title)}</title></rect>'
    )
