"""Speech made shorter or longer by one pitch period, so that playing catches up or waits unheard."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from vivavoce.audio import Samples

_SHORTEST, _LONGEST = 40, 160
_OVERLAP = 80


def accelerate(samples: Samples) -> Samples:
    """One period less, 2.5 to 10 ms: (320,) -> (320 - period,)."""
    period = _period(samples)
    start = (len(samples) - period - _OVERLAP) // 2
    return _join(samples[: start + _OVERLAP], samples[start + period :])


def preemptive_expand(samples: Samples) -> Samples:
    """One period more: (320,) -> (320 + period,)."""
    period = _period(samples)
    start = (len(samples) + period - _OVERLAP) // 2
    return _join(samples[: start + _OVERLAP], samples[start - period :])


def _join(before: Samples, after: Samples) -> Samples:
    """The two with the end of one fading into the beginning of the other."""
    rise = ((np.arange(_OVERLAP) + 0.5) / _OVERLAP).astype(np.float32)
    seam = before[-_OVERLAP:] * (1.0 - rise) + after[:_OVERLAP] * rise
    return np.concatenate([before[:-_OVERLAP], seam, after[_OVERLAP:]]).astype(np.float32)


def _period(samples: Samples) -> int:
    """The lag at which the middle is most like what follows it."""
    size = len(samples) - _LONGEST
    heard = samples.astype(np.float64)
    shifted = sliding_window_view(heard, size)[_SHORTEST : _LONGEST + 1]
    energies = (shifted**2).sum(axis=1) + 1e-9
    return _SHORTEST + int((shifted @ heard[:size] / np.sqrt(energies)).argmax())
