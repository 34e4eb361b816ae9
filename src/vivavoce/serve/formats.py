"""The formats that clients may ask for, by name, and what encodes each while it is made."""

# pyright: reportUnknownMemberType=false
# (PyAV's stubs leave the parameter of `Packet` open)

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec

from vivavoce.audio import Samples
from vivavoce.errors import InputError
from vivavoce.serve.encoders import (
    Aac,
    AudioEncoder,
    Float32,
    LibsndfileEncoder,
    OggOpus,
    Pcm,
    Resampled,
    Wav,
    pcm16,
    wav_header,
)

_MP3_RATES_BPS = ((32_000, (320_000, 32_000)), (16_000, (160_000, 8_000)), (0, (64_000, 8_000)))
"""From each rate in Hz on, the highest and the lowest bit rate."""


def _mp3(rate_hz: int, bit_rate_bps: int | None) -> AudioEncoder:
    """At a constant rate, which libsndfile counts as a share of the way from the highest to the lowest."""
    highest, lowest = next(rates for least_hz, rates in _MP3_RATES_BPS if rate_hz >= least_hz)
    wanted = min(max(bit_rate_bps or (highest + lowest) // 2, lowest), highest)
    level = min((highest - wanted) / (highest - lowest), 0.999)
    return LibsndfileEncoder(rate_hz, "MP3", "MPEG_LAYER_III", bitrate_mode="CONSTANT", compression_level=level)


def _raw(rate_hz: int, subtype: str) -> AudioEncoder:
    return LibsndfileEncoder(rate_hz, "RAW", subtype)


Maker = Callable[[int, int | None], AudioEncoder]
"""Rate in Hz, and bits a second where the format has a choice, to an encoder."""

_ENCODERS: dict[str, tuple[str, Maker]] = {
    "mp3": ("audio/mpeg", _mp3),
    "opus": ("audio/ogg", OggOpus),
    "vorbis": ("audio/ogg", lambda rate_hz, _: LibsndfileEncoder(rate_hz, "OGG", "VORBIS")),
    "aac": ("audio/aac", Aac),
    "flac": ("audio/flac", lambda rate_hz, _: LibsndfileEncoder(rate_hz, "FLAC", "PCM_16")),
    "wav": ("audio/wav", lambda rate_hz, _: Wav(rate_hz, Pcm())),
    "wav_f32": ("audio/wav", lambda rate_hz, _: Wav(rate_hz, Float32(), "f32")),
    "wav_mulaw": ("audio/wav", lambda rate_hz, _: Wav(rate_hz, _raw(rate_hz, "ULAW"), "mulaw")),
    "wav_alaw": ("audio/wav", lambda rate_hz, _: Wav(rate_hz, _raw(rate_hz, "ALAW"), "alaw")),
    "pcm": ("audio/pcm", lambda rate_hz, _: Pcm()),
    "f32": ("audio/pcm", lambda rate_hz, _: Float32()),
    "mulaw": ("audio/basic", lambda rate_hz, _: _raw(rate_hz, "ULAW")),
    "alaw": ("audio/x-alaw-basic", lambda rate_hz, _: _raw(rate_hz, "ALAW")),
}
FORMATS = tuple(_ENCODERS)
RATES_HZ = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
"""Rates that clients may ask for; MP3 and AAC know them all."""


def media_type(name: str) -> str:
    """The Content-Type of one of `FORMATS`."""
    return _ENCODERS[name][0]


def encoder(name: str, from_hz: int, to_hz: int | None = None, bit_rate_bps: int | None = None) -> AudioEncoder:
    """An encoder to one of `FORMATS` for sound at `from_hz`, resampled if another rate is wanted or needed; MP3, Opus
    and AAC come as near to `bit_rate_bps` as they can.

    Raises `InputError` for another name, and for AAC where PyAV is missing.
    """
    if name not in _ENCODERS:
        raise InputError(f"no format {name!r}, there are {', '.join(FORMATS)}")
    if name == "aac" and not find_spec("av"):
        raise InputError('aac needs PyAV, which is not installed here: pip install "vivavoce[aac]"')
    rate_hz = to_hz or from_hz
    if rate_hz not in RATES_HZ and name in ("mp3", "aac"):
        rate_hz = next((rate for rate in RATES_HZ if rate >= rate_hz), RATES_HZ[-1])
    made = _ENCODERS[name][1](rate_hz, bit_rate_bps)
    return made if rate_hz == from_hz else Resampled(made, from_hz, rate_hz)


def whole_file(name: str, samples: Samples, from_hz: int, to_hz: int | None = None) -> bytes:
    """All of a sound at once; a WAV says how long it is."""
    if name == "wav":
        data = pcm16(samples)
        return wav_header(from_hz, len(data)) + data
    made = encoder(name, from_hz, to_hz)
    return made.begin() + made.encode(samples) + made.finish()
