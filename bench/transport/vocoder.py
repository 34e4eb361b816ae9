"""The 16 kHz vocoder alone: `python -m bench.transport.vocoder data/speech data/traces/test --clips 6`.

Copy synthesis from uncoded features beside the original, how much both seams of a hole stick out, sound through loss
traces (no codec) filled with silence, guesses, or features, and processor time. Clips are of the test splits; nobody
who speaks in `prompts` or `speechocean` was trained on.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bench.shared.estimates import mean
from bench.shared.machine import this_machine
from bench.shared.metrics import load_meters
from bench.shared.scores import format_cell
from vivavoce.audio import Audio, read_audio
from vivavoce.errors import InputError
from vivavoce.redundancy.concealment.concealer import Concealer
from vivavoce.redundancy.concealment.crossfade import click_db
from vivavoce.redundancy.concealment.plc_vocoder import CarryVocoder
from vivavoce.redundancy.features import HOP, RATE_HZ, features

Samples = npt.NDArray[np.float32]

CORPORA = ("prompts", "speechocean", "kathleen", "ensemble")
PACKET = 2 * HOP
HOLE_FRAMES = (2, 4, 8, 16)
AHEAD = 2 * PACKET


@dataclass(frozen=True, slots=True)
class Clip:
    """One test recording in whole packets, and its features."""

    corpus: str
    samples: Samples
    rows: Samples


class Table:
    """Readings by row and column."""

    def __init__(self) -> None:
        self._cells: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))

    def add(self, row: str, **values: float) -> None:
        for column, value in values.items():
            self._cells[row][column].append(value)

    def __str__(self) -> str:
        columns = list(dict.fromkeys(name for row in self._cells.values() for name in row))
        lines = ["| | " + " | ".join(columns) + " |", "|" + "---|" * (len(columns) + 1)]
        for name, row in self._cells.items():
            cells = (format_cell(c, mean(row[c])) if c in row else "-" for c in columns)
            lines.append(f"| {name} | {' | '.join(cells)} |")
        return "\n".join(lines)


def read_clips(root: Path, count: int, random: np.random.Generator) -> Iterator[Clip]:
    """`count` test recordings of each corpus."""
    for corpus in CORPORA:
        with open(root / corpus / "metadata.tsv", encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            names = [row["id"] for row in rows if row["split"] == "test"]
        for name in random.choice(names, min(count, len(names)), replace=False):
            samples = read_audio(root / corpus / "audio" / f"{name}.opus", RATE_HZ).samples
            samples = samples[: len(samples) // PACKET * PACKET]
            yield Clip(corpus, samples, features(samples))


def received(clip: Clip, lost: Sequence[bool], concealer: Concealer, described: bool, ahead: bool) -> Samples:
    """A clip whose packets were `lost`, its holes filled with its own features or with guesses."""
    state, pieces, packet = concealer.initial_state(), [], 0
    while packet < len(lost):
        stop = packet + 1
        while stop < len(lost) and lost[stop] == lost[packet]:
            stop += 1
        if not lost[packet]:
            for start in range(packet * PACKET, stop * PACKET, PACKET):
                state, piece = concealer.hear(state, clip.samples[start : start + PACKET])
                pieces.append(piece)
        else:
            rows = clip.rows[2 * packet : 2 * stop] if described else None
            following = clip.samples[stop * PACKET : stop * PACKET + AHEAD] if ahead else None
            state, piece = concealer.fill(state, 2 * (stop - packet), rows, ahead=following)
            pieces.append(piece)
        packet = stop
    return np.concatenate(pieces)


def measure_copies(clips: Sequence[Clip], vocoder: CarryVocoder, meter_names: list[str], table: Table) -> None:
    """Copy synthesis: scores of original and copy, processor time of the vocoder."""
    meters = load_meters(meter_names)
    for clip in clips:
        began = time.process_time()
        copy = vocoder.whole(clip.rows)
        spent = (time.process_time() - began) / (len(clip.samples) / RATE_HZ)
        for kind, samples in (("original", clip.samples), ("copy", copy)):
            for meter in meters:
                readings = meter(Audio(samples, RATE_HZ), "")
                numbers = {name: value for name, value in readings.items() if not isinstance(value, str)}
                table.add(f"{clip.corpus}, {kind}", **numbers)
                table.add(f"all, {kind}", **numbers)
        table.add("all, copy", cpu_s_per_s=spent)


def measure_seams(clips: Sequence[Clip], concealer: Concealer, table: Table, random: np.random.Generator) -> None:
    """How much more the edges of a hole stick out than the same places in the original, dB."""
    for clip in clips:
        packets = len(clip.samples) // PACKET
        for frames in HOLE_FRAMES:
            first = int(random.integers(packets // 3, packets - frames // 2 - 3))
            lost = [first <= packet < first + frames // 2 for packet in range(packets)]
            begin, end = first * PACKET, first * PACKET + frames * HOP
            zeroed = np.where(np.repeat(lost, PACKET), 0.0, clip.samples).astype(np.float32)
            made = {
                "zeros": zeroed,
                "filled, what follows unknown": received(clip, lost, concealer, True, False),
                "filled, what follows known": received(clip, lost, concealer, True, True),
                "guessed": received(clip, lost, concealer, False, False),
            }
            for name, samples in made.items():
                onset, ending = (click_db(samples, seam) - click_db(clip.samples, seam) for seam in (begin, end))
                clicks = {"clicks_over_10_db": float(max(onset, ending) > 10.0)}
                table.add(name, begin_db=onset, end_db=ending, **clicks)


def measure_losses(clips: Sequence[Clip], traces: Path, concealer: Concealer, table: Table) -> None:
    """PLCMOS through loss traces, a trace a clip in turn, and processor time of the receiver."""
    (meter,) = load_meters(["plcmos"])
    files = sorted(traces.glob("*.txt"))
    for number, clip in enumerate(clips):
        trace = np.loadtxt(files[number % len(files)], dtype=int).astype(bool)
        lost = np.resize(trace, len(clip.samples) // PACKET)
        seconds = len(clip.samples) / RATE_HZ
        table.add("no loss", **_plcmos(meter(Audio(clip.samples, RATE_HZ), "")))
        zeroed = np.where(np.repeat(lost, PACKET), 0.0, clip.samples).astype(np.float32)
        table.add("zeros", **_plcmos(meter(Audio(zeroed, RATE_HZ), "")))
        for name, described, ahead in (
            ("guessed", False, True),
            ("features", True, False),
            ("features, ahead", True, True),
        ):
            began = time.process_time()
            made = received(clip, lost.tolist(), concealer, described, ahead)
            spent = (time.process_time() - began) / seconds
            table.add(name, **_plcmos(meter(Audio(made, RATE_HZ), "")), cpu_s_per_s=spent, loss=float(lost.mean()))


def _plcmos(reading: dict[str, float | str]) -> dict[str, float]:
    return {"plcmos": float(reading["plcmos"])}


def main() -> int:
    """Entry point of the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("speech", type=Path, help="folder with one folder a corpus")
    parser.add_argument("traces", type=Path, help="folder of loss traces, one line a packet")
    parser.add_argument("--clips", type=int, default=6, help="of each corpus")
    parser.add_argument("--metrics", default="plcmos", help="for copy synthesis: some of plcmos,distillmos,dnsmos")
    parser.add_argument("--vocoder", default="carry-vocoder", help="addon by name or path")
    parser.add_argument("--predictor", default="predictor", help="addon by name or path")
    arguments = parser.parse_args()
    try:
        vocoder = CarryVocoder.load(arguments.vocoder)
        concealer = Concealer.load(arguments.vocoder, arguments.predictor)
        random = np.random.default_rng(5)
        clips = list(read_clips(arguments.speech, arguments.clips, random))
    except (InputError, OSError) as error:
        print(f"carry_vocoder: {error}", file=sys.stderr)
        return 1
    copies, seams, losses = Table(), Table(), Table()
    measure_copies(clips, vocoder, arguments.metrics.split(","), copies)
    measure_seams(clips, concealer, seams, random)
    measure_losses(clips, arguments.traces, concealer, losses)
    for title, table in (("Copy synthesis", copies), ("Seams beside the original", seams), ("Through loss", losses)):
        print(f"\n{title}, {len(clips)} clips, {this_machine()}\n\n{table}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
