"""How often each kind of voice drops or repeats words: `python -m bench.speech.words --data DATA --json words.json`.

The parallel voice and the attention voice say the same held-out sentences; Whisper tiny writes down what it hears, and
its words are aligned with those that were meant. The teacher's recordings, where there are any, say how much of it is
Whisper's own doing. Run it in an environment with the extras `bench`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from bench.shared.machine import this_machine
from bench.shared.metrics import WordErrorRate
from bench.shared.sentences import held_out, questions
from bench.shared.transcripts import normalise
from vivavoce.audio import Audio, read_audio
from vivavoce.errors import InputError
from vivavoce.features import RATE_HZ
from vivavoce.voice import load_voice

SPEAKER = "af_heart"
KINDS = {"parallel": "chorus"}
TEACHER = "teacher's recording"


@dataclass(frozen=True, slots=True)
class Slips:
    """What became of the words of one sentence."""

    words: int
    dropped: int
    repeated: int
    """Words heard beyond those meant that stand there a second time, at most two words away."""
    added: int
    """Other words heard beyond those meant."""
    changed: int
    seconds: float = 0.0


def slips(meant: Sequence[str], heard: Sequence[str]) -> Slips:
    """Align two lists of words at the least cost and count what differs."""
    counts = {"dropped": 0, "repeated": 0, "added": 0, "changed": 0}
    for wanted, place in _aligned(meant, heard):
        if wanted is None and place is not None:
            beside = [*heard[max(0, place - 2) : place], *heard[place + 1 : place + 3]]
            counts["repeated" if heard[place] in beside else "added"] += 1
        elif place is None:
            counts["dropped"] += 1
        elif heard[place] != wanted:
            counts["changed"] += 1
    return Slips(len(meant), **counts)


def _aligned(meant: Sequence[str], heard: Sequence[str]) -> list[tuple[str | None, int | None]]:
    """Pairs of a word that was meant and the place where it was heard, in order; None on the side that lacks one."""
    costs = np.zeros((len(meant) + 1, len(heard) + 1), np.int64)
    costs[:, 0], costs[0] = np.arange(len(meant) + 1), np.arange(len(heard) + 1)
    for row, wanted in enumerate(meant, start=1):
        for column, found in enumerate(heard, start=1):
            both = costs[row - 1, column - 1] + (wanted != found)
            costs[row, column] = min(both, costs[row - 1, column] + 1, costs[row, column - 1] + 1)
    pairs: list[tuple[str | None, int | None]] = []
    row, column = len(meant), len(heard)
    while row or column:
        if row and column and costs[row, column] == costs[row - 1, column - 1] + (meant[row - 1] != heard[column - 1]):
            row, column = row - 1, column - 1
            pairs.append((meant[row], column))
        elif row and costs[row, column] == costs[row - 1, column] + 1:
            row -= 1
            pairs.append((meant[row], None))
        else:
            column -= 1
            pairs.append((None, column))
    return pairs[::-1]


def count(audio: Audio, text: str, meter: WordErrorRate) -> Slips:
    """Slips of one sentence, as heard."""
    found = slips(normalise(text).split(), normalise(meter.transcribe(audio)).split())
    return Slips(**{**asdict(found), "seconds": audio.duration_s})


def table(found: dict[str, list[Slips]]) -> str:
    """One row a kind: words dropped, repeated, added and changed, in percent of those meant."""
    lines = ["| kind | sentences | dropped | repeated | added | changed | sentences with a drop or repeat |"]
    lines.append("|---|---|---|---|---|---|---|")
    for kind, rows in found.items():
        words = sum(row.words for row in rows)
        shares = [f"{100 * sum(getattr(row, name) for row in rows) / words:.2f} %" for name in
                  ("dropped", "repeated", "added", "changed")]  # fmt: skip
        touched = sum(bool(row.dropped or row.repeated) for row in rows)
        lines.append(f"| {kind} | {len(rows)} | {' | '.join(shares)} | {touched} |")
    return "\n".join(lines)


def run(data: Path, most: int) -> dict[str, list[Slips]]:
    """Every kind over the speaker's test sentences and as many questions, the teacher over the former."""
    meter = WordErrorRate(1)
    recorded = [row for row in held_out(data, "ensemble") if row.speaker == SPEAKER][:most]
    texts = [row.text for row in recorded] + questions(data, most)
    found = {TEACHER: [count(read_audio(row.path), row.text, meter) for row in recorded]}
    for kind, name in KINDS.items():
        voice = load_voice(name)
        spoken = (Audio(voice.synthesize(text, speaker=SPEAKER).samples, RATE_HZ) for text in texts)
        found[kind] = [count(audio, text, meter) for audio, text in zip(spoken, texts, strict=True)]
        print(f"{kind}: done", file=sys.stderr)
    return found


def main() -> int:
    """Entry point of the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds speech/ and text/")
    parser.add_argument("--most", type=int, default=60, help="sentences and questions at most (60 each)")
    parser.add_argument("--json", type=Path, help="write every sentence's counts here")
    arguments = parser.parse_args()
    try:
        found = run(arguments.data, arguments.most)
    except (InputError, OSError) as error:
        print(f"words: {error}", file=sys.stderr)
        return 1
    machine = this_machine()
    print(f"{table(found)}\n\n{machine}; {SPEAKER}, held-out sentences of the ensemble, then questions.")
    if arguments.json:
        document = {"machine": asdict(machine), **{kind: [asdict(row) for row in rows] for kind, rows in found.items()}}
        arguments.json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
