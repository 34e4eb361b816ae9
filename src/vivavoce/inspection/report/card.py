"""One event on the page, with its evidence drawn."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence

from vivavoce.inspection.event import Event, Severity
from vivavoce.inspection.export.marks import picture_rate_hz
from vivavoce.inspection.qc_items import ebu_qc_item
from vivavoce.inspection.registry import summarize_defect
from vivavoce.inspection.report.excerpt import Excerpt
from vivavoce.inspection.report.figures import explain
from vivavoce.inspection.report.images import TOP_HZ
from vivavoce.inspection.report.media import Media
from vivavoce.inspection.report.words import as_clock, as_label, as_text, as_value
from vivavoce.inspection.session import Inspection
from vivavoce.inspection.timecode import frame_number, timecode

MEANINGS = {
    Severity.CRITICAL: "Certain, and a second or longer.",
    Severity.MAJOR: "Clearly beyond its threshold.",
    Severity.MINOR: "Just beyond its threshold: look before you act.",
}
DRAWN = frozenset({"box", "map", "band_hz"})
"""Evidence that is drawn and not listed."""


def card(number: int, index: int, result: Inspection, event: Event, shown: Excerpt, media: Media) -> str:
    """Picture, spectrogram, player and figures of the event at `index` of the file at `number`."""
    severity = event.severity.name.lower()
    heading = (
        f"{event.defect} <small>{as_clock(event.start_s)} – {as_clock(event.end_s)}, {event.seconds:.2f} s</small>"
    )
    figures = [("score", f"{event.score:.2f}"), *place_in_pictures(result, event)]
    figures += [("EBU QC item", item)] if (item := ebu_qc_item(event)) else []
    figures += [(name, as_value(value)) for name, value in event.evidence.items() if name not in DRAWN]
    listed = "".join(
        f'<dt>{as_text(as_label(name))}</dt><dd>{as_text(value)} <span class="quiet">{as_text(explain(name))}'
        "</span></dd>"
        for name, value in figures
    )
    seen = "".join((_thumbnail(event, shown, media), _spectrogram(event, shown, media), _player(event, shown, media)))
    return (
        f'<article id="event{number}-{index}" class="{severity}" data-detector="{as_text(event.defect)}" '
        f'data-severity="{severity}"><h3>{heading} <em>{severity}</em></h3>'
        f'<p class="quiet">{as_text(summarize_defect(event.defect))} {as_text(MEANINGS[event.severity])}</p>'
        f'<div class="seen">{seen}<dl>{listed}</dl></div>{no_defect(event)}</article>'
    )


def place_in_pictures(result: Inspection, event: Event) -> list[tuple[str, str]]:
    """Timecode and frame numbers of an event; nothing for a file without pictures."""
    rate_hz = picture_rate_hz(result)
    if rate_hz is None:
        return []
    first, last = (frame_number(time_s, rate_hz) for time_s in (event.start_s, event.end_s))
    return [("timecode", timecode(event.start_s, rate_hz)), ("frames", f"{first}-{last}")]


def no_defect(event: Event) -> str:
    """A box that marks the event as no defect, with what an allow-list wants; the file stands at its section."""
    plain = {key: value for key, value in event.as_json().items() if key not in ("evidence", "severity")}
    line = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    quoted = html.escape(line, quote=False).replace("'", "&#39;")
    return f"<label class=accept><input type=checkbox data-event='{quoted}'> not a defect</label>"


def _thumbnail(event: Event, shown: Excerpt, media: Media) -> str:
    source = media.place(shown.picture, "image/jpeg") if shown.picture else None
    if source is None:
        return ""
    overlay = ""
    box: Sequence[float] | None = event.evidence.get("box")
    if box is not None and len(box) == 4:
        left, top, right, bottom = (100 * float(side) for side in box)
        overlay += f'<i class="box" style="left:{left}%;top:{top}%;width:{right - left}%;height:{bottom - top}%"></i>'
    cells: Sequence[Sequence[float]] | None = event.evidence.get("map")
    if cells and len(cells) <= 80:
        overlay += _heat(cells)
    return f'<figure class="picture"><img src="{source}" alt="the picture in the middle">{overlay}</figure>'


def _heat(cells: Sequence[Sequence[float]]) -> str:
    rows, columns = len(cells), max(len(row) for row in cells)
    squares = "".join(
        f'<rect x="{x}" y="{y}" width="1" height="1" fill-opacity="{0.7 * min(1.0, float(value)):.2f}"/>'
        for y, row in enumerate(cells)
        for x, value in enumerate(row)
        if float(value) > 0.2
    )
    return f'<svg class="heat" viewBox="0 0 {columns} {rows}" preserveAspectRatio="none">{squares}</svg>'


def _spectrogram(event: Event, shown: Excerpt, media: Media) -> str:
    source = media.place(shown.spectrogram, "image/jpeg") if shown.spectrogram else None
    if source is None:
        return ""
    length_s = shown.end_s - shown.start_s
    left = 100 * max(0.0, event.start_s - shown.start_s) / length_s
    right = 100 * min(length_s, event.end_s - shown.start_s) / length_s
    low, high = event.evidence.get("band_hz", (0.0, TOP_HZ))
    top, bottom = 100 * (1 - min(float(high), TOP_HZ) / TOP_HZ), 100 * (1 - float(low) / TOP_HZ)
    mark = f"left:{left:.1f}%;width:{max(0.5, right - left):.1f}%;top:{top:.1f}%;height:{max(2.0, bottom - top):.1f}%"
    caption = f"<figcaption>0–16 kHz, {as_clock(shown.start_s)} – {as_clock(shown.end_s)}</figcaption>"
    image = f'<div><img src="{source}" alt="spectrogram"><i class="box" style="{mark}"></i></div>'
    return f'<figure class="sound">{image}{caption}</figure>'


def _player(event: Event, shown: Excerpt, media: Media) -> str:
    kind, size = ("video", ' class="clip"') if shown.picture else ("audio", "")
    source = media.place(shown.clip, f"{kind}/webm") if shown.clip else None
    if source is None:
        return ""
    at_s = event.start_s - shown.start_s
    return f'<{kind} controls preload="none"{size} data-at="{at_s:.2f}" src="{source}"></{kind}>'
