"""Rates, codings and bit rates that clients may choose, read back by decoders that are not ours."""

from __future__ import annotations

import io

import numpy as np
import pytest
import soundfile

from vivavoce.serve.formats import encoder

SOUND = (0.3 * np.sin(np.arange(48_000) * 0.05)).astype(np.float32)


def encoded(name: str, rate_hz: int, bit_rate_bps: int | None = None) -> bytes:
    made = encoder(name, 24_000, rate_hz, bit_rate_bps)
    return made.begin() + made.encode(SOUND[:30_000]) + made.encode(SOUND[30_000:]) + made.finish()


@pytest.mark.parametrize(
    ("rate_hz", "bit_rate_bps"),
    [(22_050, 32_000), (24_000, 48_000), (44_100, 32_000), (44_100, 64_000), (44_100, 96_000), (44_100, 128_000),
     (44_100, 192_000), (8_000, 16_000)],
)  # fmt: skip
def test_mp3_has_the_bit_rate_that_was_asked_for(rate_hz: int, bit_rate_bps: int) -> None:
    data = encoded("mp3", rate_hz, bit_rate_bps)
    assert 8 * len(data) / 2 == pytest.approx(bit_rate_bps, rel=0.08)
    assert soundfile.info(io.BytesIO(data)).samplerate == rate_hz


@pytest.mark.parametrize("bit_rate_bps", [32_000, 128_000])
def test_opus_keeps_to_the_bit_rate(bit_rate_bps: int) -> None:
    assert 0.2 * bit_rate_bps < 8 * len(encoded("opus", 48_000, bit_rate_bps)) / 2 < 1.3 * bit_rate_bps


@pytest.mark.parametrize(
    ("name", "subtype", "error"),
    [("wav", "PCM_16", 1e-3), ("wav_f32", "FLOAT", 1e-4), ("wav_mulaw", "ULAW", 0.03), ("wav_alaw", "ALAW", 0.03)],
)
def test_wav_in_every_coding(name: str, subtype: str, error: float) -> None:
    with soundfile.SoundFile(io.BytesIO(encoded(name, 24_000))) as file:
        assert file.subtype == subtype
        assert np.abs(file.read(len(SOUND), dtype="float32") - SOUND).max() < error
