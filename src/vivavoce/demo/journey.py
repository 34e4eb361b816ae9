"""The demo walks the journey by the verbs of the command line, so that whoever looks can do the same."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from vivavoce.audio import USUAL_RATE_HZ, read_audio
from vivavoce.demo.landscape import write_landscape
from vivavoce.demo.page import Finding, Section, Take
from vivavoce.files import write_text

Run = Callable[[Sequence[str]], None]
"""Runs one verb with its arguments, and raises where it fails."""

SENTENCES = (
    ("statement", "kathleen", "The brown fox is quick, and it is jumping over the lazy dog.",
     "A statement, by a real person's voice: the pitch falls at the end."),
    ("question", "af_heart", "Does he wear a black suit or a blue one?",
     "A question with “or”: the pitch rises on the first choice and falls on the second."),
    ("long", "bm_george", "When the rain had stopped at last, and the old streets shone under the lamps, she closed "
     "the book, took her coat from the chair, and went out to meet the friend who had been waiting for her since noon.",
     "A long sentence by a British voice: phrases are set off by pauses and small rises."),
)  # fmt: skip
CARRIED = "statement"
PACKET_S = 0.02
LOSS = "000000000000000000011111111111000000000000000001111100000000000000000111111111111111000000000"
"""One packet each, 1 where it is lost: bursts of 220, 100 and 300 ms."""
FROZEN_S, FROZEN_FOR_S, FILM_S = 2.0, 1.2, 5.0


def walk_journey(folder: Path, run: Run) -> list[Section]:
    """Make everything in `folder`, a section of the page for each stage. Raises what a verb raises."""
    return [_say(folder, run), _carry(folder, run), _inspect(folder, run)]


class _Script:
    """Runs verbs in a folder and remembers them as somebody would type them there."""

    def __init__(self, folder: Path, run: Run) -> None:
        self.folder, self._run, self.lines = folder, run, ()

    def __call__(self, verb: str, *arguments: str | Path) -> None:
        self._run([verb, *map(str, arguments)])
        shown = [a.name if isinstance(a, Path) else a for a in arguments]
        self.lines = (*self.lines, shlex.join(["vivavoce", verb, *shown]))


def _say(folder: Path, run: Run) -> Section:
    script = _Script(folder, run)
    takes: list[Take] = []
    for name, speaker, text, note in SENTENCES:
        sound, marks = folder / f"{name}.wav", folder / f"{name}.marks.jsonl"
        script("speak", text, "--speaker", speaker, "-o", sound, "--marks", marks)
        takes.append(Take(f"{speaker}: {text}", note, read_audio(sound), _words(marks)))
    return Section(
        "Say it",
        "Text becomes speech whose melody fits what is said. Three speakers of one voice; the words stand where they "
        "are heard, because the durations are the voice's own.",
        script.lines,
        tuple(takes),
    )


def _carry(folder: Path, run: Run) -> Section:
    script = _Script(folder, run)
    speech, trace = folder / f"{CARRIED}.wav", folder / "loss.txt"
    packets = round(read_audio(speech).duration_s / PACKET_S) + 1
    lost = [LOSS[number % len(LOSS)] == "1" for number in range(packets)]
    write_text(trace, "".join(f"{int(missing)}\n" for missing in lost))
    plain, protected = folder / "plain.opus", folder / "protected.opus"
    concealed, refilled = folder / "concealed.wav", folder / "refilled.wav"
    script("protect", speech, "-o", plain, "--redundancy", "0")
    script("protect", speech, "-o", protected, "--redundancy", "1")
    script("simulate-loss", plain, "--trace", trace, "-o", concealed)
    script("simulate-loss", protected, "--trace", trace, "-o", refilled)
    gaps, words = _stretches(lost), _words(folder / f"{CARRIED}.marks.jsonl")
    takes = (
        Take("Sent", "What left the speaker, before the network.", read_audio(speech), words),
        Take(
            "Arrived, without redundancy",
            "The packets under the red marks are lost. The receiver can only guess what was in them, and fades out.",
            read_audio(concealed), words, gaps,
        ),
        Take(
            "Arrived, with redundancy",
            "The same packets are lost. Each later packet carries a coded second of the past: "
            "the gaps are spoken again.",
            read_audio(refilled), words, gaps,
        ),
    )  # fmt: skip
    seconds = len(lost) * PACKET_S
    facts = (
        ("packets lost", f"{sum(lost)} of {len(lost)}"),
        ("longest burst", f"{max(b - a for a, b in gaps) * 1000:.0f} ms"),
        ("without redundancy", f"{plain.stat().st_size * 8 / seconds / 1000:.0f} kb/s"),
        ("with a second of it", f"{protected.stat().st_size * 8 / seconds / 1000:.0f} kb/s"),
    )
    text = (
        "A network loses packets, often many in a row. Any Opus decoder plays the protected file; ours also reads the "
        "past that each packet carries."
    )
    return Section("Make it arrive", text, script.lines, takes, facts)


def _inspect(folder: Path, run: Run) -> Section:
    title = "Know that it is right"
    if not find_spec("av"):
        return Section(title, "Inspection decodes media with PyAV: install it, and run the demo again.", (
            'pip install "vivavoce[inspect]"', "vivavoce demo",
        ))  # fmt: skip
    script = _Script(folder, run)
    film, frozen, events = folder / "landscape.webm", folder / "frozen.webm", folder / "events.jsonl"
    for old in (events, frozen, frozen.with_suffix(".json")):
        old.unlink(missing_ok=True)
    write_landscape(film, FILM_S, read_audio(folder / f"{CARRIED}.wav", USUAL_RATE_HZ))
    script("inject", "freeze", film, "-o", frozen, "--start", f"{FROZEN_S:g}", "--seconds", f"{FROZEN_FOR_S:g}")
    script("inspect", frozen, "--json", events)
    found = _events(events)
    return Section(
        title,
        "Eighteen detectors look at pictures and listen to sound in one pass. Into a clip of passing hills a defect is "
        f"put: from {FROZEN_S:g} s on the picture stands still for {FROZEN_FOR_S:g} s.",
        script.lines,
        facts=(("events", str(len(found))), ("detectors", "18"), ("put in", f"freeze at {FROZEN_S:g} s")),
        finding=_finding(frozen, found) if found else None,
    )


def _finding(clip: Path, events: Sequence[dict[str, Any]]) -> Finding:
    first = max(events, key=lambda event: event["score"])
    sentence = f"{len(events)} event in all. Watch the hills stop and go on: the red bar is what was found."
    return Finding(clip.read_bytes(), FILM_S, first["defect"], first["start_s"], first["end_s"], sentence)


def _events(path: Path) -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [row for row in rows if "defect" in row]


def _words(marks: Path) -> tuple[tuple[float, float, str], ...]:
    """Start and end in seconds of each word; one that is followed by nothing ends where it starts."""
    rows = [json.loads(line) for line in marks.read_text(encoding="utf-8").splitlines()]
    times = [(row["time"] / 1000, row["value"]) for row in rows if row["type"] == "word"]
    ends = [time for time, _ in times[1:]] + [times[-1][0]] if times else []
    return tuple((time, end, word) for (time, word), end in zip(times, ends, strict=True))


def _stretches(lost: Sequence[bool]) -> tuple[tuple[float, float], ...]:
    """Start and end in seconds of each burst of lost packets."""
    edges = [number for number in range(len(lost) + 1) if _at(lost, number) != _at(lost, number - 1)]
    return tuple((a * PACKET_S, b * PACKET_S) for a, b in zip(edges[::2], edges[1::2], strict=True))


def _at(lost: Sequence[bool], number: int) -> bool:
    return 0 <= number < len(lost) and lost[number]
