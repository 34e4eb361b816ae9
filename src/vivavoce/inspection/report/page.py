"""Results as one HTML page with everything in it."""

from __future__ import annotations

import base64
import html
from collections import Counter
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from vivavoce.errors import InputError
from vivavoce.inspection.event import Event, Severity
from vivavoce.inspection.inspector import Inspection
from vivavoce.inspection.limits import DEFAULT_LIMITS, Limits
from vivavoce.inspection.report.excerpt import Excerpt, excerpt
from vivavoce.inspection.report.images import TOP_HZ

EXCERPTS_A_FILE, EXCERPTS = 12, 60
HIDDEN = frozenset({"box", "map", "band_hz"})
ROW, LABELS, WIDTH = 22, 130, 900


def report_page(results: Sequence[Inspection], limits: Limits = DEFAULT_LIMITS) -> str:
    """The page. Files are opened again, a few seconds around the gravest events, for pictures and players."""
    left = EXCERPTS
    sections = []
    for number, result in enumerate(results):
        excerpts = _excerpts(result, limits, min(left, EXCERPTS_A_FILE))
        left -= len(excerpts)
        sections.append(_section(number, result, excerpts))
    template = files("vivavoce.inspection.report").joinpath("page.html").read_text(encoding="utf-8")
    return template.replace("{{summary}}", _summary(results)).replace("{{sections}}", "\n".join(sections))


def _excerpts(result: Inspection, limits: Limits, most: int) -> dict[int, Excerpt]:
    """Of the gravest events, by their place among the file's events."""
    gravest = sorted(range(len(result.events)), key=lambda i: (-result.events[i].severity, -result.events[i].score))
    found = {}
    for index in gravest[:most]:
        try:
            found[index] = excerpt(Path(result.file), result.events[index], limits)
        except (InputError, OSError):
            break
    return found


def _summary(results: Sequence[Inspection]) -> str:
    counts = Counter(event.severity for result in results for event in result.events)
    hours = sum(result.seconds for result in results) / 3600
    failed = sum(result.error is not None for result in results)
    tiles = [(str(len(results)), "files"), (_duration(3600 * hours), "inspected")]
    tiles += [(str(counts[severity]), severity.name.lower()) for severity in reversed(Severity)]
    tiles += [(str(failed), "not inspected")] if failed else []
    boxes = "".join(f'<div class="tile {_text(name)}"><b>{_text(value)}</b>{_text(name)}</div>' for value, name in tiles)
    rows = "".join(_summary_row(number, result) for number, result in enumerate(results))
    head = "<tr><th>file</th><th>length</th><th>critical</th><th>major</th><th>minor</th><th>found</th></tr>"
    return f'<div class="tiles">{boxes}</div><table class="files">{head}{rows}</table>'


def _summary_row(number: int, result: Inspection) -> str:
    counts = Counter(event.severity for event in result.events)
    defects = Counter(event.defect for event in result.events)
    found = ", ".join(f"{name} {count}" if count > 1 else name for name, count in defects.most_common(6))
    cells = "".join(f"<td>{counts[severity] or ''}</td>" for severity in reversed(Severity))
    name = f'<a href="#file{number}">{_text(Path(result.file).name)}</a>'
    return f"<tr><td>{name}</td><td>{_duration(result.seconds)}</td>{cells}<td>{_text(result.error or found or '–')}</td></tr>"


def _section(number: int, result: Inspection, excerpts: Mapping[int, Excerpt]) -> str:
    parts = [f'<section id="file{number}"><h2>{_text(Path(result.file).name)}</h2>']
    if result.error:
        parts.append(f'<p class="error">{_text(result.error)}</p>')
    parts.append(_measurements(result.measurements))
    if result.seconds > 0 and (result.detectors or result.events):
        parts.append(_timeline(number, result))
    for index, event in enumerate(result.events):
        if index in excerpts:
            parts.append(_card(number, index, event, excerpts[index]))
    rest = [(index, event) for index, event in enumerate(result.events) if index not in excerpts]
    if rest:
        rows = "".join(_row(number, index, event) for index, event in rest)
        parts.append(f"<details><summary>{len(rest)} more events</summary><table>{rows}</table></details>")
    if result.skipped:
        said = "; ".join(f"{name}: {reason}" for name, reason in result.skipped.items())
        parts.append(f'<p class="quiet">Did not run: {_text(said)}</p>')
    return "".join((*parts, "</section>"))


def _timeline(number: int, result: Inspection) -> str:
    """One row a detector, one bar an event."""
    names = list(dict.fromkeys((*result.detectors, *(event.defect for event in result.events))))
    height, scale = ROW * len(names) + 22, (WIDTH - LABELS) / result.seconds
    parts = [f'<svg class="timeline" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="Events over time">']
    for row, name in enumerate(names):
        y = row * ROW
        parts.append(f'<text x="0" y="{y + 15}">{_text(name)}</text>')
        parts.append(f'<rect class="lane" x="{LABELS}" y="{y + 3}" width="{WIDTH - LABELS}" height="{ROW - 6}"/>')
    for index, event in enumerate(result.events):
        x, width = LABELS + event.start_s * scale, max(3.0, event.seconds * scale)
        y, severity = names.index(event.defect) * ROW + 3, event.severity.name.lower()
        title = f"{event.defect} {event.start_s:.2f}-{event.end_s:.2f} s, {severity}"
        parts.append(
            f'<a href="#event{number}-{index}"><rect class="{severity}" x="{min(x, WIDTH - 3):.1f}" y="{y}" '
            f'width="{width:.1f}" height="{ROW - 6}"><title>{_text(title)}</title></rect></a>'
        )
    for tick in range(6):
        x, time_s = LABELS + tick * (WIDTH - LABELS) / 5, tick * result.seconds / 5
        anchor = "end" if tick == 5 else "middle" if tick else "start"
        parts.append(f'<text class="tick" x="{x:.0f}" y="{height - 4}" text-anchor="{anchor}">{_clock(time_s)}</text>')
    return "".join((*parts, "</svg>"))


