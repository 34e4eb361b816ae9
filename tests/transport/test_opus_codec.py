from dataclasses import replace

import numpy as np
import pytest

from vivavoce.audio import Audio, Samples
from vivavoce.errors import InputError
from vivavoce.transport.opus_codec import FRAME, OpusDecoder, OpusEncoder, OpusSettings, PacketError
from vivavoce.transport.opus_packet import parse


def test_decoded_speech_is_the_speech_later_by_the_lookahead(speech: Audio, frames: list[Samples]) -> None:
    encoder, decoder = OpusEncoder(), OpusDecoder()
    heard = np.concatenate([decoder.decode(encoder.encode(frame)) for frame in frames])
    said = np.concatenate(frames)
    places = range(200)
    likeness = [float(np.dot(heard[place:], said[: len(said) - place])) for place in places]
    assert encoder.lookahead == 104
    assert int(np.argmax(likeness)) == pytest.approx(104, abs=2)
    assert max(likeness) > 0.9 * float(np.dot(said, said))


def test_the_bit_rate_is_about_what_was_asked_for(frames: list[Samples]) -> None:
    for rate_bps in (12_000, 24_000, 48_000):
        encoder = OpusEncoder(OpusSettings(bitrate_bps=rate_bps))
        size = sum(len(encoder.encode(frame)) for frame in frames)
        assert 8 * size / (0.02 * len(frames)) == pytest.approx(rate_bps, rel=0.35)


def test_lbrr_brings_back_the_packet_before(plain: list[bytes]) -> None:
    place = next(n for n in range(20, len(plain)) if parse(plain[n]).has_lbrr and parse(plain[n + 1]).has_lbrr)
    whole, lossy, classic = OpusDecoder(), OpusDecoder(), OpusDecoder()
    for packet in plain[:place]:
        for decoder in (whole, lossy, classic):
            decoder.decode(packet)
    true = whole.decode(plain[place])
    error = np.square(lossy.decode_previous(plain[place + 1]) - true).sum()
    assert error < 0.5 * np.square(classic.conceal() - true).sum()


def test_whether_a_packet_has_lbrr_agrees_with_libopus(plain: list[bytes]) -> None:
    assert any(parse(packet).has_lbrr for packet in plain)
    encoder = OpusEncoder(OpusSettings(bitrate_bps=24_000))
    silence = np.zeros(FRAME, np.float32)
    assert not any(parse(encoder.encode(silence)).has_lbrr for _ in range(20))


def test_dtx_announces_a_pause() -> None:
    encoder = OpusEncoder(OpusSettings(dtx=True))
    packets = [parse(encoder.encode(np.zeros(FRAME, np.float32))) for _ in range(60)]
    assert not packets[0].is_silent
    assert sum(packet.is_silent for packet in packets) > 30


@pytest.mark.parametrize("samples", [np.full(FRAME, 9.0, np.float32), np.full(FRAME, -np.inf, np.float32)])
def test_loud_samples_are_clipped(samples: Samples) -> None:
    assert np.abs(OpusDecoder().decode(OpusEncoder().encode(samples))).max() <= 1.5


@pytest.mark.parametrize("packet", [b"", b"\xff" * 3, b"\x0b", b"\x4b\xc1\xff"])
def test_what_is_no_packet_is_refused_and_decoding_goes_on(packet: bytes, plain: list[bytes]) -> None:
    decoder, untouched = OpusDecoder(), OpusDecoder()
    with pytest.raises(PacketError):
        decoder.decode(packet)
    assert np.array_equal(decoder.decode(plain[0]), untouched.decode(plain[0]))


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [("bitrate_bps", 200, "bit rate 200"), ("loss_percent", 101, "loss of 101"), ("complexity", 11, "complexity")],
)
def test_settings_out_of_range_are_named(setting: str, value: int, words: str) -> None:
    with pytest.raises(InputError, match=words):
        replace(OpusSettings(), **{setting: value})


def test_a_packet_takes_320_samples() -> None:
    with pytest.raises(ValueError, match="320 samples"):
        OpusEncoder().encode(np.zeros(100, np.float32))
