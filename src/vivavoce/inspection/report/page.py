"""Results as one HTML page with everything in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from vivavoce.errors import InputError
from vivavoce.inspection.compliance import Check
from vivavoce.inspection.event import Event, Severity
from vivavoce.inspection.limits import DEFAULT_LIMITS, Limits
from vivavoce.inspection.report.card import DRAWN, card, no_defect
from vivavoce.inspection.report.excerpt import Excerpt, excerpt
from vivavoce.inspection.report.words import as_clock, as_duration, as_text, as_value
from vivavoce.inspection.session import Inspection

EXCERPTS_A_FILE, EXCERPTS = 12, 60
ROW, LABELS, WIDTH = 22, 130, 900


Checks = Mapping[str, Sequence[Check]]


def report_page(results: Sequence[Inspection], limits: Limits = DEFAULT_LIMITS, checks: Checks | None = None) -> str:
    """The page, worst files first. Files are opened again, a few seconds around the gravest events, for pictures and
    players. `checks` are those of each file against a profile's targets, by its name."""
    left, checks = EXCERPTS, checks or {}
    sections: list[str] = []
    results = sorted(results, key=_gravity, reverse=True)
    for number, result in enumerate(results):
        excerpts = _excerpts(result, limits, min(left, EXCERPTS_A_FILE))
        left -= len(excerpts)
        sections.append(_section(number, result, excerpts, checks.get(result.file, ())))
    template = files("vivavoce.inspection.report").joinpath("page.html").read_text(encoding="utf-8")
    page = template.replace("{{summary}}", _summary(results, checks)).replace("{{filters}}", _filters(results))
    return page.replace("{{sections}}", "\n".join(sections))


def _gravity(result: Inspection) -> tuple[bool, int, float, int]:
    """What sorts files: those that failed, then by their worst event, then by how many there are."""
    worst = max(((event.severity, event.score) for event in result.events), default=(0, 0.0))
    return result.error is not None, int(worst[0]), worst[1], len(result.events)


def _filters(results: Sequence[Inspection]) -> str:
    """Boxes that choose what is shown, by detector and severity."""
    defects = sorted({event.defect for result in results for event in result.events})
    groups = [("severity", [severity.name.lower() for severity in reversed(Severity)]), ("detector", defects)]
    return "".join(
        f"<fieldset><legend>{group}</legend>"
        + "".join(
            f'<label><input type="checkbox" data-{group}="{as_text(n)}" checked> {as_text(n)}</label>' for n in names
        )
        + "</fieldset>"
        for group, names in groups
        if names
    )


def _excerpts(result: Inspection, limits: Limits, most: int) -> dict[int, Excerpt]:
    """Of the gravest events, by their place among the file's events."""
    gravest = sorted(range(len(result.events)), key=lambda i: (-result.events[i].severity, -result.events[i].score))
    found: dict[int, Excerpt] = {}
    for index in gravest[:most]:
        try:
            found[index] = excerpt(Path(result.file), result.events[index], limits)
        except (InputError, OSError):
            break
    return found


def _summary(results: Sequence[Inspection], checks: Checks) -> str:
    counts = Counter(event.severity for result in results for event in result.events)
    hours = sum(result.seconds for result in results) / 3600
    failed = sum(result.error is not None for result in results)
    missed = sum(not check.passed for found in checks.values() for check in found)
    passed = not (failed or missed or counts[Severity.CRITICAL] or counts[Severity.MAJOR])
    tiles = [("pass" if passed else "fail", "nothing major" if passed else "see below")]
    tiles += [(str(len(results)), "file" if len(results) == 1 else "files"), (as_duration(3600 * hours), "inspected")]
    tiles += [(str(counts[severity]), severity.name.lower()) for severity in reversed(Severity)]
    tiles += [(str(failed), "not inspected")] if failed else []
    tiles += [(str(missed), "targets missed")] if missed else []
    boxes = "".join(
        f'<div class="tile {as_text(name)}"><b>{as_text(value)}</b>{as_text(name)}</div>' for value, name in tiles
    )
    rows = "".join(_summary_row(number, result) for number, result in enumerate(results))
    head = "<tr><th>file</th><th>length</th><th>critical</th><th>major</th><th>minor</th><th>found</th></tr>"
    return f'<div class="tiles">{boxes}</div><div class="scroll"><table class="files">{head}{rows}</table></div>'


def _summary_row(number: int, result: Inspection) -> str:
    counts = Counter(event.severity for event in result.events)
    defects = Counter(event.defect for event in result.events)
    found = ", ".join(f"{name} {count}" if count > 1 else name for name, count in defects.most_common(6))
    cells = "".join(f"<td>{counts[severity] or ''}</td>" for severity in reversed(Severity))
    name = f'<a href="#file{number}">{as_text(Path(result.file).name)}</a>'
    said = as_text(result.error or found or "–")
    return f"<tr><td>{name}</td><td>{as_duration(result.seconds)}</td>{cells}<td>{said}</td></tr>"


