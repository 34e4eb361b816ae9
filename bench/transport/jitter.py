"""The receiver on a network whose delay is known: how long sound waits, and how often there is none in time.

`python -m bench.transport.jitter [TRACE…] [--write]`. A trace has a line for each packet of 20 ms: the seconds that it
was under way, or `lost`. Without one, models of networks are heard: they are drawn, not measured. A captured call is
judged by `vivavoce receive --pcap`, which prints the same figures.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.shared.results import Table, write_result
from vivavoce.audio import read_audio
from vivavoce.errors import InputError
from vivavoce.transport.jitter_buffer import JitterSettings
from vivavoce.transport.opus_codec import FRAME_S
from vivavoce.transport.packet_stream import PacketStream
from vivavoce.transport.pcap import CapturedDatagram
from vivavoce.transport.playout_policy import Source
from vivavoce.transport.receiver import Receiver
from vivavoce.transport.replay import replay
from vivavoce.transport.rtp import FRAME_TICKS, RtpPacket, pack

SPEECH = Path(__file__).parents[2] / "tests" / "data" / "kathleen.opus"
SOURCES = ("src/vivavoce/transport/jitter_buffer.py", "src/vivavoce/transport/receiver.py")
MIN_DELAYS_S = (0.02, 0.04, 0.1)


@dataclass(frozen=True, slots=True)
class NetworkModel:
    """Waiting that comes and goes, and moments in which nothing passes and after which all comes at once."""

    jitter_s: float
    """Mean of the exponential that waits are drawn from."""
    memory: int
    """Packets over which waits are alike."""
    stall_every_s: float
    longest_stall_s: float
    loss: float


MODELS = {
    "cable": NetworkModel(0.001, 1, 60.0, 0.03, 0.001),
    "Wi-Fi": NetworkModel(0.004, 2, 4.0, 0.12, 0.005),
    "mobile": NetworkModel(0.015, 4, 8.0, 0.35, 0.02),
}
COLUMNS = (
    "trace", "packets lost", "jitter: median, 95 %, most, ms", "least delay, ms",
    "mean delay, ms", "underruns", "played of what came in time", "by redundancy", "by guess",
)  # fmt: skip


def main() -> int:
    """Entry point of the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("traces", type=Path, nargs="*", help="files of delays")
    parser.add_argument("--write", action="store_true", help="keep the table among the results")
    arguments = parser.parse_args()
    try:
        traces = {path.stem: read_delays(path) for path in arguments.traces}
        traces = traces or {f"{name} (model)": model_delays(name) for name in MODELS}
        rows = [row for name, delays_s in traces.items() for row in judge(name, delays_s)]
    except (InputError, OSError) as error:
        print(f"jitter: {error}", file=sys.stderr)
        return 1
    for row in (COLUMNS, *rows):
        print(" | ".join(row))
    if arguments.write:
        write_result("transport-jitter", {"main": Table(COLUMNS, rows)}, SOURCES, {})
    return 0


def judge(name: str, delays_s: Sequence[float | None]) -> list[list[str]]:
    """A row for each least delay."""
    came = sorted(delay for delay in delays_s if delay is not None)
    jitter_ms = [1000 * (came[int(share * (len(came) - 1))] - came[0]) for share in (0.5, 0.95, 1.0)]
    datagrams = datagrams_of(delays_s)
    rows = []
    for min_delay_s in MIN_DELAYS_S:
        receiver = Receiver.load(JitterSettings(min_delay_s))
        heard = replay(datagrams, receiver)
        played = receiver.played_in_call
        share = played.get(Source.PACKET, 0) / len(came)
        rows.append([
            name, f"{delays_s.count(None)} of {len(delays_s)}", " / ".join(f"{ms:.0f}" for ms in jitter_ms),
            f"{1000 * min_delay_s:.0f}", f"{1000 * heard.delay_s:.0f}", str(heard.underruns),
            f"{share:.1%}", str(played.get(Source.REDUNDANCY, 0)), str(played.get(Source.PREDICTION, 0)),
        ])  # fmt: skip
    return rows


def datagrams_of(delays_s: Sequence[float | None]) -> list[CapturedDatagram]:
    """Speech, over and over, as RTP that arrives so late."""
    speech = read_audio(SPEECH)
    stream, packets = PacketStream(speech.rate_hz), list[bytes]()
    while len(packets) < len(delays_s):
        packets += [packet.data for packet in stream.push(speech.samples)]
    return [
        CapturedDatagram(number * FRAME_S + delay_s, 5004, pack(RtpPacket(number, FRAME_TICKS * number, data, 7)))
        for number, (data, delay_s) in enumerate(zip(packets, delays_s, strict=False))
        if delay_s is not None
    ]


def read_delays(path: Path) -> list[float | None]:
    """The delays of a trace. Raises `InputError` naming the line that is neither a number nor `lost`."""
    delays_s: list[float | None] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split(), start=1):
        try:
            delays_s.append(None if line == "lost" else float(line))
        except ValueError:
            raise InputError(f"{path}:{number}: give seconds or lost on each line") from None
    if not any(delay is not None for delay in delays_s):
        raise InputError(f"{path}: no packet came")
    return delays_s


def model_delays(name: str, packets: int = 1500) -> list[float | None]:
    """Half a minute of a network, drawn from a model: seconds under way, None where a packet is lost."""
    model, random = MODELS[name], np.random.default_rng(1)
    waits_s = random.exponential(model.jitter_s, packets)
    waits_s = np.convolve(waits_s, np.full(model.memory, 1 / model.memory))[:packets]
    arrivals_s = FRAME_S * np.arange(packets) + waits_s
    for begins_s in np.cumsum(random.exponential(model.stall_every_s, packets)):
        ends_s = begins_s + random.uniform(0.3, 1.0) * model.longest_stall_s
        held = (arrivals_s >= begins_s) & (arrivals_s < ends_s)
        arrivals_s[held] = ends_s + 0.0005 * np.arange(held.sum())  # they come together, in order
    lost = random.random(packets) < model.loss
    delays_s = (arrivals_s - FRAME_S * np.arange(packets)).tolist()
    return [None if missing else delay for delay, missing in zip(delays_s, lost, strict=True)]


if __name__ == "__main__":
    sys.exit(main())
