"""A given melody and timing in the tokens and on the clock of a voice."""

from __future__ import annotations

from collections.abc import Set

import numpy as np
import numpy.typing as npt

from vivavoce.blocks.tensors import Tensors
from vivavoce.errors import InputError
from vivavoce.features import Array
from vivavoce.voice.acoustics import AcousticInputs, AcousticOverrides
from vivavoce.voice.clock import Clock
from vivavoce.voice.contour import Frames, token_means
from vivavoce.voice.details import VoiceDetails
from vivavoce.voice.dimensions import WORD_PROSODY
from vivavoce.voice.tokens import Tokens

STRESS_SHARE = 0.5
"""Of a vowel's time, what its stress mark takes where that is a token of its own."""
GAP_S = 0.1
"""What a voice that hides pauses in the sounds before them keeps for a gap itself."""
MOST_COPIED_NEPERS = 1.2
"""About 10 dB: a word that is further from the others in a recording was not meant to be."""


def input_tensors(inputs: AcousticInputs, tokens: Tokens, kinds: tuple[str, ...]) -> Tensors:
    """Prosody as encoders read it: a word's embedding over its sounds and the gap after it; `rise` in semitones, from
    the stress of a word on."""
    owner = tokens.owner
    words = np.zeros((len(owner), WORD_PROSODY), np.float32)
    words[owner >= 0] = inputs.words[owner[owner >= 0]]
    kind = kinds.index(inputs.kind) if inputs.kind in kinds else 0
    rise = np.zeros(len(owner), np.float32)
    for number in inputs.rising:
        own = np.flatnonzero(tokens.words == number)
        stressed = np.flatnonzero(tokens.stress[own] == 1)
        rise[own[stressed[0] if len(stressed) else 0 :]] = inputs.rise_st
    return {
        "sentence_prosody": inputs.sentence[None].astype(np.float32),
        "word_prosody": words[None],
        "kind": np.array([kind], np.int64),
        "rise": rise[None],
    }


def override_tensors(
    given: AcousticOverrides, tokens: Tokens, clock: Clock, details: VoiceDetails, reads: Set[str], name: str
) -> Tensors:
    """What takes the place of the encoders' answers. Raises `InputError` for a voice that cannot be overruled."""
    if "given_frames" not in reads:
        raise InputError(f'voice "{name}" cannot follow a melody that is given')
    durations_s = given.durations_s
    if details.hides_pauses:
        durations_s = hide_pauses(durations_s, silent_sounds(tokens, len(durations_s)))
    frames = _token_frames(durations_s / clock.frame_s, tokens, details.boundary_s / clock.frame_s)
    energy = given.energy[tokens.sounds].astype(np.float32)
    return {"given_frames": frames[None], "given_f0": _contour(given, clock)[None], "given_energy": energy[None]}


def silent_sounds(tokens: Tokens, count: int) -> npt.NDArray[np.bool_]:
    """Which of the `count` tokens of `tokenise` are gaps, (count,)."""
    silent = np.ones(count, bool)
    silent[tokens.sounds[~tokens.gaps]] = False
    return silent


def show_pauses(durations_s: Array, silent: npt.NDArray[np.bool_], longest_s: float) -> Array:
    """Seconds of sounds and gaps as they are heard (sounds,), from those of a voice that hides pauses in the sound
    before, where a sound lasts `longest_s` at most."""
    heard = durations_s.copy()
    before = np.flatnonzero(silent[1:] & ~silent[:-1])
    hidden = np.maximum(heard[before] - longest_s, 0.0)
    heard[before] -= hidden
    heard[before + 1] += hidden
    return heard


def hide_pauses(durations_s: Array, silent: npt.NDArray[np.bool_]) -> Array:
    """The opposite: a pause that is longer than such a voice knows gaps goes to the sound before it."""
    told = durations_s.copy()
    before = np.flatnonzero(silent[1:] & ~silent[:-1])
    hidden = np.maximum(told[before + 1] - GAP_S, 0.0)
    told[before + 1] -= hidden
    told[before] += hidden
    return told


def lay_pitch(given_f0: Array, wanted: Array, frames: Frames) -> Array:
    """The pitch (frames,) that is given over tokens of `wanted` frames, over the whole frames (tokens,) that they get:
    a voice that counts in units has none shorter than one."""
    ends = np.concatenate([[0], np.cumsum(frames)])
    times = np.arange(int(ends[-1])) + 0.5
    places: Array = np.interp(times, ends, np.concatenate([[0.0], np.cumsum(wanted)])).astype(np.float32)
    return np.interp(places, np.arange(len(given_f0)) + 0.5, given_f0).astype(np.float32)


def copied_gain(given: Array, own: Array, durations: Frames, tokens: Tokens) -> Array:
    """Nepers (tokens,) that make each word as much louder or softer than the others as the copied one is.

    `given` is log power in nepers of tokens (tokens,), `own` that of frames as the voice would say them (frames,), and
    `durations` are frames of tokens (tokens,). Words, for inside them the sounds of two voices differ. A sound counts
    by its power in the voice: how loud a word is lies in its vowels, not in a pause that its last sound hides.
    """
    words = np.maximum(tokens.words, 0)
    own_means = token_means(own, durations)
    power = np.where(tokens.words >= 0, durations * np.exp(own_means - own_means.max(initial=0.0)), 0.0)
    powers = np.bincount(words, power)
    spoken = powers > 0
    if not spoken.any():
        return np.zeros(len(words), np.float32)
    wanted = np.zeros(len(powers))
    for values, sign in ((given, 1.0), (own_means, -1.0)):
        means = np.divide(np.bincount(words, values * power), powers, out=np.zeros(len(powers)), where=spoken)
        wanted += sign * np.where(spoken, means - np.average(means, weights=powers), 0.0)
    gains = np.clip(wanted / 2.0, -MOST_COPIED_NEPERS, MOST_COPIED_NEPERS)
    return np.where(tokens.owner >= 0, gains[np.maximum(tokens.owner, 0)], 0.0).astype(np.float32)


def _token_frames(durations: Array, tokens: Tokens, boundary: float) -> Array:
    """Frames of sounds (sounds,) -> of the tokens that go with each, (tokens,): stress marks take their share, other
    tokens divide it evenly. Symbols begin `boundary` frames after what is heard of them, which is negative."""
    ends = np.cumsum(durations)
    weights = np.where(tokens.stress > 0, STRESS_SHARE / (1.0 - STRESS_SHARE), 1.0)
    share = weights / np.bincount(tokens.sounds, weights, len(durations))[tokens.sounds]
    starts = np.concatenate([[0.0], ends[:-1]])[tokens.sounds]
    begun = np.zeros(len(share))
    for index in range(1, len(share)):
        same = tokens.sounds[index] == tokens.sounds[index - 1]
        begun[index] = begun[index - 1] + share[index - 1] if same else 0.0
    token_ends = starts + (begun + share) * durations[tokens.sounds] - boundary
    return np.diff(token_ends, prepend=0.0).astype(np.float32)


def _contour(given: AcousticOverrides, clock: Clock) -> Array:
    """F0 in Hz at every frame, straight lines in log between the points of the sounds."""
    durations = given.durations_s / clock.frame_s
    lasting = durations > 0
    starts = (np.cumsum(durations) - durations)[lasting]
    count: int = given.f0_points.shape[1]
    places = starts[:, None] + durations[lasting, None] * (np.arange(count) + 0.5) / count
    frames = np.arange(max(1, int(np.ceil(durations.sum())))) + 0.5
    return np.exp(np.interp(frames, places.ravel(), given.f0_points[lasting].ravel())).astype(np.float32)
