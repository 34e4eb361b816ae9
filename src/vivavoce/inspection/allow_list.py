"""Accepted events: what somebody looked at and found to be no defect, by the content of its file.

A list is JSON lines: `{"sha256": …, "size": …, "defect": …, "start_s": …, "end_s": …, "file": …}`. Renamed and moved
files are recognised; a file whose content changed is looked at anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from vivavoce.errors import InputError
from vivavoce.files import read_text, write_text
from vivavoce.inspection.event import Event
from vivavoce.inspection.session import Inspection

MAX_BYTES = 64 << 20
OVERLAP = 0.5
"""Part of an event that an accepted span covers."""


@dataclass(frozen=True, slots=True)
class AcceptedSpan:
    """One event of one content that is not a defect; times in seconds."""

    sha256: str
    size: int
    defect: str
    start_s: float
    end_s: float
    file: str = ""
    """The file's name when it was accepted, for people."""

    def covers(self, event: Event) -> bool:
        """Whether an event is the one that was accepted: the same defect, at least half of it within the span."""
        common_s = min(self.end_s, event.end_s) - max(self.start_s, event.start_s)
        return self.defect == event.defect and common_s >= OVERLAP * max(event.seconds, 1e-3)


@dataclass(slots=True)
class AllowList:
    """The accepted spans of a catalogue."""

    spans: list[AcceptedSpan] = field(default_factory=list[AcceptedSpan])

    @classmethod
    def read(cls, path: Path) -> AllowList:
        """A list from its file. Raises `InputError` with the line of anything that is not an accepted span."""
        return cls([_span(path, number, document) for number, document in read_lines(path)])

    def write(self, path: Path) -> None:
        """Replace the file by this list, whole or not at all."""
        write_text(path, "".join(json.dumps(asdict(span), ensure_ascii=False) + "\n" for span in self.spans))

    def accept(self, path: Path, events: Iterable[Event]) -> int:
        """Add events of a file that is on disk; how many were new."""
        digest, size = sha256_of(path), path.stat().st_size
        new = [
            AcceptedSpan(digest, size, event.defect, round(event.start_s, 3), round(event.end_s, 3), path.name)
            for event in events
        ]
        added = [span for span in new if span not in self.spans]
        self.spans += added
        return len(added)

    def filter(self, inspection: Inspection) -> Inspection:
        """The inspection without its accepted events; a notice says how many there were."""
        path = Path(inspection.file)
        if not inspection.events or not path.is_file():
            return inspection
        size = path.stat().st_size
        spans = [span for span in self.spans if span.size == size]
        if not spans:
            return inspection
        digest = sha256_of(path)
        spans = [span for span in spans if span.sha256 == digest]
        events = tuple(event for event in inspection.events if not any(span.covers(event) for span in spans))
        accepted = len(inspection.events) - len(events)
        notices = (*inspection.notices, f"{accepted} accepted events are left out") if accepted else inspection.notices
        return replace(inspection, events=events, notices=notices)


def sha256_of(path: Path) -> str:
    """Hexadecimal SHA-256 of a file's content. Raises `InputError` where it cannot be read."""
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error


def read_lines(path: Path) -> Iterable[tuple[int, dict[str, Any]]]:
    """Line numbers and objects of a JSON-lines file. Raises `InputError` for one that is too large or is none."""
    text = read_text(path, MAX_BYTES, f"is over {MAX_BYTES >> 20} MB")
    for number, line in enumerate(text.splitlines(), 1):
        try:
            document = json.loads(line)
        except (ValueError, RecursionError):
            document = None
        if not isinstance(document, dict):
            raise InputError(f"{path}: line {number} is not a JSON object")
        yield number, document


def _span(path: Path, number: int, document: dict[str, Any]) -> AcceptedSpan:
    try:
        return AcceptedSpan(
            str(document["sha256"]), int(document["size"]), str(document["defect"]),
            float(document["start_s"]), float(document["end_s"]), str(document.get("file", "")),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError):
        raise InputError(f"{path}: line {number} is no accepted span; make the list with inspect accept") from None
