from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.transport.rtp import RtpError, RtpPacket, pack, unpack, unwrap


@given(st.integers(0, 0xFFFF), st.integers(0, 0xFFFFFFFF), st.binary(), st.integers(0, 0xFFFFFFFF), st.booleans())
def test_a_packet_survives_the_wire(sequence: int, timestamp: int, payload: bytes, source: int, marker: bool) -> None:
    packet = RtpPacket(sequence, timestamp, payload, source, marker=marker)
    assert unpack(pack(packet)) == packet


def test_contributors_extension_and_padding_are_stepped_over() -> None:
    head = bytes([0x80 | 0x20 | 0x10 | 1, 111]) + bytes(10)
    datagram = head + bytes(4) + b"\xbe\xde\x00\x01" + bytes(4) + b"sound" + b"\x00\x00\x03"
    assert unpack(datagram).payload == b"sound"


@given(st.binary(max_size=60))
def test_any_datagram_is_a_packet_or_refused(datagram: bytes) -> None:
    with suppress(RtpError):
        assert len(unpack(datagram).payload) <= len(datagram) - 12


@pytest.mark.parametrize("datagram", [b"", bytes(12), b"\x8f" + bytes(20), b"\xa0" + bytes(10) + b"\xff"])
def test_what_is_no_rtp_is_refused(datagram: bytes) -> None:
    with pytest.raises(RtpError):
        unpack(datagram)


@given(st.integers(0, 1 << 40), st.integers(-(1 << 15) + 1, (1 << 15) - 1))
def test_numbers_unwrap_to_the_nearest(near: int, step: int) -> None:
    assert unwrap((near + step) & 0xFFFF, near, bits=16) == near + step
