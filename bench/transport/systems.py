"""Ways to get speech through a loss: ours, libopus's, and plain copies (RED)."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from bench.transport.items import Item
from vivavoce.audio import Samples
from vivavoce.redundancy.codec.payload_codec import PayloadCodec, default_codecs, load_codec
from vivavoce.redundancy.concealment.concealer import Concealer
from vivavoce.transport.loss_simulation import simulate_loss, simulate_loss_classic, trim_to_played
from vivavoce.transport.opus_codec import FRAME, RATE_HZ, OpusSettings
from vivavoce.transport.sender import ProtectionSettings, Protector, protect_samples, rate_bps


@dataclass(frozen=True, slots=True)
class Heard:
    """What came out, aligned with what went in, and the bit rate it took."""

    samples: Samples
    rate_bps: float


System = Callable[[Item], Heard]

PLAIN = OpusSettings(24_000, loss_percent=0)
"""As the copies and libopus without redundancy are coded."""
PROTECTED = OpusSettings(24_000)
LBRR = OpusSettings(40_000, lbrr=True)
DRED_RATES_BPS = (44_000, 52_000, 64_000)
DEC_COMPLEXITIES = (5, 10)
"""Of libopus's decoder: 5 conceals with networks, 10 also enhances what is received."""


@cache
def concealer() -> Concealer:
    """Our shipped models."""
    return Concealer.load()


@cache
def codec(name: str, bitrate_bps: int | None = None) -> PayloadCodec:
    """A shipped payload."""
    return load_codec(name, bitrate_bps)


def our_systems() -> dict[str, System]:
    """Ours with and without each of its parts."""
    return {
        "24k, no loss": _lossless(PLAIN),
        "40k, no loss": _lossless(OpusSettings(40_000, loss_percent=0)),
        "24k, our concealment": _ours(PROTECTED, None),
        "40k LBRR, our concealment": _ours(LBRR, None),
        "24k + DRED 1 s, 16k": _ours(PROTECTED, "dred", 16_000),
        "24k + DRED 1 s": _ours(PROTECTED, "dred"),
        "24k + DRED 1 s, 28k": _ours(PROTECTED, "dred", 28_000),
        "24k + our codec 1 s": _ours(PROTECTED, "vivavoce"),
        "40k LBRR + DRED 1 s": _ours(LBRR, "dred"),
    }


def red_systems() -> dict[str, System]:
    """RFC 2198: whole copies of the last packets in each."""
    return {f"24k, RED {copies} copies": _red(copies) for copies in (2, 3)}


def libopus_systems(program: Path) -> dict[str, System]:
    """The peer's own receiver, by its demonstration program."""
    lbrr, dred = ("-inbandfec", "-loss", "20"), ("-loss", "20", "-dred", "100")
    systems = {
        "libopus 24k, classic": _peer(program, 24_000),
        "libopus 40k LBRR, classic": _peer(program, 40_000, *lbrr),
    }
    for complexity in DEC_COMPLEXITIES:
        deep = ("-dec_complexity", str(complexity))
        systems[f"libopus 24k, deep PLC, dc {complexity}"] = _peer(program, 24_000, *deep)
        systems[f"libopus 40k LBRR, deep PLC, dc {complexity}"] = _peer(program, 40_000, *lbrr, *deep)
        for rate in DRED_RATES_BPS:
            systems[f"libopus DRED 1 s, {rate // 1000}k, dc {complexity}"] = _peer(program, rate, *dred, *deep)
        both = (*lbrr, *dred[2:], *deep)
        systems[f"libopus LBRR + DRED 1 s, 68k, dc {complexity}"] = _peer(program, 68_000, *both)
    return systems


def packets_of(item: Item, opus: OpusSettings, redundancy: PayloadCodec | None) -> tuple[list[bytes], int]:
    """The item's packets, and the delay of its decoded sound in samples."""
    settings = ProtectionSettings(opus, 1.0 if redundancy else 0.0)
    protector = Protector(redundancy, settings)
    packets = [packet.data for packet in protect_samples(item.samples, protector)]
    return packets[: len(item.lost) + 1], protector.lookahead


def _ours(opus: OpusSettings, payload: str | None, bitrate_bps: int | None = None) -> System:
    def run(item: Item) -> Heard:
        packets, delay = packets_of(item, opus, codec(payload, bitrate_bps) if payload else None)
        played = simulate_loss(packets, with_last(item), concealer(), default_codecs(), lbrr=opus.lbrr)
        return Heard(aligned(played.samples, delay, item), rate_bps([len(packet) for packet in packets]))

    return run


def _lossless(opus: OpusSettings) -> System:
    def run(item: Item) -> Heard:
        packets, delay = packets_of(item, opus, None)
        samples = simulate_loss_classic(packets, [False] * len(packets)).samples
        return Heard(aligned(samples, delay, item), rate_bps([len(packet) for packet in packets]))

    return run


def _red(copies: int) -> System:
    def run(item: Item) -> Heard:
        packets, delay = packets_of(item, PLAIN, None)
        lost = with_last(item)
        gone = tuple(all(lost[number : number + copies]) for number in range(len(lost)))
        samples = simulate_loss_classic(packets, gone).samples
        return Heard(aligned(samples, delay, item), copies * rate_bps([len(packet) for packet in packets]))

    return run


def _peer(program: Path, rate: int, *options: str) -> System:
    def run(item: Item) -> Heard:
        with tempfile.TemporaryDirectory() as folder:
            said, loss, heard = (Path(folder, name) for name in ("in.pcm", "loss.txt", "out.pcm"))
            said.write_bytes((np.clip(item.samples, -1, 1) * 32767).astype("<i2").tobytes())
            loss.write_text("".join(f"{int(missing)}\n" for missing in item.lost))
            command = [str(program), "voip", str(RATE_HZ), "1", str(rate), *options, "-lossfile", str(loss)]
            done = subprocess.run([*command, str(said), str(heard)], capture_output=True, text=True, check=True)
            samples = (np.frombuffer(heard.read_bytes(), "<i2") / 32768).astype(np.float32)
        found = re.search(r"average bitrate:\s+([\d.]+)", done.stderr)
        if found is None:
            raise ValueError(f"{program}: printed no bit rate")
        # its demonstration begins with the first packet that comes, and is short of those lost before
        before = np.zeros(FRAME * next((n for n, lost in enumerate(item.lost) if not lost), 0), np.float32)
        return Heard(aligned(np.concatenate([before, samples]), 0, item), 1000 * float(found[1]))

    return run


def with_last(item: Item) -> tuple[bool, ...]:
    """The trace, and the packet that flushes the coder's delay, which comes."""
    return (*item.lost, False)


def aligned(samples: Samples, delay: int, item: Item) -> Samples:
    """As long as what was said, silent where nothing came out at the end."""
    heard = trim_to_played(samples, 3 * delay, 3 * len(item.samples))
    return np.pad(heard, (0, len(item.samples) - len(heard)))


def chosen(systems: Mapping[str, System], words: Sequence[str]) -> dict[str, System]:
    """Systems of these names, or whose names contain one of the words; all without any."""
    exact = {name: systems[name] for name in words if name in systems}
    loose = [word for word in words if word not in systems]
    return exact | {name: run for name, run in systems.items() if not words or any(word in name for word in loose)}
