"""What is said when in a book: chapters, paragraphs, sentences and words, kept as lines beside the sound."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from vivavoce.voice.timing import SpeechMark


@dataclass(frozen=True, slots=True)
class ChapterMark:
    """A chapter from one sample to another."""

    number: int
    title: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class BookMarks:
    """The chapters of a spoken book, and the file that has all its marks, which are read as they are wanted."""

    chapters: tuple[ChapterMark, ...]
    path: Path
    rate_hz: int

    @staticmethod
    def chapter_line(number: int, title: str, sample: int) -> str:
        return _line(type="chapter", number=number, title=title, sample=sample)

    @staticmethod
    def paragraph_line(text: str, heading: bool) -> str:
        return _line(type="paragraph", text=text, heading=heading)

    @staticmethod
    def speech_line(mark: SpeechMark) -> str:
        """Seconds from the beginning of the book; `start` and `end` count bytes of the paragraph."""
        times = {"from": round(mark.time_s, 4), "to": round(mark.end_s, 4)}
        return _line(type=mark.type, start=mark.start, end=mark.end, **times)

    @classmethod
    def read(cls, path: Path, samples: int, rate_hz: int) -> Self:
        """The chapters of a book that is spoken to its end."""
        found = [line for line in _lines(path) if line["type"] == "chapter"]
        ends = [line["sample"] for line in found[1:]] + [samples]
        chapters = (
            ChapterMark(line["number"], line["title"], line["sample"], end)
            for line, end in zip(found, ends, strict=True)
        )
        return cls(tuple(chapters), path, rate_hz)

    def lines(self) -> Iterator[dict[str, Any]]:
        """Every mark in order, of the types `chapter`, `paragraph`, `sentence` and `word`; none begins before the last
        of its type has ended, for players show one at a time."""
        ended: dict[str, float] = {}
        for line in _lines(self.path):
            if "from" in line:
                line["from"] = max(line["from"], ended.get(line["type"], 0.0))
                line["to"] = ended[line["type"]] = max(line["from"], line["to"])
            yield line


def _line(**values: object) -> str:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)
