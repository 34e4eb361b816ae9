"""Pure tones: how much of a sound is one of them."""

from __future__ import annotations

import numpy as np

from vivavoce.inspection.media import Samples

BESIDE_HZ, REST = 20.0, 0.003


def find_pure_tone(part: Samples, rate_hz: int) -> float | None:
    """The frequency in Hz of the one tone that a part of sound (samples,) is, as line-up signals are: all but 0.3 % of
    its power lies within 20 Hz of it. None where it is anything else."""
    spectrum = np.abs(np.fft.rfft(part.astype(np.float64) * np.hanning(len(part)))) ** 2
    hertz = np.fft.rfftfreq(len(part), 1 / rate_hz)
    peak_hz = float(hertz[int(spectrum.argmax())])
    rest = float(spectrum[np.abs(hertz - peak_hz) > BESIDE_HZ].sum())
    return peak_hz if rest <= REST * float(spectrum.sum()) else None
