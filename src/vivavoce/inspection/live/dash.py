"""MPEG-DASH manifests (ISO/IEC 23009-1), as much as it takes to list the segments of one picture and its sounds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urljoin
from xml.etree import ElementTree

from vivavoce.inspection.errors import MediaError

Element = ElementTree.Element
NAMESPACE = "{urn:mpeg:dash:schema:mpd:2011}"
SPAN = re.compile(r"^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$")
PLACE = re.compile(r"\$(RepresentationID|Number|Time|Bandwidth)?(?:%0(\d{1,2})d)?\$")
MOST_SEGMENTS = 100_000
LIVE_SEGMENTS = 6
"""Of a live manifest the last ones are read: nobody waits for what was."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One piece of a track: where it is and how long it lasts."""

    url: str
    seconds: float
    number: int


@dataclass(frozen=True, slots=True)
class Track:
    """One representation: `kind` is `video` or `audio`; `start_url` is where its initialization segment is, empty
    where it has none."""

    kind: str
    language: str
    bandwidth_bps: int
    codecs: str
    start_url: str
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """The tracks of the period that is shown: the best picture, and each language's best sound."""

    tracks: tuple[Track, ...]
    live: bool


def read_manifest(text: str, url: str, now_s: float) -> Manifest:
    """The manifest that came from `url`, as it is at `now_s`, in seconds since 1970.

    Raises `MediaError` for anything that is not a manifest, declares entities, is encrypted, or lists no segments.
    """
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise MediaError(f"{url}: declares a document type, which is not read")
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise MediaError(f"{url}: no DASH manifest ({error})") from error
    if root.tag != f"{NAMESPACE}MPD":
        raise MediaError(f"{url}: no DASH manifest, its root is {str(root.tag)[:60]}")
    if root.find(f".//{NAMESPACE}ContentProtection") is not None:
        raise MediaError(f"{url}: encrypted, which is not read")
    live = root.get("type") == "dynamic"
    periods = root.findall(f"{NAMESPACE}Period")
    if not periods:
        raise MediaError(f"{url}: holds no period")
    period = periods[-1] if live else periods[0]
    base = _base(period, _base(root, url))
    began_s = _moment(root.get("availabilityStartTime")) + (_span_s(period.get("start")) or 0.0)
    length_s = _span_s(period.get("duration")) or _span_s(root.get("mediaPresentationDuration"))
    clock = _Clock(live, max(0.0, now_s - began_s), length_s)
    best: dict[tuple[str, str], Track] = {}
    for group in period.findall(f"{NAMESPACE}AdaptationSet"):
        for track in _tracks(group, base, clock):
            key = track.kind, track.language if track.kind == "audio" else ""
            if track.segments and (key not in best or track.bandwidth_bps > best[key].bandwidth_bps):
                best[key] = track
    if not best:
        raise MediaError(f"{url}: lists no segments of pictures or sound")
    return Manifest(tuple(best.values()), live)


@dataclass(frozen=True, slots=True)
class _Clock:
    live: bool
    since_s: float
    """How long the period has been on, in seconds."""
    length_s: float | None


def _tracks(group: Element, base: str, clock: _Clock) -> Iterator[Track]:
    base = _base(group, base)
    for item in group.findall(f"{NAMESPACE}Representation"):
        kind = (item.get("mimeType") or group.get("mimeType") or group.get("contentType") or "").partition("/")[0]
        if kind not in ("video", "audio"):
            continue
        names = {"RepresentationID": item.get("id", ""), "Bandwidth": item.get("bandwidth", "0")}
        place, template = _base(item, base), _attributes(group, item, "SegmentTemplate")
        if template:
            start = _fill(template.get("initialization", ""), names)
            timeline = next((found for of in (item, group) if (found := of.find(_TIMELINE)) is not None), None)
            segments = tuple(_list_by_template(template, timeline, names, place, clock))
        else:
            start, segments = "", (Segment(place, clock.length_s or 3600.0, 1),)
        codecs = item.get("codecs") or group.get("codecs") or ""
        yield Track(
            kind, group.get("lang", ""), _whole(names["Bandwidth"], 0), codecs, urljoin(place, start) if start else "",
            segments[-LIVE_SEGMENTS:] if clock.live else segments,
        )  # fmt: skip


_TIMELINE = f"{NAMESPACE}SegmentTemplate/{NAMESPACE}SegmentTimeline"


def _list_by_template(
    template: Mapping[str, str], timeline: Element | None, names: dict[str, str], base: str, clock: _Clock
) -> Iterator[Segment]:
    scale, first = _whole(template.get("timescale"), 1) or 1, _whole(template.get("startNumber"), 1)
    media = template.get("media", "")
    spans = _list_by_timeline(timeline) if timeline is not None else _list_regular(template, scale, clock)
    for count, (index, ticks, length) in enumerate(spans):
        if count == MOST_SEGMENTS:
            raise MediaError(f"{base}: over {MOST_SEGMENTS} segments")
        number = first + index
        filled = _fill(media, {**names, "Number": str(number), "Time": str(ticks)})
        yield Segment(urljoin(base, filled), length / scale, number)


def _list_by_timeline(timeline: Element) -> Iterator[tuple[int, int, int]]:
    """Place, start and length, in ticks, of the segments that a timeline lists."""
    index = ticks = 0
    for row in timeline.findall(f"{NAMESPACE}S"):
        ticks, length = _whole(row.get("t"), ticks), _whole(row.get("d"), 0)
        for _ in range(1 + max(0, _whole(row.get("r"), 0))):
            yield index, ticks, length
            index, ticks = index + 1, ticks + length


def _list_regular(template: Mapping[str, str], scale: int, clock: _Clock) -> Iterator[tuple[int, int, int]]:
    """The same of segments that are all of one length: those that are there by now."""
    length = _whole(template.get("duration"), 0)
    if length <= 0:
        return
    there = int(clock.since_s * scale / length) if clock.live else -(-round((clock.length_s or 0.0) * scale) // length)
    for index in range(max(0, there - LIVE_SEGMENTS) if clock.live else 0, there):
        yield index, index * length, length


def _attributes(group: Element, item: Element, name: str) -> dict[str, str]:
    """Of an element that both the set and the representation may have: the latter counts."""
    found = [element for of in (group, item) if (element := of.find(NAMESPACE + name)) is not None]
    return {key: value for element in found for key, value in element.attrib.items()}


def _base(element: Element, url: str) -> str:
    found = element.findtext(f"{NAMESPACE}BaseURL")
    return urljoin(url, found.strip()) if found else url


def _fill(pattern: str, names: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        name, width = match.group(1), match.group(2)
        return names.get(name, "").zfill(int(width or 0)) if name else "$"

    return PLACE.sub(value, pattern)


def _span_s(text: str | None) -> float | None:
    match = SPAN.match(text or "")
    if not match or not text:
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return 86_400 * days + 3600 * hours + 60 * minutes + seconds


def _moment(text: str | None) -> float:
    """Seconds since 1970."""
    try:
        moment = datetime.fromisoformat(text or "1970-01-01T00:00:00Z")
    except ValueError:
        return 0.0
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 20 else otherwise
