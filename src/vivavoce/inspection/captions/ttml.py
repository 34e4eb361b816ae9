"""TTML (and DFXP): paragraphs with times, in XML without entities or external parts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree import ElementTree

from vivavoce.inspection.captions.markup import plain_lines
from vivavoce.inspection.errors import MediaError
from vivavoce.inspection.media import Cue

PARAMETERS = "{http://www.w3.org/ns/ttml#parameter}"
CLOCK = re.compile(r"^(\d{1,4}):(\d{2}):(\d{2})(?:[.](\d{1,9})|:(\d{1,3}))?$")
OFFSET = re.compile(r"^(\d{1,9}(?:\.\d{1,9})?)(h|ms|m|s|f|t)$")
UNITS_S = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
MAX_DEPTH = 50


@dataclass(frozen=True, slots=True)
class _Rates:
    frames_hz: float
    ticks_hz: float


def read_ttml(text: str, place: str, limit: int) -> list[Cue]:
    """Cues of a TTML document; a paragraph whose times cannot be read says so in its `problem` and has no lines.

    Raises `MediaError` for what is not XML, declares entities, or holds a number of cues above `limit`.
    """
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise MediaError(f"{place}: declares a document type, which is not read")
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise MediaError(f"{place}: not XML ({error})") from error
    if _local(root) != "tt":
        raise MediaError(f"{place}: not TTML, its root is {_local(root)[:40]}")
    rates = _Rates(_number(root, "frameRate", 30.0), _number(root, "tickRate", 1.0))
    cues: list[Cue] = []
    _collect(root, 0.0, rates, place, limit, cues, 0)
    return cues


def _collect(
    element: ElementTree.Element, base_s: float, rates: _Rates, place: str, limit: int, cues: list[Cue], depth: int
) -> None:
    if depth > MAX_DEPTH:
        raise MediaError(f"{place}: nested deeper than {MAX_DEPTH}")
    begin, end, duration = (_seconds(element.get(name), rates) for name in ("begin", "end", "dur"))
    start_s = base_s + (begin or 0.0)
    if _local(element) == "p":
        end_s = start_s + duration if duration is not None else base_s + end if end is not None else start_s
        if len(cues) == limit:
            raise MediaError(f"{place}: over {limit} captions")
        stamps = [stamp for name in ("begin", "end", "dur") if (stamp := element.get(name))]
        odd = next((stamp for stamp in stamps if _seconds(stamp, rates) is None), None)
        if odd:
            at_s = cues[-1].end_s if cues else 0.0
            cues.append(Cue(at_s, at_s, (), len(cues) + 1, problem=f"no time: {odd[:40]}"))
        else:
            position = element.get("region", "")
            cues.append(Cue(start_s, end_s, plain_lines(_text(element)), len(cues) + 1, position))
        return
    for child in element:
        _collect(child, start_s, rates, place, limit, cues, depth + 1)


def _text(element: ElementTree.Element) -> str:
    parts = [element.text or ""]
    for child in element.iter():
        if child is not element:
            parts.append("\n" if _local(child) == "br" else child.text or "")
            parts.append(child.tail or "")
    return "\n".join(" ".join(line.split()) for line in "".join(parts).split("\n"))


def _seconds(stamp: str | None, rates: _Rates) -> float | None:
    """A time in seconds; None where there is none, or one that cannot be read."""
    if stamp is None:
        return None
    clock, offset = CLOCK.match(stamp), OFFSET.match(stamp)
    if clock:
        hours, minutes, seconds, fraction, frames = clock.groups()
        whole = int(hours) * 3600 + int(minutes) * 60 + int(seconds)
        return whole + float(f"0.{fraction or 0}") + int(frames or 0) / rates.frames_hz
    if offset:
        value, unit = float(offset.group(1)), offset.group(2)
        if unit in ("f", "t"):
            return value / (rates.frames_hz if unit == "f" else rates.ticks_hz)
        return value * UNITS_S[unit]
    return None


def _number(root: ElementTree.Element, name: str, otherwise: float) -> float:
    try:
        value = float(root.get(PARAMETERS + name, otherwise))
    except ValueError:
        return otherwise
    return value if value > 0 else otherwise


def _local(element: ElementTree.Element) -> str:
    return str(element.tag).rpartition("}")[2]
