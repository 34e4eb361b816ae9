"""Sounds made fit to be compared: one rate, trimmed, aligned, as loud as each other, with the anchors of BS.1534."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from vivavoce.audio import Audio, Samples, read_audio
from vivavoce.errors import InputError
from vivavoce.loudness import SAMPLE_RATE_HZ, LoudnessMeter

CEILING_DBTP = -1.0
LEAD_S, TAIL_S, FADE_S = 0.1, 0.2, 0.005
FRAME_S = 0.01
QUIET_DB = -40.0
"""A frame so much below the loudest is not speech yet."""
SHORTEST_S, MOST_S = 0.4, 600.0
SILENT_PEAK = 1e-3
CLIPPED_RUN, FULL_SCALE = 4, 0.999
"""Samples in a row at full scale that make a clipped place."""
MOST_LAG_S, LIKE_ENOUGH = 0.5, 0.2
"""How far stimuli of one source are shifted, and the correlation from which that is believed."""
SAME_LENGTH_S = 0.1
TRANSITION_HZ, ATTENUATION_DB = 500.0, 70.0
"""Of the anchors' filter. BS.1534 asks for 0.1 dB of ripple, 25 dB at 4 kHz, 50 dB at 4.5 kHz for the low anchor."""


def load(path: Path, rate_hz: int | None, strict: bool = True) -> Audio:
    """One stimulus, mono. Raises `InputError` naming the file for what listeners should not be asked about."""
    audio = read_audio(path, most_s=MOST_S)
    if rate_hz:
        audio = audio.resampled(rate_hz)
    check(audio, str(path), strict)
    return audio


def check(audio: Audio, name: str, strict: bool = True) -> None:
    """Check a stimulus.

    Raises `InputError` for silence, a sound too short to measure, and, where `strict`, a clipped one.
    """
    if audio.duration_s < SHORTEST_S:
        raise InputError(f"{name}: lasts {audio.duration_s:.2f} s, a stimulus needs {SHORTEST_S:g} s")
    if float(np.abs(audio.samples).max()) < SILENT_PEAK:
        raise InputError(f"{name}: is silent")
    places = clipped_places(audio.samples)
    if places and strict:
        raise InputError(f"{name}: clipped in {places} places, record it lower (or say strict: false)")


def clipped_places(samples: Samples) -> int:
    """Runs of at least four samples at full scale."""
    full = np.abs(samples) >= FULL_SCALE
    edges = np.flatnonzero(np.diff(np.concatenate([[False], full, [False]]).astype(np.int8)))
    return int((edges[1::2] - edges[::2] >= CLIPPED_RUN).sum())


def loudness(audio: Audio) -> float | None:
    """Integrated loudness in LUFS (BS.1770); None where there is only silence."""
    return measure(audio)[0]


def trim(audio: Audio) -> Audio:
    """The sound from 0.1 s before its first audible sample to 0.2 s after the last, with short fades."""
    first, last = _sounding(audio)
    return Audio(_fade(audio.samples[first:last], audio.rate_hz), audio.rate_hz)


def align(excerpts: Mapping[str, Audio], leader: str) -> dict[str, Audio]:
    """Stimuli that run in step with the one named `leader`: shifted onto it, cut where it begins and ends.

    Raises `InputError` where one is much shorter or longer than the others: it would not be in step.
    """
    first, last = _sounding(excerpts[leader])
    rate = excerpts[leader].rate_hz
    aligned: dict[str, Audio] = {}
    for name, audio in excerpts.items():
        lag = 0 if name == leader else _lag(excerpts[leader].samples, audio.samples, rate)
        start = first + lag
        taken = audio.samples[max(0, start) : max(0, last + lag)]
        missing = (last - first) - len(taken) - max(0, -start)
        if missing > SAME_LENGTH_S * rate or -start > SAME_LENGTH_S * rate:
            raise InputError(
                f"{name}: {abs(max(missing, -start)) / rate:.2f} s shorter than {leader}, so not in step with it "
                "(readings of their own timing need switching: restart)"
            )
        samples = np.pad(taken, (max(0, -start), max(0, missing)))
        aligned[name] = Audio(_fade(samples, rate), rate)
    return aligned


