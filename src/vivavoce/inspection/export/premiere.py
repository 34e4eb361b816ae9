"""Events as Final Cut Pro 7 XML, whose sequence markers Premiere Pro and Resolve import."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from vivavoce.inspection.export.marks import SOUND_RATE_HZ, picture_rate_hz
from vivavoce.inspection.export.text import printable
from vivavoce.inspection.session import Inspection
from vivavoce.inspection.timecode import dropped_per_minute, frame_number


def events_xml(results: Sequence[Inspection]) -> str:
    """The document's text: a sequence for each file, with a marker for each event."""
    root = ElementTree.Element("xmeml", version="4")
    project = ElementTree.SubElement(root, "project")
    ElementTree.SubElement(project, "name").text = "vivavoce inspection"
    children = ElementTree.SubElement(project, "children")
    for number, result in enumerate(results, 1):
        rate_hz = picture_rate_hz(result) or SOUND_RATE_HZ
        sequence = ElementTree.SubElement(children, "sequence", id=f"sequence-{number}")
        ElementTree.SubElement(sequence, "name").text = printable(result.file)
        ElementTree.SubElement(sequence, "duration").text = str(frame_number(result.seconds, rate_hz))
        _add_rate(sequence, rate_hz)
        code = ElementTree.SubElement(sequence, "timecode")
        _add_rate(code, rate_hz)
        ElementTree.SubElement(code, "frame").text = "0"
        ElementTree.SubElement(code, "displayformat").text = "DF" if dropped_per_minute(rate_hz) else "NDF"
        for event in result.events:
            marker = ElementTree.SubElement(sequence, "marker")
            ElementTree.SubElement(marker, "name").text = event.defect
            comment = f"{event.severity.name.lower()}, score {event.score:.2f}"
            ElementTree.SubElement(marker, "comment").text = comment
            ElementTree.SubElement(marker, "in").text = str(frame_number(event.start_s, rate_hz))
            ElementTree.SubElement(marker, "out").text = str(frame_number(event.end_s, rate_hz))
    ElementTree.indent(root)
    body = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE xmeml>\n{body}\n'


def _add_rate(parent: ElementTree.Element, rate_hz: float) -> None:
    rate = ElementTree.SubElement(parent, "rate")
    ElementTree.SubElement(rate, "timebase").text = str(round(rate_hz))
    ElementTree.SubElement(rate, "ntsc").text = "TRUE" if abs(rate_hz - round(rate_hz)) > 0.005 else "FALSE"