def _section(number: int, result: Inspection, excerpts: Mapping[int, Excerpt], checks: Sequence[Check]) -> str:
    parts = [f'<section id="file{number}"><h2>{as_text(Path(result.file).name)}</h2>']
    if result.error:
        parts.append(f'<p class="error">{as_text(result.error)}</p>')
    if checks:
        listed = "".join(f'<li class="{"passed" if c.passed else "error"}">{as_text(str(c))}</li>' for c in checks)
        parts.append(f'<ul class="checks">{listed}</ul>')
    parts.append(_measurements(result.measurements))
    if result.seconds > 0 and (result.detectors or result.events):
        parts.append(_timeline(number, result))
    for index, event in enumerate(result.events):
        if index in excerpts:
            parts.append(card(number, index, result, event, excerpts[index]))
    rest = [(index, event) for index, event in enumerate(result.events) if index not in excerpts]
    if rest:
        rows = "".join(_row(number, index, result, event) for index, event in rest)
        parts.append(f"<details><summary>{len(rest)} more events</summary><table>{rows}</table></details>")
    if result.skipped:
        said = "; ".join(f"{name}: {reason}" for name, reason in result.skipped.items())
        parts.append(f'<p class="quiet">Did not run: {as_text(said)}</p>')
    return "".join((*parts, "</section>"))


def _timeline(number: int, result: Inspection) -> str:
    """One row a detector, one bar an event."""
    names = list(dict.fromkeys((*result.detectors, *(event.defect for event in result.events))))
    height, scale = ROW * len(names) + 22, (WIDTH - LABELS) / result.seconds
    box = f'viewBox="0 0 {WIDTH} {height}" role="img" aria-label="Events over time"'
    parts = [f'<div class="scroll"><svg class="timeline" {box}>']
    for row, name in enumerate(names):
        y = row * ROW
        parts.append(f'<text x="0" y="{y + 15}">{as_text(name)}</text>')
        parts.append(f'<rect class="lane" x="{LABELS}" y="{y + 3}" width="{WIDTH - LABELS}" height="{ROW - 6}"/>')
    for index, event in enumerate(result.events):
        x, width = LABELS + event.start_s * scale, max(3.0, event.seconds * scale)
        y, severity = names.index(event.defect) * ROW + 3, event.severity.name.lower()
        title = f"{event.defect} {event.start_s:.2f}-{event.end_s:.2f} s, {severity}"
        parts.append(
            f'<a href="#event{number}-{index}"><rect class="{severity}" x="{min(x, WIDTH - 3):.1f}" y="{y}" '
            f'width="{width:.1f}" height="{ROW - 6}"><title>{as_text(title)}</title></rect></a>'
        )
    for tick in range(6):
        x, time_s = LABELS + tick * (WIDTH - LABELS) / 5, tick * result.seconds / 5
        anchor = "end" if tick == 5 else "middle" if tick else "start"
        parts.append(
            f'<text class="tick" x="{x:.0f}" y="{height - 4}" text-anchor="{anchor}">{as_clock(time_s)}</text>'
        )
    return "".join((*parts, "</svg></div>"))


def _row(number: int, index: int, result: Inspection, event: Event) -> str:
    cells = (
        event.defect,
        as_clock(event.start_s),
        as_clock(event.end_s),
        f"{event.score:.2f}",
        event.severity.name.lower(),
    )
    evidence = ", ".join(f"{name} {as_value(value)}" for name, value in event.evidence.items() if name not in DRAWN)
    return (
        f'<tr id="event{number}-{index}" data-detector="{as_text(event.defect)}" data-severity="{cells[4]}">'
        + "".join(f"<td>{as_text(cell)}</td>" for cell in (*cells, evidence))
        + f"<td>{no_defect(result.file, event)}</td></tr>"
    )


def _measurements(readings: Mapping[str, Any]) -> str:
    tables: list[str] = []
    groups = [("container", readings.get("container")), ("pictures", readings.get("pictures"))]
    groups += [(f"sound {number}", sound) for number, sound in enumerate(readings.get("sounds", ()), 1)]
    for title, values in groups:
        if values:
            rows = "".join(
                f"<dt>{as_text(name.replace('_', ' '))}</dt><dd>{as_text(as_value(value))}</dd>"
                for name, value in values.items()
            )
            tables.append(f"<div><h4>{as_text(title)}</h4><dl>{rows}</dl></div>")
    return f'<div class="measured">{"".join(tables)}</div>'
