from __future__ import annotations

import numpy as np
import pytest

from vivavoce.audio import Audio, AudioError, Samples
from vivavoce.errors import InputError
from vivavoce.transport.opus_codec import OpusDecoder, OpusSettings
from vivavoce.transport.opus_extension import MAX_PACKET_BYTES, OVERHEAD_BYTES, ExtensionId, extract
from vivavoce.transport.opus_packet import parse
from vivavoce.transport.sender import (
    PacketSize,
    ProtectionSettings,
    Protector,
    chunks,
    measure_packet,
    protect,
    rate_bps,
)

from .fakes import EXTENSION, FakeCodec, FakeEncoder

SETTINGS = ProtectionSettings()


class Greedy(FakeEncoder):
    """Takes all the room there is."""

    def encode(self, state: tuple[int, ...], amount_s: float = 1.0, *, limit_bytes: int | None = None) -> bytes:
        return bytes(limit_bytes or 0)


def test_the_protected_stream_sounds_like_the_plain_one(speech: Audio) -> None:
    plain = protect(speech, None, SETTINGS)
    ours, theirs = OpusDecoder(), OpusDecoder()
    for packet, other in zip(protect(speech, FakeCodec(), SETTINGS).packets, plain.packets, strict=True):
        assert np.array_equal(ours.decode(packet), theirs.decode(other))


def test_the_payload_describes_the_packets_before_in_the_decoders_time(carrying: list[bytes]) -> None:
    decoder = OpusDecoder()
    loudness = [float(np.abs(decoder.decode(packet)).max()) for packet in carrying]
    payload = extract(parse(carrying[100]), EXTENSION)
    assert payload is not None
    described = np.array(list(payload[2:]), float)
    said = np.array(loudness[99 : 99 - len(described) : -1])
    later = np.array(loudness[98 : 98 - len(described) : -1])
    assert np.corrcoef(described, said)[0, 1] > 0.97
    assert np.corrcoef(described, said)[0, 1] > np.corrcoef(described, later)[0, 1]


@pytest.mark.parametrize("bitrate_bps", [24_000, 128_000])
def test_packets_stay_under_1200_bytes(bitrate_bps: int, frames: list[Samples]) -> None:
    protector = Protector(FakeCodec(encoder=Greedy()), ProtectionSettings(OpusSettings(bitrate_bps, lbrr=True)))
    sizes = [len(protector.step(frame).data) for frame in frames]
    assert max(sizes) <= MAX_PACKET_BYTES
    assert min(sizes) > MAX_PACKET_BYTES - 40


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 16_000, 44_100, 48_000])
def test_any_rate_goes_in(rate_hz: int) -> None:
    file = protect(Audio(np.zeros(rate_hz, np.float32), rate_hz), FakeCodec(), SETTINGS)
    assert file.length == 48_000
    assert len(file.packets) == 51
    assert file.input_rate_hz == rate_hz


@pytest.mark.parametrize("value", [0.0, 1.0, 30.0])
def test_one_sample_is_a_recording(value: float) -> None:
    file = protect(Audio(np.full(1, value, np.float32), 16_000), FakeCodec(), SETTINGS)
    assert (file.length, len(file.packets)) == (3, 1)
    assert protect(Audio(np.full(1, value, np.float32), 48_000), FakeCodec(), SETTINGS).length == 1


def test_an_empty_recording_has_only_the_coders_delay() -> None:
    assert protect(Audio(np.zeros(0, np.float32), 16_000), FakeCodec(), SETTINGS).length == 0


def test_the_extension_is_the_one_asked_for(frames: list[Samples]) -> None:
    packet = parse(Protector(FakeCodec(extension_id=100, prefix=b"x")).step(frames[0]).data)
    assert extract(packet, EXTENSION) is None
    assert extract(packet, ExtensionId(100, b"x")) is not None


def test_no_redundancy_is_a_plain_packet(frames: list[Samples]) -> None:
    packet = Protector(FakeCodec(), ProtectionSettings(redundancy_s=0.0)).step(frames[0])
    assert parse(packet.data).padding == b""
    assert packet.payload_bytes == 0


@pytest.mark.parametrize("amount_s", [-1.0, 9.0, float("nan")])
def test_an_amount_out_of_range_is_refused(amount_s: float) -> None:
    with pytest.raises(InputError, match="redundancy of"):
        ProtectionSettings(redundancy_s=amount_s)


def test_pieces_of_any_length_become_packets() -> None:
    pieces = list(chunks([np.ones(100, np.float32), np.ones(900, np.float32), np.zeros(0, np.float32)]))
    assert [len(piece) for piece in pieces] == [320] * 4
    assert np.concatenate(pieces).sum() == 1000


def test_what_bytes_are_spent_on(carrying: list[bytes]) -> None:
    payload = extract(parse(carrying[100]), EXTENSION)
    spent = measure_packet(carrying[100])
    assert payload is not None
    assert spent.speech + spent.padding == len(carrying[100])
    assert len(payload) < spent.padding <= len(payload) + OVERHEAD_BYTES
    assert measure_packet(b"\xff\xff") == PacketSize(2, 0)


def test_bit_rate() -> None:
    assert rate_bps([100] * 50) == 40_000
    assert rate_bps([]) == 0.0


def test_samples_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(AudioError, match="not numbers"):
        protect(Audio(np.full(960, np.nan, np.float32), 16_000), None, SETTINGS)
