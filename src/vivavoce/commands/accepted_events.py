"""`vivavoce inspect accept EVENTS.jsonl --allow-list FILE`: events that somebody found to be no defects."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from vivavoce.commands.wording import with_noun
from vivavoce.errors import InputError
from vivavoce.inspection.allow_list import AllowList, read_lines
from vivavoce.inspection.event import Event
from vivavoce.inspection.labels import add_none_labels


def accept_events(paths: Sequence[Path], list_path: Path, labels_path: Path | None = None) -> int:
    """Add the events of JSON-lines files, as `--json` and the report write them, to an allow-list, and where
    `labels_path` is given, as labels that say `none`, to what networks learn from.

    Raises `InputError` for a line that is not an event, and for a file that is not on disk any more.
    """
    allowed = AllowList.read(list_path) if list_path.exists() else AllowList()
    by_file: dict[Path, list[Event]] = {}
    for path in paths:
        for number, document in read_lines(path):
            if document.get("type", "event") != "event":
                continue
            try:
                by_file.setdefault(Path(str(document["file"])), []).append(Event.from_json(document))
            except (KeyError, InputError):
                raise InputError(f"{path}: line {number} is no event") from None
    added = sum(allowed.accept(file, events) for file, events in by_file.items())
    allowed.write(list_path)
    if labels_path:
        labelled = add_none_labels(labels_path, by_file)
        print(f"{labels_path}: {with_noun(labelled, 'label')} added", file=sys.stderr)
    print(f"{list_path}: {with_noun(added, 'event')} accepted, {len(allowed.spans)} in all", file=sys.stderr)
    return 0
