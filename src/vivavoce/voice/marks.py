"""Speech marks in the form of Amazon Polly: a JSON object a line, milliseconds, byte offsets, the input's own text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from vivavoce.voice.timing import SpeechMark

_AROUND_A_WORD = '"“”«»()[]'


def polly_lines(marks: Iterable[SpeechMark], source: bytes) -> Iterator[str]:
    """`{"time":40,"type":"word","start":0,"end":3,"value":"The"}` for each mark; words read out of one ("$5") are one.

    `source` is the input in UTF-8, markup and all; the value of a sentence or word is what stands there.
    """
    before = None
    for mark in marks:
        start, end, value = mark.start, mark.end, mark.value
        if mark.type == "word":
            if (start, end) == before:
                continue
            before = start, end
        if mark.type != "ssml":
            value = source[start:end].decode("utf-8", "replace")
        if mark.type == "word":
            start += len(value.encode()) - len(value.lstrip(_AROUND_A_WORD).encode())
            value = value.strip(_AROUND_A_WORD)
            end = start + len(value.encode())
        line = {"time": round(mark.time_s * 1000), "type": mark.type, "start": start, "end": end, "value": value}
        yield json.dumps(line, ensure_ascii=False, separators=(",", ":"))