def _card(number: int, index: int, event: Event, shown: Excerpt) -> str:
    severity = event.severity.name.lower()
    heading = f"{event.defect} <small>{_clock(event.start_s)} – {_clock(event.end_s)}, {event.seconds:.2f} s</small>"
    figures = [("score", f"{event.score:.2f}"), *((name, value) for name, value in event.evidence.items() if name not in HIDDEN)]
    listed = "".join(f"<dt>{_text(name)}</dt><dd>{_text(_value(value))}</dd>" for name, value in figures)
    seen = "".join((_thumbnail(event, shown), _spectrogram(event, shown), _player(event, shown)))
    return (
        f'<article id="event{number}-{index}" class="{severity}"><h3>{heading} <em>{severity}</em></h3>'
        f'<div class="seen">{seen}<dl>{listed}</dl></div></article>'
    )


def _thumbnail(event: Event, shown: Excerpt) -> str:
    if shown.picture is None:
        return ""
    overlay = ""
    box = event.evidence.get("box")
    if isinstance(box, Sequence) and len(box) == 4:
        left, top, right, bottom = (100 * float(side) for side in box)
        overlay += f'<i class="box" style="left:{left}%;top:{top}%;width:{right - left}%;height:{bottom - top}%"></i>'
    cells = event.evidence.get("map")
    if isinstance(cells, Sequence) and cells and len(cells) <= 80:
        overlay += _heat(cells)
    return f'<figure class="picture"><img src="{_data(shown.picture, "image/jpeg")}" alt="the picture in the middle">{overlay}</figure>'


def _heat(cells: Sequence[Sequence[float]]) -> str:
    rows, columns = len(cells), max(len(row) for row in cells)
    squares = "".join(
        f'<rect x="{x}" y="{y}" width="1" height="1" fill-opacity="{0.7 * min(1.0, float(value)):.2f}"/>'
        for y, row in enumerate(cells)
        for x, value in enumerate(row)
        if float(value) > 0.2
    )
    return f'<svg class="heat" viewBox="0 0 {columns} {rows}" preserveAspectRatio="none">{squares}</svg>'


def _spectrogram(event: Event, shown: Excerpt) -> str:
    if shown.spectrogram is None:
        return ""
    length_s = shown.end_s - shown.start_s
    left = 100 * max(0.0, event.start_s - shown.start_s) / length_s
    right = 100 * min(length_s, event.end_s - shown.start_s) / length_s
    low, high = event.evidence.get("band_hz", (0.0, TOP_HZ))
    top, bottom = 100 * (1 - min(float(high), TOP_HZ) / TOP_HZ), 100 * (1 - float(low) / TOP_HZ)
    mark = f"left:{left:.1f}%;width:{max(0.5, right - left):.1f}%;top:{top:.1f}%;height:{max(2.0, bottom - top):.1f}%"
    source = _data(shown.spectrogram, "image/png")
    caption = f"<figcaption>0–16 kHz, {_clock(shown.start_s)} – {_clock(shown.end_s)}</figcaption>"
    return f'<figure class="sound"><div><img src="{source}" alt="spectrogram"><i class="box" style="{mark}"></i></div>{caption}</figure>'


def _player(event: Event, shown: Excerpt) -> str:
    if shown.clip is None:
        return ""
    kind, size = ("video", ' class="clip"') if shown.picture else ("audio", "")
    return f'<{kind} controls preload="none"{size} data-at="{event.start_s - shown.start_s:.2f}" src="{_data(shown.clip, f"{kind}/webm")}"></{kind}>'


def _row(number: int, index: int, event: Event) -> str:
    cells = event.defect, _clock(event.start_s), _clock(event.end_s), f"{event.score:.2f}", event.severity.name.lower()
    evidence = ", ".join(f"{name} {_value(value)}" for name, value in event.evidence.items() if name not in HIDDEN)
    return f'<tr id="event{number}-{index}">' + "".join(f"<td>{_text(cell)}</td>" for cell in (*cells, evidence)) + "</tr>"


def _measurements(readings: Mapping[str, Any]) -> str:
    tables = []
    groups = [("container", readings.get("container")), ("pictures", readings.get("pictures"))]
    groups += [(f"sound {number}", sound) for number, sound in enumerate(readings.get("sounds", ()), 1)]
    for title, values in groups:
        if values:
            rows = "".join(f"<dt>{_text(name.replace('_', ' '))}</dt><dd>{_text(_value(value))}</dd>" for name, value in values.items())
            tables.append(f"<div><h4>{_text(title)}</h4><dl>{rows}</dl></div>")
    return f'<div class="measured">{"".join(tables)}</div>'


def _value(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, (list, tuple)):
        return ", ".join(_value(item) for item in value[:12]) or "–"
    return "–" if value is None or value == "" else str(value)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{int(minutes // 60)}:{int(minutes % 60):02d}:{rest:05.2f}" if minutes >= 60 else f"{int(minutes)}:{rest:05.2f}"


def _duration(seconds: float) -> str:
    return f"{seconds / 3600:.2f} h" if seconds >= 3600 else f"{seconds / 60:.1f} min" if seconds >= 60 else f"{seconds:.1f} s"


def _data(content: bytes, kind: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def _text(value: str) -> str:
    return html.escape(value)
