"""What was found where an event was raised: the tables `fresh_verdicts.tsv` and `fresh_video_verdicts.tsv`."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

NEAR_S = 1.0
"""How far an event may have moved since it was judged."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One row: a source, a file of it, a defect, from and to when in seconds, `true` or `false`, and why."""

    source: str
    file: str
    defect: str
    start_s: float
    end_s: float
    real: bool

    def covers(self, source: str, file: str, defect: str, start_s: float, end_s: float) -> bool:
        """Whether an event, from and to when in seconds, is the one that was judged."""
        same = (source, file, defect) == (self.source, self.file, self.defect)
        return same and start_s <= self.end_s + NEAR_S and end_s >= self.start_s - NEAR_S


def read_verdicts(path: Path) -> list[Verdict]:
    """The rows of a table."""
    return [
        Verdict(
            row["source"], row["file"], row["defect"], float(row["from"]), float(row["to"]), row["verdict"] == "true"
        )
        for row in read_rows(path)
    ]


def read_rows(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a tab-separated table, by the names in its first."""
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
