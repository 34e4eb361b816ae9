"""What `carry.py` plays: ten seconds of speech by people nobody trained on, each with one loss trace."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vivavoce.audio import Samples, read_audio
from vivavoce.transport.loss_traces import longest_burst, read_trace, repeat_trace
from vivavoce.transport.opus_codec import FRAME, RATE_HZ

CORPORA = ("speechocean", "ensemble-dev")
"""Real people with an accent, and synthetic voices; the speakers of both are in no training set."""
SECONDS = 10.0
BURSTS_MS = (120, 320, 1000)


@dataclass(frozen=True, slots=True)
class Item:
    """One speaker through one trace. `samples` are whole packets at 16 kHz."""

    name: str
    samples: Samples
    trace: Path
    lost: tuple[bool, ...]
    extreme: bool
    """Whether the trace is one of the real ones that lose more than half."""

    @property
    def burst(self) -> str:
        """The class of the longest burst."""
        longest_ms = 20 * longest_burst(self.lost)
        return next((f"<= {limit} ms" for limit in BURSTS_MS if longest_ms <= limit), f"> {BURSTS_MS[-1]} ms")


def items(data: Path, traces: Path, count: int) -> list[Item]:
    """The first `count` pairings of speakers with traces; each trace is met before any is met again."""
    paths = sorted(traces.glob("*.txt"))
    pairs = zip(range(count), _speakers(data), strict=False)
    return [_item(name, samples, paths[number % len(paths)]) for number, (name, samples) in pairs]


def _item(name: str, samples: Samples, trace: Path) -> Item:
    lost = repeat_trace(read_trace(trace), len(samples) // FRAME)
    return Item(f"{name}-{trace.stem}", samples, trace, lost, trace.stem.startswith("real_high"))


def _speakers(data: Path) -> Iterator[tuple[str, Samples]]:
    """Ten seconds of each test speaker, the corpora taking turns, again and again with other sentences."""
    voices = {corpus: _stretches(data / corpus) for corpus in CORPORA}
    turn = 0
    while any(voices.values()):
        # Five real people for each synthetic voice.
        corpus = CORPORA[0] if turn % 6 or not voices[CORPORA[1]] else CORPORA[1]
        turn += 1
        if voices[corpus]:
            name, paths = voices[corpus].pop(0)
            sound = np.concatenate([read_audio(path, RATE_HZ).samples for path in paths])
            yield f"{corpus}-{name}", sound[: round(SECONDS * RATE_HZ) // FRAME * FRAME]


def _stretches(folder: Path) -> list[tuple[str, list[Path]]]:
    """Speakers and recordings of theirs that last ten seconds together, each speaker once before any again."""
    spoken: dict[str, list[tuple[Path, float]]] = defaultdict(list)
    with open(folder / "metadata.tsv", encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if row["split"] == "test":
                path = next((folder / "audio").glob(f"{row['id']}.*"))
                spoken[row["speaker"]].append((path, float(row["seconds"])))
    rounds: dict[int, list[tuple[str, list[Path]]]] = defaultdict(list)
    for speaker, recordings in spoken.items():
        for number, stretch in enumerate(_tens(recordings)):
            rounds[number].append((f"{speaker}-{number}", stretch))
    return [stretch for number in sorted(rounds) for stretch in rounds[number]]


def _tens(recordings: list[tuple[Path, float]]) -> Iterator[list[Path]]:
    stretch: list[Path] = []
    total_s = 0.0
    for path, seconds in recordings:
        stretch.append(path)
        total_s += seconds
        if total_s >= SECONDS:
            yield stretch
            stretch, total_s = [], 0.0
