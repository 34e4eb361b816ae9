"""Events that were no defects, as labels to learn from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from vivavoce.inspection.event import Event
from vivavoce.inspection.labels.labels import Label, append_label, read_labels
from vivavoce.inspection.registry import all_defects

NONE, SOUND, MOST_SECONDS = "none", "sound", 10


def add_none_labels(path: Path, accepted: Mapping[Path, Iterable[Event]]) -> int:
    """Append a label `none` for every moment of events that networks raised; how many were new.

    Of a sound each second is a moment, ten at most; of pictures the middle of the event. Raises `InputError` for a
    file that holds no labels.
    """
    kinds = {answer: examples.name for defect in all_defects() if (examples := defect.examples)
             for answer in examples.answers if answer != NONE}  # fmt: skip
    known = {(label.kind, label.file, label.start_s) for label in read_labels(path)}
    count = 0
    for file, events in accepted.items():
        for event in events:
            kind = kinds.get(event.defect)
            for start_s in _moments(event, kind) if kind else ():
                label = Label(kind or "", str(file.resolve()), start_s, NONE)
                if (label.kind, label.file, label.start_s) not in known:
                    append_label(path, label)
                    count += 1
    return count


def _moments(event: Event, kind: str | None) -> Iterator[float]:
    if kind == SOUND:
        for second in range(max(1, min(MOST_SECONDS, round(event.seconds)))):
            yield round(event.start_s + second, 3)
    else:
        yield round((event.start_s + event.end_s) / 2, 3)
