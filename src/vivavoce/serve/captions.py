"""Marks as clients want them: words and sentences with times in JSON, SubRip and WebVTT."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from html import escape, unescape

from vivavoce.serve.synthesis import SpeechMark

MAX_CAPTION_CHARACTERS = 84
"""Two lines of 42, as broadcasters have them."""
_TAG = re.compile(r"<[^<>]*>")
_SENTENCE_END = re.compile(r"[.?!…][\"'”’)\]»]* $")


@dataclass(frozen=True, slots=True)
class TimedText:
    """A word or a sentence; `start` and `end` in seconds, its place in the input in bytes of UTF-8 and in
    characters."""

    text: str
    start: float
    end: float
    start_byte: int
    end_byte: int
    start_char: int
    end_char: int


class MarkReader:
    """Marks of one input to `TimedText`; words read out of one token ("$5") are one."""

    def __init__(self, source: str, byte_offset: int = 0, character_offset: int = 0) -> None:
        """The offsets are added to the places of what is read."""
        self._bytes = source.encode("utf-8", "surrogatepass")
        self._offset, self._character_offset = byte_offset, character_offset
        self._place = self._characters = 0

    def words(self, marks: Iterable[SpeechMark]) -> list[TimedText]:
        found: list[TimedText] = []
        for mark in marks:
            if mark.type != "word":
                continue
            if found and found[-1].start_byte == mark.start + self._offset and found[-1].text == self._text(mark):
                found[-1] = self._time_mark(mark, start_s=found[-1].start)
            else:
                found.append(self._time_mark(mark))
        return found

    def sentences(self, marks: Iterable[SpeechMark]) -> list[TimedText]:
        return [self._time_mark(mark) for mark in marks if mark.type == "sentence"]

    def _time_mark(self, mark: SpeechMark, start_s: float | None = None) -> TimedText:
        text = self._text(mark)
        first = self._character(mark.start) + self._character_offset
        begin_s = mark.time_s if start_s is None else start_s
        start, end = mark.start + self._offset, mark.end + self._offset
        return TimedText(text, round(begin_s, 4), round(mark.end_s, 4), start, end, first, first + len(text))

    def _text(self, mark: SpeechMark) -> str:
        return self._bytes[mark.start : mark.end].decode("utf-8", "replace")

    def _character(self, byte: int) -> int:
        """The number of characters before a byte; counted on from the last place asked for."""
        if byte < self._place:
            self._place = self._characters = 0
        self._characters += len(self._bytes[self._place : byte].decode("utf-8", "replace"))
        self._place = byte
        return self._characters


def as_json(timed: Iterable[TimedText]) -> list[dict[str, object]]:
    return [asdict(item) for item in timed]


def srt(source: str, words: Sequence[TimedText]) -> str:
    """SubRip captions of at most `MAX_CAPTION_CHARACTERS`; `source` is the input, for its punctuation."""
    return "".join(
        f"{number}\n{_clock(start, ',')} --> {_clock(end, ',')}\n{text}\n\n"
        for number, (start, end, text) in enumerate(_captions(source, words), 1)
    )


def vtt(source: str, words: Sequence[TimedText]) -> str:
    """WebVTT captions, the same."""
    cues = (
        f"{_clock(start, '.')} --> {_clock(end, '.')}\n{escape(text, quote=False)}\n\n"
        for start, end, text in _captions(source, words)
    )
    return "WEBVTT\n\n" + "".join(cues)


def _captions(source: str, words: Sequence[TimedText]) -> Iterator[tuple[float, float, str]]:
    """Words together until a sentence ends or the lines are full, with the punctuation between them."""
    group: list[TimedText] = []
    shown = ""
    for number, word in enumerate(words):
        following = words[number + 1].start_char if number + 1 < len(words) else len(source)
        text = _plain(source[word.start_char : following])
        if group and (len(shown) + len(text) > MAX_CAPTION_CHARACTERS or _SENTENCE_END.search(shown)):
            yield group[0].start, group[-1].end, shown.strip()
            group, shown = [], ""
        group.append(word)
        shown += text
    if group:
        yield group[0].start, group[-1].end, shown.strip()


def _plain(text: str) -> str:
    """A piece of the input without markup."""
    return " ".join(unescape(_TAG.sub(" ", text)).split()) + " "


def _clock(seconds: float, point: str) -> str:
    milliseconds = round(seconds * 1000)
    hours, rest = divmod(milliseconds, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}{point}{rest % 1000:03}"
