"""What the reference encoders read of a recording: pitch, energy and timing at its tokens, without its speaker."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vivavoce.features import Array, continuous_log_f0, energy
from vivavoce.voice.contour import Frames, knots_of, token_means
from vivavoce.voice.dimensions import KNOTS

REFERENCE_FEATURES = KNOTS + 4
"""Four points of pitch, energy, log frames, voiced share, and whether the token is heard at all."""
_PITCH_SCALE, _ENERGY_SCALE, _LENGTH_SCALE = 0.25, 1.0, 3.0


@dataclass(frozen=True, slots=True)
class SpeakerCentre:
    """Where a speaker's voice lies: what is subtracted, so that an embedding says how and not who."""

    log_f0: float
    energy: float


@dataclass(frozen=True, slots=True)
class TokenProsody:
    """A recording measured at its tokens."""

    durations: Frames
    """Frames, (tokens,)."""
    knots: Array
    """Log f0, (tokens, 4), carried across what is unvoiced."""
    voiced: Array
    """Voiced share of each token, (tokens,)."""
    energy: Array
    """Mean log power, (tokens,)."""

    def centre(self) -> SpeakerCentre:
        """The recording's own centre, for a speaker of whom nothing else is known."""
        sound = self.durations * self.voiced
        weights = sound / max(float(sound.sum()), 1e-6)
        return SpeakerCentre(float(weights @ self.knots.mean(axis=1)), float(weights @ self.energy))


def measure(mel: Array, f0: Array, durations: Frames) -> TokenProsody:
    """mel (frames, 80) and f0 in Hz (frames,), 0 where unvoiced, over tokens that last `durations` frames."""
    knots = knots_of(continuous_log_f0(f0), durations)
    voiced = token_means((f0 > 0).astype(np.float32), durations)
    return TokenProsody(durations, knots, voiced, token_means(energy(mel), durations))


def reference_features(prosody: TokenProsody, centre: SpeakerCentre) -> Array:
    """-> (tokens, 8), each about as large as 1."""
    heard = (prosody.durations > 0).astype(np.float32)
    columns = [
        (prosody.knots - centre.log_f0) / _PITCH_SCALE * heard[:, None],
        ((prosody.energy - centre.energy) / _ENERGY_SCALE * heard)[:, None],
        (np.log1p(prosody.durations) / _LENGTH_SCALE)[:, None],
        prosody.voiced[:, None],
        heard[:, None],
    ]
    return np.concatenate(columns, axis=1).astype(np.float32)
