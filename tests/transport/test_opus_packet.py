from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.transport.opus_codec import PacketError
from vivavoce.transport.opus_packet import Packet, assemble, parse


@st.composite
def packets(draw: st.DrawFn) -> Packet:
    config = draw(st.sampled_from([0, 8, 9, 12, 16, 19, 31]))
    most = {0: 12, 8: 12, 9: 6, 12: 12, 16: 48, 19: 6, 31: 6}[config]
    frames = draw(st.lists(st.binary(max_size=300), min_size=1, max_size=most))
    return Packet(config, draw(st.booleans()), tuple(frames), draw(st.binary(max_size=800)))


@given(packets())
def test_a_packet_survives_being_put_together_and_taken_apart(packet: Packet) -> None:
    assert parse(assemble(packet)) == packet


@given(packets())
def test_of_a_cut_packet_nothing_is_made_up(packet: Packet) -> None:
    data = assemble(packet)
    for end in range(len(data)):
        try:
            cut = parse(data[:end])
        except PacketError:
            continue
        assert sum(map(len, cut.frames)) + len(cut.padding) < end


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"\x4b", "frame count"),
        (b"\x4b\x00", "0 frames"),
        (b"\x4b\x41\xff", "size of its padding"),
        (b"\x4b\x41\x05ab", "shorter than its padding"),
        (b"\x49abc", "not of one size"),
        (b"\x4a\xfc", "frame's size"),
        (b"\x4a\x05ab", "shorter than its frames"),
        (b"\x48" + bytes(1276), "over 1275"),
        (b"\x4b\x07" + bytes(7), "over 120 ms"),
    ],
)
def test_malformed_packets_are_refused(data: bytes, words: str) -> None:
    with pytest.raises(PacketError, match=words):
        parse(data)


@pytest.mark.parametrize(
    ("config", "frames", "duration_ms"), [(9, 1, 20.0), (8, 2, 20.0), (11, 1, 60.0), (13, 1, 20.0), (16, 2, 5.0)]
)
def test_duration(config: int, frames: int, duration_ms: float) -> None:
    assert Packet(config, False, (b"ab",) * frames).duration_ms == duration_ms
