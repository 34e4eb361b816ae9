"""Results as JSON lines: events as they come, then one line a file, so that a run can be taken up again."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vivavoce.errors import InputError
from vivavoce.inspection.event import Event
from vivavoce.inspection.session import Inspection, missing_detectors

MAX_LINE = 4 << 20


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells one version of a file from another."""

    size: int
    modified_ns: int

    @classmethod
    def of(cls, path: Path) -> Stamp:
        """The current stamp of a file; zeros if it cannot be read."""
        try:
            status = path.stat()
        except OSError:
            return cls(0, 0)
        return cls(status.st_size, status.st_mtime_ns)


_BEGIN = b'{"type": "'
"""How every line begins: only a cut line of ours is dropped."""


@dataclass(slots=True)
class Journal:
    """One `events.jsonl`: `{"type": "event", …}` and, after a file's events, `{"type": "file", …}`."""

    path: Path
    done: dict[str, tuple[Stamp, Inspection]] = field(default_factory=dict[str, tuple[Stamp, Inspection]])

    @classmethod
    def open(cls, path: Path) -> Journal:
        """A journal, with what a former run wrote; a new file appears with its first result. A line that was cut off
        at the end is dropped.

        Raises `InputError` for a file that is something else.
        """
        journal = cls(path)
        if path.exists():
            whole = journal._read()
            with open(path, "r+b") as file:
                file.seek(whole)
                rest = file.read(len(_BEGIN))
                if not _BEGIN.startswith(rest):
                    raise InputError(f"{path}: is no result of an inspection, choose another file")
                file.truncate(whole)
        return journal

    def has(self, path: Path, names: tuple[str, ...]) -> Inspection | None:
        """The former result for a file that has not changed since, if the same detectors were asked for.

        A detector that could not run then counts as long as it cannot run now.
        """
        stamp, inspection = self.done.get(str(path), (None, None))
        if inspection is None or stamp != Stamp.of(path):
            return None
        left = [name for name in names if name not in inspection.detectors]
        if any(name not in inspection.skipped for name in left):
            return None
        return inspection if len(missing_detectors(left)) == len(left) else None

    def add(self, inspection: Inspection, stamp: Stamp) -> None:
        """Append a file's events and its closing line, and see them onto the disk."""
        lines = [_line({"type": "event", "file": inspection.file, **event.as_json()}) for event in inspection.events]
        closing = {"type": "file", **inspection.as_json(), "size": stamp.size, "modified_ns": stamp.modified_ns}
        with open(self.path, "ab") as file:
            file.write(b"".join((*lines, _line(closing))))
            file.flush()
            os.fsync(file.fileno())
        self.done[inspection.file] = stamp, inspection

    def _read(self) -> int:
        """Fill `done`; the length of what is whole: up to the last file that was finished."""
        waiting: list[Event] = []
        whole = position = 0
        for number, (raw, document) in enumerate(_documents(self.path), 1):
            position += len(raw)
            kind = document.get("type")
            if kind == "event":
                waiting.append(Event.from_json(document))
            elif kind == "file":
                stamp = Stamp(int(document.get("size", 0)), int(document.get("modified_ns", 0)))
                self.done[str(document.get("file"))] = stamp, _inspection(document, tuple(waiting))
                waiting, whole = [], position
            else:
                raise InputError(f"{self.path}: line {number} is no result of an inspection, choose another file")
        return whole


def _documents(path: Path) -> Iterator[tuple[bytes, dict[str, Any]]]:
    with open(path, "rb") as file:
        number = 0
        while raw := file.readline(MAX_LINE):
            number += 1
            if not raw.endswith(b"\n"):
                return
            try:
                document = json.loads(raw)
            except ValueError:
                document = None
            if not isinstance(document, dict):
                raise InputError(f"{path}: line {number} is not JSON, choose another file")
            yield raw, document


def _inspection(document: dict[str, Any], events: tuple[Event, ...]) -> Inspection:
    error = document.get("error")
    return Inspection(
        str(document["file"]),
        events,
        float(document.get("seconds", 0.0)),
        tuple(map(str, document.get("detectors", ()))),
        dict(document.get("skipped", {})),
        dict(document.get("measurements", {})),
        None if error is None else str(error),
        tuple(map(str, document.get("notices", ()))),
    )


def _line(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(", ", ": ")).encode("utf-8", "backslashreplace") + b"\n"
