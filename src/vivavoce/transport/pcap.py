"""RTP out of packet captures, pcap and pcapng."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vivavoce.errors import InputError
from vivavoce.transport.capture_files import read_packets
from vivavoce.transport.link_layer import find_udp
from vivavoce.transport.rtp import STATIC_TYPES, RtpError, unpack

MAX_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class CapturedDatagram:
    """A UDP datagram and when it was seen."""

    at_s: float
    port: int
    """Where it went."""
    data: bytes


@dataclass(frozen=True, slots=True)
class Capture:
    """The datagrams of a file, and how many packets were left aside."""

    datagrams: tuple[CapturedDatagram, ...]
    others: int
    """Of other protocols, fragments, or cut short when they were captured."""
    cut: bool
    """Whether the file ends in the middle of a packet."""


def read_pcap(path: Path) -> Capture:
    """Read a capture, one that is cut short as far as it goes. Raises `InputError` for a file of another kind."""
    with open(path, "rb") as stream:
        data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise InputError(f"{path}: over {MAX_BYTES >> 30} GiB, cut it with editcap")
    datagrams: list[CapturedDatagram] = []
    others, cut = 0, False
    for packet in read_packets(data, str(path)):
        if packet is None:
            cut = True
        elif (found := find_udp(packet.data, packet.link) if packet.whole else None) is None:
            others += 1
        else:
            datagrams.append(CapturedDatagram(packet.at_s, *found))
    return Capture(tuple(datagrams), others, cut)


def select_stream(capture: Capture, path: Path, ssrc: int | None = None) -> list[CapturedDatagram]:
    """The datagrams of the RTP stream with the most packets, or of `ssrc`, as they came.

    Raises `InputError` where there is none.
    """
    streams = count_streams(capture)
    if not streams:
        raise InputError(
            f"{path}: no RTP of Opus in it, {len(capture.datagrams)} UDP datagrams and {capture.others} other packets"
        )
    chosen = streams.most_common(1)[0][0] if ssrc is None else ssrc
    if chosen not in streams:
        known = ", ".join(f"{number:#010x}" for number, _ in streams.most_common(5))
        raise InputError(f"{path}: no stream {chosen:#010x}, there are {known}")
    return [datagram for datagram in capture.datagrams if chosen in _ssrc_of(datagram)]


def count_streams(capture: Capture) -> Counter[int]:
    """The packets of each RTP stream that may be Opus, by its SSRC."""
    return Counter(number for datagram in capture.datagrams for number in _ssrc_of(datagram))


def _ssrc_of(datagram: CapturedDatagram) -> Iterator[int]:
    """The SSRC where the datagram is RTP and may be Opus; RTCP, whose types are 64 to 95 here, is not."""
    try:
        packet = unpack(datagram.data)
    except RtpError:
        return
    if packet.payload_type not in STATIC_TYPES and not 64 <= packet.payload_type <= 95 and packet.payload:
        yield packet.ssrc