def anchor(reference: Audio, cutoff_hz: float) -> Audio:
    """The reference through the low-pass of an anchor: linear phase, without delay.

    Raises `InputError` where the reference has no such frequencies.
    """
    if reference.rate_hz < 2 * (cutoff_hz + TRANSITION_HZ):
        raise InputError(
            f"an anchor of {cutoff_hz / 1000:g} kHz needs a reference of over "
            f"{2 * (cutoff_hz + TRANSITION_HZ) / 1000:g} kHz, this one is sampled at {reference.rate_hz} Hz"
        )
    taps = anchor_filter(cutoff_hz, reference.rate_hz)
    size = 1 << (len(reference.samples) + len(taps)).bit_length()
    filtered = np.fft.irfft(np.fft.rfft(reference.samples, size) * np.fft.rfft(taps, size), size)
    start = len(taps) // 2
    return Audio(filtered[start : start + len(reference.samples)].astype(np.float32), reference.rate_hz)


def anchor_filter(cutoff_hz: float, rate_hz: int) -> npt.NDArray[np.float64]:
    """Taps whose pass band ends at the cut-off and whose stop band, 70 dB down, begins half a kilohertz above.

    A windowed sinc, its length and window by Kaiser's formulas.
    """
    length = int(np.ceil((ATTENUATION_DB - 7.95) / (2.285 * 2 * np.pi * TRANSITION_HZ / rate_hz))) | 1
    middle = 2 * (cutoff_hz + TRANSITION_HZ / 2) / rate_hz
    taps = np.sinc(middle * (np.arange(length) - length // 2)) * np.kaiser(length, 0.1102 * (ATTENUATION_DB - 8.7))
    return taps / taps.sum()


def common_target(levels: Iterable[tuple[float | None, float | None]], wanted_lufs: float) -> float:
    """The loudness in LUFS that all can have, given what `measure` returns for each: the wanted one, or as much
    lower as the peaks of some demand."""
    headrooms = [CEILING_DBTP - (peak - level) for level, peak in levels if level is not None and peak is not None]
    return min([wanted_lufs, *headrooms])


def match(audio: Audio, target_lufs: float, level: float | None = None) -> Audio:
    """The same sound at `target_lufs`; `level` is its own loudness in LUFS, measured where it is None."""
    level = loudness(audio) if level is None else level
    if level is None:
        return audio
    return Audio((audio.samples * 10 ** ((target_lufs - level) / 20)).astype(np.float32), audio.rate_hz)


def measure(audio: Audio) -> tuple[float | None, float | None]:
    """Integrated loudness in LUFS and true peak in dBTP; None where it is too quiet to say."""
    meter = LoudnessMeter(1)
    meter.on_audio(audio.resampled(SAMPLE_RATE_HZ).samples[None])
    reading = meter.reading()
    return reading["integrated_lufs"], reading["true_peak_dbtp"]


def _sounding(audio: Audio) -> tuple[int, int]:
    """Where to cut, in samples."""
    frame = max(1, round(FRAME_S * audio.rate_hz))
    count = max(1, len(audio.samples) // frame)
    rows = audio.samples[: count * frame].reshape(count, -1)
    level = 10 * np.log10((rows.astype(np.float64) ** 2).mean(1) + 1e-12)
    loud = np.flatnonzero(level > level.max() + QUIET_DB)
    first = loud[0] * frame - round(LEAD_S * audio.rate_hz)
    last = (loud[-1] + 1) * frame + round(TAIL_S * audio.rate_hz)
    return max(0, int(first)), min(len(audio.samples), int(last))


def _fade(samples: Samples, rate_hz: int) -> Samples:
    length = min(len(samples) // 2, round(FADE_S * rate_hz))
    ramp = (0.5 - 0.5 * np.cos(np.pi * (np.arange(length) + 0.5) / max(1, length))).astype(np.float32)
    faded = samples.copy()
    faded[:length] *= ramp
    faded[len(faded) - length :] *= ramp[::-1]
    return faded


def _lag(leader: Samples, follower: Samples, rate_hz: int) -> int:
    """By how many samples the follower comes later than the leader; 0 where they are too unlike to say."""
    size = 1 << (len(leader) + len(follower)).bit_length()
    product = np.fft.irfft(np.fft.rfft(follower, size) * np.conj(np.fft.rfft(leader, size)), size)
    most = round(MOST_LAG_S * rate_hz)
    around = np.concatenate([product[-most:], product[: most + 1]])
    best = int(np.argmax(around))
    scale = float(np.sqrt((leader.astype(np.float64) ** 2).sum() * (follower.astype(np.float64) ** 2).sum()))
    return best - most if scale and around[best] / scale > LIKE_ENOUGH else 0
