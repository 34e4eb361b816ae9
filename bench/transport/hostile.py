"""Payloads, packets and captures that were damaged, cut, foreign, or made to do harm: hundreds of thousands.

`python -m bench.transport.hostile [--cases 200000] [--captures 5000] [--progress runs/hostile.jsonl] [--write]`

A case is a call in which up to three packets are lost and something hostile comes after them; then the call goes on.
Nothing may raise, no call of the receiver may take over 20 ms of processor time (in the quickest of some tries:
a stall of the machine is not the packet's doing), a damaged payload leaves the packet's own sound as it is, noise where
no call has begun is not heard, and nothing is louder by 15 dB than the loudest of the call. Blocks of cases have their
own seeds and are kept as they come: a later run of the same code goes on from there.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import cache
from itertools import islice
from multiprocessing import Pool
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

import numpy as np
from tests.transport.test_capture import survive_captures

from bench.shared.results import ROOT, Table, digest, write_result
from bench.transport.attacks import ATTACKS, PAYLOADS, noise
from bench.transport.calls import Call, calls, loudest
from vivavoce.audio import Samples
from vivavoce.redundancy.codec.payload_codec import default_codecs
from vivavoce.transport.playout_policy import ReceivedPacket, Source
from vivavoce.transport.receiver import Receiver
from vivavoce.transport.rtp import unpack

BLOCK, BLOCK_OF_CAPTURES = 1_000, 250
MOST_S, TRIES = 0.02, 20
MOST_LOST = 4
LOUDEST_DB = 15.0
SOURCES = (
    "bench/transport/attacks.py", "bench/transport/calls.py", "bench/transport/hostile.py",
    "src/vivavoce/transport/level.py", "src/vivavoce/transport/playback.py", "src/vivavoce/transport/playout_policy.py",
    "src/vivavoce/transport/receiver.py", "src/vivavoce/transport/rtp_stream.py", "src/vivavoce/redundancy/codec",
)  # fmt: skip


@dataclass
class Tally:
    """What became of the cases of one kind."""

    cases: int = 0
    refused: int = 0
    """By the receiver: no packet of its stream."""
    described: int = 0
    """Cases in which a gap was filled from what the hostile packet said."""
    worst_ms: float = 0.0
    """The slowest call of the receiver or of a payload's decoder."""
    loudest_db: float = -99.0
    """The loudest 20 ms beside the loudest of the call as it was sent."""
    faults: list[str] = field(default_factory=list[str])

    def add(self, other: Tally) -> None:
        """Take in the tally of further cases."""
        self.cases, self.refused = self.cases + other.cases, self.refused + other.refused
        self.described, self.faults = self.described + other.described, self.faults + other.faults
        self.worst_ms, self.loudest_db = max(self.worst_ms, other.worst_ms), max(self.loudest_db, other.loudest_db)


