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
from vivavoce.redundancy.codec.vivavoce.decoder import Decoder, load_decoder
from vivavoce.redundancy.codec.vivavoce.encoder import Encoder, EncoderState, load_encoder
from vivavoce.redundancy.codec.vivavoce.rate_allocation import RateAllocation
from vivavoce.redundancy.concealment.concealer import Concealer
from vivavoce.transport.interfaces import RedundancyEncoder
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
SCHEDULES = {"fine": RateAllocation(4, 4), "": RateAllocation(), "coarse": RateAllocation(9, 5)}
DRED_RATES_BPS = (44_000, 52_000, 64_000)


@dataclass(frozen=True, slots=True)
class Scheduled:
    """An encoder that codes by another schedule than its own."""

    encoder: Encoder
    schedule: RateAllocation

    def initial_state(self) -> EncoderState:
        return self.encoder.initial_state()

    def step(self, state: EncoderState, samples: Samples) -> EncoderState:
        return self.encoder.step(state, samples)

    def encode(self, state: EncoderState, amount_s: float = 1.0, *, limit_bytes: int | None = None) -> bytes:
        return self.encoder.encode(state, amount_s, self.schedule, limit_bytes=limit_bytes)


@cache
def parts() -> tuple[Encoder, Decoder, Concealer]:
    """Our shipped models."""
    return load_encoder(), load_decoder(), Concealer.load()


def our_systems() -> dict[str, System]:
    """Ours with and without each of its parts."""
    systems: dict[str, System] = {
        "24k, no loss": _lossless(PLAIN),
        "24k, our prediction": _ours(PLAIN, None),
        "40k LBRR, our prediction": _ours(LBRR, None),
    }
    for name, schedule in SCHEDULES.items():
        systems[f"24k + ours 1 s {name}".rstrip()] = _ours(PROTECTED, schedule)
    systems["40k LBRR + ours 1 s"] = _ours(LBRR, RateAllocation())
    return systems


def red_systems() -> dict[str, System]:
    """RFC 2198: whole copies of the last packets in each."""
    return {f"24k, RED {copies} copies": _red(copies) for copies in (2, 3)}


def libopus_systems(program: Path) -> dict[str, System]:
    """The peer's own receiver, by its demonstration program."""
    lbrr, deep = ("-inbandfec", "-loss", "20"), ("-dec_complexity", "10")
    dred = ("-loss", "20", "-dred", "100")
    systems = {
        "libopus 24k, classic": _peer(program, 24_000),
        "libopus 24k, deep PLC": _peer(program, 24_000, *deep),
        "libopus 40k LBRR, classic": _peer(program, 40_000, *lbrr),
        "libopus 40k LBRR, deep PLC": _peer(program, 40_000, *lbrr, *deep),
    }
    for rate in DRED_RATES_BPS:
        systems[f"libopus DRED 1 s, {rate // 1000}k"] = _peer(program, rate, *dred, *deep)
    systems["libopus LBRR + DRED 1 s, 68k"] = _peer(program, 68_000, *lbrr, *dred[2:], *deep)
    return systems


def packets_of(item: Item, opus: OpusSettings, redundancy: RedundancyEncoder | None) -> tuple[list[bytes], int]:
    """The item's packets, and the delay of its decoded sound in samples."""
    settings = ProtectionSettings(opus, 1.0 if redundancy else 0.0)
    protector = Protector(redundancy, settings)
    packets = [packet.data for packet in protect_samples(item.samples, protector)]
    return packets[: len(item.lost) + 1], protector.lookahead


def _ours(opus: OpusSettings, schedule: RateAllocation | None) -> System:
    def run(item: Item) -> Heard:
        encoder, decoder, concealer = parts()
        packets, delay = packets_of(item, opus, Scheduled(encoder, schedule) if schedule else None)
        passage = simulate_loss(packets, _with_last(item), concealer, decoder, lbrr=opus.lbrr)
        return Heard(_aligned(passage.samples, delay, item), rate_bps([len(packet) for packet in packets]))

    return run


def _lossless(opus: OpusSettings) -> System:
    def run(item: Item) -> Heard:
        packets, delay = packets_of(item, opus, None)
        samples = simulate_loss_classic(packets, [False] * len(packets)).samples
        return Heard(_aligned(samples, delay, item), rate_bps([len(packet) for packet in packets]))

    return run


def _red(copies: int) -> System:
    def run(item: Item) -> Heard:
        packets, delay = packets_of(item, PLAIN, None)
        lost = _with_last(item)
        gone = tuple(all(lost[number : number + copies]) for number in range(len(lost)))
        samples = simulate_loss_classic(packets, gone).samples
        return Heard(_aligned(samples, delay, item), copies * rate_bps([len(packet) for packet in packets]))

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
        return Heard(_aligned(np.concatenate([before, samples]), 0, item), 1000 * float(found[1]))

    return run


def _with_last(item: Item) -> tuple[bool, ...]:
    """The trace, and the packet that flushes the coder's delay, which comes."""
    return (*item.lost, False)


def _aligned(samples: Samples, delay: int, item: Item) -> Samples:
    """As long as what was said, silent where nothing came out at the end."""
    heard = trim_to_played(samples, 3 * delay, 3 * len(item.samples))
    return np.pad(heard, (0, len(item.samples) - len(heard)))


def chosen(systems: Mapping[str, System], words: Sequence[str]) -> dict[str, System]:
    """Systems whose names contain one of the words; all without any."""
    return {name: run for name, run in systems.items() if not words or any(word in name for word in words)}
