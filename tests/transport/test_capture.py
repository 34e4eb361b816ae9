"""Captures: every link and protocol, cut and damaged files, the stream that is chosen, and what is heard of it."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from vivavoce.cli import main
from vivavoce.errors import InputError
from vivavoce.transport.pcap import Capture, CapturedDatagram, read_pcap, select_stream
from vivavoce.transport.playout_policy import Source
from vivavoce.transport.receiver import Receiver
from vivavoce.transport.replay import packets_of, replay
from vivavoce.transport.rtp import RtpPacket, pack

from .fakes import FakeCodec, FakeConcealer

ETHERNET, RAW, COOKED = 1, 101, 113


def udp(payload: bytes) -> bytes:
    return struct.pack(">HHHH", 4000, 5004, 8 + len(payload), 0) + payload


def ipv4(payload: bytes, protocol: int = 17, fragment: int = 0) -> bytes:
    return struct.pack(">BBHHHBBH8x", 0x45, 0, 20 + len(payload), 1, fragment, 64, protocol, 0) + payload


def ipv6(payload: bytes, kind: int = 17) -> bytes:
    return struct.pack(">IHBB32x", 6 << 28, len(payload), kind, 64) + payload


def ethernet(packet: bytes, *tags: int) -> bytes:
    kind = 0x86DD if packet[0] >> 4 == 6 else 0x0800
    return bytes(12) + b"".join(struct.pack(">HH", tag, 5) for tag in tags) + struct.pack(">H", kind) + packet


def pppoe(packet: bytes) -> bytes:
    """As on the line of a house."""
    return bytes(12) + struct.pack(">HBBHHH", 0x8864, 0x11, 0, 9, 2 + len(packet), 0x21) + packet


def write(
    path: Path, packets: list[tuple[float, bytes]], link: int = ETHERNET, order: str = "<", magic: int = 0xA1B2C3D4
) -> Path:
    unit = 1e-9 if magic == 0xA1B23C4D else 1e-6
    data = struct.pack(f"{order}IHHIIII", magic, 2, 4, 0, 0, 65535, link)
    for at_s, packet in packets:
        data += struct.pack(f"{order}IIII", int(at_s), round(at_s % 1 / unit), len(packet), len(packet)) + packet
    path.write_bytes(data)
    return path


def block(kind: int, body: bytes, order: str) -> bytes:
    body += bytes(-len(body) % 4)
    return struct.pack(f"{order}II", kind, len(body) + 12) + body + struct.pack(f"{order}I", len(body) + 12)


def pcapng(packets: list[tuple[float, bytes]], order: str = "<", decimals: int = 6, offset_s: int = 0) -> bytes:
    """Two links, the packets on the second; a comment, a block of another kind and a packet without time between."""
    section = struct.pack(f"{order}IHHq", 0x1A2B3C4D, 1, 0, -1)
    options = struct.pack(f"{order}HHB3xHHqHH", 9, 1, decimals, 14, 8, offset_s, 0, 0)
    data = block(0x0A0D0D0A, section, order)
    data += block(1, struct.pack(f"{order}HHI", 105, 0, 0), order)
    data += block(1, struct.pack(f"{order}HHI", ETHERNET, 0, 0) + options, order)
    data += block(3, struct.pack(f"{order}I", 4) + b"none", order)
    data += block(6, struct.pack(f"{order}IIIII", 0, 0, 0, 4, 4) + b"wifi", order)
    for at_s, packet in packets:
        units = round((at_s - offset_s) * 10**decimals)
        fields = struct.pack(f"{order}IIIII", 1, units >> 32, units & 0xFFFFFFFF, len(packet), len(packet))
        comment = struct.pack(f"{order}HH4sHH", 1, 4, b"note", 0, 0)
        data += block(6, fields + packet + bytes(-len(packet) % 4) + comment, order) + block(5, bytes(12), order)
    return data


def call(packets: list[bytes], ssrc: int = 7) -> list[tuple[float, bytes]]:
    return [(0.02 * n, pack(RtpPacket(n, 960 * n, data, ssrc))) for n, data in enumerate(packets)]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("magic", [0xA1B2C3D4, 0xA1B23C4D])
@pytest.mark.parametrize(
    ("link", "wrap"),
    [
        (ETHERNET, lambda data: ethernet(ipv4(udp(data)))),
        (ETHERNET, lambda data: ethernet(ipv4(udp(data)), 0x8100)),
        (ETHERNET, lambda data: ethernet(ipv6(udp(data)), 0x88A8, 0x8100)),
        (ETHERNET, lambda data: ethernet(ipv6(bytes([17, 0, 0, 0, 0, 0, 0, 0]) + udp(data), 0))),
        (ETHERNET, lambda data: pppoe(ipv4(udp(data)))),
        (RAW, lambda data: ipv4(udp(data))),
        (RAW, lambda data: ipv6(udp(data))),
        (COOKED, lambda data: bytes(14) + struct.pack(">H", 0x0800) + ipv4(udp(data))),
        (0, lambda data: bytes(4) + ipv4(udp(data))),
    ],
    ids=["ethernet", "VLAN", "two VLANs, IPv6", "IPv6 with options", "PPPoE", "raw", "raw IPv6", "cooked", "loopback"],
)
def test_every_link(tmp_path: Path, link: int, wrap, order: str, magic: int) -> None:
    path = write(tmp_path / "a.pcap", [(1.5 + 0.02 * n, wrap(b"%d" % n)) for n in range(5)], link, order, magic)
    capture = read_pcap(path)
    assert [datagram.data for datagram in capture.datagrams] == [b"%d" % n for n in range(5)]
    assert [datagram.at_s for datagram in capture.datagrams] == pytest.approx([1.5 + 0.02 * n for n in range(5)])
    assert (capture.datagrams[0].port, capture.others, capture.cut) == (5004, 0, False)


def test_what_is_no_whole_datagram_is_counted(tmp_path: Path) -> None:
    packets = [
        ethernet(ipv4(udp(b"x"), protocol=6)),
        ethernet(ipv4(udp(b"x"), fragment=0x2000)),
        ethernet(ipv4(udp(b"x"), fragment=100)),
        ethernet(ipv6(bytes(8), 44)),
        ethernet(ipv4(udp(b"x")))[:-3],
        bytes(12) + b"\x08\x06" + bytes(28),
        b"",
        ethernet(ipv4(udp(b"whole"))),
    ]
    capture = read_pcap(write(tmp_path / "a.pcap", [(0.0, packet) for packet in packets]))
    assert (len(capture.datagrams), capture.others) == (1, 7)


def test_a_file_that_is_cut_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    path = write(tmp_path / "a.pcap", [(0.0, ethernet(ipv4(udp(b"x")))) for _ in range(4)])
    path.write_bytes(path.read_bytes()[:-5])
    capture = read_pcap(path)
    assert (len(capture.datagrams), capture.cut) == (3, True)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("decimals", "offset_s"), [(6, 0), (9, 0), (3, 1_700_000_000)])
def test_wiresharks_own_format(tmp_path: Path, order: str, decimals: int, offset_s: int) -> None:
    path, start_s = tmp_path / "a.pcapng", 1_700_000_001.5
    sent = [(start_s + 0.02 * n, ethernet(ipv4(udp(b"%d" % n)))) for n in range(12)]
    path.write_bytes(pcapng(sent, order, decimals, offset_s))
    capture = read_pcap(path)
    assert [datagram.data for datagram in capture.datagrams] == [b"%d" % n for n in range(12)]
    assert [d.at_s - start_s for d in capture.datagrams] == pytest.approx([0.02 * n for n in range(12)], abs=1e-6)
    assert (capture.others, capture.cut) == (2, False)
    path.write_bytes(path.read_bytes()[:-30])
    capture = read_pcap(path)
    assert (len(capture.datagrams), capture.cut) == (11, True)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "0 bytes, not a capture"),
        (b"RIFF" + bytes(40), "not a capture"),
        (bytes.fromhex("0a0d0d0a") + bytes(40), "a block of 0 bytes at byte 0"),
        (struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 105), "link of type 105"),
        (struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1) + struct.pack("<IIII", 0, 0, 1 << 30, 1), "damaged"),
    ],
)
def test_what_is_no_capture_is_refused(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "a.pcap"
    path.write_bytes(data)
    with pytest.raises(InputError, match=words):
        read_pcap(path)


def test_the_longest_stream_is_chosen(tmp_path: Path, carrying: list[bytes]) -> None:
    sent = sorted(call(carrying, 7) + call(carrying[:20], 8))
    path = write(tmp_path / "a.pcap", [(at_s, ethernet(ipv4(udp(data)))) for at_s, data in sent])
    capture = read_pcap(path)
    assert len(select_stream(capture, path)) == len(carrying)
    assert len(select_stream(capture, path, 8)) == 20
    with pytest.raises(InputError, match="no stream 0x00000009, there are 0x00000007, 0x00000008"):
        select_stream(capture, path, 9)
    with pytest.raises(InputError, match="no RTP of Opus in it"):
        select_stream(Capture((), 3, False), path)


def test_a_call_is_heard_again(tmp_path: Path, carrying: list[bytes]) -> None:
    """Lost, twice, and in another order than sent; timestamps wrap on the way."""
    lost = set(range(40, 45))
    sent = [
        (0.02 * n, pack(RtpPacket(n, (1 << 32) - 48_000 + 960 * n, data, 7)))
        for n, data in enumerate(carrying)
        if n not in lost
    ]
    sent[60], sent[61] = (sent[60][0], sent[61][1]), (sent[61][0], sent[60][1])
    sent.insert(80, sent[79])
    path = write(tmp_path / "a.pcap", [(at_s, ethernet(ipv4(udp(data)))) for at_s, data in sent])
    datagrams = select_stream(read_pcap(path), path)
    stream = packets_of(datagrams)
    assert [number for number, packet in enumerate(stream.packets) if not packet] == sorted(lost)
    assert [number for number, missing in enumerate(stream.lost) if missing] == sorted(lost)
    receiver = Receiver(FakeConcealer(), [FakeCodec()])
    heard = replay(datagrams, receiver)
    assert len(heard.samples) / 16_000 == pytest.approx(0.02 * len(carrying), abs=0.15)
    assert receiver.played[Source.REDUNDANCY] == 5
    assert 0.0 < heard.delay_s < 0.3
    assert heard.underruns <= 5  # while the five lost ones are waited for; the silence after the call is none


def test_a_capture_of_which_nothing_can_be_played_leaves_no_file(
    tmp_path: Path, carrying: list[bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    path, heard = tmp_path / "a.pcap", tmp_path / "heard.wav"
    write(path, [(0.0, ethernet(ipv4(udp(pack(RtpPacket(1, 960, carrying[0], 7))))))])
    assert main(["receive", "--pcap", str(path), "-o", str(heard)]) == 2
    assert "nothing can be played" in capsys.readouterr().err
    assert not heard.exists()


def test_a_pause_is_no_loss(carrying: list[bytes]) -> None:
    """A call on hold for ten minutes; then three packets are lost, and the last of the pause with them."""
    sent = [(n, 30_000 * (n >= 60) + n, data) for n, data in enumerate(carrying) if n not in (58, 59, 60, 80)]
    datagrams = [
        CapturedDatagram(0.02 * place, 5004, pack(RtpPacket(0xFFF0 + n, 960 * place, data, 7)))
        for n, place, data in sent
    ]
    stream = packets_of(datagrams)
    assert len(stream.packets) == 30_000 + len(carrying)
    assert sum(stream.lost) == 4
    assert [number for number, missing in enumerate(stream.lost) if missing][-1] == 30_080


def test_timestamps_that_begin_anew_leave_no_gap(carrying: list[bytes]) -> None:
    datagrams = [
        CapturedDatagram(0.02 * n, 5004, pack(RtpPacket(n, 960 * n + (n >= 60) * 48_000 * 3600, data, 7)))
        for n, data in enumerate(carrying)
    ]
    stream = packets_of(datagrams)
    assert stream.packets[:60] == tuple(carrying[:60])
    assert tuple(packet for packet in stream.packets if packet) == tuple(carrying)
    assert len(stream.packets) <= len(carrying) + 1
    assert not any(stream.lost)


def damage(data: bytes, rng: np.random.Generator) -> bytes:
    changed = bytearray(data)
    for place in rng.integers(0, len(changed), int(rng.integers(1, 9))):
        changed[place] = int(rng.integers(256))
    return bytes(changed[: int(rng.integers(len(changed)))] if rng.random() < 0.3 else changed)


def survive_captures(folder: Path, packets: list[bytes], count: int, seed: int = 5) -> None:
    rng, path = np.random.default_rng(seed), folder / "a.pcap"
    sent = [(at_s, ethernet(ipv4(udp(data)))) for at_s, data in call(packets[:30])]
    whole = (write(path, sent).read_bytes(), pcapng(sent))
    for number in range(count):
        path.write_bytes(damage(whole[number % 2], rng))
        try:
            datagrams = select_stream(read_pcap(path), path)
        except InputError:
            continue
        assert len(packets_of(datagrams).packets) <= 500_000


def test_damaged_captures_are_read_or_refused(tmp_path: Path, carrying: list[bytes]) -> None:
    survive_captures(tmp_path, carrying, 50)


@pytest.mark.nightly
def test_very_many_damaged_captures(tmp_path: Path, carrying: list[bytes]) -> None:
    survive_captures(tmp_path, carrying, 5_000)
