"""Captions of a spoken book: SRT or WebVTT, a cue for each sentence or part of one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from vivavoce.commands.book_marks import BookMarks
from vivavoce.files import whole_file

MAX_CHARACTERS = 84
"""Two lines of 42, as captions are cut."""


def write_captions(path: Path, marks: BookMarks, form: str) -> None:
    """`form` is `srt` or `vtt`; the file appears whole or not at all."""
    with whole_file(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        if form == "vtt":
            file.write("WEBVTT\n\n")
        for number, (start_s, end_s, text) in enumerate(_cues(marks), 1):
            point = "," if form == "srt" else "."
            times = f"{_clock(start_s, point)} --> {_clock(end_s, point)}"
            file.write(f"{number}\n{times}\n{text}\n\n")


def _cues(marks: BookMarks) -> Iterator[tuple[float, float, str]]:
    """Runs of words of one sentence that fit two lines."""
    text = b""
    words: list[tuple[float, float, int, int]] = []
    for line in marks.lines():
        if line["type"] == "word":
            if words and line["end"] - words[0][2] > MAX_CHARACTERS:
                yield _cue(words, text)
                words = []
            words.append((line["from"], line["to"], line["start"], line["end"]))
        elif line["type"] != "ssml":
            if words:
                yield _cue(words, text)
                words = []
            text = line["text"].encode() if line["type"] == "paragraph" else text
    if words:
        yield _cue(words, text)


def _cue(words: list[tuple[float, float, int, int]], text: bytes) -> tuple[float, float, str]:
    end = max(word[3] for word in words)
    tail = text[end : end + 4].decode("utf-8", "ignore")
    closing = tail[: len(tail) - len(tail.lstrip(".,;:!?…”\"')"))]
    head = text[max(0, words[0][2] - 4) : words[0][2]].decode("utf-8", "ignore")
    opening = head[len(head.rstrip("\"'“‘«([¿¡")) :]
    said = opening + " ".join(text[words[0][2] : end].decode("utf-8", "replace").split()) + closing
    return words[0][0], max(words[-1][1], words[0][0] + 0.1), said


def _clock(seconds: float, point: str) -> str:
    milliseconds = round(1000 * seconds)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}{point}{rest % 1000:03}"
