"""Payloads: encoded, decoded, damaged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.redundancy.conftest import hum, listen
from tests.redundancy.networks import tiny_addon
from vivavoce.errors import InputError
from vivavoce.redundancy.codec.vivavoce.decoder import Decoder, load_decoder
from vivavoce.redundancy.codec.vivavoce.encoder import Encoder, EncoderState
from vivavoce.redundancy.codec.vivavoce.payload import MAX_BYTES, MAX_CHUNKS, MAX_OFFSET, Header, PayloadError, write
from vivavoce.redundancy.codec.vivavoce.rate_allocation import LEVELS, SLOPES, RateAllocation
from vivavoce.redundancy.features import WIDTH


@st.composite
def schedules(draw: st.DrawFn) -> RateAllocation:
    first = draw(st.integers(0, LEVELS - 1))
    return RateAllocation(first, draw(st.integers(0, len(SLOPES) - 1)), draw(st.integers(first, LEVELS - 1)))


def test_reaches_as_far_back_as_asked(encoder: Encoder, decoder: Decoder, heard: EncoderState) -> None:
    for amount_s, chunks in ((0.04, 1), (0.2, 5), (1.0, 25), (2.0, 50), (2.52, 63)):
        past = decoder.decode(encoder.encode(heard, amount_s))
        assert past.offset == 0
        assert past.frames.shape == (4 * chunks, WIDTH)
        assert past.frames.dtype == np.float32


@settings(max_examples=30)
@given(schedules(), st.sampled_from([0.04, 0.4, 2.0]))
def test_less_asked_for_is_the_front_of_all(
    encoder: Encoder, decoder: Decoder, heard: EncoderState, schedule: RateAllocation, amount_s: float
) -> None:
    data = encoder.encode(heard, 2.0, schedule)
    whole = decoder.decode(data).frames
    front = decoder.decode(data, amount_s).frames
    assert len(front) == round(amount_s / 0.01)
    np.testing.assert_allclose(front, whole[: len(front)], atol=1e-5)


def test_finer_levels_take_more_bytes(encoder: Encoder, heard: EncoderState) -> None:
    sizes = [len(encoder.encode(heard, 1.0, RateAllocation(level, 0, level))) for level in range(LEVELS)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] < sizes[0] / 2


def test_a_limit_keeps_the_newest(encoder: Encoder, decoder: Decoder, heard: EncoderState) -> None:
    whole = encoder.encode(heard, 2.0)
    limited = encoder.encode(heard, 2.0, limit_bytes=len(whole) - 5)
    assert len(limited) <= len(whole) - 5
    kept = decoder.decode(limited).frames
    np.testing.assert_allclose(kept, decoder.decode(whole).frames[: len(kept)], atol=1e-5)
    assert 40 <= len(kept) < 200
    assert len(encoder.encode(heard, 2.0, limit_bytes=1)) < 10


def test_packets_of_the_past(encoder: Encoder, decoder: Decoder, heard: EncoderState) -> None:
    past = decoder.decode(encoder.encode(heard, 0.2))
    assert past.packet(10) is None
    newest = past.packet(0)
    assert newest is not None
    np.testing.assert_array_equal(newest, past.frames[1::-1])
    oldest = past.packet(9)
    assert oldest is not None
    np.testing.assert_array_equal(oldest[0], past.frames[-1])


def test_silence_is_left_out_at_both_ends(encoder: Encoder, decoder: Decoder) -> None:
    silence = np.zeros(10 * 320, np.float32)
    state = listen(encoder, np.concatenate([silence, hum(0.2), silence]))
    past = decoder.decode(encoder.encode(state, 1.0))
    assert past.offset in (9, 10)  # the window of the first silent frame still holds the last of the sound
    assert 20 <= len(past.frames) <= 24
    assert past.packet(1) is None


def test_nothing_but_silence(encoder: Encoder, decoder: Decoder) -> None:
    for packets in (0, 1, 30):
        data = encoder.encode(listen(encoder, np.zeros(320 * packets, np.float32)), 1.0)
        assert 2 <= len(data) <= 8
        assert decoder.decode(data).silent


def test_the_start_of_a_stream(encoder: Encoder, decoder: Decoder) -> None:
    state = listen(encoder, hum(0.06))
    past = decoder.decode(encoder.encode(state, 1.0))
    assert (past.offset, len(past.frames)) == (0, 8)
    before = decoder.decode(encoder.encode(state, 1.0, skip=1))
    assert (before.offset, len(before.frames)) == (1, 4)


def test_each_latent_is_coded_once_at_a_level(encoder: Encoder) -> None:
    state = listen(encoder, hum(1.2))
    encoder.encode(state, 1.0)
    known = [(set(moment.latent.intervals), set(moment.start.intervals)) for moment in state.moments]
    assert sum(len(levels) for levels, _ in known) == 25
    assert sum(len(levels) for _, levels in known) == 1
    encoder.encode(state, 1.0)
    assert [(set(moment.latent.intervals), set(moment.start.intervals)) for moment in state.moments] == known
    following = encoder.step(state, np.zeros(320, np.float32))
    assert len(following.moments) == len(state.moments) + 1


def test_memory_is_bounded(encoder: Encoder) -> None:
    state = listen(encoder, hum(7.0))
    assert len(state.moments) == MAX_OFFSET + 2 * MAX_CHUNKS


@pytest.mark.parametrize("amount_s", [0.0, 0.01, 2.6, float("nan")])
def test_impossible_amounts_are_refused(encoder: Encoder, heard: EncoderState, amount_s: float) -> None:
    with pytest.raises(InputError, match="s of redundancy"):
        encoder.encode(heard, amount_s)


def test_a_packet_of_another_size_is_refused(encoder: Encoder) -> None:
    with pytest.raises(InputError, match="expected"):
        encoder.step(encoder.initial_state(), np.zeros(160, np.float32))


def test_zeros_behind_a_payload_do_no_harm(encoder: Encoder, decoder: Decoder, heard: EncoderState) -> None:
    data = encoder.encode(heard)
    np.testing.assert_array_equal(decoder.decode(data + bytes(20)).frames, decoder.decode(data).frames)


def test_foreign_payloads_say_what_they_are(decoder: Decoder, heard: EncoderState, tmp_path: Path) -> None:
    other = load_decoder(tiny_addon(tmp_path / "other", revision=2))
    data = write(Header(1, 0, RateAllocation()), (), 1)
    assert decoder.decode(data).silent
    with pytest.raises(PayloadError, match="version 2, revision 1; this codec reads version 2, revision 2"):
        other.decode(data)
    with pytest.raises(PayloadError, match="version 3"):
        decoder.decode(b"\x31" + data[1:])


@pytest.mark.parametrize("data", [b"", b"\x11", bytes(MAX_BYTES + 1)])
def test_impossible_sizes(decoder: Decoder, data: bytes) -> None:
    with pytest.raises(PayloadError, match="bytes"):
        decoder.decode(data)


def test_every_flipped_byte_and_every_truncation(encoder: Encoder, decoder: Decoder, heard: EncoderState) -> None:
    data = encoder.encode(heard, 0.4)
    for place in range(len(data)):
        flipped = data[:place] + bytes([data[place] ^ 0x40]) + data[place + 1 :]
        with pytest.raises(PayloadError):
            decoder.decode(flipped)
    assert sum(survives(decoder, data[:size]) for size in range(len(data))) <= 2


def test_fuzz(encoder: Encoder, decoder: Decoder, heard: EncoderState) -> None:
    fuzz(encoder, decoder, heard, 2_000)


@pytest.mark.nightly
def test_fuzz_at_length(encoder: Encoder, decoder: Decoder, heard: EncoderState) -> None:
    fuzz(encoder, decoder, heard, 100_000)


def fuzz(encoder: Encoder, decoder: Decoder, heard: EncoderState, count: int) -> None:
    """Random and damaged payloads: each is refused with `PayloadError` or decoded to sane features."""
    random = np.random.default_rng(count)
    good = [encoder.encode(heard, amount_s) for amount_s in (0.04, 1.0, 2.0)]
    survived = 0
    for _ in range(count):
        data = bytearray(good[random.integers(len(good))])
        kind = random.integers(4)
        if kind == 0:
            data = bytearray(random.bytes(int(random.integers(300))))
        elif kind == 1:
            data[random.integers(len(data))] ^= random.integers(1, 256)
        elif kind == 2:
            data = data[: random.integers(len(data))]
        else:
            start = random.integers(len(data))
            data[start : start + 20] = random.bytes(int(random.integers(40)))
        if random.random() < 0.5:
            data[:1] = good[0][:1]
        survived += survives(decoder, bytes(data))
    assert survived < 0.02 * count


def survives(decoder: Decoder, data: bytes) -> bool:
    """Whether a payload is decoded. Anything but `PayloadError` escapes."""
    try:
        past = decoder.decode(data)
    except PayloadError:
        return False
    assert past.frames.shape[1] == WIDTH
    assert len(past.frames) <= 4 * MAX_CHUNKS
    assert np.isfinite(past.frames).all()
    assert np.abs(past.frames).max(initial=0.0) <= 30.0
    return True
