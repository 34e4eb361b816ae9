"""How far LBRR and DRED could come together: with features that no coder touched, and with the very sound in each gap.

`python -m bench.transport.bounds DATA/speech DATA/traces/test [--items 20] [--write]`. The first says what better
coding could win, or more bits for it; the second what a better vocoder could.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from bench.shared.estimates import mean
from bench.shared.results import Table, write_result
from bench.transport.attacks import taken_apart
from bench.transport.items import Item, items
from bench.transport.quality import METRICS, Ears
from bench.transport.systems import LBRR, aligned, codec, concealer, packets_of, with_last
from vivavoce.audio import Samples
from vivavoce.errors import InputError
from vivavoce.redundancy.codec.payload_codec import PayloadCodec, default_codecs
from vivavoce.redundancy.concealment.crossfade import CROSSFADE, crossfade
from vivavoce.redundancy.features import HOP, features
from vivavoce.transport.interfaces import Concealer, DecodedRedundancy, RedundancyDecoder
from vivavoce.transport.loss_simulation import simulate_loss, simulate_loss_classic

SOURCES = ("bench/transport/bounds.py", "src/vivavoce/redundancy/concealment", "src/vivavoce/transport/playback.py")


@dataclass(frozen=True)
class TrueFeatures:
    """What a payload describes, as it truly was."""

    coded: DecodedRedundancy
    rows: Samples
    number: int
    """Of the packet that carries it."""

    @property
    def offset(self) -> int:
        return self.coded.offset

    @property
    def silent(self) -> bool:
        return self.coded.silent

    def packet(self, back: int) -> Samples | None:
        first = 2 * (self.number - back)
        known = self.coded.packet(back) is not None and 0 <= first <= len(self.rows) - 2
        return self.rows[first : first + 2] if known else None


@dataclass(frozen=True)
class TrueDecoder:
    """Reads payloads, and gives the features that they were made of."""

    decoder: RedundancyDecoder
    numbers: Mapping[bytes, int]
    rows: Samples

    def decode(self, data: bytes, seconds: float | None = None) -> TrueFeatures:
        return TrueFeatures(self.decoder.decode(data, seconds), self.rows, self.numbers[data])


class Place(NamedTuple):
    """How many samples were played, and whether the last of them filled a gap."""

    samples: int = 0
    in_gap: bool = False


@dataclass(frozen=True)
class TrueConcealer:
    """Fills gaps with what was lost, `sound` (samples,), joined as our own filling is."""

    sound: Samples

    def initial_state(self) -> Place:
        return Place()

    def hear(self, state: Place, samples: Samples) -> tuple[Place, Samples]:
        after = Place(state.samples + len(samples))
        if not state.in_gap:
            return after, samples
        seam = crossfade(self.continue_gap(state)[:CROSSFADE], samples[:CROSSFADE])
        return after, np.concatenate([seam, samples[CROSSFADE:]])

    def fill(
        self,
        state: Place,
        frames: int,
        rows: Samples | None = None,
        known: npt.NDArray[Any] | None = None,
        ahead: Samples | None = None,
    ) -> tuple[Place, Samples]:
        after = Place(state.samples + HOP * frames, in_gap=True)
        return after, self._sound(state.samples, after.samples)

    def continue_gap(self, state: Place) -> Samples:
        return self._sound(state.samples, state.samples + HOP)

    def _sound(self, start: int, stop: int) -> Samples:
        piece = self.sound[start:stop]
        return np.pad(piece, (0, stop - start - len(piece)))


def hear_each_way(item: Item) -> dict[str, Samples]:
    """The item through its loss in our way, in both better ones, and without loss."""
    packets, delay = packets_of(item, LBRR, codec("dred"))
    whole = simulate_loss_classic(packets, [False] * len(packets)).samples

    def play(fill: Concealer[Any], codecs: Sequence[PayloadCodec]) -> Samples:
        return aligned(simulate_loss(packets, with_last(item), fill, codecs).samples, delay, item)

    return {
        "as it is": play(concealer(), default_codecs()),
        "with true features": play(concealer(), [_with_true_features(packets, whole)]),
        "with the sound that was lost": play(TrueConcealer(whole), default_codecs()),
        "no loss": aligned(whole, delay, item),
    }


def _with_true_features(packets: Sequence[bytes], whole: Samples) -> PayloadCodec:
    found: dict[bytes, int] = {}
    for number, packet in enumerate(packets):
        try:
            found[taken_apart(packet)[2]] = number
        except ValueError:  # nothing to describe yet
            continue
    dred = codec("dred")
    return replace(dred, decoder=TrueDecoder(dred.decoder, found, features(whole)))


def main() -> int:
    """Entry point of the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("speech", type=Path, help="folder of the corpora")
    parser.add_argument("traces", type=Path, help="folder of loss traces")
    parser.add_argument("--items", type=int, default=20, help="speakers of ten seconds, each through one trace")
    parser.add_argument("--write", action="store_true", help="keep the table among the results")
    arguments = parser.parse_args()
    scores: dict[str, list[dict[str, float]]] = {}
    try:
        pool = [item for item in items(arguments.speech, arguments.traces, arguments.items) if not item.extreme]
        ears = Ears()
        for number, item in enumerate(pool):
            for name, samples in hear_each_way(item).items():
                scores.setdefault(name, []).append(ears(item.samples, samples))
            print(f"\r{number + 1} of {len(pool)} ", end="", file=sys.stderr, flush=True)
    except (InputError, OSError) as error:
        print(f"bounds: {error}", file=sys.stderr)
        return 1
    columns = ("40k LBRR + DRED 1 s", "PLCMOS", "PESQ", "STOI")
    rows = [(name, *(_cell([score[metric] for score in found], metric) for metric in METRICS))
            for name, found in scores.items()]  # fmt: skip
    for row in (columns, *rows):
        print(" | ".join(row))
    if arguments.write:
        write_result("transport-bounds", {"main": Table(columns, rows)}, SOURCES, {"items": len(pool)})
    return 0


def _cell(values: list[float], metric: str) -> str:
    digits = 3 if metric == "stoi" else 2
    found = mean(values)
    return f"{found.value:.{digits}f} ± {found.standard_error:.{digits}f}"


if __name__ == "__main__":
    sys.exit(main())
