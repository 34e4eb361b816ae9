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
from vivavoce.inspection.report.figures import explain
from vivavoce.inspection.report.media import FolderMedia, Media, PageMedia
from vivavoce.inspection.report.timeline import list_content, timeline
from vivavoce.inspection.report.words import as_clock, as_duration, as_label, as_text, as_value
from vivavoce.inspection.session import Inspection

EXCERPTS_A_FILE, EXCERPTS, EXCERPTS_BESIDE = 12, 60, 600
ROWS_A_FILE = 200
"""Events beyond the pictured ones that are listed; a page of thousands is read by nobody."""

Checks = Mapping[str, Sequence[Check]]


def report_page(
    results: Sequence[Inspection],
    limits: Limits = DEFAULT_LIMITS,
    checks: Checks | None = None,
    media_folder: Path | None = None,
) -> str:
    """The page, worst files first. Files are opened again, a few seconds around the gravest events, for pictures and
    players: in the page as far as it stays under 3 MB, or all of them in `media_folder`, which is to lie beside the
    page. `checks` are those of each file against a profile's targets, by its name."""
    checks, media = checks or {}, FolderMedia(media_folder) if media_folder else PageMedia()
    left = EXCERPTS_BESIDE if media_folder else EXCERPTS
    sections: list[str] = []
    results = sorted(results, key=_gravity, reverse=True)
    for number, result in enumerate(results):
        excerpts = _excerpts(result, limits, min(left, EXCERPTS_A_FILE))
        left -= len(excerpts)
        sections.append(_section(number, result, excerpts, checks.get(result.file, ()), media))
    template = files("vivavoce.inspection.report").joinpath("page.html").read_text(encoding="utf-8")
    page = template.replace("{{summary}}", _summary(results, checks)).replace("{{filters}}", _filters(results))
    return page.replace("{{meanings}}", _meanings(results)).replace("{{sections}}", "\n".join(sections))


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


def _meanings(results: Sequence[Inspection]) -> str:
    """A sentence for each figure that the page measures."""
    names: dict[str, None] = {"score": None}
    for result in results:
        groups: list[Mapping[str, Any]] = [result.measurements.get(name) or {} for name in ("container", "pictures")]
        groups += [*result.measurements.get("sounds", ()), *(event.evidence for event in result.events)]
        names.update(dict.fromkeys(name for group in groups for name in group))
    rows = "".join(
        f"<dt>{as_text(as_label(name))}</dt><dd>{as_text(said)}</dd>" for name in names if (said := explain(name))
    )
    return f"<details><summary>What the figures mean</summary><dl>{rows}</dl></details>"


def _excerpts(result: Inspection, limits: Limits, most: int) -> dict[int, Excerpt]:
    """Of the gravest events, by their place among the file's events."""
    gravest = sorted(range(len(result.events)), key=lambda i: result.events[i].gravity, reverse=True)
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
    names = ("file", "length", "critical", "major", "minor", "found")
    head = "".join(f'<th><button type="button" class="sort">{name}</button></th>' for name in names)
    table = f'<table class="files"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    return f'<div class="tiles">{boxes}</div><div class="scroll">{table}</div>'


def _summary_row(number: int, result: Inspection) -> str:
    counts = Counter(event.severity for event in result.events)
    defects = Counter(event.defect for event in result.events)
    found = ", ".join(f"{name} {count}" if count > 1 else name for name, count in defects.most_common(6))
    cells = "".join(f"<td>{counts[severity] or ''}</td>" for severity in reversed(Severity))
    name = f'<a href="#file{number}">{as_text(Path(result.file).name)}</a>'
    said = as_text(result.error or found or "–")
    length = f'<td data-value="{result.seconds:.2f}">{as_duration(result.seconds)}</td>'
    return f'<tr data-file="{number}"><td>{name}</td>{length}{cells}<td>{said}</td></tr>'


def _section(
    number: int, result: Inspection, excerpts: Mapping[int, Excerpt], checks: Sequence[Check], media: Media
) -> str:
    name = as_text(Path(result.file).name)
    parts = [f'<section id="file{number}" data-file="{as_text(result.file)}"><h2>{name}</h2>']
    if result.error:
        parts.append(f'<p class="error">{as_text(result.error)}</p>')
    if checks:
        listed = "".join(f'<li class="{"passed" if c.passed else "error"}">{as_text(str(c))}</li>' for c in checks)
        parts.append(f'<ul class="checks">{listed}</ul>')
    if result.notices:
        parts.append(f'<p class="quiet">To be known: {as_text("; ".join(result.notices))}.</p>')
    parts += [
        list_content(result.measurements.get("content", ())),
        _measurements(result.measurements),
        timeline(number, result),
    ]
    # where the page is full, an event without a picture is as good as one more row
    order = sorted(excerpts, key=lambda index: (-result.events[index].severity, -result.events[index].score))
    cards = {index: card(number, index, result, result.events[index], excerpts[index], media) for index in order}
    parts += [cards[index] for index in sorted(cards)]
    rest = [(index, event) for index, event in enumerate(result.events) if index not in excerpts]
    if rest:
        rows = "".join(_row(number, index, result, event) for index, event in rest[:ROWS_A_FILE])
        more = len(rest) - ROWS_A_FILE
        said = f"<p>{more} more are in the results of --json.</p>" if more > 0 else ""
        parts.append(f"<details><summary>{len(rest)} more events</summary><table>{rows}</table>{said}</details>")
    silent = sorted({*result.detectors} - {event.defect for event in result.events})
    if silent and not result.error:
        parts.append(f'<p class="quiet">Nothing was found by {as_text(", ".join(silent))}.</p>')
    if result.skipped:
        said = "; ".join(f"{name}: {reason}" for name, reason in result.skipped.items())
        parts.append(f'<p class="quiet">Did not run: {as_text(said)}</p>')
    return "".join((*parts, "</section>"))


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
        + f"<td>{no_defect(event)}</td></tr>"
    )


def _measurements(readings: Mapping[str, Any]) -> str:
    tables: list[str] = []
    groups = [("container", readings.get("container")), ("pictures", readings.get("pictures"))]
    groups += [(f"sound {number}", sound) for number, sound in enumerate(readings.get("sounds", ()), 1)]
    for title, values in groups:
        if values:
            rows = "".join(
                f"<dt>{as_text(as_label(name))}</dt><dd>{as_text(as_value(value))}</dd>"
                for name, value in values.items()
            )
            tables.append(f"<div><h4>{as_text(title)}</h4><dl>{rows}</dl></div>")
    return f'<div class="measured">{"".join(tables)}</div>' if tables else ""