def main() -> int:
    """Entry point of the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=200_000)
    parser.add_argument("--captures", type=int, default=5_000)
    parser.add_argument("--progress", type=Path, default=Path("runs/hostile.jsonl"))
    parser.add_argument("--workers", type=int, default=1, help="processes")
    parser.add_argument("--write", action="store_true", help="keep the table among the results")
    arguments = parser.parse_args()
    code = "".join(digest(ROOT / source) for source in SOURCES)
    work = [("cases", n) for n in range(-(-arguments.cases // BLOCK))]
    work += [("captures", n) for n in range(-(-arguments.captures // BLOCK_OF_CAPTURES))]
    blocks = {(b["kind"], b["number"]): b["tallies"] for b in _kept(arguments.progress) if b["code"] == code}
    missing = [block for block in work if block not in blocks]
    with open(arguments.progress, "a", encoding="utf-8") as file, Pool(arguments.workers) as pool:
        for done, (kind, number, tallies) in enumerate(pool.imap_unordered(_run, missing), start=1):
            blocks[kind, number] = tallies
            print(json.dumps({"code": code, "kind": kind, "number": number, "tallies": tallies}), file=file, flush=True)
            print(f"\r{done} of {len(missing)} blocks", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    tallies: dict[str, Tally] = {}
    for kind, number in work:
        for name, tally in blocks[kind, number].items():
            tallies.setdefault(name, Tally()).add(Tally(**tally))
    return _report(tallies, write=arguments.write)


def _run(block: tuple[str, int]) -> tuple[str, int, dict[str, Any]]:
    kind, number = block
    tallies = run_block(number) if kind == "cases" else run_captures(number)
    return kind, number, {name: asdict(tally) for name, tally in tallies.items()}


def run_block(number: int) -> dict[str, Tally]:
    """A thousand cases, every kind in turn."""
    random, tallies = np.random.default_rng([7, number]), {name: Tally() for name in ATTACKS}
    places, names = calls(), list(ATTACKS)
    for case in range(BLOCK):
        name, call = names[case % len(names)], places[int(random.integers(len(places)))]
        lost = int(random.integers(MOST_LOST))
        datagram = ATTACKS[name](call.packet(lost), random)
        try:
            tallies[name].add(judge(name, call, lost, datagram))
            if name == "datagram noise":
                tallies[name].faults += _heard_of_noise(random)
        except Exception as error:  # whatever it is, the report names it and the datagram
            tallies[name].faults.append(f"{type(error).__name__}: {error}: {datagram.hex()}")
    return tallies


def judge(name: str, call: Call, lost: int, datagram: bytes) -> Tally:
    """One case."""
    tally = Tally(1)
    receiver, sound, spent_s = _play(name, call, lost, datagram)
    for _ in range(TRIES if spent_s >= MOST_S else 0):
        receiver, sound, again_s = _play(name, call, lost, datagram)
        spent_s = min(spent_s, again_s)
        if spent_s < MOST_S:
            break
    tally.worst_ms = 1000 * spent_s
    tally.refused = receiver.refused - call.before.refused
    played, earlier = receiver.played.get(Source.REDUNDANCY, 0), call.before.played.get(Source.REDUNDANCY, 0)
    tally.described = int(played > earlier and not tally.refused)
    tally.loudest_db = float(20 * np.log10(loudest(sound) / call.loudest + 1e-9))
    if spent_s >= MOST_S:
        tally.faults.append(f"{1000 * spent_s:.0f} ms: {datagram.hex()}")
    if not np.isfinite(sound).all() or np.abs(sound).max() > 1.0:
        tally.faults.append(f"no sound: {datagram.hex()}")
    if tally.loudest_db > LOUDEST_DB:
        tally.faults.append(f"{tally.loudest_db:+.1f} dB: {datagram.hex()}")
    if name in PAYLOADS and not lost and not np.array_equal(sound, call.healthy):
        tally.faults.append(f"the packet's own sound changed: {datagram.hex()}")
    return tally


def _play(name: str, call: Call, lost: int, datagram: bytes) -> tuple[Receiver[Any], Samples, float]:
    receiver, sound, spent_s = call.play(lost, datagram)
    if name in PAYLOADS:
        spent_s = max(spent_s, _spent_s(lambda: describe(unpack(datagram).payload)))
    return receiver, sound, spent_s


def describe(packet: bytes) -> None:
    """Ask a packet for what it says of those before it, the furthest first. Raises `ValueError` for no numbers."""
    arrived = ReceivedPacket(200, packet, default_codecs())
    for features in (arrived.features(200 - back) for back in (200, 50, 3, 1, 0)):
        if features is not None and not np.isfinite(features).all():
            raise ValueError("features that are no numbers")


def run_captures(number: int) -> dict[str, Tally]:
    """Damaged captures: read or refused."""
    tally, packets = Tally(BLOCK_OF_CAPTURES), [call.packet(0).payload for call in calls()]
    with TemporaryDirectory() as folder:
        try:
            survive_captures(Path(folder), packets, BLOCK_OF_CAPTURES, seed=number)
        except Exception as error:
            tally.faults.append(f"{type(error).__name__}: {error}: captures of seed {number}")
    return {"captures": tally}


def _heard_of_noise(random: np.random.Generator) -> list[str]:
    """Noise where no call has begun is not heard."""
    receiver = _fresh()
    datagrams = [noise(b"", random) for _ in range(3)]
    for place, datagram in enumerate(datagrams):
        receiver.arrive(datagram, 0.02 * place)
    heard = any(receiver.pull(0.06 + 0.02 * place).any() for place in range(4))
    return [f"noise was heard: {[datagram.hex() for datagram in datagrams]}"] if heard else []


def _fresh() -> Receiver[Any]:
    receiver = calls()[0].receiver
    receiver.state = _first_state()
    return receiver


@cache
def _first_state() -> Any:
    return Receiver.load().state


def _spent_s(run: Callable[[], object]) -> float:
    start_s = process_time()
    run()
    return process_time() - start_s


def _kept(path: Path) -> list[dict[str, Any]]:
    path.parent.mkdir(parents=True, exist_ok=True)
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def _report(tallies: dict[str, Tally], *, write: bool) -> int:
    columns = ("what came", "cases", "refused", "gaps filled from it", "slowest call, ms", "loudest, dB", "faults")
    rows = [
        (
            name, f"{t.cases:,}", f"{t.refused:,}", f"{t.described:,}",
            f"{t.worst_ms:.1f}" if name != "captures" else "", f"{t.loudest_db:+.1f}" if name != "captures" else "",
            str(len(t.faults)),
        )
        for name, t in tallies.items()
    ]  # fmt: skip
    for row in (columns, *rows):
        print(" | ".join(row))
    faults = [fault for tally in tallies.values() for fault in tally.faults]
    for fault in islice(faults, 20):
        print(fault)
    everything = {
        "cases": sum(t.cases for name, t in tallies.items() if name != "captures"),
        "captures": tallies["captures"].cases if "captures" in tallies else 0,
        "worst_ms": max(t.worst_ms for t in tallies.values()),
        "faults": len(faults),
    }
    if write:
        write_result("transport-hostile", {"main": Table(columns, rows)}, SOURCES, everything)
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
