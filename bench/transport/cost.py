"""What protection costs: bits and processor time against seconds of redundancy, and time to decode and to conceal.

`python -m bench.transport.cost DATA/speech DATA/traces/test [--peer OPUS_DEMO] [--items 4] [--hour]`, on one thread.
"""

from __future__ import annotations

import argparse
import resource
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from time import process_time

import numpy as np

from bench.shared.estimates import mean
from bench.shared.machine import this_machine
from bench.transport.items import Item, items
from bench.transport.systems import LBRR, PROTECTED, codec, concealer, libopus_systems, packets_of
from vivavoce.audio import Samples
from vivavoce.errors import InputError
from vivavoce.redundancy.codec.payload_codec import default_codecs
from vivavoce.transport.channel import ChannelSettings, GilbertElliott, transmit
from vivavoce.transport.loss_simulation import play_through_loss, simulate_loss
from vivavoce.transport.opus_codec import FRAME_S, OpusSettings
from vivavoce.transport.playback import PlayedSegment
from vivavoce.transport.sender import ProtectionSettings, Protector, protect_samples

AMOUNTS_S = (0.2, 1.0)
LOSS, BURST = 0.2, 3.0
REPEATS = 3
MINUTE = 3_000
"""Packets."""
FULL = 150
"""Packets after which the longest payload is full."""


def main() -> int:
    """Entry point of the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("speech", type=Path, help="folder of the corpora")
    parser.add_argument("traces", type=Path, help="folder of loss traces")
    parser.add_argument("--peer", type=Path, help="opus_demo of a libopus with DRED")
    parser.add_argument("--items", type=int, default=4)
    parser.add_argument("--hour", action="store_true", help="also whether an hour costs what 60 minutes cost")
    arguments = parser.parse_args()
    try:
        pool = items(arguments.speech, arguments.traces, arguments.items)
        print(this_machine(), end="\n\n")
        _print_encoding(pool)
        _print_decoding(pool)
        if arguments.hour:
            _print_hour(pool[0])
        if arguments.peer:
            _print_peer(pool, arguments.peer)
    except (InputError, OSError) as error:
        print(f"carry_cost: {error}", file=sys.stderr)
        return 1
    return 0


def _print_encoding(pool: Sequence[Item]) -> None:
    payload = codec("dred")
    print("| redundancy | bits a packet | encode, s of processor per s |\n|---|---|---|")
    for amount_s in (0.0, *AMOUNTS_S):
        settings = ProtectionSettings(PROTECTED, amount_s)

        def run(item: Item, settings: ProtectionSettings = settings) -> list[int]:
            return [packet.payload_bytes for packet in protect_samples(item.samples, Protector(payload, settings))]

        sizes = [size for item in pool for size in run(item)[FULL:]]
        print(f"| {amount_s:g} s | {8 * np.mean(sizes):.0f} | {_share(run, pool):.4f} |")


def _print_decoding(pool: Sequence[Item]) -> None:
    print("\n| receiving | no loss | 20 % lost | each concealed second |\n|---|---|---|---|")
    for name, opus in (("24k + DRED 1 s", PROTECTED), ("40k LBRR + DRED 1 s", LBRR)):
        streams = {item.name: packets_of(item, opus, codec("dred"))[0] for item in pool}
        whole, lossy = (_share(partial(_play, streams, opus, loss), pool) for loss in (0.0, LOSS))
        print(f"| {name} | {whole:.4f} | {lossy:.4f} | {(lossy - whole) / LOSS:.4f} |")


def _play(streams: Mapping[str, list[bytes]], opus: OpusSettings, loss: float, item: Item) -> Samples:
    packets = streams[item.name]
    network = ChannelSettings(GilbertElliott.of(loss, BURST), seed=1)
    there = {int.from_bytes(d.data) for d in transmit(network, ((0.0, n.to_bytes(4)) for n in range(len(packets))))}
    lost = [number not in there for number in range(len(packets))]
    return simulate_loss(packets, lost, concealer(), default_codecs(), lbrr=opus.lbrr).samples


def _print_hour(item: Item) -> None:
    """One recording of an hour, and after each third of its minutes one by itself: a machine's speed drifts."""
    packets = packets_of(item, PROTECTED, codec("dred"))[0][: len(item.lost)]
    minute, lost = packets * (MINUTE // len(packets)), item.lost * (MINUTE // len(packets))

    def play(times: int) -> Iterator[PlayedSegment]:
        return play_through_loss(minute * times, lost * times, concealer(), default_codecs())

    def spend(segments: Iterator[PlayedSegment]) -> float:
        start, played = process_time(), 0
        while played < len(minute):
            kept.append(next(segments))
            played += len(kept[-1].sources)
        return process_time() - start

    kept: list[PlayedSegment] = []
    hour = play(60)
    pairs: list[tuple[float, float]] = []
    for _ in range(20):
        of_hour = [spend(hour) for _ in range(3)]
        pairs.append((of_hour[-1], spend(play(1))))
    found = mean([of_hour / alone for of_hour, alone in pairs])
    print(f"\nA minute of an hour takes {found.value:.3f} ± {found.standard_error:.3f} of what it takes by itself.")
    late = mean([of_hour / alone for of_hour, alone in pairs[10:]])
    print(f"In its second half: {late.value:.3f} ± {late.standard_error:.3f}.")


def _print_peer(pool: Sequence[Item], program: Path) -> None:
    """Both directions together, because the peer's program runs them together."""
    print("\n| libopus, encode and decode | s of processor per s |\n|---|---|")
    for name, run in libopus_systems(program).items():
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        for item in pool:
            run(item)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        print(f"| {name} | {spent / (len(pool) * len(pool[0].lost) * FRAME_S):.4f} |")


def _share(run: Callable[[Item], object], pool: Sequence[Item]) -> float:
    """Processor seconds per second of speech, the least of some tries."""
    tries = []
    for _ in range(REPEATS):
        start = process_time()
        for item in pool:
            run(item)
        tries.append(process_time() - start)
    return min(tries) / sum(len(item.lost) * FRAME_S for item in pool)


if __name__ == "__main__":
    sys.exit(main())
